//! Equipment and coaches, booked beside a court.

use booking::Status;
use futures::future::join_all;
use kernel::{BookingId, ResourceId, VenueId, jiff::SignedDuration};
use serde_json::{Value, json};
use testkit::Answer;

use crate::{
    bookings::{Place, id, member, of_kind, place, table},
    moves::another,
    series::{act, ask, outcomes},
    world::{Club, World},
};

const BUENOS_AIRES: &str = "America/Argentina/Buenos_Aires";
const HOLD: SignedDuration = SignedDuration::from_mins(10);

fn rackets(venues: &[VenueId], stock: u16) -> Value {
    json!({
        "kind": "equipment", "name": "Palas", "venue_ids": venues, "stock": stock,
        "price_per_hour": { "amount": 500, "currency": "ARS" },
    })
}

async fn made(world: &World, club: &Club, resource: Value) -> ResourceId {
    let made = world.test.post("/v1/resources", &club.owner.token, resource).await.data(201);
    made["id"].as_str().unwrap().parse().unwrap()
}

async fn book(
    world: &World,
    place: &Place,
    token: &str,
    (start, minutes): (&str, u16),
    extras: &[(ResourceId, u16)],
) -> Answer {
    let mut wish = place.wish(start, minutes);
    let extra = |(resource, quantity): &(ResourceId, u16)| json!({ "resource_id": resource, "quantity": quantity });
    wish["extras"] = extras.iter().map(extra).collect();
    world.test.post("/v1/bookings", token, wish).await
}

async fn cancel(world: &World, token: &str, booking: BookingId) {
    let path = format!("/v1/bookings/{booking}/cancel");
    world.test.post(&path, token, Value::Null).await.data(200);
}

/// How many of a resource are counted in every slot of its items, highest first.
fn counted(world: &World) -> Vec<i64> {
    let items = world.test.database.items();
    let uses = items.iter().filter(|item| item["kind"]["S"] == "resource_use");
    let slots = uses.flat_map(|item| item.as_object().unwrap().iter());
    let slots = slots.filter(|(name, _)| name.starts_with('u'));
    let mut counts: Vec<i64> =
        slots.map(|(_, count)| count["N"].as_str().unwrap().parse().unwrap()).collect();
    counts.sort_unstable_by(|a, b| b.cmp(a));
    counts
}

#[tokio::test]
async fn a_resource_is_made_changed_listed_and_retired() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let token = &club.owner.token;
    let (venue, _) = world.venue(&club, 0).await;
    let ana = world.member(&club, "ana").await;
    let coach = json!({
        "kind": "coach", "name": "Inés", "venue_ids": [venue], "stock": 1, "account_id": ana.account,
        "sports": ["tennis"], "hours": { "monday": [{ "opens": "09:00", "closes": "12:00" }] },
        "hours_exceptions": [{ "date": "2026-12-25" }],
        "price_per_hour": { "amount": 2_000, "currency": "ARS" },
    });
    let answer = world.test.post("/v1/resources", token, coach).await;
    let path = answer.header("location").unwrap().to_owned();
    assert_eq!(answer.header("etag"), Some("\"1\""));
    let coach = answer.data(201);
    assert_eq!((&coach["account_id"], &coach["sports"]), (&json!(ana.account), &json!(["tennis"])));
    assert_eq!(world.test.get(&path, &ana.token).await.data(200), coach);
    let racket = made(&world, &club, rackets(&[venue], 8)).await;
    let listed = world.test.get("/v1/resources", &ana.token).await.data(200);
    assert_eq!((&listed[0], &listed[1]["id"]), (&coach, &json!(racket)));

    let edit = |version: &str, body: Value| {
        let call = world.test.call("PATCH", &path).token(token).header("if-match", version);
        call.json(&body).send()
    };
    let body = json!({ "name": "Inés P.", "hours": null, "account_id": null, "sports": [] });
    let changed = edit("\"1\"", body).await;
    assert_eq!(changed.header("etag"), Some("\"2\""));
    changed.data(200);
    let changed = world.test.get(&path, token).await.data(200);
    assert_eq!((&changed["hours"], &changed["account_id"]), (&Value::Null, &Value::Null));
    assert_eq!((&changed["name"], &changed["sports"]), (&json!("Inés P."), &json!([])));
    edit("\"1\"", json!({ "name": "Otra" })).await.refused(412, "STALE_VERSION");
    edit("\"2\"", json!({ "stock": 2 })).await.refused(422, "COACH_IS_ONE");

    for _ in 0..2 {
        assert_eq!(world.test.delete(&path, token).await.status, 204);
    }
    let listed = world.test.get("/v1/resources", &ana.token).await.data(200);
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(world.test.get(&path, token).await.data(200)["status"], "retired");
    let late = world.test.patch(&path, token, json!({ "name": "Otra" })).await;
    late.refused(409, "RESOURCE_RETIRED");
}

#[tokio::test]
async fn what_is_no_resource_is_refused_and_nothing_is_written() {
    let world = World::start().await;
    let (club, other) = (world.club("norte").await, world.club("sur").await);
    let token = &club.owner.token;
    let ((venue, _), (theirs, _)) = (world.venue(&club, 0).await, world.venue(&other, 0).await);
    let before = world.test.database.items().len();
    let good = rackets(&[venue], 8);
    for (change, status, code) in [
        (json!({ "stock": 0 }), 422, "BODY_INVALID"),
        (json!({ "stock": 201 }), 422, "BODY_INVALID"),
        (json!({ "kind": "referee" }), 422, "BODY_INVALID"),
        (json!({ "venue_ids": [] }), 422, "BODY_INVALID"),
        (json!({ "venue_ids": [venue, venue] }), 422, "BODY_INVALID"),
        (json!({ "sports": ["chess"] }), 422, "BODY_INVALID"),
        (json!({ "venue_ids": [venue, theirs] }), 404, "VENUE_NOT_FOUND"),
        (json!({ "account_id": club.owner.account }), 422, "EQUIPMENT_IS_NOBODY"),
        (json!({ "kind": "coach" }), 422, "COACH_IS_ONE"),
        (
            json!({ "kind": "coach", "stock": 1, "account_id": other.owner.account }),
            404,
            "MEMBER_NOT_FOUND",
        ),
        (json!({ "price_per_hour": { "amount": 1, "currency": "USD" } }), 422, "CURRENCY_MISMATCH"),
    ] {
        let mut body = good.clone();
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        world.test.post("/v1/resources", token, body).await.refused(status, code);
    }
    assert_eq!(world.test.database.items().len(), before);
    let absent = format!("/v1/resources/{}", ResourceId::new());
    world.test.get(&absent, token).await.refused(404, "RESOURCE_NOT_FOUND");
    assert_eq!(world.test.delete(&format!("/v1/venues/{venue}"), token).await.status, 204);
    world.test.post("/v1/resources", token, good).await.refused(409, "VENUE_RETIRED");
}

#[tokio::test]
async fn a_booking_takes_its_extras_and_gives_them_back() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let place = place(&world, &club, BUENOS_AIRES, &[60, 90], 12_000).await;
    let palas = made(&world, &club, rackets(&[place.venue], 4)).await;
    let machine = made(&world, &club, rackets(&[place.venue], 1)).await;
    let ana = member(&world, &club);
    let at = ("2026-11-21T20:30", 90);
    let booked = book(&world, &place, &ana, at, &[(palas, 3), (machine, 1)]).await.data(201);
    let booking = &booked["booking"];
    // 90 minutes of the court, of three rackets and of one machine.
    assert_eq!(booking["price"]["amount"], 18_000 + 2_250 + 750);
    assert_eq!(booking["extras"][0]["price"]["amount"], 2_250);
    assert_eq!(booking["extras"][0]["name"], "Palas");
    // Before and after midnight in UTC.
    assert_eq!(counted(&world), [vec![3; 18], vec![1; 18]].concat());
    let payment = booking["payment_id"].as_str().unwrap();
    let payment = payments::payment(&table(&world, &club), payment.parse().unwrap()).await.unwrap();
    assert_eq!(payment.amount.amount, 21_000);
    cancel(&world, &ana, id(&booked)).await;
    cancel(&world, &ana, id(&booked)).await;
    assert_eq!(counted(&world), [0; 36]);
    book(&world, &place, &ana, at, &[(palas, 4)]).await.data(201);
}

#[tokio::test]
async fn nobody_gets_more_than_is_left() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let one = place(&world, &club, BUENOS_AIRES, &[60], 12_000).await;
    // Two hours behind: the same hours have other names there.
    let other = place(&world, &club, "America/Lima", &[60], 12_000).await;
    let palas = made(&world, &club, rackets(&[one.venue, other.venue], 4)).await;
    let ana = member(&world, &club);
    book(&world, &one, &ana, ("2026-11-21T18:00", 60), &[(palas, 3)]).await.data(201);
    let written = world.test.database.items().len();
    for start in ["2026-11-21T16:00", "2026-11-21T15:30", "2026-11-21T16:30"] {
        let refused = book(&world, &other, &ana, (start, 60), &[(palas, 2)]).await;
        let error = refused.refused(409, "RESOURCE_TAKEN");
        assert_eq!(error["details"]["resource_id"], json!(palas));
    }
    assert_eq!(world.test.database.items().len(), written);
    let at = |start| (start, 60);
    let more = book(&world, &other, &ana, at("2026-11-21T18:00"), &[(palas, 5)]).await;
    more.refused(409, "RESOURCE_TAKEN");
    book(&world, &other, &ana, at("2026-11-21T16:00"), &[(palas, 1)]).await.data(201);
    book(&world, &other, &ana, at("2026-11-21T17:00"), &[(palas, 4)]).await.data(201);
}

#[tokio::test]
async fn an_extra_that_cannot_be_had_has_its_code() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let place = place(&world, &club, BUENOS_AIRES, &[60], 12_000).await;
    let (elsewhere, _) = world.venue(&club, 0).await;
    let far = made(&world, &club, rackets(&[elsewhere], 4)).await;
    let coach = json!({
        "kind": "coach", "name": "Inés", "venue_ids": [place.venue], "stock": 1,
        "hours": { "saturday": [{ "opens": "16:00", "closes": "20:00" }] },
        "price_per_hour": { "amount": 0, "currency": "ARS" },
    });
    let coach = made(&world, &club, coach).await;
    let old = made(&world, &club, rackets(&[place.venue], 4)).await;
    let retired = world.test.delete(&format!("/v1/resources/{old}"), &club.owner.token).await;
    assert_eq!(retired.status, 204);
    let ana = member(&world, &club);
    let before = world.test.database.items().len();
    let ask = |start, extras: Vec<(ResourceId, u16)>| {
        let (world, place, ana) = (&world, &place, &ana);
        async move { book(world, place, ana, (start, 60), &extras).await }
    };
    let evening = "2026-11-21T18:00";
    ask(evening, vec![(far, 1)]).await.refused(422, "RESOURCE_NOT_HERE");
    ask(evening, vec![(old, 1)]).await.refused(409, "RESOURCE_RETIRED");
    ask(evening, vec![(ResourceId::new(), 1)]).await.refused(404, "RESOURCE_NOT_FOUND");
    ask("2026-11-21T19:30", vec![(coach, 1)]).await.refused(422, "RESOURCE_CLOSED");
    ask("2026-11-22T18:00", vec![(coach, 1)]).await.refused(422, "RESOURCE_CLOSED");
    ask(evening, vec![(coach, 1), (coach, 1)]).await.refused(422, "BODY_INVALID");
    ask(evening, (0..5).map(|_| (ResourceId::new(), 1)).collect())
        .await
        .refused(422, "BODY_INVALID");
    ask(evening, vec![(coach, 0)]).await.refused(422, "BODY_INVALID");
    assert_eq!(world.test.database.items().len(), before);
    ask("2026-11-21T19:00", vec![(coach, 1)]).await.data(201);
}

#[tokio::test]
async fn each_date_of_a_series_has_its_extras_or_says_that_there_is_none_left() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let place = place(&world, &club, BUENOS_AIRES, &[60], 0).await;
    let other = another(&world, &club, &place, 0).await;
    let mut free = rackets(&[place.venue], 2);
    free["price_per_hour"]["amount"] = json!(0);
    let palas = made(&world, &club, free).await;
    let (ana, ben) = (member(&world, &club), member(&world, &club));
    let theirs = book(&world, &other, &ben, ("2026-12-01T18:30", 60), &[(palas, 1)]).await;
    let theirs = id(&theirs.data(201));
    let both = json!([{ "resource_id": palas, "quantity": 2 }]);
    let series = json!({ "rrule": "FREQ=WEEKLY;COUNT=3", "extras": both });
    let series = ask(&world, &ana, &place, series).await.data(201);
    assert_eq!(outcomes(&series), ["booked", "conflict", "booked"]);
    assert_eq!(series["occurrences"][1]["reason"]["code"], "RESOURCE_TAKEN");
    let none = book(&world, &other, &ben, ("2026-11-24T18:30", 60), &[(palas, 1)]).await;
    none.refused(409, "RESOURCE_TAKEN");
    // An hour of one and two hours of two.
    let hours = |of: &[(i64, usize)]| -> Vec<i64> {
        of.iter().flat_map(|(count, hours)| vec![*count; 12 * hours]).collect()
    };
    let used = || counted(&world).into_iter().filter(|count| *count > 0).collect::<Vec<_>>();
    assert_eq!(used(), hours(&[(2, 2), (1, 1)]));
    cancel(&world, &ben, theirs).await;
    let added = act(&world, &ana, &series, "rebook", json!({})).await.data(200);
    assert_eq!((&added["booked"], used()), (&json!(3), hours(&[(2, 3)])));
    let later = json!({ "scope": "all", "starts_at": "2026-11-24T20:00", "conflicts": "skip" });
    act(&world, &ana, &series, "change", later).await.data(200);
    assert_eq!(used(), hours(&[(2, 3)]));
    book(&world, &other, &ben, ("2026-11-24T18:30", 60), &[(palas, 1)]).await.data(201);
    act(&world, &ana, &series, "cancel", json!({ "scope": "all" })).await.data(200);
    assert_eq!(used(), hours(&[(1, 1)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_want_the_last_rackets_as_many_win_as_there_are() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let mut places = Vec::new();
    for _ in 0..12 {
        places.push(place(&world, &club, BUENOS_AIRES, &[60], 12_000).await);
    }
    let venues: Vec<_> = places.iter().map(|place| place.venue).collect();
    let palas = made(&world, &club, rackets(&venues, 3)).await;
    let tokens: Vec<_> = places.iter().map(|_| member(&world, &club)).collect();
    let at = ("2026-11-21T18:00", 60);
    let extras = [(palas, 1)];
    let all = places.iter().zip(&tokens);
    let answers = join_all(all.map(|(place, token)| book(&world, place, token, at, &extras))).await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(|a| a.status == 201);
    assert_eq!((won.len(), lost.len()), (3, 9));
    for answer in lost {
        answer.refused(409, "RESOURCE_TAKEN");
    }
    assert_eq!(counted(&world), [3; 12]);
    assert_eq!(of_kind(&world, "booking"), 3);
}

#[tokio::test]
async fn a_whole_day_with_all_the_extras_there_can_be_is_one_transaction() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let place = place(&world, &club, BUENOS_AIRES, &[60, 1_440], 12_000).await;
    let mut extras = Vec::new();
    for _ in 0..4 {
        extras.push((made(&world, &club, rackets(&[place.venue], 2)).await, 2));
    }
    let ana = member(&world, &club);
    let day = book(&world, &place, &ana, ("2026-11-21T12:00", 1_440), &extras).await.data(201);
    assert_eq!(counted(&world), [2; 4 * 288]);
    cancel(&world, &ana, id(&day)).await;
    assert_eq!(counted(&world), [0; 4 * 288]);
}

#[tokio::test]
async fn an_ended_hold_gives_its_extras_back_once() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let place = place(&world, &club, BUENOS_AIRES, &[60], 12_000).await;
    let palas = made(&world, &club, rackets(&[place.venue], 2)).await;
    let (ana, at) = (member(&world, &club), ("2026-11-21T18:00", 60));
    let ended = id(&book(&world, &place, &ana, at, &[(palas, 2)]).await.data(201));
    world.test.clock.advance(HOLD);
    // Who meets it on its court gets what it had.
    let ben = member(&world, &club);
    let met = id(&book(&world, &place, &ben, at, &[(palas, 2)]).await.data(201));
    assert_eq!(counted(&world), [2; 12]);
    let message = |booking: BookingId, until: &str| {
        let body = json!({
            "club_id": club.id, "booking_id": booking, "hold_expires_at": until,
        });
        world.deliver("hold-expiry", vec![body.to_string()])
    };
    assert!(message(ended, "2026-11-20T12:10:00.000Z").await.is_empty());
    assert_eq!(counted(&world), [2; 12]);
    world.test.clock.advance(HOLD);
    for _ in 0..2 {
        assert!(message(met, "2026-11-20T12:20:00.000Z").await.is_empty());
        assert_eq!(counted(&world), [0; 12]);
    }
}

#[tokio::test]
async fn a_booking_paid_late_needs_its_extras_again() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let one = place(&world, &club, BUENOS_AIRES, &[60], 12_000).await;
    let other = place(&world, &club, BUENOS_AIRES, &[60], 12_000).await;
    let palas = made(&world, &club, rackets(&[one.venue, other.venue], 2)).await;
    let (ana, at) = (member(&world, &club), ("2026-11-21T18:00", 60));
    let late = id(&book(&world, &one, &ana, at, &[(palas, 2)]).await.data(201));
    world.test.clock.advance(HOLD);
    let table = table(&world, &club);
    let held = booking::booking(&table, late).await.unwrap();
    let expired = booking::expire(&table, &held, world.now()).unwrap();
    table.write(expired.writes).await.unwrap();
    let reclaim = async || {
        let before = booking::booking(&table, late).await.unwrap();
        booking::reclaim(&table, &before, world.now()).await.unwrap()
    };
    // Somebody has one of them at the other venue.
    let ben = member(&world, &club);
    let taken = id(&book(&world, &other, &ben, at, &[(palas, 1)]).await.data(201));
    assert!(reclaim().await.is_none());
    cancel(&world, &ben, taken).await;
    let changed = reclaim().await.unwrap();
    table.write(changed.writes).await.unwrap();
    assert_eq!(booking::booking(&table, late).await.unwrap().status, Status::Confirmed);
    assert_eq!(counted(&world), [2; 12]);
}
