//! Forgotten passwords, and changed ones.

use futures::future::join_all;
use identity::{Proof, Session};
use kernel::{AccountId, Method, jiff::SignedDuration};
use serde_json::{Value, json};
use testkit::{Answer, Mail, Service};

use crate::world::{Club, Person, World};

const PASSWORD: &str = "correct horse battery";
const OTHER: &str = "another horse battery";
const REQUEST: &str = "/v1/auth/password/reset-request";
const RESET: &str = "/v1/auth/password/reset";
const CHANGE: &str = "/v1/auth/password/change";

async fn post(world: &World, path: &str, body: Value) -> Answer {
    world.test.call("POST", path).json(&body).send().await
}

async fn log_in(world: &World, email: &str, password: &str) -> Answer {
    let body = json!({ "email": email, "password": password, "club": "norte" });
    post(world, "/v1/auth/login", body).await
}

async fn refresh_token(world: &World, email: &str) -> String {
    let tokens = log_in(world, email, PASSWORD).await.data(200);
    tokens["refresh_token"].as_str().unwrap().to_owned()
}

async fn refresh(world: &World, token: &str) -> Answer {
    post(world, "/v1/auth/refresh", json!({ "refresh_token": token })).await
}

pub(crate) async fn reset(world: &World, token: &str, password: &str) -> Answer {
    post(world, RESET, json!({ "token": token, "new_password": password })).await
}

/// A club and a member whose welcome is out.
pub(crate) async fn member() -> (World, Club, Person) {
    let world = World::start().await;
    let club = world.club("norte").await;
    let ana = world.member(&club, "ana").await;
    world.drain().await;
    (world, club, ana)
}

fn mails_to(world: &World, email: &str) -> Vec<Mail> {
    world.test.cloud.mails().into_iter().filter(|mail| mail.to == email).collect()
}

/// The tokens that this address was mailed to reset its password, oldest first.
fn tokens(world: &World, email: &str) -> Vec<String> {
    let token = |mail: Mail| {
        let (_, rest) = mail.text.split_once("/docs#reset=")?;
        assert!(mail.html.contains("reset=cpo_"), "{}", mail.html);
        rest.split_whitespace().next().map(str::to_owned)
    };
    mails_to(world, email).into_iter().filter_map(token).collect()
}

/// Asks for a reset, and answers the token of the mail.
pub(crate) async fn mailed(world: &World, email: &str) -> String {
    post(world, REQUEST, json!({ "email": email })).await.data(202);
    world.drain().await;
    tokens(world, email).pop().expect("a mail with a token")
}

fn advance(world: &World, seconds: i64) {
    world.test.clock.advance(SignedDuration::from_secs(seconds));
}

fn items(world: &World) -> Vec<String> {
    // That somebody failed is counted, and is nothing that a password changes.
    let counted = |item: &&Value| item["kind"]["S"] == "Lockout";
    let items = world.test.database.items();
    let mut items: Vec<_> =
        items.iter().filter(|item| !counted(item)).map(Value::to_string).collect();
    items.sort();
    items
}

async fn is_verified(world: &World, email: &str) -> bool {
    let platform = world.test.app.table().platform();
    let found = identity::store::credential(&platform, &email.parse().unwrap()).await.unwrap();
    found.unwrap().verified_at.is_some()
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_by_mail() {
    let (world, _, ana) = member().await;
    assert!(!is_verified(&world, &ana.email).await);
    let token = mailed(&world, &ana.email).await;
    assert_eq!(reset(&world, &token, OTHER).await.status, 204);
    log_in(&world, &ana.email, PASSWORD).await.refused(401, "INVALID_CREDENTIALS");
    log_in(&world, &ana.email, OTHER).await.data(200);
    assert!(is_verified(&world, &ana.email).await, "the mail was read");
    world.drain().await;
    let notice = mails_to(&world, &ana.email).pop().unwrap();
    assert_eq!(notice.subject, "Tu contraseña de ClubPulse cambió");
    assert!(notice.text.contains("Hola, ana:"), "{}", notice.text);
}

#[tokio::test]
async fn a_reset_ends_every_session() {
    let (world, _, ana) = member().await;
    let sessions =
        [refresh_token(&world, &ana.email).await, refresh_token(&world, &ana.email).await];
    let token = mailed(&world, &ana.email).await;
    assert_eq!(reset(&world, &token, OTHER).await.status, 204);
    for session in sessions {
        refresh(&world, &session).await.refused(401, "SESSION_REVOKED");
    }
    world.drain().await;
}

#[tokio::test]
async fn a_reset_ends_more_sessions_than_a_transaction_holds() {
    let (world, club, ana) = member().await;
    let (platform, now) = (world.test.app.table().platform(), world.now());
    for _ in 0..170 {
        let proof = Proof::by(&[Method::Pwd], false, now);
        let (session, _) = Session::open(ana.account, Some(club.id), proof, None, now).unwrap();
        identity::store::open_session(&platform, &session, None).await.unwrap();
    }
    let token = mailed(&world, &ana.email).await;
    assert_eq!(reset(&world, &token, OTHER).await.status, 204);
    let sessions = identity::store::sessions(&platform, ana.account).await.unwrap();
    assert!(sessions.len() > 170 && sessions.iter().all(|session| session.revoked_at.is_some()));
    world.drain().await;
}

#[tokio::test]
async fn known_and_unknown_addresses_get_the_same_answer_after_the_same_work() {
    let (world, _, ana) = member().await;
    let mut seen = Vec::new();
    for email in [ana.email.as_str(), "nobody@norte.example.org"] {
        let before = items(&world);
        let answer = post(&world, REQUEST, json!({ "email": email, "club": "norte" })).await;
        let names: Vec<_> = answer.headers.keys().map(ToString::to_string).collect();
        let data = answer.data(202);
        assert!(items(&world) == before, "asking writes nothing");
        let mut sent = world.test.cloud.take_sent("account-mail");
        assert_eq!(sent.len(), 1);
        let mut message: Value = serde_json::from_str(&sent.remove(0).body).unwrap();
        assert_eq!(message["email"], email);
        assert_eq!(world.deliver("account-mail", vec![message.to_string()]).await, [0_usize; 0]);
        let fields = message.as_object_mut().unwrap();
        let fields: Vec<_> = fields.keys().cloned().collect();
        seen.push((names, data, fields));
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(tokens(&world, &ana.email).len(), 1);
    assert!(mails_to(&world, "nobody@norte.example.org").is_empty());
}

#[tokio::test]
async fn a_mail_is_written_in_the_reader_s_language_and_on_the_club_s_clock() {
    let (world, _, ana) = member().await;
    let bia = "bia@norte.example.org";
    let body = json!({
        "club": "norte", "email": bia, "password": PASSWORD, "name": "Bia", "locale": "pt-BR",
    });
    post(&world, "/v1/auth/register", body).await.data(201);
    // Who runs the platform may be in no club.
    let platform = world.test.app.table().platform();
    let operator = identity::Account {
        id: AccountId::new(),
        email: Some("root@example.org".parse().unwrap()),
        name: "Rut".parse().unwrap(),
        locale: "en".parse().unwrap(),
        platform_roles: vec![kernel::Role::Operator],
        created_at: world.now(),
        version: 1,
    };
    identity::store::set_operator(&platform, &operator, "hash".to_owned()).await.unwrap();
    world.drain().await;
    for (email, club, subject, clock) in [
        (
            ana.email.as_str(),
            "norte",
            "Tu nueva contraseña de ClubPulse",
            "09:30 (hora de Buenos Aires",
        ),
        (bia, "nobody-s", "Sua nova senha do ClubPulse", "09:30 (horário de Buenos Aires"),
        ("root@example.org", "norte", "Your new ClubPulse password", "12:30 (UTC)"),
    ] {
        post(&world, REQUEST, json!({ "email": email, "club": club })).await.data(202);
        world.drain().await;
        let mail = mails_to(&world, email).pop().unwrap();
        assert_eq!(mail.subject, subject);
        assert!(mail.text.contains(clock), "{}", mail.text);
    }
}

#[tokio::test]
async fn a_token_is_good_once_and_one_of_eight_wins() {
    let (world, _, ana) = member().await;
    let token = mailed(&world, &ana.email).await;
    let passwords: Vec<_> = (0..8).map(|number| format!("horse battery number {number}")).collect();
    let answers = join_all(passwords.iter().map(|password| reset(&world, &token, password))).await;
    let won: Vec<_> = (0..8).filter(|index| answers[*index].status == 204).collect();
    assert_eq!(won.len(), 1, "{answers:?}");
    for (index, answer) in answers.into_iter().enumerate() {
        if index != won[0] {
            answer.refused(422, "RESET_TOKEN_INVALID");
        }
    }
    log_in(&world, &ana.email, &passwords[won[0]]).await.data(200);
    reset(&world, &token, OTHER).await.refused(422, "RESET_TOKEN_INVALID");
    world.drain().await;
    let notices = mails_to(&world, &ana.email);
    let notices = notices.iter().filter(|mail| mail.subject.contains("cambió"));
    assert_eq!(notices.count(), 1, "told once");
}

#[tokio::test]
async fn a_token_expires_after_thirty_minutes() {
    let (world, _, ana) = member().await;
    let token = mailed(&world, &ana.email).await;
    advance(&world, 30 * 60);
    reset(&world, &token, OTHER).await.refused(422, "RESET_TOKEN_EXPIRED");
    let token = mailed(&world, &ana.email).await;
    advance(&world, 30 * 60 - 1);
    assert_eq!(reset(&world, &token, OTHER).await.status, 204);
    world.drain().await;
}

#[tokio::test]
async fn a_newer_mail_takes_the_place_of_the_one_before() {
    let (world, _, ana) = member().await;
    let first = mailed(&world, &ana.email).await;
    advance(&world, 60);
    let second = mailed(&world, &ana.email).await;
    reset(&world, &first, OTHER).await.refused(422, "RESET_TOKEN_INVALID");
    assert_eq!(reset(&world, &second, OTHER).await.status, 204);
    world.drain().await;
}

#[tokio::test]
async fn one_mail_a_minute_and_five_an_hour_go_to_an_account() {
    let (world, _, ana) = member().await;
    let ask = async || {
        post(&world, REQUEST, json!({ "email": ana.email })).await.data(202);
        world.drain().await;
        tokens(&world, &ana.email).len()
    };
    assert_eq!(ask().await, 1);
    assert_eq!(ask().await, 1, "the same minute");
    for mails in [2, 3, 4, 5, 5, 5] {
        advance(&world, 60);
        assert_eq!(ask().await, mails);
    }
    let latest = tokens(&world, &ana.email).pop().unwrap();
    assert_eq!(reset(&world, &latest, OTHER).await.status, 204, "what is dropped replaces nothing");
    advance(&world, 3_600 - 6 * 60);
    assert_eq!(ask().await, 6, "the first is an hour ago");
}

#[tokio::test]
async fn no_token_is_kept_or_queued() {
    let (world, _, ana) = member().await;
    post(&world, REQUEST, json!({ "email": ana.email })).await.data(202);
    let sent = world.test.cloud.take_sent("account-mail");
    assert!(!sent[0].body.contains("cpo_"), "{}", sent[0].body);
    let bodies = sent.into_iter().map(|sent| sent.body).collect();
    assert_eq!(world.deliver("account-mail", bodies).await, [0_usize; 0]);
    let token = tokens(&world, &ana.email).pop().unwrap();
    // The ids are no secret; everything after them is.
    let kept = items(&world).concat();
    assert!(kept.contains("token_hash") && !kept.contains(&token[4 + 43..]));
    let deliveries = world.test.database.items().into_iter();
    let deliveries =
        deliveries.filter(|item| item["PK"]["S"].as_str().unwrap().starts_with("P#NOT"));
    let deliveries: Vec<_> = deliveries.map(|item| item.to_string()).collect();
    assert_eq!(deliveries.len(), 1);
    assert!(!deliveries[0].contains("ana") && !deliveries[0].contains("example.org"));
}

#[tokio::test]
async fn a_message_is_mailed_once_and_a_repetition_leaves_its_token_good() {
    let (world, _, ana) = member().await;
    post(&world, REQUEST, json!({ "email": ana.email })).await.data(202);
    let body = world.test.cloud.take_sent("account-mail").remove(0).body;
    for _ in 0..3 {
        assert_eq!(world.deliver("account-mail", vec![body.clone()]).await, [0_usize; 0]);
    }
    advance(&world, 120);
    assert_eq!(world.deliver("account-mail", vec![body]).await, [0_usize; 0]);
    let tokens = tokens(&world, &ana.email);
    assert_eq!(tokens.len(), 1);
    assert_eq!(reset(&world, &tokens[0], OTHER).await.status, 204);
    world.drain().await;
}

#[tokio::test]
async fn of_many_deliveries_at_once_one_mails_a_token_that_is_good() {
    let (world, _, ana) = member().await;
    post(&world, REQUEST, json!({ "email": ana.email })).await.data(202);
    let body = world.test.cloud.take_sent("account-mail").remove(0).body;
    world.deliver("account-mail", vec![body.clone(); 8]).await;
    assert_eq!(world.deliver("account-mail", vec![body]).await, [0_usize; 0]);
    let tokens = tokens(&world, &ana.email);
    assert_eq!(tokens.len(), 1);
    assert_eq!(reset(&world, &tokens[0], OTHER).await.status, 204);
    world.drain().await;
}

#[tokio::test]
async fn while_the_mail_service_is_down_the_message_comes_back() {
    let (world, _, ana) = member().await;
    post(&world, REQUEST, json!({ "email": ana.email })).await.data(202);
    let body = world.test.cloud.take_sent("account-mail").remove(0).body;
    world.test.cloud.fail(Service::Mail, 2);
    for _ in 0..2 {
        assert_eq!(world.deliver("account-mail", vec![body.clone()]).await, [0]);
    }
    assert_eq!(world.deliver("account-mail", vec![body]).await, [0_usize; 0]);
    let tokens = tokens(&world, &ana.email);
    assert_eq!(tokens.len(), 1);
    assert_eq!(reset(&world, &tokens[0], OTHER).await.status, 204);
    world.drain().await;
}

#[tokio::test]
async fn a_poisoned_message_fails_alone() {
    let (world, _, ana) = member().await;
    post(&world, REQUEST, json!({ "email": ana.email })).await.data(202);
    let good = world.test.cloud.take_sent("account-mail").remove(0).body;
    let with = |field: &str, value: Value| {
        let mut message: Value = serde_json::from_str(&good).unwrap();
        message[field] = value;
        message.to_string()
    };
    let gone = json!({
        "id": "evt_01900000000070008000000000000000", "correlation_id": "c",
        "kind": "password_changed", "account_id": AccountId::new(),
    });
    let bodies = vec![
        "{".to_owned(),
        with("kind", json!("winter_sale")),
        good.clone(),
        with("email", json!("nobody")),
        with("id", json!("1")),
        gone.to_string(),
    ];
    assert_eq!(world.deliver("account-mail", bodies).await, [0, 1, 3, 4]);
    assert_eq!(tokens(&world, &ana.email).len(), 1);
}

#[tokio::test]
async fn who_is_invited_has_no_password_to_reset() {
    let world = World::start().await;
    world.ask_for_club("norte").await.data(202);
    let (_, onboarding) = world.test.cloud.take_executions().remove(0);
    for step in ["reserve_slug", "create_club", "apply_template", "create_provider_secret"] {
        world.step(step, &onboarding).await.unwrap();
    }
    world.step("create_owner", &onboarding).await.unwrap();
    let before = items(&world);
    post(&world, REQUEST, json!({ "email": "owner@norte.example.org" })).await.data(202);
    world.drain().await;
    assert!(world.test.cloud.mails().is_empty());
    assert!(items(&world) == before);
}

#[tokio::test]
async fn what_is_no_reset_token_resets_nothing() {
    let (world, _, ana) = member().await;
    let token = mailed(&world, &ana.email).await;
    let welcome = mails_to(&world, &ana.email).remove(0).text;
    let (_, verification) = welcome.split_once("/docs#verify=").unwrap();
    let verification = verification.split_whitespace().next().unwrap();
    let mut bent = token.clone();
    bent.replace_range(token.len() - 1.., if token.ends_with('A') { "Q" } else { "A" });
    let before = items(&world);
    for wrong in ["", "cpo_", "cpi_AAAA", verification, &bent, &token[..token.len() - 4]] {
        reset(&world, wrong, OTHER).await.refused(422, "RESET_TOKEN_INVALID");
    }
    reset(&world, &token, "eleven char").await.refused(422, "BODY_INVALID");
    let more = json!({ "token": token, "new_password": OTHER, "email": ana.email });
    post(&world, RESET, more).await.refused(422, "BODY_INVALID");
    for body in [json!({}), json!({ "email": "nobody" }), json!({ "email": 7 })] {
        post(&world, REQUEST, body).await.refused(422, "BODY_INVALID");
    }
    assert!(items(&world) == before);
    assert_eq!(reset(&world, &token, OTHER).await.status, 204, "no refusal used the token up");
    world.drain().await;
}

#[tokio::test]
async fn without_the_queue_nothing_is_promised_and_what_is_done_stays_done() {
    let (world, _, ana) = member().await;
    let token = mailed(&world, &ana.email).await;
    world.test.cloud.fail(Service::Queue, 100);
    let answer = post(&world, REQUEST, json!({ "email": ana.email })).await;
    answer.refused(503, "DEPENDENCY_UNAVAILABLE");
    assert_eq!(reset(&world, &token, OTHER).await.status, 204);
    world.test.cloud.fail(Service::Queue, 0);
    log_in(&world, &ana.email, OTHER).await.data(200);
}

pub(crate) async fn change(world: &World, token: &str, current: &str, new: &str) -> Answer {
    let body = json!({ "current_password": current, "new_password": new });
    world.test.post(CHANGE, token, body).await
}

#[tokio::test]
async fn a_changed_password_ends_the_other_sessions_and_is_told() {
    let (world, _, ana) = member().await;
    let other = refresh_token(&world, &ana.email).await;
    let own = log_in(&world, &ana.email, PASSWORD).await.data(200);
    let (access, own) = (own["access_token"].as_str().unwrap(), &own["refresh_token"]);
    let forgotten = mailed(&world, &ana.email).await;
    assert_eq!(change(&world, access, PASSWORD, OTHER).await.status, 204);
    refresh(&world, &other).await.refused(401, "SESSION_REVOKED");
    refresh(&world, own.as_str().unwrap()).await.data(200);
    log_in(&world, &ana.email, PASSWORD).await.refused(401, "INVALID_CREDENTIALS");
    log_in(&world, &ana.email, OTHER).await.data(200);
    reset(&world, &forgotten, "a third horse battery").await.refused(422, "RESET_TOKEN_INVALID");
    assert!(!is_verified(&world, &ana.email).await, "no mail was read");
    world.drain().await;
    let notice = mails_to(&world, &ana.email).pop().unwrap();
    assert_eq!(notice.subject, "Tu contraseña de ClubPulse cambió");
}

#[tokio::test]
async fn a_wrong_password_changes_nothing() {
    let (world, _, ana) = member().await;
    let before = items(&world);
    for wrong in ["", OTHER, "correct horse batterY"] {
        change(&world, &ana.token, wrong, OTHER).await.refused(403, "WRONG_PASSWORD");
    }
    change(&world, &ana.token, PASSWORD, "eleven char").await.refused(422, "BODY_INVALID");
    let nobody = world.test.token(AccountId::new(), None, &[kernel::Role::Member]);
    change(&world, &nobody, PASSWORD, OTHER).await.refused(404, "ACCOUNT_NOT_FOUND");
    assert!(items(&world) == before);
}

#[tokio::test]
async fn of_changes_at_once_one_wins() {
    let (world, _, ana) = member().await;
    let passwords: Vec<_> = (0..6).map(|number| format!("horse battery number {number}")).collect();
    let changes = passwords.iter().map(|new| change(&world, &ana.token, PASSWORD, new));
    let answers = join_all(changes).await;
    let won: Vec<_> = (0..6).filter(|index| answers[*index].status == 204).collect();
    assert_eq!(won.len(), 1, "{answers:?}");
    let codes = ["CONCURRENT_CHANGE", "WRONG_PASSWORD"];
    let refused = answers.iter().filter(|answer| answer.status != 204);
    for answer in refused {
        assert!(codes.contains(&answer.body["error"]["code"].as_str().unwrap()), "{answer:?}");
    }
    log_in(&world, &ana.email, &passwords[won[0]]).await.data(200);
    world.drain().await;
}
