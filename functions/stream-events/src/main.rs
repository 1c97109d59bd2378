//! Table stream → events topic.

fn main() -> std::process::ExitCode {
    runtime::stream(stream_events::handle)
}
