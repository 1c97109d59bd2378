//! Members' wallets.

use serde_json::json;

use super::{Cases, Sees, Things, case, foreign};

pub(super) fn cases(Things { member, .. }: &Things) -> Cases {
    let wallet = format!("/v1/users/{member}/wallet");
    let entry = json!({
        "amount": { "amount": 500, "currency": "ARS" }, "method": "cash", "reason": "Cash",
    });
    Cases::from([
        ("GET /v1/users/{account_id}/wallet", foreign(wallet.clone())),
        ("GET /v1/users/{account_id}/wallet/entries", foreign(format!("{wallet}/entries"))),
        (
            "POST /v1/users/{account_id}/wallet/entries",
            case(format!("{wallet}/entries"), entry, Sees::NotFound),
        ),
    ])
}
