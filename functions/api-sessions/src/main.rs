//! `/v1/auth/*` but what hashes passwords, and the public keys.

fn main() -> std::process::ExitCode {
    runtime::http(api_sessions::routes)
}
