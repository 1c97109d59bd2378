//! `/v1/venues*`, `/v1/resources*`.

fn main() -> std::process::ExitCode {
    runtime::http(api_facilities::routes)
}
