//! `/v1/waitlist*`, `/v1/venues/{venue_id}/waitlist*`.

fn main() -> std::process::ExitCode {
    runtime::http(api_waitlist::routes)
}
