//! Equipment and coaches.

use serde_json::json;

use super::{Cases, Sees, Things, case, foreign, own};

pub(super) fn cases(Things { venue, resource, .. }: &Things) -> Cases {
    let body = json!({
        "kind": "equipment", "name": "Rackets", "venue_ids": [venue], "stock": 2,
        "price_per_hour": { "amount": 100, "currency": "ARS" },
    });
    let path = format!("/v1/resources/{resource}");
    Cases::from([
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
