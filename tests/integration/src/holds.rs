//! Holds: how they end, who meets them ended, and that slots are given back once.

use booking::{Booking, Status, VenueDay};
use futures::future::join_all;
use kernel::{BookingId, PaymentId, jiff::SignedDuration};
use payments::{RefundStatus, Status as PaymentStatus};
use serde_json::{Value, json};

use crate::{
    bookings::{Place, id, member, place, table},
    world::{Club, World},
};

const BUENOS_AIRES: &str = "America/Argentina/Buenos_Aires";
const HOLD: SignedDuration = SignedDuration::from_mins(10);

async fn read(world: &World, club: &Club, id: BookingId) -> Booking {
    booking::booking(&table(world, club), id).await.unwrap()
}

async fn day_of(world: &World, club: &Club, place: &Place, date: &str) -> VenueDay {
    let table = table(world, club);
    booking::venue_day(&table, place.venue, date.parse().unwrap()).await.unwrap()
}

/// Delivers the message that the hold's end sent; whether it was taken.
async fn expiry(world: &World, club: &Club, booking: BookingId) -> bool {
    let body = json!({
        "club_id": club.id, "booking_id": booking, "hold_expires_at": "2026-11-20T12:10:00.000Z",
    });
    world.deliver("hold-expiry", vec![body.to_string()]).await.is_empty()
}

async fn kinds(world: &World) -> Vec<String> {
    world.publish().await.into_iter().map(|event| event.kind).collect()
}

#[tokio::test]
async fn an_unpaid_hold_lets_go_when_its_message_comes() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let place = place(&world, &club, BUENOS_AIRES, &[60], 12_000).await;
    let (ana, ben) = (member(&world, &club), member(&world, &club));
    let held = id(&place.book(&world, &ana, "2026-11-21T18:00", 60).await.data(201));
    world.publish().await;
    // Early: it comes again.
    world.test.clock.advance(HOLD - SignedDuration::from_secs(1));
    assert!(!expiry(&world, &club, held).await);
    assert_eq!(read(&world, &club, held).await.status, Status::Held);
    world.test.clock.advance(SignedDuration::from_secs(1));
    assert!(expiry(&world, &club, held).await);
    let expired = read(&world, &club, held).await;
    assert_eq!((expired.status, expired.hold_expires_at), (Status::Expired, None));
    assert_eq!(kinds(&world).await, [booking::EXPIRED]);
    // Twice, and after somebody else has the slot: nothing.
    place.book(&world, &ben, "2026-11-21T18:00", 60).await.data(201);
    world.publish().await;
    for _ in 0..2 {
        assert!(expiry(&world, &club, held).await);
    }
    assert!(kinds(&world).await.is_empty());
    place.book(&world, &ana, "2026-11-21T18:00", 60).await.refused(409, "SLOT_TAKEN");
}

#[tokio::test]
async fn messages_that_say_nothing_go_to_the_dead_letters() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let place = place(&world, &club, BUENOS_AIRES, &[60], 12_000).await;
    let ana = member(&world, &club);
    let held = id(&place.book(&world, &ana, "2026-11-21T18:00", 60).await.data(201));
    world.test.clock.advance(HOLD);
    let good = json!({
        "club_id": club.id, "booking_id": held, "hold_expires_at": "2026-11-20T12:10:00.000Z",
    });
    let mut absent = good.clone();
    absent["booking_id"] = json!(BookingId::new());
    let bodies = vec!["not json".to_owned(), "{}".to_owned(), absent.to_string(), good.to_string()];
    assert_eq!(world.deliver("hold-expiry", bodies).await, [0, 1, 2]);
    assert_eq!(read(&world, &club, held).await.status, Status::Expired);
}

#[tokio::test]
async fn whoever_meets_an_ended_hold_takes_its_slot() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let place = place(&world, &club, BUENOS_AIRES, &[60, 90], 12_000).await;
    let (ana, ben) = (member(&world, &club), member(&world, &club));
    let ended = id(&place.book(&world, &ana, "2026-11-21T18:00", 90).await.data(201));
    let night = |free: &[String]| -> Vec<String> {
        free.iter().filter(|start| ("17:00".."20:30").contains(&&start[..5])).cloned().collect()
    };
    let free = place.free(&world, &ben, "2026-11-21", 60).await;
    assert_eq!(night(&free), ["17:00-03:00", "19:30-03:00", "20:00-03:00"]);
    world.publish().await;
    world.test.clock.advance(HOLD);
    // Nobody has released it, and still it is free.
    let free = place.free(&world, &ben, "2026-11-21", 60).await;
    assert_eq!(night(&free).len(), 7);
    place.book(&world, &ben, "2026-11-21T19:00", 60).await.data(201);
    assert_eq!(read(&world, &club, ended).await.status, Status::Expired);
    let mut told = kinds(&world).await;
    told.sort();
    assert_eq!(told, [booking::EXPIRED, booking::HELD]);
    // What of it was not taken is free, too; its late message changes nothing.
    assert!(expiry(&world, &club, ended).await);
    place.book(&world, &ana, "2026-11-21T18:00", 60).await.data(201);
    place.book(&world, &ana, "2026-11-21T19:30", 60).await.refused(409, "SLOT_TAKEN");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_meet_an_ended_hold_one_wins() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let place = place(&world, &club, BUENOS_AIRES, &[60], 12_000).await;
    let ended =
        id(&place.book(&world, &member(&world, &club), "2026-11-21T18:00", 60).await.data(201));
    world.publish().await;
    world.test.clock.advance(HOLD);
    let tokens: Vec<_> = (0..60).map(|_| member(&world, &club)).collect();
    let booking =
        join_all(tokens.iter().map(|token| place.book(&world, token, "2026-11-21T18:00", 60)));
    let message = expiry(&world, &club, ended);
    let (answers, _) = futures::future::join(booking, message).await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(|a| a.status == 201);
    assert_eq!((won.len(), lost.len()), (1, 59));
    for answer in lost {
        answer.refused(409, "SLOT_TAKEN");
    }
    let mut told = kinds(&world).await;
    told.sort();
    assert_eq!(told, [booking::EXPIRED, booking::HELD]);
}

#[tokio::test]
async fn a_hold_over_midnight_is_released_on_both_days() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let place = place(&world, &club, BUENOS_AIRES, &[60, 120], 12_000).await;
    let (ana, ben) = (member(&world, &club), member(&world, &club));
    let ended = id(&place.book(&world, &ana, "2026-11-21T23:00", 120).await.data(201));
    assert_eq!(read(&world, &club, ended).await.parts.len(), 2);
    place.book(&world, &ben, "2026-11-22T00:30", 60).await.refused(409, "SLOT_TAKEN");
    place.book(&world, &ben, "2026-11-21T22:30", 60).await.refused(409, "SLOT_TAKEN");
    world.test.clock.advance(HOLD);
    // Met on its second day alone.
    place.book(&world, &ben, "2026-11-22T00:30", 60).await.data(201);
    assert_eq!(read(&world, &club, ended).await.status, Status::Expired);
    let first_day = day_of(&world, &club, &place, "2026-11-21").await;
    assert_eq!(first_day.courts[0].taken.numbers().count(), 0);
    assert!(first_day.courts[0].holds.is_empty());
    place.book(&world, &ana, "2026-11-21T23:00", 60).await.data(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn long_bookings_exclude_each_other_and_short_ones() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let place = place(&world, &club, BUENOS_AIRES, &[60, 1_440], 12_000).await;
    let tokens: Vec<_> = (0..12).map(|_| member(&world, &club)).collect();
    let wishes = tokens.iter().enumerate().map(|(turn, token)| {
        let (start, minutes) =
            if turn % 2 == 0 { ("2026-11-21T12:00", 1_440) } else { ("2026-11-22T11:00", 60) };
        place.book(&world, token, start, minutes)
    });
    let answers = join_all(wishes).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    for answer in answers.into_iter().filter(|answer| answer.status != 201) {
        let code = answer.body["error"]["code"].as_str().unwrap();
        assert!(["SLOT_TAKEN", "COURT_BUSY"].contains(&code), "{code}");
    }
    // A whole day is given back, and taken over when its hold ends.
    world.test.clock.advance(HOLD);
    place.book(&world, &tokens[0], "2026-11-21T12:00", 1_440).await.data(201);
    world.test.clock.advance(HOLD);
    // A token lives for fifteen minutes.
    let ana = member(&world, &club);
    place.book(&world, &ana, "2026-11-21T18:00", 60).await.data(201);
    place.book(&world, &ana, "2026-11-21T12:00", 60).await.data(201);
}

#[tokio::test]
async fn many_ended_holds_in_the_way_are_all_released() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let place = place(&world, &club, BUENOS_AIRES, &[5, 180], 12_000).await;
    let ana = member(&world, &club);
    for step in 0..30 {
        let start = format!("2026-11-21T{:02}:{:02}", 18 + step / 12, step % 12 * 5);
        place.book(&world, &ana, &start, 5).await.data(201);
    }
    world.publish().await;
    world.test.clock.advance(HOLD);
    place.book(&world, &ana, "2026-11-21T18:00", 180).await.data(201);
    let told = kinds(&world).await;
    assert_eq!(told.iter().filter(|kind| *kind == booking::EXPIRED).count(), 30);
    assert_eq!(told.len(), 31);
}

async fn cancel(world: &World, token: &str, booking: BookingId) -> testkit::Answer {
    world.test.post(&format!("/v1/bookings/{booking}/cancel"), token, Value::Null).await
}

#[tokio::test]
async fn cancelling_gives_the_slot_back_once() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let place = place(&world, &club, BUENOS_AIRES, &[60], 12_000).await;
    let (ana, ben) = (member(&world, &club), member(&world, &club));
    let booked = id(&place.book(&world, &ana, "2026-11-21T18:00", 60).await.data(201));
    world.publish().await;
    let cancelled = join_all((0..10).map(|_| cancel(&world, &ana, booked))).await;
    for answer in cancelled {
        assert_eq!(answer.data(200)["status"], "cancelled");
    }
    assert_eq!(kinds(&world).await, [booking::CANCELLED]);
    place.book(&world, &ben, "2026-11-21T18:00", 60).await.data(201);
    // Again, late, and by the hold's message: the slot is somebody else's.
    cancel(&world, &ana, booked).await.data(200);
    world.test.clock.advance(SignedDuration::from_mins(5));
    assert!(expiry(&world, &club, booked).await);
    place.book(&world, &ana, "2026-11-21T18:00", 60).await.refused(409, "SLOT_TAKEN");
}

#[tokio::test]
async fn members_cancel_before_the_start_and_staff_whenever() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let place = place(&world, &club, BUENOS_AIRES, &[60], 0).await;
    let account = kernel::AccountId::new();
    let ana = world.test.token(account, Some(club.id), &[kernel::Role::Member]);
    let first = id(&place.book(&world, &ana, "2026-11-20T09:30", 60).await.data(201));
    let second = id(&place.book(&world, &ana, "2026-11-20T11:00", 60).await.data(201));
    world.test.clock.advance(SignedDuration::from_mins(30));
    let (ana, desk) = (
        world.test.token(account, Some(club.id), &[kernel::Role::Member]),
        world.test.token(kernel::AccountId::new(), Some(club.id), &[kernel::Role::FrontDesk]),
    );
    cancel(&world, &ana, first).await.refused(409, "BOOKING_STARTED");
    assert_eq!(cancel(&world, &desk, first).await.data(200)["status"], "cancelled");
    assert_eq!(cancel(&world, &ana, second).await.data(200)["status"], "cancelled");
    place.book(&world, &ana, "2026-11-20T11:00", 60).await.data(201);
}

/// Confirms a held booking as if the provider had told of its payment.
async fn pay(world: &World, club: &Club, booking: BookingId) -> PaymentId {
    let (table, platform) = (table(world, club), world.test.app.table().platform());
    let held = booking::booking(&table, booking).await.unwrap();
    let payment = payments::payment(&table, held.payment_id.unwrap()).await.unwrap();
    let mut paid = payment.clone();
    (paid.status, paid.provider_payment_id) = (PaymentStatus::Approved, "9001".parse().ok());
    paid.version += 1;
    let mut writes = booking::confirm(&table, &held, world.now()).unwrap().writes;
    writes.push(payments::save(&table, &platform, &paid, &[]).unwrap());
    table.write(writes).await.unwrap();
    payment.id
}

#[tokio::test]
async fn a_paid_booking_outlives_its_hold() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let place = place(&world, &club, BUENOS_AIRES, &[60], 12_000).await;
    let (ana, ben) = (member(&world, &club), member(&world, &club));
    let booked = id(&place.book(&world, &ana, "2026-11-21T18:00", 60).await.data(201));
    world.publish().await;
    pay(&world, &club, booked).await;
    assert_eq!(kinds(&world).await, [booking::CONFIRMED]);
    world.test.clock.advance(HOLD);
    assert!(expiry(&world, &club, booked).await);
    assert!(kinds(&world).await.is_empty());
    let confirmed = read(&world, &club, booked).await;
    assert_eq!((confirmed.status, confirmed.hold_expires_at), (Status::Confirmed, None));
    place.book(&world, &ben, "2026-11-21T18:00", 60).await.refused(409, "SLOT_TAKEN");
    // What was decided on an older reading of it is refused.
    let stale = booking::confirm(&table(&world, &club), &confirmed, world.now());
    assert_eq!(stale.map(|_| ()).unwrap_err().code(), "BOOKING_CONFIRMED");
}

#[tokio::test]
async fn a_paid_booking_that_is_cancelled_asks_for_its_money_back() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let place = place(&world, &club, BUENOS_AIRES, &[60], 12_000).await;
    let ana = member(&world, &club);
    let booked = id(&place.book(&world, &ana, "2026-11-21T18:00", 60).await.data(201));
    let payment = pay(&world, &club, booked).await;
    world.publish().await;
    cancel(&world, &ana, booked).await.data(200);
    cancel(&world, &ana, booked).await.data(200);
    let mut told = kinds(&world).await;
    told.sort();
    assert_eq!(told, [booking::CANCELLED, payments::event::REFUND_REQUESTED]);
    let payment = payments::payment(&table(&world, &club), payment).await.unwrap();
    assert_eq!(payment.status, PaymentStatus::RefundRequested);
    assert_eq!((payment.refunds.len(), payment.refunds[0].amount), (1, 12_000));
    assert_eq!(payment.refunds[0].status, RefundStatus::Requested);
    place.book(&world, &ana, "2026-11-21T18:00", 60).await.data(201);
}

#[tokio::test]
async fn a_booking_paid_late_is_taken_again_if_its_slot_is_free() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let place = place(&world, &club, BUENOS_AIRES, &[60], 12_000).await;
    let table = table(&world, &club);
    let (ana, ben) = (member(&world, &club), member(&world, &club));
    let late = id(&place.book(&world, &ana, "2026-11-21T18:00", 60).await.data(201));
    let lost = id(&place.book(&world, &ana, "2026-11-21T20:00", 60).await.data(201));
    let over = id(&place.book(&world, &ana, "2026-11-20T09:30", 60).await.data(201));
    world.test.clock.advance(HOLD);
    for booking in [late, lost, over] {
        assert!(expiry(&world, &club, booking).await);
    }
    place.book(&world, &ben, "2026-11-21T20:00", 60).await.data(201);
    // An ended hold of somebody else is in the way, and gives way.
    let ended = id(&place.book(&world, &ben, "2026-11-21T18:00", 60).await.data(201));
    let reclaim = async |id: BookingId| {
        let before = booking::booking(&table, id).await.unwrap();
        booking::reclaim(&table, &before, world.now()).await.unwrap()
    };
    assert!(reclaim(late).await.is_none());
    assert!(reclaim(lost).await.is_none());
    world.publish().await;
    world.test.clock.advance(HOLD);
    let changed = reclaim(late).await.unwrap();
    assert_eq!(changed.booking.status, Status::Confirmed);
    table.write(changed.writes).await.unwrap();
    assert_eq!(read(&world, &club, late).await.status, Status::Confirmed);
    assert_eq!(read(&world, &club, ended).await.status, Status::Expired);
    let mut told = kinds(&world).await;
    told.sort();
    assert_eq!(told, [booking::CONFIRMED, booking::EXPIRED]);
    // Play would have begun.
    world.test.clock.advance(HOLD);
    assert!(reclaim(over).await.is_none());
    // A retired court is not taken again.
    let gone =
        id(&place.book(&world, &member(&world, &club), "2026-11-22T18:00", 60).await.data(201));
    world.test.clock.advance(HOLD);
    assert!(expiry(&world, &club, gone).await);
    let court = facilities::court(&table, place.venue, place.court).await.unwrap();
    facilities::retire_court(&table, &court).await.unwrap();
    assert!(reclaim(gone).await.is_none());
}

/// A small generator (Knuth's MMIX), so that a failing walk can be walked again.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// No slot in two live bookings, and each day's set is exactly the slots of bookings that have theirs.
async fn check(world: &World, club: &Club, place: &Place, bookings: &[Booking]) {
    for date in ["2026-11-21", "2026-11-22"] {
        let day = day_of(world, club, place, date).await;
        let parts = bookings.iter().filter(|one| one.status.has_slots()).flat_map(|one| {
            one.parts.iter().filter(|part| part.date == day.date).map(move |part| (one, part))
        });
        let (mut owned, mut held) = (Vec::new(), 0);
        for (one, part) in parts {
            owned.extend(part.slots().numbers());
            held += usize::from(one.status == Status::Held);
        }
        owned.sort_unstable();
        let court = day.courts.first();
        let taken = court.map(|court| court.taken.numbers().collect::<Vec<_>>());
        // A slot of two bookings would be in the one list twice.
        assert_eq!(taken.unwrap_or_default(), owned, "{date}");
        assert_eq!(court.map_or(0, |court| court.holds.len()), held, "{date}");
    }
}

/// What a walk has done, so that a walk past everything fails.
#[derive(Debug, Default)]
struct Walked {
    booked: u32,
    confirmed: u32,
    expired: u32,
    cancelled: u32,
    reclaimed: u32,
    refused: u32,
}

impl Walked {
    /// Takes the step that a roll of the dice says, with this reading of a booking, which may be old.
    async fn step(&mut self, world: &World, club: &Club, booking: &Booking, action: u64) {
        let (table, now) = (table(world, club), world.now());
        let account = booking.account_id;
        let (changed, count) = match action {
            6 => (booking::confirm(&table, booking, now).ok(), &mut self.confirmed),
            7 => (booking::expire(&table, booking, now).ok(), &mut self.expired),
            8 => (booking::cancel(&table, booking, account, now).ok(), &mut self.cancelled),
            _ => (booking::reclaim(&table, booking, now).await.unwrap(), &mut self.reclaimed),
        };
        let Some(changed) = changed else { return };
        match table.write(changed.writes).await {
            Ok(()) => *count += 1,
            Err(_) => self.refused += 1,
        }
    }

    async fn book(&mut self, world: &World, club: &Club, place: &Place, dice: &mut Dice) {
        let start = format!("2026-11-21T{:02}:{:02}", 12 + dice.roll(3), dice.roll(12) * 5);
        let minutes = if dice.roll(8) == 0 { 600 } else { 5 + 55 * dice.roll(2) };
        let minutes = u16::try_from(minutes).unwrap();
        let answer = place.book(world, &member(world, club), &start, minutes).await;
        if answer.status == 201 {
            self.booked += 1;
        } else {
            answer.refused(409, "SLOT_TAKEN");
        }
    }
}

/// All bookings of the walk's two days, as they are.
async fn everything(world: &World, club: &Club, place: &Place) -> Vec<Booking> {
    let (table, limit) = (table(world, club), kernel::PageLimit::new(100).unwrap());
    let page = kernel::PageRequest { limit, after: None };
    let day = "2026-11-21".parse().unwrap();
    booking::bookings_of_day(&table, place.venue, day, page).await.unwrap().items
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_happens_slots_are_given_back_once_and_never_shared() {
    let mut walked = Walked::default();
    for seed in 1..=3 {
        let world = World::start().await;
        let club = world.club("norte").await;
        let place = place(&world, &club, BUENOS_AIRES, &[5, 60, 600], 12_000).await;
        let (mut dice, mut readings) = (Dice(seed), Vec::<Booking>::new());
        for turn in 0..150 {
            let now = world.now();
            let all = everything(&world, &club, &place).await;
            check(&world, &club, &place, &all).await;
            readings.extend(all.clone());
            let action = dice.roll(10);
            let fits = |one: &&Booking| match action {
                6 => one.status == Status::Held,
                7 => one.hold_has_ended(now),
                8 => one.status.has_slots(),
                _ => one.status == Status::Expired,
            };
            // Every third time somebody acts on what was read at any time before.
            let from = if turn % 3 == 0 { &readings } else { &all };
            let chosen: Vec<_> = from.iter().filter(fits).collect();
            match action {
                0..=3 => walked.book(&world, &club, &place, &mut dice).await,
                4..=5 => world.test.clock.advance(SignedDuration::from_mins(4)),
                _ if chosen.is_empty() => {}
                _ => {
                    let sides = u64::try_from(chosen.len()).unwrap();
                    let one = chosen[usize::try_from(dice.roll(sides)).unwrap()].clone();
                    walked.step(&world, &club, &one, action).await;
                }
            }
        }
    }
    let Walked { booked, confirmed, expired, cancelled, reclaimed, refused } = walked;
    let all = [booked, confirmed, expired, cancelled, reclaimed, refused];
    assert!(all.iter().all(|count| *count > 0), "{walked:?}");
}
