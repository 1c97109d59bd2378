//! Closures of courts.

fn main() -> std::process::ExitCode {
    runtime::task(task_close_courts::handle)
}
