//! Accepting the owner's invitation, and trying to without being the owner.

use kernel::jiff::SignedDuration;
use serde_json::{Value, json};
use testkit::Answer;

use crate::{
    members::staff,
    world::{ONBOARDING_STEPS, World},
};

const PASSWORD: &str = "correct horse battery";
const OWNER: &str = "owner@norte.example.org";

/// An open club whose owner has not accepted yet, and the token of the mail.
async fn invited(world: &World, slug: &str) -> String {
    world.ask_for_club(slug).await.data(202);
    let onboarding = world.test.cloud.take_executions().remove(0).1;
    for step in ONBOARDING_STEPS {
        world.step(step, &onboarding).await.unwrap();
    }
    world.invitation_of(&format!("owner@{slug}.example.org"))
}

async fn register(world: &World, slug: &str, email: &str, more: Value) -> Answer {
    let mut body = json!({ "club": slug, "email": email, "password": PASSWORD, "name": "Olga" });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    world.test.call("POST", "/v1/auth/register").json(&body).send().await
}

async fn log_in(world: &World, email: &str, slug: &str) -> Answer {
    let body = json!({ "email": email, "password": PASSWORD, "club": slug });
    world.test.call("POST", "/v1/auth/login").json(&body).send().await
}

#[tokio::test]
async fn the_owner_accepts_once_and_owns_the_club() {
    let world = World::start().await;
    let token = invited(&world, "norte").await;
    let with = json!({ "invitation": token, "locale": "pt" });
    let registered = register(&world, "norte", OWNER, with.clone()).await.data(201);
    assert_eq!(registered["roles"], json!(["owner"]));
    let tokens = log_in(&world, OWNER, "norte").await.data(200);
    let access = tokens["access_token"].as_str().unwrap();
    let me = world.test.get("/v1/users/me", access).await.data(200);
    assert_eq!((&me["name"], &me["locale"]), (&json!("Olga"), &json!("pt")));
    assert!(me["club"]["permissions"].as_array().unwrap().contains(&json!("facility:manage")));
    register(&world, "norte", OWNER, with).await.refused(409, "INVITATION_USED");
    world.drain().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_accept_at_once_one_succeeds() {
    let world = World::start().await;
    let with = json!({ "invitation": invited(&world, "norte").await });
    let tries = (0..8).map(|_| register(&world, "norte", OWNER, with.clone()));
    let answers = futures::future::join_all(tries).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!(answer.status, 409, "{}", answer.body);
    }
    world.drain().await;
}

#[tokio::test]
async fn an_invited_address_is_not_to_be_had_without_the_mail() {
    let world = World::start().await;
    let token = invited(&world, "norte").await;
    register(&world, "norte", OWNER, json!({})).await.refused(409, "EMAIL_TAKEN");
    log_in(&world, OWNER, "norte").await.refused(401, "INVALID_CREDENTIALS");
    let eve = register(&world, "norte", "eve@example.org", json!({ "invitation": token })).await;
    eve.refused(422, "INVITATION_FOR_ANOTHER_ADDRESS");
    let bent = format!("{}AAAA", &token[..token.len() - 4]);
    for wrong in ["", "x", "cpi_", &bent] {
        let answer = register(&world, "norte", OWNER, json!({ "invitation": wrong })).await;
        answer.refused(422, "INVITATION_UNKNOWN");
    }
    let role = register(&world, "norte", "eve@example.org", json!({ "roles": ["owner"] })).await;
    role.refused(422, "BODY_INVALID");
}

#[tokio::test]
async fn an_invitation_is_for_its_club() {
    let world = World::start().await;
    let norte = invited(&world, "norte").await;
    invited(&world, "sur").await;
    let answer = register(&world, "sur", OWNER, json!({ "invitation": norte })).await;
    answer.refused(422, "INVITATION_UNKNOWN");
}

#[tokio::test]
async fn an_invitation_expires_after_two_weeks() {
    let world = World::start().await;
    let with = json!({ "invitation": invited(&world, "norte").await });
    world.test.clock.advance(SignedDuration::from_hours(14 * 24));
    register(&world, "norte", OWNER, with).await.refused(422, "INVITATION_EXPIRED");
}

#[tokio::test]
async fn whoever_has_an_account_joins_another_club_with_its_password() {
    let world = World::start().await;
    let club = world.club("sur").await;
    let account = register(&world, "sur", OWNER, json!({})).await.data(201);
    let with = json!({ "invitation": invited(&world, "norte").await });
    let mut wrong = with.clone();
    wrong["password"] = json!("not that password");
    register(&world, "norte", OWNER, wrong).await.refused(409, "EMAIL_TAKEN");
    let joined = register(&world, "norte", OWNER, with).await.data(201);
    assert_eq!(joined["account_id"], account["account_id"], "one person, two clubs");
    assert_eq!(joined["roles"], json!(["owner"]));
    for (slug, role) in [("norte", "owner"), (&*club.slug, "member")] {
        let tokens = log_in(&world, OWNER, slug).await.data(200);
        let access = tokens["access_token"].as_str().unwrap();
        let me = world.test.get("/v1/users/me", access).await.data(200);
        assert_eq!(me["club"]["roles"], json!([role]), "{slug}");
    }
    let platform = world.test.app.table().platform();
    let id = account["account_id"].as_str().unwrap().parse().unwrap();
    assert_eq!(identity::store::memberships(&platform, id).await.unwrap().len(), 2);
    world.drain().await;
}

#[tokio::test]
async fn who_took_an_address_before_its_owner_gets_no_club_with_it() {
    let world = World::start().await;
    world.club("sur").await;
    // Addresses are not verified, so anybody may have registered the future owner's.
    register(&world, "sur", OWNER, json!({})).await.data(201);
    invited(&world, "norte").await;
    log_in(&world, OWNER, "norte").await.refused(401, "INVALID_CREDENTIALS");
    register(&world, "norte", OWNER, json!({})).await.refused(409, "EMAIL_TAKEN");
    world.drain().await;
}

#[tokio::test]
async fn an_owner_who_accepted_leaves_a_club_that_fails_after_all() {
    let world = World::start().await;
    world.ask_for_club("norte").await.data(202);
    let onboarding = world.test.cloud.take_executions().remove(0).1;
    for step in &ONBOARDING_STEPS[..7] {
        world.step(step, &onboarding).await.unwrap();
    }
    let token = world.invitation_of(OWNER);
    register(&world, "norte", OWNER, json!({ "invitation": token })).await.data(201);
    let tokens = log_in(&world, OWNER, "norte").await.data(200);
    for step in ONBOARDING_STEPS[..6].iter().rev() {
        world.step(&format!("undo_{step}"), &onboarding).await.unwrap();
    }
    world.step("fail", &onboarding).await.unwrap();
    log_in(&world, OWNER, "norte").await.refused(401, "INVALID_CREDENTIALS");
    let body = json!({ "refresh_token": tokens["refresh_token"] });
    let refreshed = world.test.call("POST", "/v1/auth/refresh").json(&body).send().await;
    refreshed.refused(401, "SESSION_REVOKED");
    // The account is theirs, and joins when the club is made after all.
    let token = invited(&world, "norte").await;
    register(&world, "norte", OWNER, json!({ "invitation": token })).await.data(201);
    world.publish().await;
}

/// Asks for an invitation.
async fn invite(world: &World, token: &str, email: &str, more: Value) -> Answer {
    let mut body = json!({ "email": email, "roles": ["member"] });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    world.test.post("/v1/invitations", token, body).await
}

async fn resend(world: &World, token: &str, id: &Value) -> Answer {
    let path = format!("/v1/invitations/{}/resend", id.as_str().unwrap());
    world.test.call("POST", &path).token(token).send().await
}

async fn revoke(world: &World, token: &str, id: &Value) -> Answer {
    world.test.delete(&format!("/v1/invitations/{}", id.as_str().unwrap()), token).await
}

async fn accept(world: &World, token: &str, club: &str, invitation: &str) -> Answer {
    let body = json!({ "club": club, "invitation": invitation });
    world.test.post("/v1/auth/invitations/accept", token, body).await
}

async fn status(world: &World, token: &str, id: &Value) -> String {
    let path = format!("/v1/invitations/{}", id.as_str().unwrap());
    let shown = world.test.get(&path, token).await.data(200);
    shown["status"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn whoever_is_invited_gets_a_mail_and_the_roles_it_promises() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let (venue, _) = world.venue(&club, 0).await;
    world.drain().await;
    let at = json!({ venue.to_string(): ["manager"] });
    let more = json!({ "roles": ["coach", "member"], "venue_roles": at, "name": "Ana Pérez" });
    let answer = invite(&world, &club.owner.token, "Ana@Example.org", more).await;
    let location = answer.header("location").unwrap().to_owned();
    let made = answer.data(201);
    assert_eq!(location, format!("/v1/invitations/{}", made["id"].as_str().unwrap()));
    assert_eq!((&made["email"], &made["status"]), (&json!("ana@example.org"), &json!("open")));
    assert_eq!(made["invited_by"], json!(club.owner.account));

    let events = world.publish().await;
    let told: Vec<_> = events.iter().filter(|it| it.kind == "invitation.created").collect();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].data, json!({ "invitation_id": made["id"] }), "ids only");
    let body = serde_json::to_string(told[0]).unwrap();
    // Delivered twice, sent once.
    for _ in 0..2 {
        assert!(world.deliver("notifications", vec![body.clone()]).await.is_empty());
    }
    let mails = world.test.cloud.mails();
    let mails: Vec<_> = mails.iter().filter(|mail| mail.to == "ana@example.org").collect();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].subject, "Invitación a Club Norte");
    assert!(mails[0].text.contains("Hola, Ana Pérez:"), "{}", mails[0].text);
    assert!(mails[0].text.contains("/docs#club=norte&invitation=cpi_"), "{}", mails[0].text);

    let with = json!({ "invitation": world.invitation_of("ana@example.org") });
    let registered = register(&world, "norte", "ana@example.org", with).await.data(201);
    assert_eq!(registered["roles"], json!(["coach", "member"]));
    assert_eq!(registered["venue_roles"], at);
    let tokens = log_in(&world, "ana@example.org", "norte").await.data(200);
    let access = tokens["access_token"].as_str().unwrap();
    world
        .test
        .patch(&format!("/v1/venues/{venue}"), access, json!({ "name": "Sede" }))
        .await
        .data(200);
    assert_eq!(status(&world, &club.owner.token, &made["id"]).await, "accepted");
    let open = world.test.get("/v1/invitations", &club.owner.token).await.data(200);
    assert_eq!(open, json!([]));
    world.drain().await;
}

#[tokio::test]
async fn an_invitation_without_a_name_greets_by_the_address() {
    let world = World::start().await;
    let club = world.club("norte").await;
    invite(&world, &club.owner.token, "bea.lopez@example.org", json!({})).await.data(201);
    world.drain().await;
    let mails = world.test.cloud.mails();
    let mail = mails.iter().find(|mail| mail.to == "bea.lopez@example.org").unwrap();
    assert!(mail.text.contains("Hola, bea.lopez:"), "{}", mail.text);
}

#[tokio::test]
async fn open_invitations_are_listed_by_age_and_page() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let token = &club.owner.token;
    for email in ["c@example.org", "a@example.org", "b@example.org"] {
        invite(&world, token, email, json!({})).await.data(201);
        world.test.clock.advance(SignedDuration::from_secs(1));
    }
    let first = world.test.get("/v1/invitations?limit=2", token).await;
    let cursor = first.body["meta"]["page"]["next_cursor"].as_str().unwrap().to_owned();
    let path = format!("/v1/invitations?limit=2&cursor={cursor}");
    let second = world.test.get(&path, token).await.data(200);
    let addresses = |page: &Value| -> Vec<String> {
        let page = page.as_array().unwrap().iter();
        page.map(|it| it["email"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(addresses(&first.data(200)), ["c@example.org", "a@example.org"]);
    assert_eq!(addresses(&second), ["b@example.org"]);
    world.test.get("/v1/invitations?status=open", token).await.refused(422, "QUERY_INVALID");
    let nothing = "/v1/invitations/inv_00000000000070008000000000000000";
    world.test.get(nothing, token).await.refused(404, "INVITATION_NOT_FOUND");
}

#[tokio::test]
async fn a_mail_sent_again_gives_the_whole_time_again_and_leaves_the_first_good() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let made = invite(&world, &club.owner.token, "ana@example.org", json!({})).await.data(201);
    world.drain().await;
    let first = world.invitation_of("ana@example.org");
    world.test.clock.advance(SignedDuration::from_hours(14 * 24));
    let token = world.log_in(&club.owner.email, "norte").await;
    let with = json!({ "invitation": first });
    let late = register(&world, "norte", "ana@example.org", with.clone()).await;
    late.refused(422, "INVITATION_EXPIRED");
    assert_eq!(status(&world, &token, &made["id"]).await, "expired");
    let listed = world.test.get("/v1/invitations", &token).await.data(200);
    assert_eq!(listed[0]["status"], "expired");

    let again = resend(&world, &token, &made["id"]).await.data(200);
    assert_eq!(again["status"], "open");
    world.drain().await;
    let second = world.invitation_of("ana@example.org");
    assert_ne!(first, second);
    let mails = world.test.cloud.mails();
    assert_eq!(mails.iter().filter(|mail| mail.to == "ana@example.org").count(), 2);
    register(&world, "norte", "ana@example.org", with).await.data(201);
    resend(&world, &token, &made["id"]).await.refused(409, "INVITATION_USED");
    revoke(&world, &token, &made["id"]).await.refused(409, "INVITATION_USED");
    world.drain().await;
}

#[tokio::test]
async fn an_invitation_taken_back_leads_nowhere() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let token = &club.owner.token;
    let made = invite(&world, token, "ana@example.org", json!({})).await.data(201);
    world.drain().await;
    let with = json!({ "invitation": world.invitation_of("ana@example.org") });
    for _ in 0..2 {
        assert_eq!(revoke(&world, token, &made["id"]).await.status, 204);
    }
    let refused = register(&world, "norte", "ana@example.org", with).await;
    refused.refused(422, "INVITATION_REVOKED");
    resend(&world, token, &made["id"]).await.refused(422, "INVITATION_REVOKED");
    assert_eq!(status(&world, token, &made["id"]).await, "revoked");
    assert_eq!(world.test.get("/v1/invitations", token).await.data(200), json!([]));

    // One that is taken back, or expires, before its mail is out is not told.
    let quick = invite(&world, token, "bea@example.org", json!({})).await.data(201);
    assert_eq!(revoke(&world, token, &quick["id"]).await.status, 204);
    invite(&world, token, "carla@example.org", json!({})).await.data(201);
    let events = world.publish().await;
    world.test.clock.advance(SignedDuration::from_hours(14 * 24));
    let bodies = events.iter().filter(|it| it.kind == "invitation.created");
    let bodies: Vec<_> = bodies.map(|event| serde_json::to_string(event).unwrap()).collect();
    assert_eq!(bodies.len(), 2);
    assert!(world.deliver("notifications", bodies).await.is_empty());
    let mails = world.test.cloud.mails();
    assert!(
        !mails.iter().any(|mail| ["bea@example.org", "carla@example.org"].contains(&&*mail.to))
    );
}

#[tokio::test]
async fn nobody_promises_sends_again_or_takes_back_what_they_lack() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let owner = &club.owner.token;
    let desk = staff(&world, &club, "desk", json!({ "roles": ["front_desk"] })).await;
    let (venue, _) = world.venue(&club, 0).await;
    for more in [
        json!({ "roles": ["manager"] }),
        json!({ "roles": ["member"], "venue_roles": { venue.to_string(): ["manager"] } }),
    ] {
        let answer = invite(&world, &desk.token, "ana@example.org", more.clone()).await;
        answer.refused(403, "GRANT_EXCEEDS_OWN");
        let made = invite(&world, owner, "ana@example.org", more).await.data(201);
        resend(&world, &desk.token, &made["id"]).await.refused(403, "GRANT_EXCEEDS_OWN");
        revoke(&world, &desk.token, &made["id"]).await.refused(403, "GRANT_EXCEEDS_OWN");
    }
    let made = invite(&world, &desk.token, "bea@example.org", json!({})).await.data(201);
    resend(&world, &desk.token, &made["id"]).await.data(200);
    assert_eq!(revoke(&world, &desk.token, &made["id"]).await.status, 204);

    for (more, code) in [
        (json!({ "roles": ["operator"] }), "ROLE_UNKNOWN"),
        (json!({ "roles": ["night_porter"] }), "ROLE_UNKNOWN"),
        (json!({ "venue_roles": { venue.to_string(): ["owner"] } }), "ROLE_NOT_FOR_VENUES"),
        (json!({ "roles": [] }), "VALIDATION_FAILED"),
        (json!({ "email": "no address" }), "BODY_INVALID"),
        (json!({ "token": "mine" }), "BODY_INVALID"),
    ] {
        invite(&world, owner, "eve@example.org", more).await.refused(422, code);
    }
    let nowhere = json!({ "venue_roles": { kernel::VenueId::new().to_string(): ["coach"] } });
    invite(&world, owner, "eve@example.org", nowhere).await.refused(404, "VENUE_NOT_FOUND");
    invite(&world, owner, &desk.email, json!({})).await.refused(409, "ALREADY_MEMBER");

    // A role that was promised and then removed is nobody's to promise again, and anybody's to take back.
    let role = json!({ "name": "porter", "permissions": ["facility:read"] });
    world.test.post("/v1/roles", owner, role).await.data(201);
    let more = json!({ "roles": ["porter"] });
    let made = invite(&world, owner, "ivo@example.org", more).await.data(201);
    assert_eq!(world.test.delete("/v1/roles/porter", owner).await.status, 204);
    resend(&world, owner, &made["id"]).await.refused(422, "ROLE_UNKNOWN");
    assert_eq!(revoke(&world, &desk.token, &made["id"]).await.status, 204);
}

#[tokio::test]
async fn whoever_is_signed_in_anywhere_accepts_with_that_account() {
    let world = World::start().await;
    let (norte, sur) = (world.club("norte").await, world.club("sur").await);
    let (ana, eve) = (world.member(&sur, "ana").await, world.member(&sur, "eve").await);
    invite(&world, &norte.owner.token, &ana.email, json!({ "roles": ["coach"] })).await.data(201);
    world.drain().await;
    let token = world.invitation_of(&ana.email);
    let eves = accept(&world, &eve.token, "norte", &token).await;
    eves.refused(422, "INVITATION_FOR_ANOTHER_ADDRESS");
    accept(&world, &ana.token, "sur", &token).await.refused(422, "INVITATION_UNKNOWN");
    accept(&world, &ana.token, "nowhere", &token).await.refused(404, "CLUB_NOT_FOUND");
    accept(&world, &ana.token, "norte", "cpi_AAAA").await.refused(422, "INVITATION_UNKNOWN");
    let joined = accept(&world, &ana.token, "norte", &token).await.data(201);
    assert_eq!(joined["account_id"], json!(ana.account));
    assert_eq!((&joined["club_id"], &joined["roles"]), (&json!(norte.id), &json!(["coach"])));
    accept(&world, &ana.token, "norte", &token).await.refused(409, "INVITATION_USED");
    for slug in ["norte", "sur"] {
        log_in(&world, &ana.email, slug).await.data(200);
    }
    world.drain().await;
}

#[tokio::test]
async fn a_second_invitation_of_a_member_changes_nothing() {
    let world = World::start().await;
    let (norte, sur) = (world.club("norte").await, world.club("sur").await);
    let ana = world.member(&sur, "ana").await;
    for role in ["member", "admin"] {
        let more = json!({ "roles": [role] });
        invite(&world, &norte.owner.token, &ana.email, more).await.data(201);
    }
    let events = world.publish().await;
    let mut tokens = Vec::new();
    for event in events.iter().filter(|event| event.kind == "invitation.created") {
        let body = serde_json::to_string(event).unwrap();
        assert!(world.deliver("notifications", vec![body]).await.is_empty());
        tokens.push(world.invitation_of(&ana.email));
    }
    accept(&world, &ana.token, "norte", &tokens[0]).await.data(201);
    accept(&world, &ana.token, "norte", &tokens[1]).await.refused(409, "ALREADY_MEMBER");
    world.drain().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invitation_is_accepted_once_or_taken_back_never_both() {
    let world = World::start().await;
    let (norte, sur) = (world.club("norte").await, world.club("sur").await);
    for round in 0..4 {
        let ana = world.member(&sur, &format!("ana{round}")).await;
        let owner = &norte.owner.token;
        let made = invite(&world, owner, &ana.email, json!({})).await.data(201);
        world.drain().await;
        let token = world.invitation_of(&ana.email);
        let with = json!({ "invitation": token });
        let (signed_in, registered, revoked) = futures::join!(
            accept(&world, &ana.token, "norte", &token),
            register(&world, "norte", &ana.email, with),
            revoke(&world, owner, &made["id"]),
        );
        let answers = [signed_in, registered, revoked];
        let done: Vec<_> = answers.iter().map(|answer| answer.status.is_success()).collect();
        assert_eq!(done.iter().filter(|done| **done).count(), 1, "{answers:?}");
        for answer in answers.iter().filter(|answer| !answer.status.is_success()) {
            let code = answer.body["error"]["code"].as_str().unwrap();
            let codes = ["INVITATION_USED", "INVITATION_REVOKED", "ALREADY_MEMBER"];
            assert!(codes.contains(&code), "{code}");
        }
        let joined = log_in(&world, &ana.email, "norte").await.status == 200;
        assert_eq!(joined, !done[2], "a member, or taken back");
    }
    world.drain().await;
}
