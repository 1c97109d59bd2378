//! Identity providers, domains, and signing in with them.

fn main() -> std::process::ExitCode {
    runtime::http(api_sso::routes)
}
