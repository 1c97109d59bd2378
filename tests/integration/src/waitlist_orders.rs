//! Who is first, and what happens when much happens at once.

use aws_lc_rs::digest::{SHA256, digest};
use booking::{BookingFact, Freed};
use facilities::Court;
use futures::future::{join, join_all};
use kernel::{BookingId, CourtId, Event, Role};
use serde_json::{Value, json};

use crate::{
    bookings::table,
    waitlist::{DAY, Hall},
    world::Person,
};

/// The same fact as it was published, as a message.
fn body(event: &Event) -> String {
    serde_json::to_string(event).unwrap()
}

impl Hall {
    async fn freed(&self, bodies: Vec<String>) {
        assert!(self.world.deliver("freed-slots", bodies).await.is_empty());
    }

    /// Another court like the first.
    async fn second_court(&self) -> CourtId {
        let owner = self.token(&self.club.owner, Role::Owner);
        let court = json!({
            "name": "Dos", "sport": "padel", "surface": "hard", "indoor": false,
            "durations_minutes": [60, 120], "price_per_hour": { "amount": 0, "currency": "ARS" },
        });
        let path = format!("/v1/venues/{}/courts", self.place.venue);
        let court = self.world.test.post(&path, &owner, court).await.data(201);
        court["id"].as_str().unwrap().parse().unwrap()
    }

    /// The owner takes a court; answers the booking.
    async fn take_on(&self, court: CourtId, start: &str) -> String {
        let owner = self.token(&self.club.owner, Role::Owner);
        let wish = json!({
            "venue_id": self.place.venue, "court_id": court, "duration_minutes": 60,
            "starts_at": format!("{DAY}T{start}"),
        });
        let booked = self.world.test.post("/v1/bookings", &owner, wish).await.data(201);
        self.world.drain().await;
        booked["booking"]["id"].as_str().unwrap().to_owned()
    }

    async fn joined_as(&self, person: &Person, role: &str) -> String {
        let token = self.token(person, role.parse().unwrap());
        let joined = self.ask(&token, &self.wish("18:00", "19:00")).await.data(201);
        self.world.drain().await;
        joined["id"].as_str().unwrap().to_owned()
    }

    async fn lottery(&self) -> Value {
        let token = self.token(&self.club.owner, Role::Member);
        let path = format!("/v1/venues/{}/waitlist/lottery?date={DAY}", self.place.venue);
        self.world.test.get(&path, &token).await.data(200)
    }

    /// Everybody who waits, as staff see it.
    async fn day(&self) -> Vec<Value> {
        let owner = self.token(&self.club.owner, Role::Owner);
        let path = format!("/v1/venues/{}/waitlist?date={DAY}", self.place.venue);
        let day = self.world.test.get(&path, &owner).await.data(200);
        day["entries"].as_array().unwrap().clone()
    }

    /// The offers that stand.
    async fn given(&self, entries: &[(&Person, String)]) -> Vec<String> {
        let mut given = Vec::new();
        for (person, entry) in entries {
            given.extend(self.offer(person, entry).await);
        }
        given
    }
}

#[tokio::test]
async fn by_priority_the_named_roles_come_first() {
    let hall = Hall::open(0).await;
    let order = json!({ "kind": "priority", "roles": ["coach", "front_desk"] });
    hall.policy(&json!({ "order": order })).await;
    let people = hall.people(["ana", "bea", "cleo"]).await;
    let earlier = hall.take("18:00").await;
    let ana = hall.joined_as(&people[0], "member").await;
    let bea = hall.joined_as(&people[1], "front_desk").await;
    let cleo = hall.joined_as(&people[2], "coach").await;
    let day = hall.day().await;
    let shown: Vec<_> = day.iter().map(|entry| entry["id"].as_str().unwrap()).collect();
    assert_eq!(shown, [&cleo, &bea, &ana]);
    let positions: Vec<_> = day.iter().map(|entry| entry["position"].clone()).collect();
    assert_eq!(positions, [json!(1), json!(2), json!(3)]);
    hall.cancel(&earlier).await;
    assert!(hall.offer(&people[2], &cleo).await.is_some());
    assert!(hall.offer(&people[0], &ana).await.is_none());
}

#[tokio::test]
async fn anybody_can_recompute_a_lottery() {
    let hall = Hall::open(0).await;
    hall.policy(&json!({ "order": { "kind": "lottery" } })).await;
    let people = hall.people(["ana", "bea", "cleo", "dora"]).await;
    let earlier = hall.take("18:00").await;
    assert_eq!(hall.lottery().await["commitment"], Value::Null);
    let mut entries = Vec::new();
    for person in &people[..3] {
        entries.push((person, hall.join(person).await));
    }
    let before = hall.lottery().await;
    assert_eq!((&before["seed"], &before["order"]), (&Value::Null, &json!([])));
    assert_eq!(hall.entry(&people[0], &entries[0].1).await["position"], Value::Null);
    hall.cancel(&earlier).await;
    let late = hall.join(&people[3]).await;

    let hex = |text: String| -> String {
        let hash = digest(&SHA256, text.as_bytes());
        let digits: Vec<_> = hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        digits.concat()
    };
    let drawn = hall.lottery().await;
    let seed = drawn["seed"].as_str().unwrap();
    assert_eq!(drawn["commitment"], hex(seed.to_owned()));
    assert_eq!(drawn["commitment"], before["commitment"]);
    let mut expected: Vec<_> =
        entries.iter().map(|(_, id)| (hex(format!("{seed}{id}")), id.clone())).collect();
    expected.sort();
    let order = drawn["order"].as_array().unwrap();
    let told: Vec<_> = order
        .iter()
        .map(|ticket| {
            let text = |name: &str| ticket[name].as_str().unwrap().to_owned();
            (text("ticket"), text("entry_id"))
        })
        .collect();
    assert_eq!(told, expected);
    // The court goes down that list, and who joined later comes last.
    let mut in_turn: Vec<_> = expected.into_iter().map(|(_, id)| id).collect();
    in_turn.push(late.clone());
    entries.push((&people[3], late));
    for id in in_turn {
        let (person, id) = entries.iter().find(|(_, entry)| *entry == id).unwrap();
        let offer = hall.offer(person, id).await.expect("it is their turn");
        hall.answer(person, &offer, "decline").await.data(200);
        hall.world.drain().await;
    }
    assert!(hall.given(&entries).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_slot_goes_to_one_however_often_it_is_told() {
    let hall = Hall::open(0).await;
    let people = hall.people(["ana", "bea", "cleo"]).await;
    let earlier = hall.take("18:00").await;
    let mut entries = Vec::new();
    for person in &people {
        entries.push((person, hall.join(person).await));
    }
    hall.give_up(&earlier).await;
    let cancelled = body(&hall.world.publish().await[0]);
    join_all((0..4).map(|_| hall.freed(vec![cancelled.clone()]))).await;
    hall.freed(vec![cancelled.clone(), cancelled.clone()]).await;
    hall.world.drain().await;
    let given = hall.given(&entries).await;
    assert_eq!(given.len(), 1);
    assert!(hall.offer(&people[0], &entries[0].1).await.is_some(), "and to the first");
    hall.answer(&people[0], &given[0], "accept").await.data(200);
    hall.world.drain().await;
    // Long after, out of order: nothing is free any more.
    hall.freed(vec![cancelled]).await;
    hall.world.drain().await;
    assert!(hall.given(&entries).await.is_empty());
    let told: Vec<_> = people.iter().map(|person| hall.mails(person).len()).collect();
    assert_eq!(told, [2, 0, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_entry_has_one_offer_when_two_courts_come_free_at_once() {
    let hall = Hall::open(0).await;
    let second = hall.second_court().await;
    let people = hall.people(["ana", "bea"]).await;
    let (one, two) = (hall.take("18:00").await, hall.take_on(second, "18:00").await);
    let ana = (&people[0], hall.join(&people[0]).await);
    hall.give_up(&one).await;
    hall.give_up(&two).await;
    let events = hall.world.publish().await;
    assert_eq!(events.len(), 2);
    join(hall.freed(vec![body(&events[0])]), hall.freed(vec![body(&events[1])])).await;
    hall.world.drain().await;
    assert_eq!(hall.given(std::slice::from_ref(&ana)).await.len(), 1);
    let club = table(&hall.world, &hall.club);
    let stored = waitlist::entry(&club, ana.1.parse().unwrap()).await.unwrap();
    assert_eq!(stored.told.len(), 1);
    // The other court is free, so nobody waits for it.
    let token = hall.token(&people[1], Role::Member);
    hall.ask(&token, &hall.wish("18:00", "19:00")).await.refused(409, "SLOT_FREE");
}

#[tokio::test(flavor = "multi_thread")]
async fn caps_hold_when_many_join_at_once() {
    let hall = Hall::open(0).await;
    hall.policy(&json!({ "per_day_and_group": 3 })).await;
    hall.take("18:00").await;
    let tokens: Vec<_> = (0..6).map(|_| crate::bookings::member(&hall.world, &hall.club)).collect();
    let wish = hall.wish("18:00", "19:00");
    let answers = join_all(tokens.iter().map(|token| hall.ask(token, &wish))).await;
    let (joined, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|a| a.status == 201);
    assert_eq!((joined.len(), refused.len()), (3, 3));
    for answer in refused {
        answer.refused(409, "WAITLIST_FULL");
    }
    assert_eq!(hall.day().await.len(), 3);
    hall.world.drain().await;
}

#[tokio::test]
async fn what_came_free_while_somebody_joined_is_offered_all_the_same() {
    let hall = Hall::open(0).await;
    let people = hall.people(["ana"]).await;
    let earlier = hall.take("18:00").await;
    let token = hall.token(&people[0], Role::Member);
    let ana = hall.ask(&token, &hall.wish("18:00", "19:00")).await.data(201);
    let joined = hall.world.publish().await;
    assert_eq!(joined[0].kind, waitlist::JOINED);
    // Its event was handled before they joined.
    hall.give_up(&earlier).await;
    hall.world.publish().await;
    hall.freed(vec![body(&joined[0])]).await;
    assert!(hall.offer(&people[0], ana["id"].as_str().unwrap()).await.is_some());
    hall.world.drain().await;
}

#[tokio::test]
async fn a_half_that_comes_free_completes_the_whole() {
    let hall = Hall::open(0).await;
    let second = hall.second_court().await;
    let club = table(&hall.world, &hall.club);
    let first = facilities::court(&club, hall.place.venue, hall.place.court).await.unwrap();
    let halves = vec![hall.place.court, second];
    let whole = Court {
        id: CourtId::new(),
        name: "Cancha entera".to_owned().try_into().unwrap(),
        made_of: halves.clone(),
        ..first
    };
    facilities::create_court(&club, &whole).await.unwrap();
    let people = hall.people(["ana"]).await;
    let (one, two) = (hall.take("18:00").await, hall.take_on(second, "18:00").await);
    let token = hall.token(&people[0], Role::Member);
    let mut wish = hall.wish("18:00", "19:00");
    wish["courts"] = json!({ "court_ids": [whole.id] });
    let ana = hall.ask(&token, &wish).await.data(201);
    let ana = ana["id"].as_str().unwrap();
    hall.world.drain().await;
    hall.cancel(&one).await;
    assert!(hall.offer(&people[0], ana).await.is_none(), "half of it is taken");
    hall.cancel(&two).await;
    let offer = hall.offer(&people[0], ana).await.expect("both halves are free");
    let booking: BookingId = offer.parse().unwrap();
    let booking = booking::booking(&club, booking).await.unwrap();
    assert_eq!((booking.court_id, booking.courts()), (whole.id, &*halves));
}

#[tokio::test]
async fn a_lifted_closure_frees_courts_too() {
    let hall = Hall::open(0).await;
    let people = hall.people(["ana"]).await;
    let earlier = hall.take("18:00").await;
    let ana = hall.join(&people[0]).await;
    hall.give_up(&earlier).await;
    let cancelled = hall.world.publish().await.remove(0);
    let freed: Freed = cancelled.data::<BookingFact>().unwrap().freed.unwrap();
    let lifted = Event {
        kind: "closure.lifted".to_owned(),
        data: json!({ "closure_id": "cls_00000000000000000000000000000001", "freed": freed }),
        ..cancelled.clone()
    };
    hall.freed(vec![body(&lifted)]).await;
    assert!(hall.offer(&people[0], &ana).await.is_some());
    let unknown = Event { kind: "booking.held".to_owned(), ..cancelled };
    let bodies = vec!["{}".to_owned(), body(&unknown), body(&lifted)];
    assert_eq!(hall.world.deliver("freed-slots", bodies).await, [0, 1]);
    hall.world.drain().await;
}

#[tokio::test]
async fn a_policy_is_changed_by_who_read_it_and_told_to_the_audit() {
    let hall = Hall::open(0).await;
    let owner = hall.token(&hall.club.owner, Role::Owner);
    let path = format!("/v1/venues/{}/waitlist-policy", hall.place.venue);
    let read = hall.world.test.get(&path, &owner).await;
    let etag = read.header("etag").unwrap().to_owned();
    let default = read.data(200);
    assert_eq!(
        (&default["mode"], &default["offer_minutes"]),
        (&json!("offer_in_turn"), &json!(10))
    );
    let put = |terms: Value| {
        let call = hall.world.test.call("PUT", &path).token(&owner);
        call.header("if-match", &etag).json(&terms).send()
    };
    put(json!({ "order": { "kind": "priority", "roles": [] } }))
        .await
        .refused(422, "ROLES_OUT_OF_RANGE");
    put(json!({ "order": { "kind": "priority", "roles": ["gold"] } }))
        .await
        .refused(422, "ROLE_UNKNOWN");
    put(json!({ "offer_minutes": 16 })).await.refused(422, "BODY_INVALID");
    put(json!({ "mode": "broadcast" })).await.data(200);
    put(json!({ "mode": "book_at_once" })).await.refused(412, "STALE_VERSION");
    let log = hall.world.test.get("/v1/audit-log?limit=1", &owner).await.data(200);
    assert_eq!(log[0]["action"], "waitlist_policy.changed");
}
