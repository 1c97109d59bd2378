//! `/v1/series*`.

fn main() -> std::process::ExitCode {
    runtime::http(api_series::routes)
}
