//! Addresses: proved by mail, and exchanged for others.

use futures::future::join_all;
use identity::Membership;
use kernel::{ClubId, Role, Tenant, jiff::SignedDuration};
use serde_json::{Value, json};
use testkit::{Answer, Mail};

use crate::world::{Club, Person, World};

const PASSWORD: &str = "correct horse battery";
const VERIFY: &str = "/v1/auth/email/verify";
const VERIFICATION: &str = "/v1/auth/email/verification-request";
const CHANGE: &str = "/v1/auth/email/change";
const CONFIRM: &str = "/v1/auth/email/change/confirm";
const NEW: &str = "ana@elsewhere.example.org";

/// A club and a member whose welcome is out.
async fn member() -> (World, Club, Person) {
    let world = World::start().await;
    let club = world.club("norte").await;
    let ana = world.member(&club, "ana").await;
    world.drain().await;
    (world, club, ana)
}

async fn send_token(world: &World, path: &str, token: &str) -> Answer {
    world.test.call("POST", path).json(&json!({ "token": token })).send().await
}

async fn ask_for_verification(world: &World, person: &Person) {
    let call = world.test.call("POST", VERIFICATION).token(&person.token);
    call.send().await.data(202);
    world.drain().await;
}

async fn ask_for_change(world: &World, person: &Person, new: &str) {
    world.test.post(CHANGE, &person.token, json!({ "new_email": new })).await.data(202);
    world.drain().await;
}

async fn log_in(world: &World, email: &str, password: &str) -> Answer {
    let body = json!({ "email": email, "password": password, "club": "norte" });
    world.test.call("POST", "/v1/auth/login").json(&body).send().await
}

fn mails_to(world: &World, email: &str) -> Vec<Mail> {
    world.test.cloud.mails().into_iter().filter(|mail| mail.to == email).collect()
}

/// The tokens that this address was mailed for this purpose, oldest first.
fn tokens(world: &World, email: &str, purpose: &str) -> Vec<String> {
    let start = format!("/docs#{purpose}=");
    let token = |mail: Mail| {
        let (_, rest) = mail.text.split_once(&start)?;
        rest.split_whitespace().next().map(str::to_owned)
    };
    mails_to(world, email).into_iter().filter_map(token).collect()
}

/// Asks for the new address, and answers the token of the mail.
async fn change_token(world: &World, person: &Person, new: &str) -> String {
    ask_for_change(world, person, new).await;
    tokens(world, &new.to_lowercase(), "change_email").pop().expect("a mail with a token")
}

fn advance(world: &World, seconds: i64) {
    world.test.clock.advance(SignedDuration::from_secs(seconds));
}

async fn verified(world: &World, email: &str) -> bool {
    let platform = world.test.app.table().platform();
    let found = identity::store::credential(&platform, &email.parse().unwrap()).await.unwrap();
    found.unwrap().verified_at.is_some()
}

fn items(world: &World) -> Vec<String> {
    let mut items: Vec<_> = world.test.database.items().iter().map(Value::to_string).collect();
    items.sort();
    items
}

#[tokio::test]
async fn the_welcome_asks_to_verify_the_address() {
    let (world, _, ana) = member().await;
    let welcome = mails_to(&world, &ana.email).remove(0);
    assert!(welcome.subject.starts_with("Te damos la bienvenida"), "{}", welcome.subject);
    assert!(welcome.text.contains("viernes 27 de noviembre de 2026, 09:00"), "{}", welcome.text);
    let token = tokens(&world, &ana.email, "verify").remove(0);
    assert!(!verified(&world, &ana.email).await);
    assert_eq!(send_token(&world, VERIFY, &token).await.status, 204);
    assert!(verified(&world, &ana.email).await);
    send_token(&world, VERIFY, &token).await.refused(422, "VERIFICATION_TOKEN_INVALID");
    advance(&world, 60);
    let before = items(&world);
    ask_for_verification(&world, &ana).await;
    assert_eq!(tokens(&world, &ana.email, "verify").len(), 1, "there is nothing to verify");
    assert!(items(&world) == before);
}

#[tokio::test]
async fn a_welcome_that_comes_twice_leaves_its_token_good() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let ana = world.member(&club, "ana").await;
    let events = world.publish().await;
    let told = events.iter().filter(|event| event.kind == "member.registered");
    let bodies: Vec<_> = told.map(|event| serde_json::to_string(event).unwrap()).collect();
    for _ in 0..3 {
        assert_eq!(world.deliver("notifications", bodies.clone()).await, [0_usize; 0]);
    }
    let tokens = tokens(&world, &ana.email, "verify");
    assert_eq!(tokens.len(), 1);
    assert_eq!(send_token(&world, VERIFY, &tokens[0]).await.status, 204);
}

#[tokio::test]
async fn whoever_is_verified_is_welcomed_without_a_question() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let ana = world.member(&club, "ana").await;
    let events = world.publish().await;
    let platform = world.test.app.table().platform();
    let email = ana.email.parse().unwrap();
    let credential = identity::store::credential(&platform, &email).await.unwrap().unwrap();
    let proved = identity::store::verify_email(&platform, &email, &credential, world.now());
    platform.write(vec![proved]).await.unwrap();
    let bodies = events.iter().map(|event| serde_json::to_string(event).unwrap()).collect();
    world.deliver("notifications", bodies).await;
    let welcome = mails_to(&world, &ana.email).remove(0);
    assert!(!welcome.text.contains("verify=") && !welcome.html.contains("href="));
}

#[tokio::test]
async fn a_verification_is_mailed_again_and_the_newest_is_good() {
    let (world, _, ana) = member().await;
    ask_for_verification(&world, &ana).await;
    assert_eq!(tokens(&world, &ana.email, "verify").len(), 1, "the welcome is a moment ago");
    advance(&world, 60);
    ask_for_verification(&world, &ana).await;
    let tokens = tokens(&world, &ana.email, "verify");
    assert_eq!(tokens.len(), 2);
    send_token(&world, VERIFY, &tokens[0]).await.refused(422, "VERIFICATION_TOKEN_INVALID");
    advance(&world, 7 * 24 * 3_600 - 1);
    assert_eq!(send_token(&world, VERIFY, &tokens[1]).await.status, 204);
}

#[tokio::test]
async fn a_verification_expires_after_seven_days() {
    let (world, _, ana) = member().await;
    let token = tokens(&world, &ana.email, "verify").remove(0);
    advance(&world, 7 * 24 * 3_600);
    send_token(&world, VERIFY, &token).await.refused(422, "VERIFICATION_TOKEN_EXPIRED");
    let nothing = world.test.call("POST", VERIFY).json(&json!({})).send().await;
    nothing.refused(422, "BODY_INVALID");
    send_token(&world, VERIFY, "cpo_x").await.refused(422, "VERIFICATION_TOKEN_INVALID");
    assert!(!verified(&world, &ana.email).await);
}

#[tokio::test]
async fn an_account_moves_to_another_address() {
    let (world, club, ana) = member().await;
    let token = change_token(&world, &ana, "Ana@Elsewhere.example.org").await;
    let asked = mails_to(&world, &ana.email).pop().unwrap();
    assert_eq!(asked.subject, "Alguien pidió cambiar la dirección de tu cuenta");
    assert!(!asked.text.contains("elsewhere") && !asked.text.contains("cpo_"), "{}", asked.text);
    let tokens_before = log_in(&world, &ana.email, PASSWORD).await.data(200);

    assert_eq!(send_token(&world, CONFIRM, &token).await.status, 204);
    log_in(&world, &ana.email, PASSWORD).await.refused(401, "INVALID_CREDENTIALS");
    log_in(&world, NEW, PASSWORD).await.data(200);
    assert!(verified(&world, NEW).await);
    let refresh = json!({ "refresh_token": tokens_before["refresh_token"] });
    world.test.call("POST", "/v1/auth/refresh").json(&refresh).send().await.data(200);
    let me = world.test.get("/v1/users/me", &ana.token).await.data(200);
    assert_eq!(me["email"], NEW);
    let table = world.test.app.table().tenant(&Tenant::from_envelope(club.id, "test"));
    let copy = identity::store::membership(&table, ana.account).await.unwrap().unwrap();
    assert_eq!((copy.email.unwrap().as_str(), copy.version), (NEW, 2));

    world.drain().await;
    let told = mails_to(&world, &ana.email).pop().unwrap();
    assert_eq!(told.subject, "La dirección de tu cuenta cambió");
    send_token(&world, CONFIRM, &token).await.refused(422, "EMAIL_CHANGE_TOKEN_INVALID");
    // The address before is free.
    world.member(&club, "ana").await;
    world.drain().await;
}

#[tokio::test]
async fn an_address_of_somebody_else_gets_no_mail_and_the_answer_is_the_same() {
    let (world, club, ana) = member().await;
    let bea = world.member(&club, "bea").await;
    world.drain().await;
    let free = world.test.post(CHANGE, &bea.token, json!({ "new_email": NEW })).await.data(202);
    let before = mails_to(&world, &ana.email).len();
    world.drain().await;
    advance(&world, 60);
    let wish = json!({ "new_email": ana.email });
    let answer = world.test.post(CHANGE, &bea.token, wish.clone()).await.data(202);
    assert_eq!(answer, free);
    world.drain().await;
    assert_eq!(mails_to(&world, &ana.email).len(), before, "nobody writes to a stranger");
    let asked = mails_to(&world, &bea.email);
    let asked = || asked.iter().filter(|mail| mail.subject.starts_with("Alguien pidió"));
    assert_eq!(asked().count(), 2);
    // The later request took the place of the one before, and counts.
    let first = tokens(&world, NEW, "change_email").remove(0);
    send_token(&world, CONFIRM, &first).await.refused(422, "EMAIL_CHANGE_TOKEN_INVALID");
    let messages = world.test.cloud.mails().len();
    world.test.post(CHANGE, &bea.token, wish).await.data(202);
    world.drain().await;
    assert_eq!(world.test.cloud.mails().len(), messages, "one request a minute is heard");
}

#[tokio::test]
async fn of_two_accounts_that_want_one_address_one_gets_it() {
    let (world, club, ana) = member().await;
    let bea = world.member(&club, "bea").await;
    world.drain().await;
    let ours = change_token(&world, &ana, NEW).await;
    let theirs = change_token(&world, &bea, NEW).await;
    assert_ne!(ours, theirs);
    let both = [&ours, &theirs];
    let answers = join_all(both.map(|token| send_token(&world, CONFIRM, token))).await;
    let won = answers.iter().position(|answer| answer.status == 204).expect("a winner");
    let mut answers = answers;
    answers.remove(1 - won).refused(409, "EMAIL_TAKEN");
    log_in(&world, NEW, PASSWORD).await.data(200);
    let loser = if won == 0 { &bea } else { &ana };
    log_in(&world, &loser.email, PASSWORD).await.data(200);
    assert_eq!(world.account_of(NEW).await, if won == 0 { ana.account } else { bea.account });
    world.drain().await;
}

#[tokio::test]
async fn one_of_eight_confirmations_moves_the_account() {
    let (world, _, ana) = member().await;
    let token = change_token(&world, &ana, NEW).await;
    let answers = join_all((0..8).map(|_| send_token(&world, CONFIRM, &token))).await;
    let (won, lost): (Vec<_>, Vec<_>) =
        answers.into_iter().partition(|answer| answer.status == 204);
    assert_eq!((won.len(), lost.len()), (1, 7));
    for answer in lost {
        answer.refused(422, "EMAIL_CHANGE_TOKEN_INVALID");
    }
    world.drain().await;
    let told = mails_to(&world, &ana.email);
    assert_eq!(told.iter().filter(|mail| mail.subject.ends_with("cambió")).count(), 1);
}

#[tokio::test]
async fn a_change_of_address_expires_after_a_day() {
    let (world, _, ana) = member().await;
    let token = change_token(&world, &ana, NEW).await;
    advance(&world, 24 * 3_600);
    send_token(&world, CONFIRM, &token).await.refused(422, "EMAIL_CHANGE_TOKEN_EXPIRED");
    log_in(&world, NEW, PASSWORD).await.refused(401, "INVALID_CREDENTIALS");
}

#[tokio::test]
async fn a_change_of_address_ends_with_the_session_that_asked_for_it() {
    let (world, _, ana) = member().await;
    let token = change_token(&world, &ana, NEW).await;
    // Its owner reads that somebody asked, and changes the password in another session.
    let own = log_in(&world, &ana.email, PASSWORD).await.data(200);
    let change = json!({ "current_password": PASSWORD, "new_password": "another horse battery" });
    let own = own["access_token"].as_str().unwrap();
    let changed = world.test.post("/v1/auth/password/change", own, change).await;
    assert_eq!(changed.status, 204);
    send_token(&world, CONFIRM, &token).await.refused(422, "EMAIL_CHANGE_TOKEN_INVALID");
    log_in(&world, &ana.email, "another horse battery").await.data(200);
    world.drain().await;
}

#[tokio::test]
async fn mails_to_the_address_before_prove_nothing_any_more() {
    let (world, _, ana) = member().await;
    let verification = tokens(&world, &ana.email, "verify").remove(0);
    let request = json!({ "email": ana.email });
    let asked = world.test.call("POST", "/v1/auth/password/reset-request").json(&request);
    asked.send().await.data(202);
    world.drain().await;
    let reset = tokens(&world, &ana.email, "reset").remove(0);
    let token = change_token(&world, &ana, NEW).await;
    assert_eq!(send_token(&world, CONFIRM, &token).await.status, 204);
    send_token(&world, VERIFY, &verification).await.refused(422, "VERIFICATION_TOKEN_INVALID");
    let body = json!({ "token": reset, "new_password": "another horse battery" });
    let answer = world.test.call("POST", "/v1/auth/password/reset").json(&body).send().await;
    answer.refused(422, "RESET_TOKEN_INVALID");
    log_in(&world, NEW, PASSWORD).await.data(200);
    world.drain().await;
}

#[tokio::test]
async fn an_old_proof_is_not_enough_to_move() {
    let (world, club, ana) = member().await;
    let mut claims = world.test.claims(ana.account, Some(club.id), &[Role::Member]);
    claims.auth_time -= kernel::Claims::FRESH_SECONDS + 1;
    let stale = world.test.keys.sign(&claims);
    let answer = world.test.post(CHANGE, &stale, json!({ "new_email": NEW })).await;
    answer.refused(403, "STEP_UP_REQUIRED");
    for body in [json!({}), json!({ "new_email": "nobody" })] {
        world.test.post(CHANGE, &ana.token, body).await.refused(422, "BODY_INVALID");
    }
}

#[tokio::test]
async fn a_request_that_comes_twice_is_mailed_once() {
    let (world, _, ana) = member().await;
    world.test.post(CHANGE, &ana.token, json!({ "new_email": NEW })).await.data(202);
    let body = world.test.cloud.take_sent("account-mail").remove(0).body;
    assert!(!body.contains("cpo_"), "{body}");
    let before = world.test.cloud.mails().len();
    for _ in 0..3 {
        assert_eq!(world.deliver("account-mail", vec![body.clone()]).await, [0_usize; 0]);
    }
    assert_eq!(world.test.cloud.mails().len(), before + 2, "one to each address");
    let token = tokens(&world, NEW, "change_email").remove(0);
    assert!(!items(&world).concat().contains(&token[4 + 43..]));
    assert_eq!(send_token(&world, CONFIRM, &token).await.status, 204);
    world.drain().await;
}

#[tokio::test]
async fn who_is_in_too_many_clubs_cannot_move() {
    let (world, _, ana) = member().await;
    let platform = world.test.app.table().platform();
    let account = identity::store::account(&platform, ana.account).await.unwrap().unwrap();
    for _ in 0..80 {
        let tenant = Tenant::from_envelope(ClubId::new(), "test");
        let table = world.test.app.table().tenant(&tenant);
        let membership = Membership::new(&account, vec![Role::Member], world.now());
        let writes = identity::store::join(&platform, &table, &membership, world.now()).unwrap();
        table.write(writes).await.unwrap();
    }
    world.test.post(CHANGE, &ana.token, json!({ "new_email": NEW })).await.data(202);
    let body = world.test.cloud.take_sent("account-mail").remove(0).body;
    assert_eq!(world.deliver("account-mail", vec![body]).await, [0_usize; 0]);
    let token = tokens(&world, NEW, "change_email").remove(0);
    send_token(&world, CONFIRM, &token).await.refused(422, "TOO_MANY_CLUBS");
    log_in(&world, &ana.email, PASSWORD).await.data(200);
}

#[tokio::test]
async fn a_password_that_changes_while_the_address_moves_is_not_lost() {
    const OTHER: &str = "another horse battery";
    let (world, _, ana) = member().await;
    let token = change_token(&world, &ana, NEW).await;
    let change = json!({ "current_password": PASSWORD, "new_password": OTHER });
    let (changed, moved) = futures::future::join(
        world.test.post("/v1/auth/password/change", &ana.token, change),
        send_token(&world, CONFIRM, &token),
    )
    .await;
    let email = if moved.status == 204 { NEW } else { ana.email.as_str() };
    let password = if changed.status == 204 { OTHER } else { PASSWORD };
    assert!(changed.status == 204 || moved.status == 204, "{changed:?} {moved:?}");
    for address in [NEW, ana.email.as_str()] {
        for attempt in [PASSWORD, OTHER] {
            let answer = log_in(&world, address, attempt).await;
            let right = (address, attempt) == (email, password);
            assert_eq!(answer.status == 200, right, "{address} {attempt} {answer:?}");
        }
    }
    world.drain().await;
}
