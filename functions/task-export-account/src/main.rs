//! Exports of people's data.

fn main() -> std::process::ExitCode {
    runtime::task(task_export_account::handle)
}
