//! Players check in, come in by a code, or are missed.

use booking::BookingFact;
use futures::future::join;
use kernel::{
    AccountId, BookingId, Role,
    jiff::{SignedDuration, Timestamp},
};
use serde_json::{Value, json};

use crate::{
    booking_policies::{actions, policy},
    bookings::{Place, id, member, place, table},
    payments,
    world::{Club, TIME_ZONE, World},
};

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

struct Desk {
    world: World,
    club: Club,
    place: Place,
    ana: AccountId,
    booking: BookingId,
}

impl Desk {
    /// A booking of today, 18:00 to 19:00 on the club's clock, nine hours ahead; check-in from 17:45 to 18:10.
    async fn open(required: bool) -> Self {
        let world = World::start().await;
        let club = world.club("norte").await;
        let place = place(&world, &club, TIME_ZONE, &[60], 0).await;
        let terms = json!({
            "strikes": { "limit": 1, "per_days": 30, "suspend_days": 3 },
            "check_in": { "required": required, "opens_minutes_before": 15, "closes_minutes_after": 10 },
            "access": {
                "before_minutes": 10, "after_minutes": 5,
                "lights_before_minutes": 2, "lights_after_minutes": 3,
            },
        });
        policy(&world, &club, place.venue, terms).await;
        let ana = AccountId::new();
        let token = world.test.token(ana, Some(club.id), &[Role::Member]);
        let booking = id(&place.book(&world, &token, "2026-11-20T18:00", 60).await.data(201));
        world.publish().await;
        Self { world, club, place, ana, booking }
    }

    fn ana(&self) -> String {
        self.world.test.token(self.ana, Some(self.club.id), &[Role::Member])
    }

    fn staff(&self) -> String {
        self.world.test.token(AccountId::new(), Some(self.club.id), &[Role::FrontDesk])
    }

    fn path(&self, verb: &str) -> String {
        format!("/v1/bookings/{}/{verb}", self.booking)
    }

    async fn check_in(&self, body: Value) -> testkit::Answer {
        self.world.test.post(&self.path("check-in"), &self.staff(), body).await
    }

    async fn status(&self) -> Value {
        let path = format!("/v1/bookings/{}", self.booking);
        self.world.test.get(&path, &self.ana()).await.data(200)["status"].clone()
    }

    async fn run_job(&self) {
        job_missed_bookings::handle(self.world.test.app.clone()).await.unwrap();
    }

    /// So many minutes before the start.
    fn advance_to(&self, minutes_before: i64) {
        let start = "2026-11-20T21:00:00Z".parse::<Timestamp>().unwrap();
        let pause =
            start.duration_since(self.world.now()) - SignedDuration::from_mins(minutes_before);
        self.world.test.clock.advance(pause);
    }

    /// Bookings whose check-in is still looked for.
    fn watched(&self) -> usize {
        let items = self.world.test.database.items();
        let watched = |item: &&Value| {
            item["GSI2PK"]["S"].as_str().is_some_and(|pk| pk.starts_with("P#CHECKIN#"))
        };
        items.iter().filter(watched).count()
    }
}

#[tokio::test]
async fn a_booking_is_completed_when_it_is_over_and_nobody_missed_it() {
    let (kept, missed) = (Desk::open(false).await, Desk::open(true).await);
    let path = |desk: &Desk| format!("/v1/bookings/{}", desk.booking);
    let is_completed = async |desk: &Desk| {
        desk.world.test.get(&path(desk), &desk.ana()).await.data(200)["is_completed"].clone()
    };
    for desk in [&kept, &missed] {
        desk.advance_to(-59);
        assert_eq!(is_completed(desk).await, json!(false));
    }
    missed.run_job().await;
    for desk in [&kept, &missed] {
        desk.world.test.clock.advance(MINUTE);
    }
    assert_eq!(is_completed(&kept).await, json!(true));
    assert_eq!(is_completed(&missed).await, json!(false));
    assert_eq!(missed.status().await, "no_show");
}

#[tokio::test]
async fn the_desk_checks_players_in_by_their_code_within_the_window() {
    let desk = Desk::open(true).await;
    let code = desk.world.test.get(&desk.path("code"), &desk.ana()).await.data(200);
    assert_eq!(code["opens_at"], "2026-11-20T20:45:00.000Z");
    assert_eq!(code["closes_at"], "2026-11-20T21:10:00.000Z");
    let stranger = member(&desk.world, &desk.club);
    desk.world.test.get(&desk.path("code"), &stranger).await.refused(403, "BOOKING_NOT_YOURS");
    desk.check_in(json!({ "code": code["code"] })).await.refused(409, "CHECK_IN_NOT_OPEN");
    desk.advance_to(15);
    let own = desk.world.test.post(&desk.path("check-in"), &desk.ana(), json!({})).await;
    own.refused(403, "PERMISSION_MISSING");
    desk.check_in(json!({ "code": "AAAAAAAA" })).await.refused(422, "CODE_WRONG");
    let there = desk.check_in(json!({ "code": code["code"] })).await.data(200);
    assert_eq!(
        (&there["status"], &there["checked_in_at"]),
        (&json!("checked_in"), &json!("2026-11-20T20:45:00.000Z"))
    );
    desk.check_in(json!({})).await.data(200);
    let told = actions(&desk.world, &desk.club).await;
    assert_eq!(told.iter().filter(|action| *action == "booking.checked_in").count(), 1);
    assert_eq!(desk.watched(), 0);
    desk.advance_to(-11);
    desk.run_job().await;
    assert_eq!(desk.status().await, "checked_in");
}

#[tokio::test]
async fn check_in_closes_after_its_last_minute() {
    let desk = Desk::open(false).await;
    assert_eq!(desk.watched(), 0, "nobody has to");
    desk.advance_to(-10);
    desk.world.test.clock.advance(SignedDuration::from_secs(1));
    desk.check_in(json!({})).await.refused(409, "CHECK_IN_CLOSED");
    desk.run_job().await;
    assert_eq!(desk.status().await, "confirmed");
}

#[tokio::test]
async fn a_booking_that_nobody_comes_to_is_missed_and_its_time_is_free() {
    let desk = Desk::open(true).await;
    assert_eq!(desk.watched(), 1);
    desk.advance_to(-10);
    desk.run_job().await;
    assert_eq!(desk.status().await, "confirmed", "the last minute is theirs");
    desk.world.test.clock.advance(MINUTE);
    let (one, other) = join(
        job_missed_bookings::handle(desk.world.test.app.clone()),
        job_missed_bookings::handle(desk.world.test.app.clone()),
    )
    .await;
    one.and(other).unwrap();
    assert_eq!((desk.status().await, desk.watched()), (json!("no_show"), 0));
    let events = desk.world.publish().await;
    let missed: Vec<_> = events.iter().filter(|event| event.kind == booking::MISSED).collect();
    assert_eq!(missed.len(), 1);
    let freed = missed[0].data::<BookingFact>().unwrap().freed.unwrap();
    assert_eq!(
        (freed.starts_at.to_string(), freed.ends_at.to_string()),
        ("2026-11-20T21:11:00Z".into(), "2026-11-20T22:00:00Z".into())
    );
    let ben = member(&desk.world, &desk.club);
    desk.place.book(&desk.world, &ben, "2026-11-20T18:30", 60).await.data(201);
    let diary = booking::diary(&table(&desk.world, &desk.club), desk.ana).await.unwrap();
    assert_eq!((diary.strikes.len(), diary.suspended_until.is_some()), (1, true));
    desk.place
        .book(&desk.world, &desk.ana(), "2026-11-23T18:00", 60)
        .await
        .refused(403, "BOOKING_SUSPENDED");
    desk.check_in(json!({})).await.refused(409, "BOOKING_MISSED");
    desk.world.test.get(&desk.path("code"), &desk.ana()).await.refused(409, "NO_CHECK_IN_CODE");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_checks_in_at_the_last_moment_is_there_or_missed_and_never_both() {
    let desk = Desk::open(true).await;
    desk.advance_to(-10);
    let late = async {
        // The job sees a clock that is one second further.
        desk.world.test.clock.advance(SignedDuration::from_secs(1));
        desk.run_job().await;
    };
    let (answer, ()) = join(desk.check_in(json!({})), late).await;
    let status = desk.status().await;
    match answer.status.as_u16() {
        200 => assert_eq!(status, "checked_in"),
        _ => assert_eq!(status, "no_show"),
    }
}

#[tokio::test]
async fn cancelled_and_moved_bookings_are_not_missed_at_their_old_time() {
    let desk = Desk::open(true).await;
    let later = desk.place.book(&desk.world, &desk.ana(), "2026-11-20T20:00", 60).await.data(201);
    assert_eq!(desk.watched(), 2);
    desk.world.test.post(&desk.path("cancel"), &desk.ana(), Value::Null).await.data(200);
    assert_eq!(desk.watched(), 1);
    let later = id(&later);
    let to = json!({ "starts_at": "2026-11-20T21:00" });
    let path = format!("/v1/bookings/{later}/move");
    desk.world.test.post(&path, &desk.ana(), to).await.data(200);
    assert_eq!(desk.watched(), 1);
    desk.advance_to(-150);
    desk.run_job().await;
    let seen = async || {
        let path = format!("/v1/bookings/{later}");
        desk.world.test.get(&path, &desk.ana()).await.data(200)["status"].clone()
    };
    assert_eq!(seen().await, "confirmed");
    desk.advance_to(-191);
    desk.run_job().await;
    assert_eq!(seen().await, "no_show");
}

#[tokio::test]
async fn a_code_opens_the_door_around_the_booking() {
    let desk = Desk::open(true).await;
    let access = desk.world.test.get(&desk.path("access"), &desk.ana()).await.data(200);
    let code = access["code"].as_str().unwrap();
    assert!(code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()));
    assert_eq!(access["valid_from"], "2026-11-20T20:50:00.000Z");
    assert_eq!(access["valid_until"], "2026-11-20T22:05:00.000Z");
    assert_eq!(access["lights_on_at"], Value::Null, "the court has no lights");
    assert_eq!(desk.world.test.get(&desk.path("access"), &desk.staff()).await.data(200), access);
    let stranger = member(&desk.world, &desk.club);
    desk.world.test.get(&desk.path("access"), &stranger).await.refused(403, "BOOKING_NOT_YOURS");
    let view = desk.world.test.get(&format!("/v1/bookings/{}", desk.booking), &desk.ana()).await;
    assert!(!view.data(200).to_string().contains(code), "only where it is asked for");
    desk.world.test.post(&desk.path("cancel"), &desk.ana(), Value::Null).await.data(200);
    desk.world.test.get(&desk.path("access"), &desk.ana()).await.refused(409, "NO_ACCESS_CODE");
    for event in desk.world.publish().await {
        assert!(!serde_json::to_string(&event).unwrap().contains(code), "{}", event.kind);
    }
}

#[tokio::test]
async fn a_held_booking_has_its_codes_and_its_deadline_once_it_is_paid() {
    let at = payments::Place::open().await;
    let terms = json!({
        "check_in": { "required": true, "opens_minutes_before": 15, "closes_minutes_after": 10 },
        "access": {
            "before_minutes": 0, "after_minutes": 0,
            "lights_before_minutes": 0, "lights_after_minutes": 0,
        },
    });
    policy(&at.world, &at.club, at.venue, terms).await;
    let held = at.hold(payments::START).await;
    let path = |verb: &str| format!("/v1/bookings/{}/{verb}", held.booking);
    let token = &at.member.token;
    at.world.test.get(&path("code"), token).await.refused(409, "NO_CHECK_IN_CODE");
    at.world.test.get(&path("access"), token).await.refused(409, "NO_ACCESS_CODE");
    at.world
        .test
        .post(&path("check-in"), &at.owner(), json!({}))
        .await
        .refused(409, "BOOKING_HELD");
    at.try_to_pay(&held, "approved").await;
    at.world.drain().await;
    at.world.test.get(&path("code"), token).await.data(200);
    at.world.test.get(&path("access"), token).await.data(200);
    at.world.test.clock.advance(SignedDuration::from_hours(34));
    job_missed_bookings::handle(at.world.test.app.clone()).await.unwrap();
    assert_eq!(at.booking(&held).await["status"], "no_show");
    at.world.drain().await;
    let told = at.mails();
    assert!(told.iter().any(|subject| subject.starts_with("Reserva perdida")), "{told:?}");
}
