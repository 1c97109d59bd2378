//! One's own profile, and other people's.

use serde_json::{Value, json};

use super::{Cases, Sees, Things, case, foreign, own};

pub(super) fn cases(other: &Things) -> Cases {
    let mut cases = own_cases();
    cases.extend(foreign_cases(&other.member));
    cases
}

fn own_cases() -> Cases {
    let document =
        json!({ "title": "Rules", "text": "Be kind.", "required": true, "for": "everyone" });
    let child = json!({ "name": "Nina", "birth_date": "2015-05-01" });
    Cases::from([
        ("GET /v1/users/me", own("/v1/users/me")),
        ("PATCH /v1/users/me", case("/v1/users/me", json!({ "name": "Bea" }), Sees::NothingOfIt)),
        ("GET /v1/person-fields", own("/v1/person-fields")),
        (
            "PUT /v1/person-fields",
            case("/v1/person-fields", json!({ "fields": [] }), Sees::NothingOfIt),
        ),
        ("GET /v1/consent-documents", own("/v1/consent-documents")),
        (
            "PUT /v1/consent-documents/{document}",
            case("/v1/consent-documents/rules", document, Sees::NothingOfIt),
        ),
        // The other club's documents have no ids; this one has no such document.
        (
            "GET /v1/consent-documents/{document}/versions/{version}",
            foreign("/v1/consent-documents/waiver/versions/1".to_owned()),
        ),
        ("GET /v1/users/me/children", own("/v1/users/me/children")),
        ("POST /v1/users/me/children", case("/v1/users/me/children", child, Sees::NothingOfIt)),
    ])
}

fn foreign_cases(member: &str) -> Cases {
    let of = |rest: &str| format!("/v1/users/{member}{rest}");
    let theirs = |rest: &str, body: Value| case(of(rest), body, Sees::NotFound);
    let child = format!("/v1/users/me/children/{member}");
    let contact = json!({ "name": "Eve", "phone": "+5491122334455", "relation": "friend" });
    let consent = json!({ "document": "rules", "version": 1, "granted": true });
    let photo = json!({ "content_type": "image/png", "bytes": 8 });
    let upload = json!({ "upload_id": "0".repeat(32) });
    Cases::from([
        ("GET /v1/users/{account_id}", foreign(of(""))),
        ("PATCH /v1/users/{account_id}", theirs("", json!({ "name": "Ours now" }))),
        ("GET /v1/users/{account_id}/emergency-contact", foreign(of("/emergency-contact"))),
        ("PUT /v1/users/{account_id}/emergency-contact", theirs("/emergency-contact", contact)),
        ("DELETE /v1/users/{account_id}/emergency-contact", foreign(of("/emergency-contact"))),
        ("GET /v1/users/{account_id}/sports", foreign(of("/sports"))),
        (
            "PUT /v1/users/{account_id}/sports/{sport}",
            theirs("/sports/padel", json!({ "level": 7.0 })),
        ),
        ("DELETE /v1/users/{account_id}/sports/{sport}", foreign(of("/sports/padel"))),
        ("GET /v1/users/{account_id}/availability", foreign(of("/availability"))),
        (
            "PUT /v1/users/{account_id}/availability",
            theirs("/availability", json!({ "weekly": {} })),
        ),
        ("GET /v1/users/{account_id}/consents", foreign(of("/consents"))),
        ("POST /v1/users/{account_id}/consents", theirs("/consents", consent)),
        ("POST /v1/users/{account_id}/photo", theirs("/photo", photo)),
        ("PUT /v1/users/{account_id}/photo", theirs("/photo", upload)),
        ("DELETE /v1/users/{account_id}/photo", foreign(of("/photo"))),
        ("GET /v1/users/me/children/{account_id}", foreign(child.clone())),
        (
            "PATCH /v1/users/me/children/{account_id}",
            case(child.clone(), json!({ "name": "Ours now" }), Sees::NotFound),
        ),
        (
            "POST /v1/users/me/children/{account_id}/promote",
            case(
                format!("{child}/promote"),
                json!({ "email": "nina@example.org" }),
                Sees::NotFound,
            ),
        ),
        ("GET /v1/users/{account_id}/guardians", foreign(of("/guardians"))),
        (
            "POST /v1/users/{account_id}/guardians",
            theirs("/guardians", json!({ "account_id": member })),
        ),
        (
            "DELETE /v1/users/{account_id}/guardians/{guardian_id}",
            foreign(of(&format!("/guardians/{member}"))),
        ),
    ])
}
