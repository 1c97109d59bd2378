//! The API's authorizer.

fn main() -> std::process::ExitCode {
    runtime::task(authorizer::handle)
}
