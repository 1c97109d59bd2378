//! Equipment and coaches, and photos.

use serde_json::json;

use super::{Cases, Sees, Things, case, foreign, own};

pub(super) fn cases(Things { venue, resource, .. }: &Things) -> Cases {
    let body = json!({
        "kind": "equipment", "name": "Rackets", "venue_ids": [venue], "stock": 2,
        "price_per_hour": { "amount": 100, "currency": "ARS" },
    });
    let path = format!("/v1/resources/{resource}");
    let photos = format!("/v1/venues/{venue}/photos");
    let upload = json!({ "content_type": "image/png", "bytes": 10 });
    let uploaded = json!({ "upload_id": "0123456789abcdef0123456789abcdef" });
    Cases::from([
        (
            "POST /v1/venues/{venue_id}/photo-uploads",
            case(format!("/v1/venues/{venue}/photo-uploads"), upload, Sees::NotFound),
        ),
        ("POST /v1/venues/{venue_id}/photos", case(photos.clone(), uploaded, Sees::NotFound)),
        ("GET /v1/venues/{venue_id}/photos", foreign(photos.clone())),
        (
            "PUT /v1/venues/{venue_id}/photos",
            case(photos.clone(), json!({ "photos": [] }), Sees::NotFound),
        ),
        (
            "DELETE /v1/venues/{venue_id}/photos/{photo_id}",
            foreign(format!("{photos}/0123456789abcdef0123456789abcdef")),
        ),
        ("POST /v1/resources", case("/v1/resources", body, Sees::NotFound)),
        ("GET /v1/resources", own("/v1/resources")),
        ("GET /v1/resources/{resource_id}", foreign(path.clone())),
        (
            "PATCH /v1/resources/{resource_id}",
            case(path.clone(), json!({ "name": "Ours now" }), Sees::NotFound),
        ),
        ("DELETE /v1/resources/{resource_id}", foreign(path)),
    ])
}
