//! The club's own roles.

use futures::future::join_all;
use kernel::Role;
use serde_json::{Value, json};
use testkit::Answer;

use crate::{
    members::{put_roles, staff, started},
    world::{Person, World},
};

async fn make(world: &World, token: &str, body: Value) -> Answer {
    world.test.post("/v1/roles", token, body).await
}

async fn change(world: &World, token: &str, role: &str, body: Value) -> Answer {
    world.test.patch(&format!("/v1/roles/{role}"), token, body).await
}

async fn remove(world: &World, token: &str, role: &str) -> Answer {
    world.test.delete(&format!("/v1/roles/{role}"), token).await
}

fn porter(permissions: &[&str]) -> Value {
    json!({ "name": "night_porter", "description": "Locks up", "permissions": permissions })
}

async fn may(world: &World, person: &Person, club: &str) -> Value {
    let token = world.log_in(&person.email, club).await;
    world.test.get("/v1/auth/permissions", &token).await.data(200)["permissions"].clone()
}

#[tokio::test]
async fn a_club_makes_changes_and_removes_a_role() {
    let (world, club) = started().await;
    let token = &club.owner.token;
    let made =
        make(&world, token, porter(&["profile:self", "facility:read", "booking:manage"])).await;
    assert_eq!(made.header("location"), Some("/v1/roles/night_porter"));
    assert_eq!(made.header("etag"), Some("\"1\""));
    let made = made.data(201);
    assert_eq!((&made["name"], &made["built_in"]), (&json!("night_porter"), &json!(false)));
    let ana = staff(&world, &club, "ana", json!({ "roles": ["night_porter"] })).await;
    assert_eq!(
        may(&world, &ana, "norte").await,
        json!(["profile:self", "facility:read", "booking:manage"])
    );

    let body = json!({ "permissions": ["profile:self", "facility:read", "payment:read"] });
    let changed = change(&world, token, "night_porter", body.clone()).await;
    assert_eq!(changed.header("etag"), Some("\"2\""));
    assert_eq!(changed.data(200)["description"], "Locks up");
    let same = change(&world, token, "night_porter", body).await;
    assert_eq!(same.header("etag"), Some("\"2\""), "what changes nothing keeps the version");
    assert_eq!(
        may(&world, &ana, "norte").await,
        json!(["profile:self", "facility:read", "payment:read"])
    );
    let body = json!({ "description": "Opens up, too" });
    assert_eq!(
        change(&world, token, "night_porter", body).await.data(200)["description"],
        "Opens up, too"
    );

    remove(&world, token, "night_porter").await.refused(409, "ROLE_IN_USE");
    put_roles(&world, token, ana.account, json!({ "roles": ["member"] })).await.data(200);
    assert_eq!(remove(&world, token, "night_porter").await.status, 204);
    remove(&world, token, "night_porter").await.refused(404, "ROLE_NOT_FOUND");
    world.test.get("/v1/roles/night_porter", token).await.refused(404, "ROLE_NOT_FOUND");
    let back = put_roles(&world, token, ana.account, json!({ "roles": ["night_porter"] })).await;
    back.refused(422, "ROLE_UNKNOWN");
}

#[tokio::test]
async fn a_role_that_somebody_holds_at_a_venue_is_in_use() {
    let (world, club) = started().await;
    let token = &club.owner.token;
    make(&world, token, porter(&["facility:read"])).await.data(201);
    let (venue, _) = world.venue(&club, 0).await;
    let there =
        json!({ "roles": ["member"], "venue_roles": { venue.to_string(): ["night_porter"] } });
    staff(&world, &club, "ana", there).await;
    remove(&world, token, "night_porter").await.refused(409, "ROLE_IN_USE");
}

#[tokio::test]
async fn all_roles_and_all_that_can_be_allowed_are_listed() {
    let (world, club) = started().await;
    make(&world, &club.owner.token, porter(&["facility:read"])).await.data(201);
    let coach = staff(&world, &club, "ana", json!({ "roles": ["coach"] })).await;
    let roles = world.test.get("/v1/roles", &coach.token).await.data(200);
    let names: Vec<_> = roles.as_array().unwrap().iter().map(|role| role["name"].clone()).collect();
    let expected =
        ["owner", "admin", "manager", "coach", "front_desk", "member", "guest", "night_porter"];
    assert_eq!(names, expected.map(Value::from));
    assert_eq!(roles[5]["permissions"], json!(["profile:self", "facility:read", "booking:self"]));
    let own = world.test.get("/v1/roles/night_porter", &coach.token).await;
    assert_eq!(own.header("etag"), Some("\"1\""));
    assert_eq!(own.data(200)["permissions"], json!(["facility:read"]));
    let built_in = world.test.get("/v1/roles/guest", &coach.token).await.data(200);
    assert_eq!((&built_in["built_in"], &built_in["description"]), (&json!(true), &Value::Null));
    for nothing in ["nobody", "operator", "No"] {
        let answer = world.test.get(&format!("/v1/roles/{nothing}"), &coach.token).await;
        assert_eq!(answer.status, 404, "{nothing}");
    }

    let all = world.test.get("/v1/permissions", &coach.token).await.data(200);
    let all = all.as_array().unwrap();
    assert!(all.iter().all(|it| it["description"].as_str().unwrap().len() > 10), "{all:?}");
    assert!(!all.iter().any(|it| it["permission"] == "platform:clubs"));
    let owning = all.iter().find(|it| it["permission"] == "club:own").unwrap();
    assert_eq!(owning["grantable"], false);
    assert_eq!(all.iter().filter(|it| it["grantable"] == true).count(), all.len() - 1);
}

#[tokio::test]
async fn nobody_puts_into_a_role_or_takes_out_of_it_what_they_lack() {
    let (world, club) = started().await;
    let owner = &club.owner.token;
    let people = json!({ "name": "people", "permissions": ["profile:self", "role:manage"] });
    make(&world, owner, people).await.data(201);
    make(&world, owner, porter(&["profile:self", "audit:read"])).await.data(201);
    let ana = staff(&world, &club, "ana", json!({ "roles": ["people"] })).await;
    let token = &ana.token;
    let more = json!({ "name": "more", "permissions": ["key:manage"] });
    let error = make(&world, token, more).await.refused(403, "GRANT_EXCEEDS_OWN");
    assert_eq!(error["details"]["lacking"], json!(["key:manage"]));
    let raise = json!({ "permissions": ["profile:self", "role:manage", "key:manage"] });
    change(&world, token, "people", raise).await.refused(403, "GRANT_EXCEEDS_OWN");
    let lower = json!({ "permissions": ["profile:self"] });
    change(&world, token, "night_porter", lower).await.refused(403, "GRANT_EXCEEDS_OWN");
    remove(&world, token, "night_porter").await.refused(403, "GRANT_EXCEEDS_OWN");
    // What stays is not asked about.
    let beside = json!({ "permissions": ["audit:read"] });
    change(&world, token, "night_porter", beside).await.data(200);
    let fewer = json!({ "name": "fewer", "permissions": ["profile:self"] });
    make(&world, token, fewer).await.data(201);
    assert_eq!(remove(&world, token, "fewer").await.status, 204);

    for wrong in ["club:own", "platform:clubs"] {
        let answer = make(&world, owner, json!({ "name": "chief", "permissions": [wrong] })).await;
        answer.refused(422, "PERMISSION_NOT_GRANTABLE");
        let answer = change(&world, owner, "people", json!({ "permissions": [wrong] })).await;
        answer.refused(422, "PERMISSION_NOT_GRANTABLE");
    }
    put_roles(&world, owner, ana.account, json!({ "roles": ["member"] })).await.data(200);
    let late = json!({ "name": "late", "permissions": ["profile:self"] });
    make(&world, token, late).await.refused(403, "PERMISSION_MISSING");
    change(&world, token, "people", json!({})).await.refused(403, "PERMISSION_MISSING");
    remove(&world, token, "people").await.refused(403, "PERMISSION_MISSING");
}

#[tokio::test]
async fn built_in_roles_stay_as_they_are() {
    let (world, club) = started().await;
    let token = &club.owner.token;
    for name in ["owner", "member", "operator"] {
        let body = json!({ "name": name, "permissions": ["facility:read"] });
        make(&world, token, body).await.refused(409, "ROLE_EXISTS");
    }
    change(&world, token, "guest", json!({ "description": "x" }))
        .await
        .refused(409, "ROLE_BUILT_IN");
    remove(&world, token, "guest").await.refused(409, "ROLE_BUILT_IN");
    change(&world, token, "nobody", json!({})).await.refused(404, "ROLE_NOT_FOUND");
}

#[tokio::test]
async fn a_bad_role_is_refused() {
    let (world, club) = started().await;
    let token = &club.owner.token;
    for body in [
        json!({ "permissions": ["facility:read"] }),
        json!({ "name": "Night Porter", "permissions": ["facility:read"] }),
        json!({ "name": "porter", "permissions": ["moon:fly"] }),
        json!({ "name": "porter", "permissions": ["facility:read"], "version": 7 }),
    ] {
        make(&world, token, body).await.refused(422, "BODY_INVALID");
    }
    make(&world, token, porter(&[])).await.refused(422, "VALIDATION_FAILED");
    let mut long = porter(&["facility:read"]);
    long["description"] = json!("x".repeat(201));
    make(&world, token, long).await.refused(422, "VALIDATION_FAILED");
    make(&world, token, porter(&["facility:read"])).await.data(201);
    make(&world, token, porter(&["facility:read"])).await.refused(409, "ROLE_EXISTS");
    let empty = json!({ "permissions": [] });
    change(&world, token, "night_porter", empty).await.refused(422, "VALIDATION_FAILED");
}

#[tokio::test]
async fn an_old_version_of_a_role_is_not_changed_and_a_proof_must_be_fresh() {
    let (world, club) = started().await;
    let token = &club.owner.token;
    make(&world, token, porter(&["facility:read"])).await.data(201);
    let with = async |method: &str, version: &str, body: Value| {
        let call = world.test.call(method, "/v1/roles/night_porter").token(token);
        call.header("if-match", version).json(&body).send().await
    };
    with("PATCH", "\"1\"", json!({ "description": "a" })).await.data(200);
    with("PATCH", "\"1\"", json!({ "description": "b" })).await.refused(412, "STALE_VERSION");
    with("DELETE", "\"1\"", json!({})).await.refused(412, "STALE_VERSION");
    let mut claims = world.test.claims(club.owner.account, Some(club.id), &[Role::Owner]);
    claims.auth_time -= 901;
    let stale = world.test.keys.sign(&claims);
    let other = json!({ "name": "other", "permissions": ["facility:read"] });
    make(&world, &stale, other).await.refused(403, "STEP_UP_REQUIRED");
    change(&world, &stale, "night_porter", json!({})).await.refused(403, "STEP_UP_REQUIRED");
    remove(&world, &stale, "night_porter").await.refused(403, "STEP_UP_REQUIRED");
    assert_eq!(with("DELETE", "\"2\"", json!({})).await.status, 204);
}

#[tokio::test]
async fn a_club_has_at_most_fifty_roles_of_its_own() {
    let (world, club) = started().await;
    let token = &club.owner.token;
    for number in 0..50 {
        let body = json!({ "name": format!("role_{number}"), "permissions": ["facility:read"] });
        make(&world, token, body).await.data(201);
    }
    make(&world, token, porter(&["facility:read"])).await.refused(409, "TOO_MANY_ROLES");
    assert_eq!(remove(&world, token, "role_7").await.status, 204);
    make(&world, token, porter(&["facility:read"])).await.data(201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_changes_of_one_version_one_succeeds() {
    let (world, club) = started().await;
    let token = &club.owner.token;
    let makes = (0..4).map(|_| make(&world, token, porter(&["facility:read"])));
    let statuses: Vec<_> = join_all(makes).await.iter().map(|it| it.status.as_u16()).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| [201, 409].contains(status)), "{statuses:?}");
    let changes = (0..4).map(|n| {
        let call = world.test.call("PATCH", "/v1/roles/night_porter").token(token);
        let body = json!({ "description": format!("try {n}") });
        call.header("if-match", "\"1\"").json(&body).send()
    });
    let statuses: Vec<_> = join_all(changes).await.iter().map(|it| it.status.as_u16()).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| [200, 412].contains(status)), "{statuses:?}");
}
