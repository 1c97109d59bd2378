//! `/v1/api-keys`, `/v1/audit-log`, and what else rules the access to a club.

fn main() -> std::process::ExitCode {
    runtime::http(api_access::routes)
}
