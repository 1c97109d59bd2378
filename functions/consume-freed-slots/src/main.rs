//! Freed slots queue → offers to whoever waits.

fn main() -> std::process::ExitCode {
    runtime::queue(consume_freed_slots::handle)
}
