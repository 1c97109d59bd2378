//! `/v1/venues*`.

fn main() -> std::process::ExitCode {
    runtime::http(api_facilities::routes)
}
