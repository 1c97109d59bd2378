//! Registering, logging in, refreshing, logging out.

use futures::future::join_all;
use kernel::{Tenant, jiff::SignedDuration};
use serde_json::{Value, json};
use table::{Condition, Update, Write};
use testkit::Answer;

use crate::world::{Club, World};

const PASSWORD: &str = "correct horse battery";

async fn post(world: &World, path: &str, body: Value) -> Answer {
    world.test.call("POST", path).json(&body).send().await
}

fn registration(club: &Club, email: &str) -> Value {
    json!({ "club": club.slug, "email": email, "password": PASSWORD, "name": "Ana" })
}

async fn register(world: &World, body: Value) -> Answer {
    post(world, "/v1/auth/register", body).await
}

async fn log_in(world: &World, email: &str, password: &str, club: Option<&str>) -> Answer {
    let mut body = json!({ "email": email, "password": password });
    if let Some(club) = club {
        body["club"] = json!(club);
    }
    post(world, "/v1/auth/login", body).await
}

async fn refresh(world: &World, token: &str) -> Answer {
    post(world, "/v1/auth/refresh", json!({ "refresh_token": token })).await
}

/// A club, and the refresh token of one of its members.
async fn signed_in(world: &World) -> (Club, String) {
    let club = world.club("norte").await;
    register(world, registration(&club, "ana@example.org")).await.data(201);
    world.drain().await;
    let tokens = log_in(world, "ana@example.org", PASSWORD, Some("norte")).await.data(200);
    (club, text(&tokens, "refresh_token"))
}

fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or_else(|| panic!("no {field} in {value}")).to_owned()
}

fn kept(world: &World) -> String {
    Value::from(world.test.database.items()).to_string()
}

#[tokio::test]
async fn who_registers_is_a_member_and_can_log_in() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let answer = register(&world, registration(&club, "Ana@Example.org ")).await;
    assert_eq!(answer.header("location"), Some("/v1/users/me"));
    let registered = answer.data(201);
    assert_eq!(registered["club_id"], json!(club.id));
    assert_eq!(registered["roles"], json!(["member"]));

    let answer = log_in(&world, "ANA@example.org", PASSWORD, Some("norte")).await;
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let tokens = answer.data(200);
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["expires_in"], 900);
    assert_eq!(tokens["refresh_expires_in"], 30 * 24 * 3600);
    let me = world.test.get("/v1/users/me", &text(&tokens, "access_token")).await.data(200);
    assert_eq!(me["id"], registered["account_id"]);
    assert_eq!(me["email"], "ana@example.org");
    assert_eq!(me["locale"], "es", "the club's own language, where none is asked for");
    assert_eq!(me["club"]["roles"], json!(["member"]));
    let may = ["profile:self", "facility:read", "booking:self"];
    assert_eq!(me["club"]["permissions"], json!(may));

    let events = world.publish().await;
    let told: Vec<_> = events.iter().filter(|it| it.data["account_id"] == me["id"]).collect();
    assert_eq!(told.len(), 1, "one event tells it");
    assert_eq!(told[0].kind, "member.registered");
    assert_eq!(told[0].club_id, club.id);
}

#[tokio::test]
async fn a_new_member_is_welcomed_once() {
    let world = World::start().await;
    let (_, _) = signed_in(&world).await;
    let mails = world.test.cloud.mails();
    assert_eq!(mails.iter().filter(|mail| mail.to == "ana@example.org").count(), 1);
}

#[tokio::test]
async fn no_password_and_no_token_is_kept() {
    let world = World::start().await;
    let (_, token) = signed_in(&world).await;
    let kept = kept(&world);
    assert!(!kept.contains(PASSWORD));
    assert!(!kept.contains(&token) && !kept.contains(&token[70..]));
    assert!(kept.contains("$argon2id$v=19$m=19456,t=2,p=1$"));
}

#[tokio::test]
async fn a_bad_registration_is_told_what_is_wrong_and_writes_nothing() {
    let (world, club) = World::with_club().await;
    let before = kept(&world);
    let with = |field: &str, value: Value| {
        let mut body = registration(&club, "ana@example.org");
        body[field] = value;
        body
    };
    for (field, value) in [
        ("email", json!("not an address")),
        ("email", json!(7)),
        ("password", json!("eleven char")),
        ("password", json!("Password1234")),
        ("password", json!("x".repeat(1_025))),
        ("name", json!("")),
        ("name", json!("a\u{0}b")),
        ("locale", json!("Spanish")),
        ("club", json!("No Slug")),
        ("roles", json!(["owner"])),
    ] {
        let error = register(&world, with(field, value)).await.refused(422, "BODY_INVALID");
        assert_eq!(error["details"]["violations"][0]["path"], field, "{error}");
    }
    let mut without = registration(&club, "ana@example.org");
    without.as_object_mut().unwrap().remove("password");
    register(&world, without).await.refused(422, "BODY_INVALID");
    let raw = world.test.call("POST", "/v1/auth/register");
    raw.raw("application/json", b"{\"club\":".to_vec()).send().await.refused(400, "BODY_NOT_JSON");
    register(&world, with("club", json!("nobody-s"))).await.refused(404, "CLUB_NOT_FOUND");
    register(&world, with("invitation", json!("cpi_x"))).await.refused(422, "INVITATION_UNKNOWN");
    assert_eq!(kept(&world), before);
}

#[tokio::test]
async fn nobody_registers_in_a_club_that_is_not_open() {
    let world = World::start().await;
    world.ask_for_club("norte").await.data(202);
    let (_, onboarding) = world.test.cloud.take_executions().remove(0);
    let body =
        json!({ "club": "norte", "email": "a@b.example", "password": PASSWORD, "name": "A" });
    for step in ["reserve_slug", "create_club", "apply_template"] {
        world.step(step, &onboarding).await.unwrap();
        register(&world, body.clone()).await.refused(404, "CLUB_NOT_FOUND");
    }
}

#[tokio::test]
async fn an_address_is_one_account_s() {
    let world = World::start().await;
    let club = world.club("norte").await;
    register(&world, registration(&club, "ana@example.org")).await.data(201);
    register(&world, registration(&club, "ana@example.org")).await.refused(409, "EMAIL_TAKEN");
    let other = world.club("sur").await;
    register(&world, registration(&other, "ANA@example.org")).await.refused(409, "EMAIL_TAKEN");
    world.drain().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_register_one_address_at_once_one_succeeds() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let body = registration(&club, "ana@example.org");
    let answers = join_all((0..8).map(|_| register(&world, body.clone()))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    for answer in answers.into_iter().filter(|answer| answer.status != 201) {
        answer.refused(409, "EMAIL_TAKEN");
    }
    let events = world.publish().await;
    assert_eq!(events.len(), 2, "the owner's and the one member's");
    log_in(&world, "ana@example.org", PASSWORD, Some("norte")).await.data(200);
}

#[tokio::test]
async fn every_wrong_login_hears_the_same() {
    let world = World::start().await;
    let (_, _) = signed_in(&world).await;
    world.club("sur").await;
    world.drain().await;
    let mut bodies = Vec::new();
    for (email, password, club) in [
        ("ana@example.org", "correct horse batterY", Some("norte")),
        ("nobody@example.org", PASSWORD, Some("norte")),
        ("ana@example.org", PASSWORD, Some("sur")),
        ("ana@example.org", PASSWORD, Some("nowhere")),
        ("ana@example.org", PASSWORD, None),
        ("ana@example.org", "", Some("norte")),
        ("ana@example.org", &"x".repeat(2_000), Some("norte")),
    ] {
        let answer = log_in(&world, email, password, club).await;
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
        bodies.push(answer.refused(401, "INVALID_CREDENTIALS"));
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "no answer tells more than another");
    let body = json!({ "email": "ana@example.org", "password": PASSWORD, "club": "norte", "x": 1 });
    post(&world, "/v1/auth/login", body).await.refused(422, "BODY_INVALID");
}

/// Suspends a member, as the club will be able to.
async fn set_status(world: &World, club: &Club, email: &str, status: &str) {
    let platform = world.test.app.table().platform();
    let credential = identity::store::credential(&platform, &email.parse().unwrap()).await.unwrap();
    let account = credential.unwrap().account_id;
    let table = world.test.app.table().tenant(&Tenant::from_platform_record(club.id, "test"));
    let key = table.key(format!("MEMBER#{account}"), "MEMBER");
    let write = Write::update(key, Update::new().set("status", status));
    table.write(vec![write.when(Condition::item_exists())]).await.unwrap();
}

#[tokio::test]
async fn a_suspended_member_is_told_so_only_with_the_right_password() {
    let world = World::start().await;
    let (club, token) = signed_in(&world).await;
    set_status(&world, &club, "ana@example.org", "suspended").await;
    let login = |password| log_in(&world, "ana@example.org", password, Some("norte"));
    login(PASSWORD).await.refused(403, "MEMBER_SUSPENDED");
    login("wrong horse battery").await.refused(401, "INVALID_CREDENTIALS");
    refresh(&world, &token).await.refused(403, "MEMBER_SUSPENDED");
    set_status(&world, &club, "ana@example.org", "active").await;
    refresh(&world, &token).await.data(200);
}

/// The platform's operator, made twice as a second start would.
pub(crate) async fn operator(world: &World) -> kernel::AccountId {
    let platform = world.test.app.table().platform();
    let password = identity::Password::try_from(PASSWORD.to_owned()).unwrap();
    let account = |id| identity::Account {
        id,
        email: Some("operator@example.org".parse().unwrap()),
        name: "Operator".parse().unwrap(),
        locale: kernel::Locale::default(),
        platform_roles: vec![kernel::Role::Operator],
        created_at: world.now(),
        version: 1,
    };
    let first = kernel::AccountId::new();
    for id in [first, kernel::AccountId::new()] {
        let hash = password.hash(identity::PasswordCost::default()).unwrap();
        identity::store::set_operator(&platform, &account(id), hash).await.unwrap();
    }
    first
}

#[tokio::test]
async fn a_refresh_token_is_good_once() {
    let world = World::start().await;
    let (_, first) = signed_in(&world).await;
    let tokens = refresh(&world, &first).await.data(200);
    let second = text(&tokens, "refresh_token");
    assert_ne!(first, second);
    world.test.get("/v1/users/me", &text(&tokens, "access_token")).await.data(200);
    let third = text(&refresh(&world, &second).await.data(200), "refresh_token");

    refresh(&world, &first).await.refused(401, "REFRESH_TOKEN_REUSED");
    for ended in [&first, &second, &third] {
        refresh(&world, ended).await.refused(401, "SESSION_REVOKED");
    }
    log_in(&world, "ana@example.org", PASSWORD, Some("norte")).await.data(200);
}

#[tokio::test]
async fn reuse_ends_one_session_and_no_other() {
    let world = World::start().await;
    let (_, phone) = signed_in(&world).await;
    let laptop = log_in(&world, "ana@example.org", PASSWORD, Some("norte")).await.data(200);
    refresh(&world, &phone).await.data(200);
    world.test.clock.advance(SignedDuration::from_secs(11));
    refresh(&world, &phone).await.refused(401, "REFRESH_TOKEN_REUSED");
    refresh(&world, &text(&laptop, "refresh_token")).await.data(200);
}

#[tokio::test]
async fn an_invented_refresh_token_ends_no_session() {
    let world = World::start().await;
    let (_, token) = signed_in(&world).await;
    // The ids are those of the session; what follows is made up.
    let invented = format!("{}{}", &token[..4 + 42], "A".repeat(token.len() - 46));
    let access = log_in(&world, "ana@example.org", PASSWORD, Some("norte")).await.data(200);
    for wrong in [&*invented, "", "cpr_", "cpr_AAAA", &text(&access, "access_token"), &token[..60]]
    {
        refresh(&world, wrong).await.refused(401, "INVALID_REFRESH_TOKEN");
    }
    refresh(&world, &token).await.data(200);
}

#[tokio::test]
async fn sessions_end_by_disuse_and_by_age() {
    let world = World::start().await;
    let (_, token) = signed_in(&world).await;
    let days = |days: i64| world.test.clock.advance(SignedDuration::from_hours(24 * days));
    let unused = log_in(&world, "ana@example.org", PASSWORD, Some("norte")).await.data(200);
    let mut token = token;
    for _ in 0..3 {
        days(29);
        let tokens = refresh(&world, &token).await.data(200);
        token = text(&tokens, "refresh_token");
    }
    let idle = text(&unused, "refresh_token");
    refresh(&world, &idle).await.refused(401, "SESSION_EXPIRED");
    days(3);
    refresh(&world, &token).await.refused(401, "SESSION_EXPIRED");
}

#[tokio::test]
async fn sessions_are_dropped_by_the_table_when_they_end() {
    let world = World::start().await;
    let (_, token) = signed_in(&world).await;
    refresh(&world, &token).await.data(200);
    let items = world.test.database.items();
    let sessions: Vec<_> = items.iter().filter(|item| item["kind"]["S"] == "Session").collect();
    assert!(!sessions.is_empty());
    let end = (world.now() + SignedDuration::from_hours(30 * 24)).as_second().to_string();
    assert!(sessions.iter().all(|session| session["ttl"]["N"] == end), "{sessions:?}");
}

#[tokio::test]
async fn a_changed_role_takes_effect_at_the_next_refresh() {
    let world = World::start().await;
    let (club, token) = signed_in(&world).await;
    let table = world.test.app.table().tenant(&Tenant::from_platform_record(club.id, "test"));
    let porter: kernel::Role = "porter".parse().unwrap();
    let role = tenancy::CustomRole {
        role: porter.clone(),
        description: String::new(),
        permissions: vec!["profile:self".into(), "platform:clubs".into(), "moon:fly".into()],
        version: 1,
    };
    let account = world.account_of("ana@example.org").await;
    let key = table.key(format!("MEMBER#{account}"), "MEMBER");
    let roles = Update::new().set("roles", table::Value::of(&[porter]).unwrap());
    let writes =
        vec![tenancy::store::create_role(&table, &role).unwrap(), Write::update(key, roles)];
    table.write(writes).await.unwrap();
    let tokens = refresh(&world, &token).await.data(200);
    let access = text(&tokens, "access_token");
    let me = world.test.get("/v1/users/me", &access).await.data(200);
    assert_eq!(me["club"]["permissions"], json!(["profile:self"]));
    world.test.get("/v1/admin/clubs", &access).await.refused(403, "PERMISSION_MISSING");
}

#[tokio::test]
async fn logging_out_ends_the_session_with_any_of_its_tokens() {
    let world = World::start().await;
    let (_, first) = signed_in(&world).await;
    let second = text(&refresh(&world, &first).await.data(200), "refresh_token");
    let log_out = |token: &str| post(&world, "/v1/auth/logout", json!({ "refresh_token": token }));
    for _ in 0..2 {
        let answer = log_out(&first).await;
        assert_eq!((answer.status.as_u16(), answer.body), (204, Value::Null));
    }
    refresh(&world, &second).await.refused(401, "SESSION_REVOKED");
    for nothing in ["", "cpr_AAAA", "x"] {
        assert_eq!(log_out(nothing).await.status, 204, "{nothing:?}");
    }
    post(&world, "/v1/auth/logout", json!({})).await.refused(422, "BODY_INVALID");
}

#[tokio::test]
async fn no_refresh_token_is_used_up_where_no_key_can_sign() {
    let world = World::start().await;
    let account = operator(&world).await;
    let (session, token) = identity::Session::open(
        account,
        None,
        identity::Proof::by(&[kernel::Method::Pwd], false, world.now()),
        None,
        world.now(),
    )
    .unwrap();
    let platform = world.test.app.table().platform();
    identity::store::open_session(&platform, &session, None).await.unwrap();
    world.test.cloud.fail(testkit::Service::Secrets, 100);
    refresh(&world, &token.reveal()).await.refused(503, "DEPENDENCY_UNAVAILABLE");
    world.test.cloud.fail(testkit::Service::Secrets, 0);
    refresh(&world, &token.reveal()).await.data(200);
}
