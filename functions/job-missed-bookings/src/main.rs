//! Schedule → bookings whose players did not come.

fn main() -> std::process::ExitCode {
    runtime::schedule(job_missed_bookings::handle)
}
