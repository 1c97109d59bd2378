//! Members whom a club brings along from elsewhere.

use futures::future::join_all;
use identity::{CredentialStatus, store};
use kernel::Role;
use serde_json::{Value, json};
use testkit::Answer;

use crate::{
    members::{staff, started},
    world::{Club, World},
};

const BCRYPT: &str = "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW";
const ARGON2ID: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$\
                        AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

async fn import(world: &World, token: &str, members: Value) -> Answer {
    world.test.post("/v1/users/import", token, json!({ "members": members })).await
}

fn outcomes(report: &Value) -> Vec<&str> {
    let rows = report["rows"].as_array().unwrap().iter();
    rows.map(|row| row["outcome"].as_str().unwrap()).collect()
}

fn counts(report: &Value) -> [u64; 4] {
    ["created", "joined", "already_member", "invalid"].map(|name| report[name].as_u64().unwrap())
}

async fn credential(world: &World, email: &str) -> identity::Credential {
    let platform = world.test.app.table().platform();
    store::credential(&platform, &email.parse().unwrap()).await.unwrap().expect("an address")
}

async fn member(world: &World, club: &Club, email: &str) -> Value {
    let path = format!("/v1/members?email={email}");
    world.test.get(&path, &club.owner.token).await.data(200)[0].clone()
}

#[tokio::test]
async fn a_club_brings_its_members_along_once() {
    let (world, club) = started().await;
    let sur = world.club("sur").await;
    let stranger = world.member(&sur, "marta").await;
    let own = world.member(&club, "ana").await;
    world.drain().await;
    let mails = world.test.cloud.mails().len();
    let before = credential(&world, &stranger.email).await;
    let rows = json!([
        { "email": "Bruno@Example.org", "name": "Bruno", "password_hash": BCRYPT, "external_id": "A-7" },
        { "email": "carla@example.org", "name": "Carla", "password_hash": ARGON2ID, "locale": "pt-BR",
          "roles": ["coach", "member"] },
        { "email": "dora@example.org", "name": "Dora" },
        { "email": stranger.email, "name": "Somebody else", "password_hash": BCRYPT },
        { "email": own.email, "name": "Another Ana", "password_hash": BCRYPT },
    ]);
    let report = import(&world, &club.owner.token, rows.clone()).await.data(200);
    let expected = ["created", "created", "created", "joined", "already_member"];
    assert_eq!(outcomes(&report), expected, "{report:#}");
    assert_eq!(counts(&report), [3, 1, 1, 0]);
    let row = &report["rows"][3];
    assert_eq!((&row["index"], &row["email"]), (&json!(3), &json!(stranger.email)));
    assert_eq!(row["account_id"], json!(stranger.account));
    assert_eq!((&row["code"], &row["message"]), (&Value::Null, &Value::Null));

    let bruno = credential(&world, "bruno@example.org").await;
    assert_eq!(bruno.password_hash.as_deref(), Some(BCRYPT));
    assert_eq!((bruno.status, bruno.verified_at), (CredentialStatus::Active, None));
    let dora = credential(&world, "dora@example.org").await;
    assert_eq!((dora.status, dora.password_hash), (CredentialStatus::Invited, None));
    assert!(credential(&world, &stranger.email).await == before, "nobody's password is touched");
    let shown = member(&world, &club, "bruno@example.org").await;
    assert_eq!((&shown["external_id"], &shown["roles"]), (&json!("A-7"), &json!(["member"])));
    let shown = member(&world, &club, "carla@example.org").await;
    assert_eq!(shown["roles"], json!(["coach", "member"]));
    assert_eq!(member(&world, &club, &stranger.email).await["name"], "marta", "their own name");
    assert_eq!(member(&world, &club, &own.email).await["name"], "ana");
    let platform = world.test.app.table().platform();
    let locale = async |id| store::account(&platform, id).await.unwrap().unwrap().locale;
    assert_eq!(locale(bruno.account_id).await.as_str(), "es", "the club's");

    let again = import(&world, &club.owner.token, rows).await.data(200);
    assert_eq!(outcomes(&again), ["already_member"; 5]);
    let events = world.publish().await;
    let told: Vec<_> = events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(told, ["member.imported"; 4]);
    assert!(!serde_json::to_string(&events).unwrap().contains("example.org"), "ids only");
    assert_eq!(world.test.cloud.mails().len(), mails, "nobody is written to");
    world.log_in(&stranger.email, "norte").await;
}

#[tokio::test]
async fn a_wrong_row_says_what_is_wrong_and_hinders_no_other() {
    let (world, club) = started().await;
    let manager = staff(&world, &club, "manager", json!({ "roles": ["manager"] })).await;
    let many: Vec<_> = (0..11).map(|n| format!("role_{n}")).collect();
    let of = |email: &str| json!({ "email": email, "name": "Ana" });
    let with = |email: &str, name: &str, value: Value| {
        let mut row = of(email);
        row[name] = value;
        row
    };
    let rows = json!([
        of("not an address"),
        with("a@example.org", "name", json!("")),
        with("b@example.org", "password", json!("correct horse battery")),
        with("c@example.org", "password_hash", json!("correct horse battery")),
        with("d@example.org", "password_hash", json!(BCRYPT.replace("$12$", "$15$"))),
        with("e@example.org", "roles", json!(["owner"])),
        with("f@example.org", "roles", json!(["night_porter"])),
        with("g@example.org", "roles", json!(many)),
        with("h@example.org", "roles", json!([])),
        with("i@example.org", "locale", json!("spanish")),
        with("j@example.org", "external_id", json!(" ")),
        "just a text",
        null,
        of("good@example.org"),
        of("GOOD@example.org"),
    ]);
    let report = import(&world, &manager.token, rows).await.data(200);
    assert_eq!(counts(&report), [1, 0, 0, 14], "{report:#}");
    assert_eq!(outcomes(&report)[13], "created");
    let row = |index: usize| {
        let row = &report["rows"][index];
        (row["code"].as_str().unwrap(), row["message"].as_str().unwrap())
    };
    for (index, field) in
        [(0, "email"), (1, "name"), (2, "password"), (3, "password_hash"), (4, "password_hash")]
    {
        let (code, message) = row(index);
        assert!(code == "ROW_INVALID" && message.starts_with(field), "{index}: {code} {message}");
    }
    assert_eq!((row(5).0, row(6).0), ("GRANT_EXCEEDS_OWN", "ROLE_UNKNOWN"));
    for index in [7, 8, 9, 10, 11, 12] {
        assert_eq!(row(index).0, "ROW_INVALID", "{index}");
    }
    assert_eq!(row(14), ("DUPLICATE_ROW", "row 13 has this address already"));
    assert_eq!(report["rows"][5]["email"], "e@example.org");
    assert_eq!(report["rows"][0]["email"], Value::Null);
    let platform = world.test.app.table().platform();
    let none = store::credential(&platform, &"e@example.org".parse().unwrap()).await.unwrap();
    assert!(none.is_none());
}

#[tokio::test]
async fn an_import_has_a_limit_and_wants_a_fresh_proof() {
    let (world, club) = started().await;
    let token = &club.owner.token;
    import(&world, token, json!([])).await.refused(422, "VALIDATION_FAILED");
    let many = vec![json!(null); 501];
    import(&world, token, json!(many)).await.refused(422, "VALIDATION_FAILED");
    import(&world, token, json!("x")).await.refused(422, "BODY_INVALID");
    let mut claims = world.test.claims(club.owner.account, Some(club.id), &[Role::Owner]);
    claims.auth_time -= 901;
    let stale = world.test.keys.sign(&claims);
    import(&world, &stale, json!([null])).await.refused(403, "STEP_UP_REQUIRED");
    let full = vec![json!(null); 500];
    let report = import(&world, token, json!(full)).await.data(200);
    assert_eq!(counts(&report), [0, 0, 0, 500]);
}

#[tokio::test]
async fn an_imported_owner_counts() {
    let (world, club) = started().await;
    let row = json!([{ "email": "bea@example.org", "name": "Bea", "roles": ["owner"] }]);
    import(&world, &club.owner.token, row).await.data(200);
    let leave = world.test.call("POST", "/v1/members/leave").token(&club.owner.token).send().await;
    assert_eq!(leave.status, 204);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_imports_of_the_same_people_at_once_each_person_is_made_once() {
    let (world, club) = started().await;
    let sur = world.club("sur").await;
    let rows: Vec<_> =
        (0..5).map(|n| json!({ "email": format!("p{n}@example.org"), "name": "P" })).collect();
    let rows = json!(rows);
    let both = [&club, &sur, &club, &sur];
    let tries = both.map(|club| import(&world, &club.owner.token, rows.clone()));
    let reports: Vec<_> =
        join_all(tries).await.into_iter().map(|answer| answer.data(200)).collect();
    for person in 0..5 {
        let mut all: Vec<_> = reports.iter().map(|report| outcomes(report)[person]).collect();
        all.sort_unstable();
        assert_eq!(all, ["already_member", "already_member", "created", "joined"], "{person}");
        let ids: Vec<_> = reports.iter().map(|it| &it["rows"][person]["account_id"]).collect();
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    }
}

#[tokio::test]
async fn whoever_is_imported_without_a_password_gets_one_by_invitation() {
    let (world, club) = started().await;
    let sur = world.club("sur").await;
    let row = json!([{ "email": "dora@example.org", "name": "Dora" }]);
    import(&world, &club.owner.token, row).await.data(200);
    let invited = json!({ "email": "dora@example.org", "roles": ["member"] });
    let answer = world.test.post("/v1/invitations", &club.owner.token, invited.clone()).await;
    answer.refused(409, "ALREADY_MEMBER");
    world.test.post("/v1/invitations", &sur.owner.token, invited).await.data(201);
    world.drain().await;
    let body = json!({
        "club": "sur", "email": "dora@example.org", "name": "Dora", "password": "correct horse battery",
        "invitation": world.invitation_of("dora@example.org"),
    });
    world.test.call("POST", "/v1/auth/register").json(&body).send().await.data(201);
    for slug in ["norte", "sur"] {
        world.log_in("dora@example.org", slug).await;
    }
}
