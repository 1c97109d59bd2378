//! Account mail queue → e-mail.

fn main() -> std::process::ExitCode {
    runtime::queue(consume_account_mail::handle)
}
