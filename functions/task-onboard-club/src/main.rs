//! The steps of the onboarding workflow.

fn main() -> std::process::ExitCode {
    runtime::task(task_onboard_club::handle)
}
