//! Identity providers, domains, identities.

use serde_json::{Value, json};

use super::{Cases, Sees, case, foreign, own, platform};
use crate::world::{Club, World};

/// What a club has there.
pub(super) struct Things {
    provider: String,
    identity: String,
    state: Value,
}

const DOMAIN: &str = "theirs.example.org";

pub(super) async fn things(world: &World, club: &Club) -> Things {
    let clock = world.test.clock.clone();
    let oidc = local::oidc::Oidc::start(clock, local::oidc::Algorithm::Es256).await.unwrap();
    let token = &club.owner.token;
    let provider = json!({
        "name": "Theirs", "issuer": oidc.url(), "client_id": local::oidc::CLIENT_ID,
        "client_secret": local::oidc::CLIENT_SECRET,
        "redirect_uris": ["https://app.sur.example.org/back"],
    });
    let provider = world.test.post("/v1/identity-providers", token, provider).await.data(201);
    let provider = provider["id"].as_str().unwrap().to_owned();
    let domain = json!({ "domain": DOMAIN });
    world.test.post("/v1/domains", token, domain).await.data(201);
    let start = async || {
        let body = json!({ "provider_id": provider });
        let started = world.test.post("/v1/auth/sso/link", token, body).await.data(200);
        let url = started["authorization_url"].as_str().unwrap().to_owned();
        let back = oidc.approve(&url).await.unwrap();
        json!({
            "state": back.state, "code": back.code, "browser_key": started["browser_key"],
            "iss": back.iss,
        })
    };
    let linked = start().await;
    let linked = world.test.post("/v1/auth/sso/link/complete", token, linked).await.data(200);
    let identity = linked["id"].as_str().unwrap().to_owned();
    Things { state: start().await, provider, identity }
}

pub(super) fn cases(Things { provider, identity, state }: &Things) -> Cases {
    let ours = json!({
        "name": "Ours", "issuer": "https://accounts.google.com", "client_id": "ours",
        "client_secret": "ours", "redirect_uris": ["https://app.norte.example.org/back"],
    });
    let mut for_all = ours.clone();
    for_all["key"] = json!("google");
    for_all["trusts"] = json!({ "rule": "verified_email" });
    let google = "/v1/admin/identity-providers/google";
    let one = format!("/v1/identity-providers/{provider}");
    Cases::from([
        (
            "POST /v1/auth/sso/link",
            case("/v1/auth/sso/link", json!({ "provider_id": provider }), Sees::NotFound),
        ),
        (
            "POST /v1/auth/sso/link/complete",
            case("/v1/auth/sso/link/complete", state.clone(), Sees::NotFound),
        ),
        ("GET /v1/auth/identities", own("/v1/auth/identities")),
        (
            "DELETE /v1/auth/identities/{identity_id}",
            foreign(format!("/v1/auth/identities/{identity}")),
        ),
        ("POST /v1/identity-providers", case("/v1/identity-providers", ours, Sees::NothingOfIt)),
        ("GET /v1/identity-providers", own("/v1/identity-providers")),
        ("GET /v1/identity-providers/{provider_id}", foreign(one.clone())),
        (
            "PATCH /v1/identity-providers/{provider_id}",
            case(one.clone(), json!({ "name": "Ours now" }), Sees::NotFound),
        ),
        ("DELETE /v1/identity-providers/{provider_id}", foreign(one)),
        (
            "POST /v1/admin/identity-providers",
            case("/v1/admin/identity-providers", for_all, Sees::Forbidden),
        ),
        ("GET /v1/admin/identity-providers", platform("/v1/admin/identity-providers")),
        ("GET /v1/admin/identity-providers/{key}", platform(google)),
        (
            "PATCH /v1/admin/identity-providers/{key}",
            case(google, json!({ "enabled": false }), Sees::Forbidden),
        ),
        ("DELETE /v1/admin/identity-providers/{key}", platform(google)),
        (
            "POST /v1/domains",
            case("/v1/domains", json!({ "domain": "ours.example.org" }), Sees::NothingOfIt),
        ),
        ("GET /v1/domains", own("/v1/domains")),
        ("POST /v1/domains/{domain}/verify", foreign(format!("/v1/domains/{DOMAIN}/verify"))),
        ("DELETE /v1/domains/{domain}", foreign(format!("/v1/domains/{DOMAIN}"))),
    ])
}
