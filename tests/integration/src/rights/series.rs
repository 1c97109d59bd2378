//! Series of bookings.

use kernel::{AccountId, CourtId, Role, VenueId};
use serde_json::json;

use super::{Cases, Sees, Things, case, foreign, own};
use crate::world::{Club, World};

/// The id of a series that the club's desk has made.
pub(super) async fn things(world: &World, club: &Club, venue: VenueId, court: CourtId) -> String {
    let body = json!({
        "venue_id": venue, "court_id": court, "starts_at": "2026-12-01T10:00", "duration_minutes": 60,
        "rrule": "FREQ=WEEKLY;COUNT=2", "on_conflict": "all_or_nothing",
    });
    let desk = world.test.token(AccountId::new(), Some(club.id), &[Role::Owner]);
    let made = world.test.post("/v1/series", &desk, body).await.data(201);
    made["series"]["id"].as_str().unwrap().to_owned()
}

pub(super) fn cases(Things { venue, court, series, .. }: &Things) -> Cases {
    let body = json!({
        "venue_id": venue, "court_id": court, "starts_at": "2026-12-01T12:00", "duration_minutes": 60,
        "rrule": "FREQ=WEEKLY;COUNT=2", "on_conflict": "book_around",
    });
    let path = format!("/v1/series/{series}");
    Cases::from([
        ("POST /v1/series", case("/v1/series", body, Sees::NotFound)),
        ("GET /v1/series", own("/v1/series")),
        ("GET /v1/series/{series_id}", foreign(path.clone())),
        ("GET /v1/series/{series_id}/occurrences", foreign(format!("{path}/occurrences"))),
        (
            "POST /v1/series/{series_id}/cancel",
            case(format!("{path}/cancel"), json!({ "scope": "all" }), Sees::NotFound),
        ),
        (
            "POST /v1/series/{series_id}/change",
            case(
                format!("{path}/change"),
                json!({ "scope": "all", "duration_minutes": 90, "conflicts": "skip" }),
                Sees::NotFound,
            ),
        ),
        (
            "POST /v1/series/{series_id}/rebook",
            case(format!("{path}/rebook"), json!({}), Sees::NotFound),
        ),
    ])
}
