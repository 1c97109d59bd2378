//! Waiting for a court: joining, offers, and what becomes of them.

use kernel::{BookingId, Permission, Role, jiff::SignedDuration};
use serde_json::{Value, json};
use testkit::Answer;

use crate::{
    bookings::{Place, place, table},
    world::{Club, Person, World},
};

pub(crate) const ZONE: &str = "America/Argentina/Buenos_Aires";
pub(crate) const DAY: &str = "2026-11-21";

/// A venue with one court for an hour each, and who waits for it.
pub(crate) struct Hall {
    pub(crate) world: World,
    pub(crate) club: Club,
    pub(crate) place: Place,
}

impl Hall {
    /// With a court at so much an hour.
    pub(crate) async fn open(price: i64) -> Self {
        let world = World::start().await;
        let club = world.club("norte").await;
        let place = place(&world, &club, ZONE, &[60, 120], price).await;
        world.drain().await;
        Self { world, club, place }
    }

    /// A fresh token: tests move the clock further than a token lasts.
    pub(crate) fn token(&self, person: &Person, role: Role) -> String {
        self.world.test.token(person.account, Some(self.club.id), &[role])
    }

    pub(crate) async fn people<const N: usize>(&self, names: [&str; N]) -> Vec<Person> {
        let mut people = Vec::new();
        for name in names {
            people.push(self.world.member(&self.club, name).await);
        }
        self.world.drain().await;
        people
    }

    /// The owner takes the court for an hour; answers the booking.
    pub(crate) async fn take(&self, start: &str) -> String {
        let owner = self.token(&self.club.owner, Role::Owner);
        let start = format!("{DAY}T{start}");
        let booked = self.place.book(&self.world, &owner, &start, 60).await.data(201);
        self.world.drain().await;
        booked["booking"]["id"].as_str().unwrap().to_owned()
    }

    /// Gives a booking up; what follows is not done yet.
    pub(crate) async fn give_up(&self, booking: &str) {
        let owner = self.token(&self.club.owner, Role::Owner);
        let path = format!("/v1/bookings/{booking}/cancel");
        self.world.test.post(&path, &owner, json!({})).await.data(200);
    }

    pub(crate) async fn cancel(&self, booking: &str) {
        self.give_up(booking).await;
        self.world.drain().await;
    }

    pub(crate) async fn policy(&self, terms: &Value) {
        let owner = self.token(&self.club.owner, Role::Owner);
        let path = format!("/v1/venues/{}/waitlist-policy", self.place.venue);
        let put = self.world.test.call("PUT", &path).token(&owner).json(terms).send().await;
        put.data(200);
    }

    pub(crate) fn wish(&self, from: &str, until: &str) -> Value {
        json!({
            "venue_id": self.place.venue, "date": DAY, "courts": "any", "from": from,
            "until": until, "duration_minutes": 60,
        })
    }

    pub(crate) async fn ask(&self, token: &str, wish: &Value) -> Answer {
        self.world.test.post("/v1/waitlist", token, wish.clone()).await
    }

    /// Waits from 18:00 to 19:00; answers the entry's id.
    pub(crate) async fn join(&self, person: &Person) -> String {
        let token = self.token(person, Role::Member);
        let joined = self.ask(&token, &self.wish("18:00", "19:00")).await.data(201);
        self.world.drain().await;
        joined["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn entry(&self, person: &Person, id: &str) -> Value {
        let token = self.token(person, Role::Member);
        self.world.test.get(&format!("/v1/waitlist/{id}"), &token).await.data(200)
    }

    /// The booking that is offered to an entry now.
    pub(crate) async fn offer(&self, person: &Person, id: &str) -> Option<String> {
        self.entry(person, id).await["offer"]["booking_id"].as_str().map(ToOwned::to_owned)
    }

    pub(crate) async fn answer(&self, person: &Person, booking: &str, answer: &str) -> Answer {
        let token = self.token(person, Role::Member);
        let path = format!("/v1/waitlist/offers/{booking}/{answer}");
        self.world.test.post(&path, &token, json!({})).await
    }

    pub(crate) async fn status(&self, booking: &str) -> booking::Status {
        let id: BookingId = booking.parse().unwrap();
        booking::booking(&table(&self.world, &self.club), id).await.unwrap().status
    }

    /// The mails about courts to somebody, by subject.
    pub(crate) fn mails(&self, person: &Person) -> Vec<String> {
        let mails = self.world.test.cloud.mails();
        let to = mails.iter().filter(|mail| mail.to == person.email);
        let about_courts =
            |subject: &String| subject.starts_with("Cancha") || subject.starts_with("Reserva");
        to.map(|mail| mail.subject.clone()).filter(about_courts).collect()
    }
}

/// Moves the clock to the end of an offer, and lets the messages come that wait for it.
async fn lapse(hall: &Hall, booking: &str) {
    hall.world.test.clock.advance(SignedDuration::from_mins(11));
    let body = json!({
        "club_id": hall.club.id, "booking_id": booking,
        "hold_expires_at": "2026-11-20T12:10:00.000Z",
    });
    assert!(hall.world.deliver("hold-expiry", vec![body.to_string()]).await.is_empty());
    hall.world.drain().await;
}

#[tokio::test]
async fn a_freed_court_is_held_for_the_first_and_then_for_the_next() {
    let hall = Hall::open(0).await;
    let people = hall.people(["ana", "bea", "cleo"]).await;
    let earlier = hall.take("18:00").await;
    let (ana, bea, cleo) =
        (hall.join(&people[0]).await, hall.join(&people[1]).await, hall.join(&people[2]).await);
    assert_eq!(hall.entry(&people[1], &bea).await["position"], 2);
    hall.cancel(&earlier).await;

    let first = hall.offer(&people[0], &ana).await.expect("the first has it");
    assert_eq!(hall.status(&first).await, booking::Status::Held);
    assert_eq!(hall.offer(&people[1], &bea).await, None);
    let mails = hall.mails(&people[0]);
    assert!(mails.len() == 1 && mails[0].starts_with("Cancha guardada"), "{mails:?}");

    // Refused, it goes on, and does not come back.
    let declined = hall.answer(&people[0], &first, "decline").await.data(200);
    assert_eq!(declined["status"], "expired");
    hall.answer(&people[0], &first, "decline").await.data(200);
    hall.world.drain().await;
    let second = hall.offer(&people[1], &bea).await.expect("the second has it");
    assert_eq!(hall.offer(&people[0], &ana).await, None);

    // Nobody answers: it goes on.
    lapse(&hall, &second).await;
    hall.answer(&people[1], &second, "accept").await.refused(409, "OFFER_ENDED");
    let third = hall.offer(&people[2], &cleo).await.expect("the third has it");
    hall.answer(&people[1], &third, "accept").await.refused(403, "OFFER_NOT_YOURS");
    let accepted = hall.answer(&people[2], &third, "accept").await.data(200);
    assert_eq!((&accepted["status"], &accepted["pay_at"]), (&json!("confirmed"), &Value::Null));
    hall.answer(&people[2], &third, "accept").await.data(200);
    hall.answer(&people[2], &third, "decline").await.refused(409, "BOOKING_CONFIRMED");
    hall.world.drain().await;
    let fulfilled = hall.entry(&people[2], &cleo).await;
    assert_eq!(
        (&fulfilled["status"], &fulfilled["booking_id"]),
        (&json!("fulfilled"), &json!(third))
    );
    assert_eq!(fulfilled["position"], Value::Null);
    let mails = hall.mails(&people[2]);
    assert!(mails.len() == 2 && mails[1].starts_with("Reserva confirmada"), "{mails:?}");
    // Who let it pass waits on, was told once, and is not told that an offer has ended.
    assert_eq!(hall.entry(&people[0], &ana).await["status"], "waiting");
    assert_eq!((hall.mails(&people[0]).len(), hall.mails(&people[1]).len()), (1, 1));
    hall.answer(&people[0], &earlier, "accept").await.refused(404, "OFFER_NOT_FOUND");
}

#[tokio::test]
async fn what_costs_something_is_theirs_when_it_is_paid() {
    let hall = Hall::open(12_000).await;
    hall.policy(&json!({ "mode": "book_at_once" })).await;
    let people = hall.people(["ana"]).await;
    let earlier = hall.take("18:00").await;
    let ana = hall.join(&people[0]).await;
    hall.cancel(&earlier).await;
    let offer = hall.offer(&people[0], &ana).await.expect("an offer, for it costs something");
    let accepted = hall.answer(&people[0], &offer, "accept").await.data(200);
    assert_eq!(accepted["status"], "held");
    let token = hall.token(&people[0], Role::Member);
    let pay_at = accepted["pay_at"].as_str().unwrap();
    let checkout = hall.world.test.post(pay_at, &token, json!({})).await.data(200);
    let preference = checkout["url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    hall.world.provider.make_payment(&preference, "approved").unwrap();
    hall.world.provider.idle().await;
    hall.world.drain().await;
    assert_eq!(hall.status(&offer).await, booking::Status::Confirmed);
    let entry = hall.entry(&people[0], &ana).await;
    assert_eq!((&entry["status"], &entry["booking_id"]), (&json!("fulfilled"), &json!(offer)));
}

#[tokio::test]
async fn what_costs_nothing_can_be_booked_at_once() {
    let hall = Hall::open(0).await;
    hall.policy(&json!({ "mode": "book_at_once" })).await;
    let people = hall.people(["ana", "bea"]).await;
    let earlier = hall.take("18:00").await;
    let (ana, bea) = (hall.join(&people[0]).await, hall.join(&people[1]).await);
    hall.cancel(&earlier).await;
    let entry = hall.entry(&people[0], &ana).await;
    assert_eq!(entry["status"], "fulfilled");
    assert_eq!(
        hall.status(entry["booking_id"].as_str().unwrap()).await,
        booking::Status::Confirmed
    );
    assert_eq!(hall.entry(&people[1], &bea).await["status"], "waiting");
    let mails = hall.mails(&people[0]);
    assert!(mails.len() == 1 && mails[0].starts_with("Cancha reservada"), "{mails:?}");
    assert!(hall.mails(&people[1]).is_empty());
}

#[tokio::test]
async fn a_broadcast_tells_everybody_whom_it_fits_once() {
    let hall = Hall::open(0).await;
    hall.policy(&json!({ "mode": "broadcast" })).await;
    let people = hall.people(["ana", "bea", "cleo"]).await;
    let (earlier, late) = (hall.take("18:00").await, hall.take("20:00").await);
    hall.join(&people[0]).await;
    hall.join(&people[1]).await;
    let token = hall.token(&people[2], Role::Member);
    hall.ask(&token, &hall.wish("20:00", "21:00")).await.data(201);
    hall.world.drain().await;
    hall.give_up(&earlier).await;
    let freed: Vec<_> = hall.world.publish().await;
    let body = serde_json::to_string(&freed[0]).unwrap();
    for _ in 0..2 {
        assert!(hall.world.deliver("freed-slots", vec![body.clone()]).await.is_empty());
    }
    hall.world.drain().await;
    for person in &people[..2] {
        let mails = hall.mails(person);
        assert!(mails.len() == 1 && mails[0].starts_with("Cancha libre"), "{mails:?}");
    }
    assert!(hall.mails(&people[2]).is_empty());
    // It is not held: whoever is first has it.
    hall.take("18:00").await;
    hall.cancel(&late).await;
    assert_eq!(hall.mails(&people[2]).len(), 1);
}

#[tokio::test]
async fn nobody_waits_for_what_is_free_nor_twice_nor_beyond_the_caps() {
    let hall = Hall::open(0).await;
    hall.policy(&json!({ "per_day_and_group": 1, "per_member": 2 })).await;
    let people = hall.people(["ana", "bea"]).await;
    let (ana, bea) = (hall.token(&people[0], Role::Member), hall.token(&people[1], Role::Member));
    let refused = hall.ask(&ana, &hall.wish("18:00", "19:00")).await.refused(409, "SLOT_FREE");
    let free = &refused["details"]["free"];
    assert_eq!(free[0]["court_id"], json!(hall.place.court));
    assert_eq!(free[0]["starts_at"], "2026-11-21T18:00:00-03:00");
    hall.take("18:00").await;
    let wish = hall.wish("18:00", "19:00");
    let entry = hall.ask(&ana, &wish).await.data(201);
    hall.ask(&ana, &wish).await.refused(409, "ALREADY_WAITING");
    hall.ask(&bea, &wish).await.refused(409, "WAITLIST_FULL");
    let mut padel = wish.clone();
    padel["courts"] = json!({ "sport": "padel" });
    hall.ask(&ana, &padel).await.data(201);
    padel["courts"] = json!({ "court_ids": [hall.place.court] });
    hall.ask(&ana, &padel).await.refused(409, "TOO_MANY_ENTRIES");
    padel["courts"] = json!({ "sport": "tennis" });
    hall.ask(&bea, &padel).await.refused(422, "NO_COURT_FITS");
    // Who leaves makes room.
    let path = format!("/v1/waitlist/{}", entry["id"].as_str().unwrap());
    hall.world
        .test
        .call("DELETE", &path)
        .token(&bea)
        .send()
        .await
        .refused(403, "WAITLIST_ENTRY_NOT_YOURS");
    for _ in 0..2 {
        let left = hall.world.test.call("DELETE", &path).token(&ana).send().await.data(200);
        assert_eq!(left["status"], "left");
    }
    hall.ask(&bea, &wish).await.data(201);
    let own = hall.world.test.get("/v1/waitlist", &ana).await.data(200);
    let statuses: Vec<_> =
        own.as_array().unwrap().iter().map(|entry| entry["status"].clone()).collect();
    assert!(statuses.contains(&json!("left")) && statuses.contains(&json!("waiting")));
    hall.world.drain().await;
}

#[tokio::test]
async fn who_leaves_declines_what_they_are_offered() {
    let hall = Hall::open(0).await;
    let people = hall.people(["ana", "bea"]).await;
    let earlier = hall.take("18:00").await;
    let (ana, bea) = (hall.join(&people[0]).await, hall.join(&people[1]).await);
    hall.cancel(&earlier).await;
    let offer = hall.offer(&people[0], &ana).await.unwrap();
    let token = hall.token(&people[0], Role::Member);
    let path = format!("/v1/waitlist/{ana}");
    hall.world.test.call("DELETE", &path).token(&token).send().await.data(200);
    hall.world.drain().await;
    assert_eq!(hall.status(&offer).await, booking::Status::Expired);
    let offer = hall.offer(&people[1], &bea).await.unwrap();
    hall.answer(&people[1], &offer, "accept").await.data(200);
    let (token, path) = (hall.token(&people[1], Role::Member), format!("/v1/waitlist/{bea}"));
    hall.world
        .test
        .call("DELETE", &path)
        .token(&token)
        .send()
        .await
        .refused(409, "WAITLIST_ENTRY_ENDED");
    hall.world.drain().await;
}

#[tokio::test]
async fn after_their_own_deadline_nobody_is_bothered() {
    let hall = Hall::open(0).await;
    let people = hall.people(["ana", "bea"]).await;
    let earlier = hall.take("18:00").await;
    let token = hall.token(&people[0], Role::Member);
    let mut wish = hall.wish("18:00", "19:00");
    wish["expires_at"] = json!("2026-11-20T12:00:00Z");
    hall.ask(&token, &wish).await.refused(422, "WAITLIST_TIME_OVER");
    wish["expires_at"] = json!("2026-11-20T13:00:00Z");
    let ana = hall.ask(&token, &wish).await.data(201);
    let bea = hall.join(&people[1]).await;
    hall.world.test.clock.advance(SignedDuration::from_hours(1));
    hall.cancel(&earlier).await;
    assert!(hall.offer(&people[1], &bea).await.is_some());
    let ana = hall.entry(&people[0], ana["id"].as_str().unwrap()).await;
    assert_eq!((&ana["status"], &ana["offer"]), (&json!("expired"), &Value::Null));
    assert!(hall.mails(&people[0]).is_empty());
}

#[tokio::test]
async fn nobody_is_offered_what_they_may_not_book() {
    let hall = Hall::open(0).await;
    let people = hall.people(["ana", "bea", "cleo"]).await;
    let earlier = hall.take("18:00").await;
    let (ana, bea, cleo) =
        (hall.join(&people[0]).await, hall.join(&people[1]).await, hall.join(&people[2]).await);
    // The first is suspended, the second is only a guest now.
    let owner = hall.token(&hall.club.owner, Role::Owner);
    let of = |person: &Person, rest: &str| format!("/v1/members/{}{rest}", person.account);
    hall.world.test.post(&of(&people[0], "/suspend"), &owner, json!({})).await.data(200);
    let club = table(&hall.world, &hall.club);
    let before = identity::store::member(&club, people[1].account).await.unwrap();
    assert!(!Role::Guest.permissions().contains(&Permission::BookingSelf));
    let roles = json!({ "roles": ["guest"] });
    let put = hall.world.test.call("PUT", &of(&people[1], "/roles")).token(&owner).json(&roles);
    put.send().await.data(200);
    assert_ne!(
        identity::store::member(&club, people[1].account).await.unwrap().roles,
        before.roles
    );
    hall.world.drain().await;
    hall.cancel(&earlier).await;
    assert!(hall.offer(&people[2], &cleo).await.is_some());
    let entries = [(&people[0], ana), (&people[1], bea)];
    for (person, entry) in entries {
        let stored = waitlist::entry(&club, entry.parse().unwrap()).await.unwrap();
        assert!(stored.offer.is_none() && stored.told.is_empty(), "{}", person.email);
    }
}
