//! Sessions, second factors, switching clubs.

use serde_json::{Value, json};

use super::{Cases, Sees, Things, case, foreign, own};

pub(super) fn cases(_: &Things) -> Cases {
    const NOBODY_S: &str = "/v1/auth/sessions/ses_00000000000070008000000000000000";
    let device = json!({ "device": "mine" });
    let switch = json!({ "club": "sur" });
    let missing = Sees::Refused("SECOND_FACTOR_NOT_FOUND");
    let proof = json!({ "password": "somebody else's" });
    let code = json!({ "code": "no code" });
    Cases::from([
        ("DELETE /v1/auth/mfa/totp", case("/v1/auth/mfa/totp", Value::Null, Sees::NotFound)),
        (
            "POST /v1/auth/mfa/recovery-codes",
            case("/v1/auth/mfa/recovery-codes", Value::Null, missing),
        ),
        ("GET /v1/auth/mfa", own("/v1/auth/mfa")),
        ("POST /v1/auth/mfa/totp", own("/v1/auth/mfa/totp")),
        (
            "POST /v1/auth/mfa/totp/confirm",
            case("/v1/auth/mfa/totp/confirm", code, Sees::Refused("CODE_WRONG")),
        ),
        ("POST /v1/auth/step-up", case("/v1/auth/step-up", proof, Sees::Refused("PROOF_WRONG"))),
        ("GET /v1/auth/clubs", own("/v1/auth/clubs")),
        ("GET /v1/auth/permissions", own("/v1/auth/permissions")),
        ("POST /v1/auth/switch", case("/v1/auth/switch", switch, Sees::NotFound)),
        ("GET /v1/auth/sessions", own("/v1/auth/sessions")),
        ("PATCH /v1/auth/sessions/{session_id}", case(NOBODY_S, device, Sees::NotFound)),
        ("DELETE /v1/auth/sessions/{session_id}", foreign(NOBODY_S.to_owned())),
        (
            "POST /v1/auth/sessions/revoke-all",
            case(
                "/v1/auth/sessions/revoke-all",
                json!({ "keep_current": true }),
                Sees::NothingOfIt,
            ),
        ),
    ])
}
