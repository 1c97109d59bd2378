//! Schedule → payment provider.

fn main() -> std::process::ExitCode {
    runtime::schedule(job_unknown_payments::handle)
}
