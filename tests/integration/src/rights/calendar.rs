//! Searches, weeks and feeds.

use kernel::FeedId;
use serde_json::json;

use super::{Cases, Sees, Things, case, foreign, own};

pub(super) fn cases(Things { venue, court, .. }: &Things) -> Cases {
    let of = |search: &str| foreign(format!("/v1/calendar/{search}venue_id={venue}"));
    let feed = json!({ "scope": "court", "venue_id": venue, "court_id": court });
    Cases::from([
        ("GET /v1/calendar/availability", of("availability?duration_minutes=60&")),
        ("GET /v1/calendar/next-free", of("next-free?duration_minutes=60&")),
        (
            "GET /v1/calendar/suggestions",
            of(&format!(
                "suggestions?court_id={court}&starts_at=2026-11-21T18:00&duration_minutes=60&"
            )),
        ),
        ("GET /v1/calendar/week", of("week?week=2026-11-16&")),
        ("POST /v1/calendar/feeds", case("/v1/calendar/feeds", feed, Sees::NotFound)),
        ("GET /v1/calendar/feeds", own("/v1/calendar/feeds")),
        (
            "DELETE /v1/calendar/feeds/{feed_id}",
            foreign(format!("/v1/calendar/feeds/{}", FeedId::new())),
        ),
    ])
}
