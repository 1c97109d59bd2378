//! One's own password and address.

use serde_json::{Value, json};

use super::{Cases, Sees, Things, case};

pub(super) fn cases(_: &Things) -> Cases {
    let password = json!({
        "current_password": "correct horse battery", "new_password": "another horse battery",
    });
    let email = json!({ "new_email": "owner@elsewhere.example.org" });
    Cases::from([
        (
            "POST /v1/auth/password/change",
            case("/v1/auth/password/change", password, Sees::NothingOfIt),
        ),
        ("POST /v1/auth/email/change", case("/v1/auth/email/change", email, Sees::NothingOfIt)),
        (
            "POST /v1/auth/email/verification-request",
            case("/v1/auth/email/verification-request", Value::Null, Sees::NothingOfIt),
        ),
    ])
}
