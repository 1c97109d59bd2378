//! `/v1/members*`, `/v1/invitations*`, `/v1/users/import`.

fn main() -> std::process::ExitCode {
    runtime::http(api_members::routes)
}
