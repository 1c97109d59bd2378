//! A booking moves: it has its old place or its new one, and never both or neither.

use std::collections::BTreeSet;

use booking::{BookingFact, Slots};
use futures::future::{join, join_all};
use kernel::{AccountId, BookingId, Role, jiff::SignedDuration};
use serde_json::{Value, json};
use testkit::Answer;

use crate::{
    booking_policies::actions,
    bookings::{Place, id, member, place, table},
    payments,
    world::{Club, TIME_ZONE, World},
};

const DAY: &str = "2026-11-21";

async fn shift(world: &World, token: &str, booking: BookingId, to: Value) -> Answer {
    world.test.post(&format!("/v1/bookings/{booking}/move"), token, to).await
}

/// One more court at the place, at this price an hour.
pub(crate) async fn another(world: &World, club: &Club, place: &Place, price: i64) -> Place {
    let court = json!({
        "name": "Dos", "sport": "padel", "surface": "hard", "indoor": false,
        "durations_minutes": [60, 90], "price_per_hour": { "amount": price, "currency": "ARS" },
    });
    let path = format!("/v1/venues/{}/courts", place.venue);
    let court = world.test.post(&path, &club.owner.token, court).await.data(201);
    Place { venue: place.venue, court: court["id"].as_str().unwrap().parse().unwrap() }
}

/// The slots of the day that are taken on the place's court.
async fn taken(world: &World, club: &Club, place: &Place) -> Slots {
    let day = booking::venue_day(&table(world, club), place.venue, DAY.parse().unwrap()).await;
    let days = day.unwrap().courts.into_iter();
    days.filter(|day| day.court_id == place.court).map(|day| day.taken).next().unwrap_or_default()
}

#[tokio::test]
async fn a_moved_booking_keeps_its_id_and_frees_its_old_time() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let place = place(&world, &club, TIME_ZONE, &[60, 90], 0).await;
    let other = another(&world, &club, &place, 0).await;
    let (ana, ben) = (member(&world, &club), member(&world, &club));
    let booked = id(&place.book(&world, &ana, "2026-11-21T18:00", 60).await.data(201));
    world.publish().await;
    // Into its own time: half of it is taken twice by the same booking.
    let moved =
        shift(&world, &ana, booked, json!({ "starts_at": "2026-11-21T18:30" })).await.data(200);
    assert_eq!((&moved["id"], &moved["sequence"]), (&json!(booked), &json!(1)));
    assert_eq!(moved["starts_at"], "2026-11-21T18:30:00-03:00");
    assert_eq!(moved["moved_from"][0]["starts_at"], "2026-11-21T18:00:00-03:00");
    assert_eq!(
        taken(&world, &club, &place).await.numbers().collect::<Vec<_>>(),
        (222..234).collect::<Vec<_>>()
    );
    let events = world.publish().await;
    assert_eq!(
        events.iter().map(|event| event.kind.as_str()).collect::<Vec<_>>(),
        [booking::MOVED]
    );
    let freed = events[0].data::<BookingFact>().unwrap().freed.unwrap();
    assert_eq!(
        (freed.courts, freed.starts_at.to_string()),
        (vec![place.court], "2026-11-21T21:00:00Z".into())
    );
    // To the other court and another length.
    let to =
        json!({ "court_id": other.court, "duration_minutes": 90, "starts_at": "2026-11-21T10:00" });
    let moved = shift(&world, &ana, booked, to.clone()).await.data(200);
    assert_eq!((&moved["court_id"], &moved["sequence"]), (&json!(other.court), &json!(2)));
    assert_eq!(taken(&world, &club, &place).await, Slots::default());
    place.book(&world, &ben, "2026-11-21T18:30", 60).await.data(201);
    other.book(&world, &ben, "2026-11-21T11:00", 60).await.refused(409, "SLOT_TAKEN");
    shift(&world, &ana, booked, to).await.refused(422, "NOTHING_MOVES");
    let owner = moved["account_id"].as_str().unwrap().parse().unwrap();
    let entries = booking::diary(&table(&world, &club), owner).await.unwrap().entries;
    assert_eq!((entries.len(), entries[0].court_id), (1, other.court));
}

#[tokio::test]
async fn whoever_is_refused_keeps_what_they_had() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let place = place(&world, &club, TIME_ZONE, &[60, 90], 0).await;
    let (ana, ben) = (member(&world, &club), member(&world, &club));
    let booked = id(&place.book(&world, &ana, "2026-11-21T18:00", 60).await.data(201));
    place.book(&world, &ben, "2026-11-21T20:00", 60).await.data(201);
    let before = world.test.database.items().len();
    let path = format!("/v1/bookings/{booked}");
    let seen = world.test.get(&path, &ana).await.data(200);
    for (to, status, code) in [
        (json!({ "starts_at": "2026-11-21T20:30" }), 409, "SLOT_TAKEN"),
        (json!({ "starts_at": "2026-11-21T18:10" }), 422, "OFF_GRID"),
        (json!({ "starts_at": "2026-11-20T08:30" }), 422, "START_IN_PAST"),
        (json!({ "duration_minutes": 45 }), 422, "DURATION_NOT_ALLOWED"),
        (json!({}), 422, "NOTHING_MOVES"),
        (json!({ "starts_at": "2026-11-21T18:00" }), 422, "NOTHING_MOVES"),
        (json!({ "court_id": kernel::CourtId::new() }), 404, "COURT_NOT_FOUND"),
        (
            json!({ "starts_at": "2026-11-21T10:00", "waive_difference": true }),
            403,
            "PERMISSION_MISSING",
        ),
    ] {
        shift(&world, &ana, booked, to).await.refused(status, code);
    }
    let to = json!({ "starts_at": "2026-11-21T10:00" });
    shift(&world, &ben, booked, to.clone()).await.refused(403, "BOOKING_NOT_YOURS");
    shift(&world, &ana, BookingId::new(), to.clone()).await.refused(404, "BOOKING_NOT_FOUND");
    assert_eq!(world.test.get(&path, &ana).await.data(200), seen);
    assert_eq!(world.test.database.items().len(), before);
    let desk = world.test.token(AccountId::new(), Some(club.id), &[Role::FrontDesk]);
    shift(&world, &desk, booked, to.clone()).await.data(200);
    assert_eq!(actions(&world, &club).await.last().unwrap(), "booking.moved");
    world.test.post(&format!("{path}/cancel"), &ana, Value::Null).await.data(200);
    shift(&world, &ana, booked, to).await.refused(409, "BOOKING_CANCELLED");
}

#[tokio::test]
async fn held_and_started_bookings_are_not_moved() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let paid = place(&world, &club, TIME_ZONE, &[60], 12_000).await;
    let ana = AccountId::new();
    let token = || world.test.token(ana, Some(club.id), &[Role::Member]);
    let to = json!({ "starts_at": "2026-11-22T10:00" });
    let held = id(&paid.book(&world, &token(), "2026-11-21T18:00", 60).await.data(201));
    shift(&world, &token(), held, to.clone()).await.refused(409, "BOOKING_HELD");
    let free = place(&world, &club, TIME_ZONE, &[60], 0).await;
    let booked = id(&free.book(&world, &token(), "2026-11-20T18:00", 60).await.data(201));
    world.test.clock.advance(SignedDuration::from_hours(9));
    shift(&world, &token(), booked, to).await.refused(409, "BOOKING_STARTED");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_moves_into_one_slot_one_wins_and_the_other_stays() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let place = place(&world, &club, TIME_ZONE, &[60], 0).await;
    let mut all = Vec::new();
    for hour in 10..16 {
        let token = member(&world, &club);
        let start = format!("2026-11-21T{hour}:00");
        all.push((id(&place.book(&world, &token, &start, 60).await.data(201)), token));
    }
    let to = || json!({ "starts_at": "2026-11-21T18:00" });
    let answers =
        join_all(all.iter().map(|(booking, token)| shift(&world, token, *booking, to()))).await;
    let won = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(won, 1);
    for answer in answers.into_iter().filter(|answer| answer.status != 200) {
        let code = answer.body["error"]["code"].as_str().unwrap().to_owned();
        assert!(["SLOT_TAKEN", "COURT_BUSY"].contains(&code.as_str()), "{code}");
    }
    assert_eq!(taken(&world, &club, &place).await.numbers().count(), 6 * 12);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_booking_that_is_moved_and_cancelled_at_once_gives_its_slots_back_once() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let place = place(&world, &club, TIME_ZONE, &[60], 0).await;
    for round in 0..8 {
        let token = member(&world, &club);
        let booked = id(&place.book(&world, &token, "2026-11-21T18:00", 60).await.data(201));
        let path = format!("/v1/bookings/{booked}/cancel");
        let to = json!({ "starts_at": "2026-11-21T18:30" });
        let (moved, cancelled) =
            join(shift(&world, &token, booked, to), world.test.post(&path, &token, Value::Null))
                .await;
        assert_eq!(cancelled.status, 200, "{round}: {}", cancelled.body);
        assert!(moved.status == 200 || moved.status == 409, "{}", moved.body);
        assert_eq!(taken(&world, &club, &place).await, Slots::default(), "{round}");
    }
}

#[tokio::test]
async fn a_cheaper_place_gives_the_difference_back_and_staff_waive_that_of_a_dearer_one() {
    let at = payments::Place::open().await;
    let (held, _) = at.paid("2026-11-21T18:00").await;
    let here = Place { venue: at.venue, court: at.court };
    let (cheap, dear) = (
        another(&at.world, &at.club, &here, 9_000).await,
        another(&at.world, &at.club, &here, 15_000).await,
    );
    let booking: BookingId = held.booking.parse().unwrap();
    let moved =
        shift(&at.world, &at.member.token, booking, json!({ "court_id": cheap.court })).await;
    assert_eq!(moved.data(200)["price"]["amount"], 9_000);
    let settle = async || {
        at.world.drain().await;
        at.world.provider.idle().await;
        at.world.drain().await;
    };
    settle().await;
    let payment = at.payment(&held).await;
    assert_eq!(
        (&payment["status"], &payment["refunded"]["amount"]),
        (&json!("partially_refunded"), &json!(3_000))
    );
    let waived = json!({ "court_id": dear.court, "waive_difference": true });
    let moved = shift(&at.world, &at.owner(), booking, waived).await.data(200);
    assert_eq!(moved["price"]["amount"], 9_000, "it keeps its price");
    settle().await;
    let path = format!("/v1/bookings/{booking}/cancel");
    at.world.test.post(&path, &at.member.token, Value::Null).await.data(200);
    settle().await;
    assert_eq!(
        at.payment(&held).await["refunded"]["amount"],
        12_000,
        "what was left goes back, no more"
    );
    let told = at.mails().into_iter().filter(|mail| mail.starts_with("Reserva cambiada"));
    assert_eq!(told.count(), 2, "{:?}", at.mails());
}

#[tokio::test]
async fn an_ended_hold_makes_way_for_a_move() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let free = place(&world, &club, TIME_ZONE, &[60, 90], 0).await;
    let paid = another(&world, &club, &free, 12_000).await;
    let ana = AccountId::new();
    let token = || world.test.token(ana, Some(club.id), &[Role::Member]);
    let booked = id(&free.book(&world, &token(), "2026-11-21T10:00", 60).await.data(201));
    let ben = member(&world, &club);
    paid.book(&world, &ben, "2026-11-21T18:00", 60).await.data(201);
    let to = json!({ "court_id": paid.court, "starts_at": "2026-11-21T18:30", "waive_difference": true });
    let desk = || world.test.token(AccountId::new(), Some(club.id), &[Role::FrontDesk]);
    shift(&world, &desk(), booked, to.clone()).await.refused(409, "SLOT_TAKEN");
    world.test.clock.advance(SignedDuration::from_mins(11));
    shift(&world, &desk(), booked, to).await.data(200);
    assert_eq!(
        taken(&world, &club, &paid).await.numbers().collect::<Vec<_>>(),
        (222..234).collect::<Vec<_>>()
    );
    assert_eq!(taken(&world, &club, &free).await, Slots::default());
}

/// A small generator: the same steps in every run.
pub(crate) struct Steps(pub(crate) u64);

impl Steps {
    pub(crate) fn below(&mut self, most: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

/// What an obvious book of the day would say of a booking: its court, its slots, whether it is held.
struct Line {
    booking: BookingId,
    paid: bool,
    slots: BTreeSet<u16>,
    held: bool,
}

/// Somewhere on the day.
struct Spot {
    paid: bool,
    first: u16,
    minutes: u16,
}

impl Spot {
    fn some(steps: &mut Steps) -> Self {
        let first = 18 * 12 + u16::try_from(steps.below(6) * 6).unwrap();
        let minutes = if steps.below(2) == 1 { 90 } else { 60 };
        Self { paid: steps.below(2) == 1, first, minutes }
    }

    fn slots(&self) -> BTreeSet<u16> {
        (self.first..self.first + self.minutes / 5).collect()
    }

    fn starts_at(&self) -> String {
        format!("{DAY}T{:02}:{:02}", self.first / 12, self.first % 12 * 5)
    }

    fn is_free(&self, book: &[Line], but: Option<BookingId>) -> bool {
        let others = book.iter().filter(|line| line.paid == self.paid && Some(line.booking) != but);
        others.into_iter().all(|line| line.slots.is_disjoint(&self.slots()))
    }
}

/// One step of whatever happens, here and in the book.
async fn step(
    world: &World,
    club: &Club,
    courts: &[Place; 2],
    book: &mut Vec<Line>,
    steps: &mut Steps,
) {
    let desk = world.test.token(AccountId::new(), Some(club.id), &[Role::Owner]);
    let spot = Spot::some(steps);
    let at = &courts[usize::from(spot.paid)];
    let kind = steps.below(48);
    let one = if book.is_empty() { 0 } else { steps.below(book.len() as u64) };
    let one = usize::try_from(one).unwrap();
    if kind < 20 || book.is_empty() {
        let token = member(world, club);
        let answer = at.book(world, &token, &spot.starts_at(), spot.minutes).await;
        assert_eq!(answer.status == 201, spot.is_free(book, None), "{}", answer.body);
        if answer.status == 201 {
            let (booking, paid) = (id(&answer.data(201)), spot.paid);
            book.push(Line { booking, paid, slots: spot.slots(), held: paid });
        }
    } else if kind < 36 {
        let Line { booking, paid, ref slots, held } = book[one];
        let to = json!({
            "court_id": at.court, "starts_at": spot.starts_at(), "duration_minutes": spot.minutes,
            "waive_difference": true,
        });
        let answer = shift(world, &desk, booking, to).await;
        let same = paid == spot.paid && *slots == spot.slots();
        let may = !held && !same && spot.is_free(book, Some(booking));
        assert_eq!(answer.status == 200, may, "{}", answer.body);
        if may {
            book[one] = Line { booking, paid: spot.paid, slots: spot.slots(), held: false };
        }
    } else if kind < 46 {
        let path = format!("/v1/bookings/{}/cancel", book.remove(one).booking);
        world.test.post(&path, &desk, Value::Null).await.data(200);
    } else {
        world.test.clock.advance(SignedDuration::from_mins(11));
        for message in world.drain().await {
            assert_eq!(world.deliver("hold-expiry", vec![message.body]).await, [0_usize; 0]);
        }
        book.retain(|line| !line.held);
    }
}

#[tokio::test]
async fn whatever_happens_a_day_has_the_slots_of_its_bookings_and_no_others() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let free = place(&world, &club, TIME_ZONE, &[60, 90], 0).await;
    let paid = another(&world, &club, &free, 12_000).await;
    let (courts, mut book, mut steps) = ([free, paid], Vec::new(), Steps(20_261_121));
    for _ in 0..120 {
        step(&world, &club, &courts, &mut book, &mut steps).await;
        for (is_paid, place) in [(false, &courts[0]), (true, &courts[1])] {
            let lines = book.iter().filter(|line| line.paid == is_paid);
            let expected: Vec<u16> = lines.flat_map(|line| line.slots.iter().copied()).collect();
            let stored: BTreeSet<u16> = taken(&world, &club, place).await.numbers().collect();
            assert_eq!(stored.len(), expected.len(), "no slot is in two bookings");
            assert_eq!(stored, expected.into_iter().collect());
        }
    }
    assert!(!book.is_empty(), "the steps do something");
}
