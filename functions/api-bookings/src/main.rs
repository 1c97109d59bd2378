//! `/v1/availability`, `/v1/bookings*`.

fn main() -> std::process::ExitCode {
    runtime::http(api_bookings::routes)
}
