//! Waiting lists.

use serde_json::json;

use super::{Cases, Sees, Things, case, foreign, own};

pub(super) fn cases(Things { venue, booking, entry, .. }: &Things) -> Cases {
    let join = json!({
        "venue_id": venue, "date": "2026-11-21", "courts": "any", "from": "18:00",
        "until": "19:00", "duration_minutes": 60,
    });
    let policy = format!("/v1/venues/{venue}/waitlist-policy");
    let day = format!("/v1/venues/{venue}/waitlist");
    Cases::from([
        ("POST /v1/waitlist", case("/v1/waitlist", join, Sees::NotFound)),
        ("GET /v1/waitlist", own("/v1/waitlist")),
        ("GET /v1/waitlist/{entry_id}", foreign(format!("/v1/waitlist/{entry}"))),
        ("DELETE /v1/waitlist/{entry_id}", foreign(format!("/v1/waitlist/{entry}"))),
        (
            "POST /v1/waitlist/offers/{booking_id}/accept",
            foreign(format!("/v1/waitlist/offers/{booking}/accept")),
        ),
        (
            "POST /v1/waitlist/offers/{booking_id}/decline",
            foreign(format!("/v1/waitlist/offers/{booking}/decline")),
        ),
        ("GET /v1/venues/{venue_id}/waitlist", foreign(format!("{day}?date=2026-11-21"))),
        (
            "GET /v1/venues/{venue_id}/waitlist/lottery",
            foreign(format!("{day}/lottery?date=2026-11-21")),
        ),
        ("GET /v1/venues/{venue_id}/waitlist-policy", foreign(policy.clone())),
        (
            "PUT /v1/venues/{venue_id}/waitlist-policy",
            case(policy, json!({ "mode": "broadcast" }), Sees::NotFound),
        ),
    ])
}
