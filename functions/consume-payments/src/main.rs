//! Payment webhooks queue → ledger and bookings.

fn main() -> std::process::ExitCode {
    runtime::queue(consume_payments::handle)
}
