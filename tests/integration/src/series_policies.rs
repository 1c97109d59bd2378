//! Giving up a series by the venue's policy, and what its member is told.

use kernel::{AccountId, Role, jiff::SignedDuration};
use serde_json::{Value, json};

use crate::{
    booking_policies::{actions, policy},
    bookings::{member, table},
    series::{act, ask, outcomes, start},
    world::{Club, Person, World},
};

/// Six hours before it is a third; later than two days before it is a strike; two of them suspend.
async fn strict_policy(world: &World, club: &Club, venue: kernel::VenueId) {
    let terms = json!({
        "cancellation": {
            "blocked_minutes": 120, "penalty_minutes": 2_880,
            "tiers": [{ "hours_before": 24, "percent": 100 }, { "hours_before": 6, "percent": 33 }],
        },
        "strikes": { "limit": 2, "per_days": 30, "suspend_days": 7 },
    });
    policy(world, club, venue, terms).await;
}

fn results(answer: &Value) -> Vec<Value> {
    let came = answer["occurrences"].as_array().unwrap().iter().map(|one| &one["came"]);
    came.map(|came| {
        let Value::Object(meant) = &came["cancellation"] else { return came["result"].clone() };
        json!([came["result"], meant["refund_percent"], meant["strike"]])
    })
    .collect()
}

#[tokio::test]
async fn each_date_is_given_up_as_a_single_booking_would_be() {
    let (world, club, place) = start().await;
    strict_policy(&world, &club, place.venue).await;
    let account = AccountId::new();
    let ana = world.test.token(account, Some(club.id), &[Role::Member]);
    let afternoons = json!({ "starts_at": "2026-11-20T16:00", "rrule": "FREQ=DAILY;COUNT=3" });
    let made = ask(&world, &ana, &place, afternoons).await.data(201);
    let items = world.test.database.items().len();
    let dry = json!({ "scope": "all", "dry_run": true });
    let foreseen = act(&world, &ana, &made, "cancel", dry).await.data(200);
    let expected = [
        json!(["cancelled", 33, true]),
        json!(["cancelled", 100, true]),
        json!(["cancelled", 100, false]),
    ];
    assert_eq!(results(&foreseen), expected);
    assert_eq!(world.test.database.items().len(), items);
    let gone = act(&world, &ana, &made, "cancel", json!({ "scope": "all" })).await.data(200);
    assert_eq!((results(&gone), outcomes(&gone)), (expected.to_vec(), vec!["cancelled"; 3]));
    let diary = booking::diary(&table(&world, &club), account).await.unwrap();
    assert_eq!((diary.strikes.len(), diary.entries.len()), (2, 0));
    let refused = place.book(&world, &ana, "2026-11-25T10:00", 60).await;
    refused.refused(403, "BOOKING_SUSPENDED");
    world.publish().await;
}

#[tokio::test]
async fn what_the_policy_blocks_stays_unless_staff_give_it_up() {
    let (world, club, place) = start().await;
    strict_policy(&world, &club, place.venue).await;
    let (ana, desk) = (
        member(&world, &club),
        world.test.token(AccountId::new(), Some(club.id), &[Role::FrontDesk]),
    );
    let mornings = json!({ "starts_at": "2026-11-20T10:00", "rrule": "FREQ=DAILY;COUNT=3" });
    let made = ask(&world, &ana, &place, mornings).await.data(201);
    let this = json!({ "scope": "this", "recurrence_id": "2026-11-20T10:00:00" });
    let error = act(&world, &ana, &made, "cancel", this.clone()).await;
    let error = error.refused(409, "SERIES_CONFLICT");
    let reason = &error["details"]["occurrences"][0]["reason"];
    assert_eq!(reason["code"], "CANCELLATION_BLOCKED");
    let gone = act(&world, &ana, &made, "cancel", json!({ "scope": "all" })).await.data(200);
    assert_eq!(outcomes(&gone), ["booked", "cancelled", "cancelled"]);
    assert_eq!(gone["occurrences"][0]["came"]["result"], "blocked");
    let mut waived = this;
    waived["waive"] = json!(true);
    let refused = act(&world, &ana, &made, "cancel", waived.clone()).await;
    refused.refused(403, "PERMISSION_MISSING");
    let gone = act(&world, &desk, &made, "cancel", waived).await.data(200);
    assert_eq!(results(&gone)[0], json!(["cancelled", 100, false]));
    let last = actions(&world, &club).await.pop();
    assert_eq!(last.as_deref(), Some("series.cancelled_without_policy"));
    world.publish().await;
}

#[tokio::test]
async fn participants_are_asked_for_as_of_a_single_booking() {
    let (world, club, place) = start().await;
    let account = AccountId::new();
    let ana = world.test.token(account, Some(club.id), &[Role::Member]);
    let one = |account: AccountId| json!({ "kind": "member", "account_id": account });
    let ben = world.member(&club, "ben").await;
    for (participants, code) in [
        (json!([one(AccountId::new())]), "PARTICIPANT_UNKNOWN"),
        (json!([one(ben.account), one(ben.account)]), "PARTICIPANTS_INVALID"),
        (json!([one(account)]), "PARTICIPANTS_INVALID"),
    ] {
        let wish = json!({ "participants": participants });
        ask(&world, &ana, &place, wish).await.refused(422, code);
    }
    let wish = json!({ "participants": [one(ben.account)] });
    ask(&world, &ana, &place, wish).await.data(201);
    world.drain().await;
}

/// What somebody was told since they were asked last.
async fn told(world: &World, person: &Person, seen: &mut usize) -> Vec<(String, String)> {
    world.drain().await;
    let mails = world.test.cloud.mails().into_iter().filter(|mail| mail.to == person.email);
    let all: Vec<_> = mails.map(|mail| (mail.subject, mail.text)).collect();
    let new = all[*seen..].to_vec();
    *seen = all.len();
    new
}

#[tokio::test]
async fn a_series_is_told_once_whatever_becomes_of_it() {
    let (world, club, place) = start().await;
    let (ana, ben) = (world.member(&club, "ana").await, member(&world, &club));
    let mut seen = 0;
    told(&world, &ana, &mut seen).await;
    place.book(&world, &ben, "2026-12-01T18:00", 60).await.data(201);
    let many = json!({ "rrule": "FREQ=DAILY;COUNT=40" });
    let made = ask(&world, &ana.token, &place, many).await.data(201);
    let mails = told(&world, &ana, &mut seen).await;
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert_eq!(mails[0].0, "Reservas confirmadas: Uno, 39 fechas");
    let text = &mails[0].1;
    assert!(text.contains("- martes 24 de noviembre de 2026, de 18:00 a 19:00"), "{text}");
    assert!(text.contains("\n- y 19 más\n"), "{text}");
    let skipped = "- martes 1 de diciembre de 2026, de 18:00 a 19:00: la cancha está ocupada";
    assert!(text.contains(skipped), "{text}");

    let later = json!({ "scope": "all", "starts_at": "2026-11-24T19:00", "conflicts": "skip" });
    act(&world, &ana.token, &made, "change", later).await.data(200);
    let mails = told(&world, &ana, &mut seen).await;
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert_eq!(mails[0].0, "Serie cambiada: Uno, 39 fechas");
    assert!(mails[0].1.contains("de 19:00 a 20:00"), "{}", mails[0].1);
    let this = json!({
        "scope": "this", "recurrence_id": "2026-11-26T18:00:00", "starts_at": "2026-11-26T07:00",
        "conflicts": "skip",
    });
    act(&world, &ana.token, &made, "change", this).await.data(200);
    let mails = told(&world, &ana, &mut seen).await;
    assert!(mails.len() == 1 && mails[0].0.starts_with("Reserva cambiada"), "{mails:?}");
    // What was taken is added: that is one mail, too.
    act(&world, &ana.token, &made, "rebook", json!({})).await.data(200);
    let mails = told(&world, &ana, &mut seen).await;
    assert!(mails.len() == 1 && mails[0].0.ends_with("1 fechas"), "{mails:?}");
    act(&world, &ana.token, &made, "cancel", json!({ "scope": "all" })).await.data(200);
    let mails = told(&world, &ana, &mut seen).await;
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert_eq!(mails[0].0, "Serie cancelada: Uno, 40 fechas");
    world.test.clock.advance(SignedDuration::from_secs(1));
    assert!(told(&world, &ana, &mut seen).await.is_empty());
}
