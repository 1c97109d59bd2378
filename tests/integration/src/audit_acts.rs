//! Sensitive acts are in the club's log, each with who did it, and none with what people may wish forgotten.

use serde_json::{Value, json};

use crate::world::{Club, Person, World};

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
        "invitation.accepted",
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

/// What the club's log says of this target: who did what, oldest first.
async fn told(world: &World, club: &Club, target: &str) -> Vec<(String, String)> {
    let path = format!("/v1/audit-log?limit=100&target={target}");
    let log = world.test.get(&path, &club.owner.token).await.data(200);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let records = log.as_array().unwrap().iter().rev();
    records.map(|it| (text(&it["actor"]), text(&it["action"]))).collect()
}

async fn child_of(world: &World, guardian: &Person) -> String {
    let child = json!({ "name": "Nina", "birth_date": "2015-05-01" });
    let path = "/v1/users/me/children";
    let child = world.test.post(path, &guardian.token, child).await.data(201);
    child["id"].as_str().unwrap().to_owned()
}

/// Writes all that people write of themselves, of this person.
async fn write_all_of(world: &World, whom: &str, token: &str, level: Value) {
    let of = |rest: &str| format!("/v1/users/{whom}/{rest}");
    let put =
        async |rest: &str, body: Value| world.test.put(&of(rest), token, body).await.data(200);
    let contact = json!({ "name": "Juana", "phone": "+5491122334455", "relation": "mother" });
    put("emergency-contact", contact).await;
    put("sports/padel", json!({ "level": level })).await;
    put("sports/padel", json!({ "hand": "left" })).await;
    put("availability", json!({ "weekly": {} })).await;
    for rest in ["sports/padel", "emergency-contact"] {
        assert_eq!(world.test.delete(&of(rest), token).await.status, 204);
    }
}

const WRITTEN: [&str; 6] = [
    "emergency_contact.changed",
    "level.assessed",
    "sport.changed",
    "availability.changed",
    "sport.removed",
    "emergency_contact.removed",
];

#[tokio::test]
async fn what_is_done_for_others_is_in_the_log_and_what_one_does_oneself_is_not() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let ana = world.member(&club, "ana").await;
    let whom = ana.account.to_string();
    write_all_of(&world, "me", &ana.token, json!(1.5)).await;
    world.test.patch("/v1/users/me", &ana.token, json!({ "name": "Ana Sol" })).await.data(200);
    assert_eq!(told(&world, &club, &whom).await, []);

    let owner = club.owner.account.to_string();
    write_all_of(&world, &whom, &club.owner.token, json!(2.25)).await;
    let by = |actor: &str| WRITTEN.map(|action| (actor.to_owned(), action.to_owned())).to_vec();
    assert_eq!(told(&world, &club, &whom).await, by(&owner));
    let path = "/v1/audit-log?action=level.assessed";
    let log = world.test.get(path, &club.owner.token).await.data(200);
    assert_eq!(log[0]["after"], json!({ "sport": "padel", "level": 2.25 }));

    // What is refused is not told.
    let path = format!("/v1/users/{whom}/emergency-contact");
    let again = world.test.delete(&path, &club.owner.token).await;
    again.refused(404, "EMERGENCY_CONTACT_NOT_FOUND");
    assert_eq!(told(&world, &club, &whom).await.len(), WRITTEN.len());

    let (nina, guardian) = (child_of(&world, &ana).await, ana.account.to_string());
    write_all_of(&world, &nina, &ana.token, json!(1)).await;
    let path = format!("/v1/users/me/children/{nina}");
    let named = json!({ "name": "Nina Sol" });
    world.test.patch(&path, &ana.token, named.clone()).await.data(200);
    world.test.patch(&path, &ana.token, named).await.data(200);
    let mut expected = by(&guardian);
    expected.insert(0, (guardian.clone(), "child.created".to_owned()));
    expected.push((guardian, "profile.changed".to_owned()));
    assert_eq!(told(&world, &club, &nina).await, expected, "and no change is none");
    let log = world.test.get("/v1/audit-log?limit=100", &club.owner.token).await.data(200);
    for personal in ["Juana", "+5491122334455", "Nina", "Ana Sol"] {
        assert!(!log.to_string().contains(personal), "the log says {personal}");
    }
    world.drain().await;
}

#[tokio::test]
async fn answers_to_the_club_s_documents_are_in_the_log() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let ana = world.member(&club, "ana").await;
    let nina = child_of(&world, &ana).await;
    let path = "/v1/consent-documents/rules";
    let body = json!({ "title": "Rules", "text": "Be kind.", "for": "everyone", "required": true });
    world.test.put(path, &club.owner.token, body).await.data(200);
    let answer = async |whom: &str, granted: bool| {
        let body = json!({ "document": "rules", "version": 1, "granted": granted });
        world.test.post(&format!("/v1/users/{whom}/consents"), &ana.token, body).await
    };
    answer("me", true).await.data(201);
    answer("me", true).await.data(200);
    answer("me", false).await.data(201);
    answer(&nina, true).await.data(201);
    let path = "/v1/audit-log?action=consent.";
    let log = world.test.get(path, &club.owner.token).await.data(200);
    let log: Vec<_> = log.as_array().unwrap().iter().rev().cloned().collect();
    let told: Vec<_> = log.iter().map(|it| (&it["target"], &it["after"]["granted"])).collect();
    let (own, child) = (json!(ana.account), json!(nina));
    assert_eq!(told, [(&own, &json!(true)), (&own, &json!(false)), (&child, &json!(true))]);
    assert!(log.iter().all(|it| it["actor"] == own && it["action"] == "consent.answered"));
    assert_eq!(log[0]["after"], json!({ "document": "rules", "version": 1, "granted": true }));
    world.drain().await;
}

#[tokio::test]
async fn whoever_registers_with_an_invitation_is_in_the_log_once() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let owner = &club.owner.token;
    let email = "eve@example.org";
    let wanted = json!({ "email": email, "roles": ["member"] });
    let invitation = world.test.post("/v1/invitations", owner, wanted).await.data(201);
    let ana = world.member(&club, "ana").await;
    let nina = child_of(&world, &ana).await;
    let path = format!("/v1/users/me/children/{nina}/promote");
    let wanted = json!({ "email": "nina@example.org" });
    let promotion = world.test.post(&path, &ana.token, wanted).await.data(202);
    world.drain().await;
    let register = async |email: &str| {
        let body = json!({
            "club": "norte", "email": email, "password": "correct horse battery", "name": "Somebody",
            "invitation": world.invitation_of(email),
        });
        world.test.call("POST", "/v1/auth/register").json(&body).send().await
    };
    let eve = register(email).await.data(201);
    register(email).await.refused(409, "INVITATION_USED");
    assert_eq!(register("nina@example.org").await.data(201)["account_id"], json!(nina));
    let accepted = async |id: &Value| {
        let all = told(&world, &club, id.as_str().unwrap()).await;
        all.into_iter().filter(|(_, action)| action == "invitation.accepted").collect::<Vec<_>>()
    };
    let by =
        |who: &Value| vec![(who.as_str().unwrap().to_owned(), "invitation.accepted".to_owned())];
    assert_eq!(accepted(&invitation["id"]).await, by(&eve["account_id"]));
    assert_eq!(accepted(&promotion["invitation_id"]).await, by(&json!(nina)));
    world.drain().await;
}
