//! What venues ask of bookings, and what cancelling them means then.

use futures::future::join_all;
use kernel::{AccountId, Role, VenueId, jiff::SignedDuration};
use serde_json::{Value, json};

use crate::{
    bookings::{id, place},
    payments::Place,
    world::{Club, Person, TIME_ZONE, World},
};

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// Gives a venue its policy.
pub(crate) async fn policy(world: &World, club: &Club, venue: VenueId, terms: Value) -> Value {
    let path = format!("/v1/venues/{venue}/booking-policy");
    let owner = world.test.token(club.owner.account, Some(club.id), &[Role::Owner]);
    world.test.put(&path, &owner, terms).await.data(200)
}

/// The actions of the club's audit log, oldest first.
pub(crate) async fn actions(world: &World, club: &Club) -> Vec<String> {
    let owner = world.test.token(club.owner.account, Some(club.id), &[Role::Owner]);
    let log = world.test.get("/v1/audit-log?limit=100", &owner).await.data(200);
    let actions = log.as_array().unwrap().iter().rev();
    actions.map(|record| record["action"].as_str().unwrap().to_owned()).collect()
}

fn tiers() -> Value {
    json!({
        "cancellation": {
            "blocked_minutes": 120, "penalty_minutes": 720, "grace_minutes_after_creation": 15,
            "tiers": [{ "hours_before": 24, "percent": 100 }, { "hours_before": 6, "percent": 33 }],
        },
        "strikes": { "limit": 2, "per_days": 30, "suspend_days": 7 },
    })
}

#[tokio::test]
async fn a_policy_is_read_replaced_and_refused() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let place = place(&world, &club, TIME_ZONE, &[60], 0).await;
    let path = format!("/v1/venues/{}/booking-policy", place.venue);
    let owner = &club.owner.token;
    let none = world.test.get(&path, owner).await;
    assert_eq!(none.header("etag"), Some("\"0\""));
    assert_eq!(none.data(200)["cancellation"]["tiers"], json!([]));
    let first = world.test.put(&path, owner, tiers()).await;
    assert_eq!(first.header("etag"), Some("\"1\""));
    let first = first.data(200);
    assert_eq!(world.test.get(&path, owner).await.data(200), first);
    // The same again is no change.
    assert_eq!(world.test.put(&path, owner, tiers()).await.header("etag"), Some("\"1\""));
    let stale = world.test.call("PUT", &path).token(owner).header("if-match", "\"0\"");
    stale.json(&json!({})).send().await.refused(412, "STALE_VERSION");
    for (terms, code) in [
        (json!({ "cancellation": { "to": "till" } }), "BODY_INVALID"),
        (json!({ "cancellation": { "blocked_minutes": 50_000 } }), "VALIDATION_FAILED"),
        (json!({ "cancelation": {} }), "BODY_INVALID"),
    ] {
        world.test.put(&path, owner, terms).await.refused(422, code);
    }
    let ana = world.test.token(AccountId::new(), Some(club.id), &[Role::Member]);
    world.test.get(&path, &ana).await.data(200);
    world.test.put(&path, &ana, json!({})).await.refused(403, "PERMISSION_MISSING");
    assert!(actions(&world, &club).await.contains(&"booking_policy.changed".to_owned()));
}

#[tokio::test]
async fn changes_at_the_same_moment_are_one_change() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let place = place(&world, &club, TIME_ZONE, &[60], 0).await;
    let path = format!("/v1/venues/{}/booking-policy", place.venue);
    let put = async |minutes: u32| {
        let terms = json!({ "cancellation": { "blocked_minutes": minutes } });
        let call = world.test.call("PUT", &path).token(&club.owner.token);
        call.header("if-match", "\"0\"").json(&terms).send().await
    };
    let answers = join_all((1..=4).map(put)).await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(|one| one.status == 200);
    assert_eq!((won.len(), lost.len()), (1, 3));
    for answer in lost {
        answer.refused(412, "STALE_VERSION");
    }
}

#[tokio::test]
async fn what_goes_back_is_what_the_policy_says() {
    let place = Place::open().await;
    policy(&place.world, &place.club, place.venue, tiers()).await;
    let (held, _) = place.paid("2026-11-21T18:00").await;
    // 33 hours before: inside the grace, then in the first tier, then in the second.
    let path = format!("/v1/bookings/{}/cancel", held.booking);
    let token =
        || place.world.test.token(place.member.account, Some(place.club.id), &[Role::Member]);
    let preview = async || {
        let dry = format!("{path}?dry_run=true");
        place.world.test.post(&dry, &token(), Value::Null).await.data(200)
    };
    let seen = preview().await;
    assert_eq!(
        (&seen["status"], &seen["cancellation"]["rule"]),
        (&json!("confirmed"), &json!("grace"))
    );
    place.world.test.clock.advance(16 * MINUTE);
    assert_eq!(preview().await["cancellation"]["rule"], "tier");
    place.world.test.clock.advance(16 * 60 * MINUTE);
    let seen = preview().await;
    let expected = json!({
        "rule": "tier", "refund_percent": 33, "strike": false, "refund_to": "card",
        "refund": { "amount": 3_960, "currency": "ARS" }, "still_due": null,
    });
    assert_eq!(seen["cancellation"], expected);
    assert_eq!(place.booking(&held).await["status"], "confirmed", "a dry run changes nothing");
    let cancelled = place.world.test.post(&path, &token(), Value::Null).await.data(200);
    assert_eq!(
        (&cancelled["status"], &cancelled["cancellation"]),
        (&json!("cancelled"), &expected)
    );
    let again = place.world.test.post(&path, &token(), Value::Null).await.data(200);
    assert_eq!(again["cancellation"], expected, "again changes nothing");
    place.world.drain().await;
    place.world.provider.idle().await;
    place.world.drain().await;
    let payment = place.payment(&held).await;
    assert_eq!(
        (&payment["status"], &payment["refunded"]["amount"]),
        (&json!("partially_refunded"), &json!(3_960))
    );
}

#[tokio::test]
async fn players_are_blocked_and_staff_are_not() {
    let place = Place::open().await;
    policy(&place.world, &place.club, place.venue, tiers()).await;
    let (held, _) = place.paid("2026-11-21T18:00").await;
    place.world.test.clock.advance(31 * 60 * MINUTE + MINUTE);
    let path = format!("/v1/bookings/{}/cancel", held.booking);
    let member = place.world.test.token(place.member.account, Some(place.club.id), &[Role::Member]);
    let refused = place.world.test.post(&path, &member, Value::Null).await;
    let refused = refused.refused(409, "CANCELLATION_BLOCKED");
    assert_eq!(refused["details"]["until"], "2026-11-21T19:00:00.000Z");
    let waived = format!("{path}?waive=true");
    place.world.test.post(&waived, &member, Value::Null).await.refused(403, "PERMISSION_MISSING");
    let dry = format!("{path}?dry_run=true");
    let seen = place.world.test.post(&dry, &place.owner(), Value::Null).await.data(200);
    assert_eq!(
        (&seen["cancellation"]["rule"], &seen["cancellation"]["strike"]),
        (&json!("too_late"), &json!(true))
    );
    let done = place.world.test.post(&waived, &place.owner(), Value::Null).await.data(200);
    assert_eq!(done["cancellation"]["refund"]["amount"], 12_000);
    assert_eq!(done["cancellation"]["strike"], false);
    let told = actions(&place.world, &place.club).await;
    assert_eq!(told.last().unwrap(), "booking.cancelled_without_policy");
}

#[tokio::test]
async fn strikes_suspend_at_their_limit_and_staff_lift_it() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let place = place(&world, &club, TIME_ZONE, &[60], 0).await;
    policy(&world, &club, place.venue, tiers()).await;
    let ana = world.member(&club, "ana").await;
    let mut late = Vec::new();
    for start in ["2026-11-20T18:00", "2026-11-20T19:00"] {
        late.push(id(&place.book(&world, &ana.token, start, 60).await.data(201)));
    }
    world.test.clock.advance(20 * MINUTE);
    let ana =
        Person { token: world.test.token(ana.account, Some(club.id), &[Role::Member]), ..ana };
    let owner = world.test.token(club.owner.account, Some(club.id), &[Role::Owner]);
    // Both at once: neither may miss the other's strike.
    let cancel = async |booking| {
        let path = format!("/v1/bookings/{booking}/cancel");
        world.test.post(&path, &ana.token, Value::Null).await.data(200)
    };
    let (one, other) = (cancel(late[0]), cancel(late[1]));
    let (one, other) = futures::future::join(one, other).await;
    for cancelled in [one, other] {
        assert_eq!(cancelled["cancellation"]["strike"], true, "{cancelled}");
    }
    let refused = place.book(&world, &ana.token, "2026-11-23T18:00", 60).await;
    let refused = refused.refused(403, "BOOKING_SUSPENDED");
    let suspension = &refused["details"]["reasons"][0];
    assert_eq!(suspension["retry_at"], "2026-11-27T12:20:00.000Z");
    let path = format!("/v1/members/{}/booking-suspension", ana.account);
    world.test.delete(&path, &ana.token).await.refused(403, "PERMISSION_MISSING");
    for _ in 0..2 {
        assert_eq!(world.test.delete(&path, &owner).await.status, 204);
    }
    let absent = format!("/v1/members/{}/booking-suspension", AccountId::new());
    world.test.delete(&absent, &owner).await.refused(404, "MEMBER_NOT_FOUND");
    place.book(&world, &ana.token, "2026-11-23T18:00", 60).await.data(201);
    let told = actions(&world, &club).await;
    let lifted = told.iter().filter(|action| *action == "member.booking_suspension_lifted");
    assert_eq!(lifted.count(), 1);
}

#[tokio::test]
async fn a_suspension_ends_by_itself() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let place = place(&world, &club, TIME_ZONE, &[60], 0).await;
    let terms = json!({
        "cancellation": { "penalty_minutes": 720 },
        "strikes": { "limit": 1, "per_days": 30, "suspend_days": 1 },
    });
    policy(&world, &club, place.venue, terms).await;
    let account = AccountId::new();
    let token = || world.test.token(account, Some(club.id), &[Role::Member]);
    let booked = id(&place.book(&world, &token(), "2026-11-20T18:00", 60).await.data(201));
    world
        .test
        .post(&format!("/v1/bookings/{booked}/cancel"), &token(), Value::Null)
        .await
        .data(200);
    place.book(&world, &token(), "2026-11-25T18:00", 60).await.refused(403, "BOOKING_SUSPENDED");
    world.test.clock.advance(24 * 60 * MINUTE);
    place.book(&world, &token(), "2026-11-25T18:00", 60).await.data(201);
}
