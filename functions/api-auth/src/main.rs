//! `POST /v1/auth/*` and the public keys.

fn main() -> std::process::ExitCode {
    runtime::http(api_auth::routes)
}
