//! `/v1/bookings/{booking_id}/checkout`, `/v1/payments/*` and `/v1/ledger/*`.

fn main() -> std::process::ExitCode {
    runtime::http(api_payments::routes)
}
