//! HTTP API → documentation and health.

fn main() -> std::process::ExitCode {
    runtime::http(api_docs::routes)
}
