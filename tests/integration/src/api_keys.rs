//! Keys for programs.

use futures::future::join_all;
use kernel::{AccountId, ApiKeyId, Permission, Role, jiff::SignedDuration};
use serde_json::{Value, json};
use testkit::Answer;

use crate::world::{Club, World};

struct Place {
    world: World,
    club: Club,
}

async fn start() -> Place {
    let (world, club) = World::with_club().await;
    Place { world, club }
}

struct Key {
    id: String,
    text: String,
}

fn wanted(permissions: &[&str]) -> Value {
    json!({ "name": "Website", "permissions": permissions })
}

impl Place {
    async fn ask(&self, token: &str, body: Value) -> Answer {
        self.world.test.post("/v1/api-keys", token, body).await
    }

    async fn make(&self, body: Value) -> Key {
        let made = self.ask(&self.club.owner.token, body).await.data(201);
        let text = |field: &str| made[field].as_str().unwrap().to_owned();
        Key { id: text("id"), text: text("key") }
    }

    async fn read(&self, key: &Key) -> Answer {
        self.world.test.get("/v1/venues", &key.text).await
    }

    async fn change(&self, key: &Key) -> Answer {
        let body = json!({ "name": "Sede Sur", "time_zone": "America/Lima" });
        self.world.test.post("/v1/venues", &key.text, body).await
    }

    async fn list(&self, token: &str) -> Vec<Value> {
        let keys = self.world.test.get("/v1/api-keys?limit=100", token).await.data(200);
        keys.as_array().unwrap().clone()
    }

    async fn revoke(&self, token: &str, id: &str) -> Answer {
        self.world.test.delete(&format!("/v1/api-keys/{id}"), token).await
    }

    fn advance(&self, seconds: i64) {
        self.world.test.clock.advance(SignedDuration::from_secs(seconds));
    }

    /// An access token of the owner that is good at this moment.
    async fn owner(&self) -> String {
        self.world.log_in(&self.club.owner.email, &self.club.slug).await
    }
}

#[tokio::test]
async fn a_key_does_what_it_was_given_and_nothing_else() {
    let place = start().await;
    let answer = place.ask(&place.club.owner.token, wanted(&["facility:read", "facility:read"]));
    let answer = answer.await;
    let location = answer.header("location").unwrap().to_owned();
    let made = answer.data(201);
    let (id, text) = (made["id"].as_str().unwrap(), made["key"].as_str().unwrap());
    assert_eq!(location, format!("/v1/api-keys/{id}"));
    assert_eq!(made["permissions"], json!(["facility:read"]));
    assert_eq!(made["created_by"], json!(place.club.owner.account));
    assert_eq!(made["expires_at"], Value::Null);
    assert!(text.starts_with("cpk_") && text.len() == 4 + 86, "{text}");
    assert!(text.starts_with(made["prefix"].as_str().unwrap()));

    let key = Key { id: id.to_owned(), text: text.to_owned() };
    place.read(&key).await.data(200);
    place.change(&key).await.refused(403, "PERMISSION_MISSING");
    let listed = place.list(&place.club.owner.token).await;
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0]["name"], "Website");
    assert!(!listed[0].to_string().contains(&text[12..]), "a list shows no key");
}

#[tokio::test]
async fn only_a_key_s_hash_is_kept_even_where_the_answer_would_be_repeated() {
    let place = start().await;
    let ask = || {
        let call = place.world.test.call("POST", "/v1/api-keys").token(&place.club.owner.token);
        call.header("idempotency-key", "one").json(&wanted(&["facility:read"])).send()
    };
    let first = ask().await.data(201);
    let text = first["key"].as_str().unwrap();
    place.world.test.get("/v1/venues", text).await.data(200);
    let kept = Value::from(place.world.test.database.all_items()).to_string();
    assert!(!kept.contains(&text[12..]) && !kept.contains(&text[50..]));
    let again = ask().await;
    assert_eq!(again.header("idempotency-replayed"), None);
    assert_ne!(again.data(201)["key"], first["key"], "a repetition makes another key");
}

#[tokio::test]
async fn nobody_gives_a_key_what_they_lack() {
    let place = start().await;
    let claims = place.world.test.claims(AccountId::new(), Some(place.club.id), &[Role::Member]);
    let mut claims = claims;
    claims.permissions.insert(Permission::KeyManage);
    let token = place.world.test.keys.sign(&claims);
    let refused = place.ask(&token, wanted(&["facility:read", "ledger:read"])).await;
    let error = refused.refused(403, "GRANT_EXCEEDS_OWN");
    assert_eq!(error["details"]["permission"], "ledger:read");
    place.ask(&token, wanted(&["facility:read"])).await.data(201);
    // Not even the owner makes a key an owner, nor an operator.
    for permission in ["club:own", "platform:clubs"] {
        let refused = place.ask(&place.club.owner.token, wanted(&[permission])).await;
        refused.refused(403, "GRANT_EXCEEDS_OWN");
    }
    assert_eq!(place.list(&place.club.owner.token).await.len(), 1);
}

#[tokio::test]
async fn a_key_that_is_asked_for_wrongly_is_not_made() {
    let place = start().await;
    let with = |field: &str, value: Value| {
        let mut body = wanted(&["facility:read"]);
        body[field] = value;
        body
    };
    for (body, code) in [
        (with("name", json!("")), "VALIDATION_FAILED"),
        (with("name", json!("x".repeat(101))), "VALIDATION_FAILED"),
        (with("name", json!("a\u{7}b")), "VALIDATION_FAILED"),
        (with("permissions", json!([])), "VALIDATION_FAILED"),
        (with("permissions", json!(["moon:fly"])), "BODY_INVALID"),
        (with("expires_in_days", json!(0)), "VALIDATION_FAILED"),
        (with("expires_in_days", json!(366)), "VALIDATION_FAILED"),
        (with("roles", json!(["owner"])), "BODY_INVALID"),
    ] {
        place.ask(&place.club.owner.token, body).await.refused(422, code);
    }
    assert_eq!(place.list(&place.club.owner.token).await, [Value::Null; 0]);
}

#[tokio::test]
async fn a_revoked_key_changes_nothing_at_once_and_reads_nothing_within_a_minute() {
    let place = start().await;
    let key = place.make(wanted(&["facility:read", "facility:manage"])).await;
    place.read(&key).await.data(200);
    place.change(&key).await.data(201);
    let answer = place.revoke(&place.club.owner.token, &key.id).await;
    assert_eq!(answer.status, 204);
    place.read(&key).await.data(200);
    place.change(&key).await.refused(401, "KEY_REVOKED");
    place.read(&key).await.refused(401, "KEY_REVOKED");
    place.advance(61);
    place.read(&key).await.refused(401, "KEY_REVOKED");
    assert_eq!(place.list(&place.club.owner.token).await, [Value::Null; 0]);
    let again = place.revoke(&place.club.owner.token, &key.id).await;
    again.refused(404, "KEY_NOT_FOUND");
    // Long after its bar has lapsed.
    place.advance(3_600);
    place.change(&key).await.refused(401, "KEY_REVOKED");
}

#[tokio::test]
async fn a_key_expires() {
    let place = start().await;
    let mut body = wanted(&["facility:read"]);
    body["expires_in_days"] = json!(1);
    let key = place.make(body).await;
    place.advance(24 * 3_600 - 1);
    place.read(&key).await.data(200);
    place.advance(1);
    place.read(&key).await.refused(401, "KEY_EXPIRED");
    // It is shown, and counts, until it is revoked.
    let owner = place.owner().await;
    assert_eq!(place.list(&owner).await.len(), 1);
    assert_eq!(place.revoke(&owner, &key.id).await.status, 204);
}

#[tokio::test]
async fn a_key_is_its_club_s_alone() {
    let place = start().await;
    let other = place.world.club("sur").await;
    place.world.drain().await;
    let key = place.make(wanted(&["facility:read", "facility:manage"])).await;
    let (venue, _) = place.world.venue(&other, 0).await;
    let path = format!("/v1/venues/{venue}");
    assert_eq!(place.world.test.get(&path, &key.text).await.status, 404);
    place.revoke(&other.owner.token, &key.id).await.refused(404, "KEY_NOT_FOUND");
    let nobody_s = ApiKeyId::new().to_string();
    place.revoke(&other.owner.token, &nobody_s).await.refused(404, "KEY_NOT_FOUND");
    assert_eq!(place.list(&other.owner.token).await, [Value::Null; 0]);
    place.change(&key).await.data(201);
}

#[tokio::test]
async fn a_bent_key_is_unknown_to_the_function_and_to_the_authorizer() {
    let place = start().await;
    let key = place.make(wanted(&["facility:read"])).await;
    let last = if key.text.ends_with('A') { "Q" } else { "A" };
    let bent = [
        "cpk_".to_owned(),
        format!("{}{last}", &key.text[..89]),
        key.text[..89].to_owned(),
        format!("cpk_{}", "A".repeat(86)),
        format!("{}x{}", &key.text[..60], &key.text[61..]),
    ];
    for text in bent.iter().filter(|text| **text != key.text) {
        place.world.test.get("/v1/venues", text).await.refused(401, "KEY_UNKNOWN");
        let event = json!({ "identitySource": [format!("Bearer {text}")] });
        let told = authorizer::handle(place.world.test.app.clone(), event).await.unwrap();
        assert_eq!(told["context"], json!({ "refusal": "KEY_UNKNOWN" }));
    }
}

#[tokio::test]
async fn the_authorizer_knows_a_key_as_the_function_does() {
    let place = start().await;
    let key = place.make(wanted(&["facility:read"])).await;
    let event = json!({ "identitySource": [format!("Bearer {}", key.text)] });
    let told = authorizer::handle(place.world.test.app.clone(), event.clone()).await.unwrap();
    assert_eq!(told["context"]["club_id"], json!(place.club.id));
    let account = told["context"]["account_id"].as_str().unwrap();
    assert_eq!(account.replace("acc_", "key_"), key.id);
    let call = place.world.test.call("GET", "/v1/venues").token(&key.text);
    call.authorized(&told).send().await.data(200);
    // What the gateway remembers of a refusal is answered with its code.
    let refused = json!({ "context": { "refusal": "KEY_EXPIRED" } });
    let call = place.world.test.call("GET", "/v1/venues").token(&key.text);
    call.authorized(&refused).send().await.refused(401, "KEY_EXPIRED");
    place.revoke(&place.club.owner.token, &key.id).await;
    place.advance(61);
    let told = authorizer::handle(place.world.test.app.clone(), event).await.unwrap();
    assert_eq!(told["context"], json!({ "refusal": "KEY_REVOKED" }));
}

#[tokio::test]
async fn a_key_proves_nobody_s_presence() {
    let place = start().await;
    let key = place.make(wanted(&["key:manage"])).await;
    let refused = place.ask(&key.text, wanted(&["key:manage"])).await;
    refused.refused(403, "STEP_UP_REQUIRED");
    place.world.test.get("/v1/api-keys", &key.text).await.data(200);
    // An old proof is not enough, either.
    let mut claims = place.world.test.claims(AccountId::new(), Some(place.club.id), &[Role::Owner]);
    claims.auth_time -= 15 * 60 + 1;
    let token = place.world.test.keys.sign(&claims);
    place.ask(&token, wanted(&["facility:read"])).await.refused(403, "STEP_UP_REQUIRED");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_club_has_fifty_keys_however_many_are_asked_for_at_once() {
    let place = start().await;
    for _ in 0..46 {
        place.make(wanted(&["facility:read"])).await;
    }
    let more =
        join_all((0..8).map(|_| place.ask(&place.club.owner.token, wanted(&["facility:read"]))))
            .await;
    assert_eq!(more.iter().filter(|answer| answer.status == 201).count(), 4);
    for answer in more.into_iter().filter(|answer| answer.status != 201) {
        answer.refused(409, "KEY_LIMIT_REACHED");
    }
    let keys = place.list(&place.club.owner.token).await;
    assert_eq!(keys.len(), 50);
    // One that is revoked by many at once makes room once.
    let id = keys[0]["id"].as_str().unwrap();
    let all = join_all((0..4).map(|_| place.revoke(&place.club.owner.token, id))).await;
    assert_eq!(all.iter().filter(|answer| answer.status == 204).count(), 1);
    place.make(wanted(&["facility:read"])).await;
    let full = place.ask(&place.club.owner.token, wanted(&["facility:read"])).await;
    full.refused(409, "KEY_LIMIT_REACHED");
}

#[tokio::test]
async fn a_key_s_last_use_is_noted_once_an_hour() {
    let place = start().await;
    let key = place.make(wanted(&["facility:read"])).await;
    assert_eq!(place.list(&place.club.owner.token).await[0]["last_used_at"], Value::Null);
    let first = kernel::timestamp_text(place.world.now());
    for seconds in [0, 30, 61, 3_000] {
        place.advance(seconds);
        place.read(&key).await.data(200);
    }
    let owner = place.owner().await;
    assert_eq!(place.list(&owner).await[0]["last_used_at"], json!(first));
    place.advance(600);
    place.read(&key).await.data(200);
    assert_ne!(place.list(&owner).await[0]["last_used_at"], json!(first));
}
