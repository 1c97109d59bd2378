//! Hold expiry queue → bookings that were not paid in time.

fn main() -> std::process::ExitCode {
    runtime::queue(consume_hold_expiry::handle)
}
