//! People of a club: their profiles, families and consents.

fn main() -> std::process::ExitCode {
    runtime::http(api_users::routes)
}
