//! The rotation of the key that signs access tokens.

fn main() -> std::process::ExitCode {
    runtime::task(task_rotate_signing_key::handle)
}
