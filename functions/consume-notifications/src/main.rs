//! Notifications queue → e-mail.

fn main() -> std::process::ExitCode {
    runtime::queue(consume_notifications::handle)
}
