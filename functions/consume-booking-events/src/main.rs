//! Booking events queue → hold expiry queue, and refunds at the provider.

fn main() -> std::process::ExitCode {
    runtime::queue(consume_booking_events::handle)
}
