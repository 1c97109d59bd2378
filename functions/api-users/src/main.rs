//! `GET` and `PATCH /v1/users/me`.

fn main() -> std::process::ExitCode {
    runtime::http(api_users::routes)
}
