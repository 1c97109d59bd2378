//! `/v1/closures*`.

fn main() -> std::process::ExitCode {
    runtime::http(api_closures::routes)
}
