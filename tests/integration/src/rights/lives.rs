//! What becomes of bookings.

use serde_json::json;

use super::{Cases, Sees, Things, case, foreign, own};

pub(super) fn cases(Things { venue, booking, member, payment, .. }: &Things) -> Cases {
    let policy = format!("/v1/venues/{venue}/booking-policy");
    let booking = |verb: &str| format!("/v1/bookings/{booking}/{verb}");
    Cases::from([
        ("GET /v1/venues/{venue_id}/booking-policy", foreign(policy.clone())),
        ("PUT /v1/venues/{venue_id}/booking-policy", case(policy, json!({}), Sees::NotFound)),
        (
            "POST /v1/bookings/{booking_id}/move",
            case(booking("move"), json!({ "starts_at": "2026-11-21T10:00" }), Sees::NotFound),
        ),
        (
            "DELETE /v1/bookings/{booking_id}/participants/{account_id}",
            foreign(booking(&format!("participants/{member}"))),
        ),
        (
            "POST /v1/bookings/{booking_id}/payments/{payment_id}/take-over",
            foreign(booking(&format!("payments/{payment}/take-over"))),
        ),
        (
            "POST /v1/bookings/{booking_id}/payments/{payment_id}/settle",
            case(
                booking(&format!("payments/{payment}/settle")),
                json!({ "method": "cash" }),
                Sees::NotFound,
            ),
        ),
        ("GET /v1/payments", own("/v1/payments")),
        ("GET /v1/users/{account_id}/debts", foreign(format!("/v1/users/{member}/debts"))),
        ("POST /v1/debts/{payment_id}/forgive", foreign(format!("/v1/debts/{payment}/forgive"))),
        (
            "POST /v1/bookings/{booking_id}/check-in",
            case(booking("check-in"), json!({}), Sees::NotFound),
        ),
        (
            "GET /v1/venues/{venue_id}/check-in-poster",
            foreign(format!("/v1/venues/{venue}/check-in-poster")),
        ),
        (
            "POST /v1/venues/{venue_id}/check-in-poster/rotate",
            foreign(format!("/v1/venues/{venue}/check-in-poster/rotate")),
        ),
        ("GET /v1/bookings/{booking_id}/code", foreign(booking("code"))),
        ("GET /v1/bookings/{booking_id}/access", foreign(booking("access"))),
        (
            "POST /v1/bookings/{booking_id}/open",
            case(booking("open"), json!({ "places": 1 }), Sees::NotFound),
        ),
        ("POST /v1/bookings/{booking_id}/join", foreign(booking("join"))),
        ("POST /v1/bookings/{booking_id}/leave", foreign(booking("leave"))),
        ("GET /v1/matches", foreign(format!("/v1/matches?venue_id={venue}&date=2026-11-21"))),
        (
            "DELETE /v1/members/{account_id}/booking-suspension",
            foreign(format!("/v1/members/{member}/booking-suspension")),
        ),
    ])
}
