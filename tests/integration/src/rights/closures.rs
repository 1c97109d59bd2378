//! Closures of courts.

use serde_json::{Value, json};

use super::{Cases, Sees, Things, case, foreign};

pub(super) fn cases(Things { venue, closure, .. }: &Things) -> Cases {
    let body = json!({
        "venue_id": venue, "starts_at": "2026-11-21T10:00", "ends_at": "2026-11-21T12:00",
        "reason": "Rain", "mode": "cancel",
    });
    let at = |verb: &str| foreign(format!("/v1/closures/{closure}{verb}"));
    Cases::from([
        ("POST /v1/closures", case("/v1/closures", body.clone(), Sees::NotFound)),
        ("POST /v1/closures/preview", case("/v1/closures/preview", body, Sees::NotFound)),
        ("GET /v1/closures", foreign(format!("/v1/closures?venue_id={venue}"))),
        ("GET /v1/closures/{closure_id}", at("")),
        ("GET /v1/closures/{closure_id}/results", at("/results")),
        ("POST /v1/closures/{closure_id}/lift", at("/lift")),
        ("POST /v1/closures/{closure_id}/resume", at("/resume")),
    ])
}

/// A closure that somebody in the club has asked for.
pub(super) fn wanted(venue: &str) -> Value {
    json!({
        "venue_id": venue, "starts_at": "2026-12-24T10:00", "ends_at": "2026-12-24T12:00",
        "reason": "Holiday", "mode": "book_around",
    })
}
