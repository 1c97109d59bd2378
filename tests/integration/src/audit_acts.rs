//! Sensitive acts are in the club's log, each with who did it, and none with what people may wish forgotten.

use serde_json::{Value, json};

use crate::world::World;

#[tokio::test]
async fn what_the_owner_does_to_people_and_rights_is_in_the_log() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let ana = world.member(&club, "ana").await;
    let owner = &club.owner.token;
    let post = |path: String, body: Value| world_post(&world, owner, path, body);
    post("/v1/roles".into(), json!({ "name": "porter", "permissions": ["facility:read"] })).await;
    let invitation = json!({ "email": "eve@example.org", "roles": ["porter"] });
    let invitation = post("/v1/invitations".into(), invitation).await;
    let invitation = invitation["id"].as_str().unwrap().to_owned();
    post(format!("/v1/invitations/{invitation}/resend"), Value::Null).await;
    let path = format!("/v1/invitations/{invitation}");
    assert_eq!(world.test.delete(&path, owner).await.status, 204);
    let key = json!({ "name": "Website", "permissions": ["facility:read"] });
    let key = post("/v1/api-keys".into(), key).await;
    let path = format!("/v1/api-keys/{}", key["id"].as_str().unwrap());
    assert_eq!(world.test.delete(&path, owner).await.status, 204);
    let member = format!("/v1/members/{}", ana.account);
    let roles = json!({ "roles": ["member", "porter"] });
    world.test.put(&format!("{member}/roles"), owner, roles).await.data(200);
    post(format!("{member}/suspend"), Value::Null).await;
    post(format!("{member}/reinstate"), Value::Null).await;
    let name = json!({ "name": "Ana Nova" });
    world.test.patch(&format!("/v1/users/{}", ana.account), owner, name).await.data(200);
    assert_eq!(world.test.delete(&member, owner).await.status, 204);
    let members = json!({ "members": [{ "email": "dora@example.org", "name": "Dora" }] });
    post("/v1/users/import".into(), members).await;
    world.drain().await;

    let log = world.test.get("/v1/audit-log?limit=100", owner).await.data(200);
    let log = log.as_array().unwrap();
    let mut actions: Vec<_> = log.iter().map(|it| it["action"].as_str().unwrap()).collect();
    actions.reverse();
    let expected = [
        "role.created",
        "invitation.created",
        "invitation.resent",
        "invitation.revoked",
        "api_key.created",
        "api_key.revoked",
        "member.roles_changed",
        "member.suspended",
        "member.reinstated",
        "profile.changed",
        "member.expelled",
        "members.imported",
    ];
    assert_eq!(actions, expected);
    assert!(log.iter().all(|it| it["actor"] == json!(club.owner.account)));
    let text = json!(log).to_string();
    for personal in ["eve@example.org", "dora@example.org", ana.email.as_str(), "Ana Nova"] {
        assert!(!text.contains(personal), "the log says {personal}");
    }
    let verdict = world.test.get("/v1/audit-log/verify", owner).await.data(200);
    assert_eq!(verdict["intact"], true);
}

async fn world_post(world: &World, token: &str, path: String, body: Value) -> Value {
    let answer = world.test.post(&path, token, body).await;
    assert!(answer.status.is_success(), "{path}: {}", answer.body);
    answer.body["data"].clone()
}
