//! Members, invitations, imports.

use serde_json::json;

use super::{Cases, Sees, Things, case, foreign, own};

pub(super) fn cases(Things { venue, member, invitation, .. }: &Things) -> Cases {
    let member = format!("/v1/members/{member}");
    let invitation = format!("/v1/invitations/{invitation}");
    let invited = json!({
        "email": "bea@example.org", "roles": ["member"], "venue_roles": { venue: ["manager"] },
    });
    let imported = json!({ "members": [{ "email": "ivo@example.org", "name": "Ivo" }] });
    let accepted = json!({ "club": "nowhere", "invitation": "cpi_AAAA" });
    Cases::from([
        ("GET /v1/members", own("/v1/members")),
        ("GET /v1/members/{account_id}", foreign(member.clone())),
        ("POST /v1/members/{account_id}/approve", foreign(format!("{member}/approve"))),
        ("POST /v1/members/{account_id}/suspend", foreign(format!("{member}/suspend"))),
        ("POST /v1/members/{account_id}/unlock", foreign(format!("{member}/unlock"))),
        ("POST /v1/members/{account_id}/reinstate", foreign(format!("{member}/reinstate"))),
        (
            "PUT /v1/members/{account_id}/roles",
            case(format!("{member}/roles"), json!({ "roles": ["coach"] }), Sees::NotFound),
        ),
        ("DELETE /v1/members/{account_id}", foreign(member)),
        (
            "POST /v1/members/leave",
            case("/v1/members/leave", json!(null), Sees::Refused("LAST_OWNER")),
        ),
        ("POST /v1/invitations", case("/v1/invitations", invited, Sees::NotFound)),
        ("GET /v1/invitations", own("/v1/invitations")),
        ("GET /v1/invitations/{invitation_id}", foreign(invitation.clone())),
        ("POST /v1/invitations/{invitation_id}/resend", foreign(format!("{invitation}/resend"))),
        ("DELETE /v1/invitations/{invitation_id}", foreign(invitation)),
        (
            "POST /v1/auth/invitations/accept",
            case("/v1/auth/invitations/accept", accepted, Sees::NotFound),
        ),
        ("POST /v1/users/import", case("/v1/users/import", imported, Sees::NothingOfIt)),
    ])
}
