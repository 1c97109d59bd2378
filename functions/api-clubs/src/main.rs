//! `/v1/admin/*`, for the platform's operators.

fn main() -> std::process::ExitCode {
    runtime::http(api_clubs::routes)
}
