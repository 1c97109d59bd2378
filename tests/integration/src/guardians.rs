//! Guardians book for their children: what they may, and until when.

use kernel::{
    AccountId, BookingId, Permission, Role,
    jiff::{SignedDuration, Timestamp},
};
use serde_json::{Value, json};
use testkit::Answer;

use crate::{
    booking_policies::actions,
    bookings::{Place, id, place, table},
    world::{Club, Person, TIME_ZONE, World},
};

const START: &str = "2026-11-23T18:00";

struct Family {
    world: World,
    club: Club,
    place: Place,
    ana: Person,
    nina: AccountId,
}

impl Family {
    /// Ana has a daughter of eleven, without an address; the court is free of charge unless said otherwise.
    async fn meet(price: i64) -> Self {
        let world = World::start().await;
        let club = world.club("norte").await;
        let place = place(&world, &club, TIME_ZONE, &[60], price).await;
        let ana = world.member(&club, "ana").await;
        let body = json!({ "name": "Nina", "birth_date": "2015-05-01" });
        let nina = world.test.post("/v1/users/me/children", &ana.token, body).await.data(201);
        let nina = nina["id"].as_str().unwrap().parse().unwrap();
        world.drain().await;
        Self { world, club, place, ana, nina }
    }

    fn wish(&self, start: &str) -> Value {
        let mut wish = self.place.wish(start, 60);
        wish["account_id"] = json!(self.nina);
        wish
    }

    async fn book(&self, token: &str, start: &str) -> Answer {
        self.world.test.post("/v1/bookings", token, self.wish(start)).await
    }

    async fn booked(&self, start: &str) -> BookingId {
        id(&self.book(&self.ana.token, start).await.data(201))
    }

    async fn post(&self, token: &str, path: &str, body: Value) -> Answer {
        self.world.test.post(path, token, body).await
    }

    /// Every way to Nina's bookings, of one that is confirmed: what is asked, and how it is refused.
    fn ways(&self, booking: BookingId) -> Vec<(&'static str, String, Value, &'static str)> {
        let (nina, of) = (self.nina, |verb: &str| format!("/v1/bookings/{booking}{verb}"));
        let waits = json!({
            "venue_id": self.place.venue, "account_id": nina, "date": "2026-11-23",
            "courts": "any", "from": "18:00", "until": "19:00", "duration_minutes": 60,
        });
        vec![
            ("GET", of(""), Value::Null, "BOOKING_NOT_YOURS"),
            ("GET", of("/code"), Value::Null, "BOOKING_NOT_YOURS"),
            ("GET", of("/access"), Value::Null, "BOOKING_NOT_YOURS"),
            ("GET", format!("/v1/bookings?account_id={nina}"), Value::Null, "NOT_GUARDIAN"),
            ("GET", format!("/v1/waitlist?account_id={nina}"), Value::Null, "NOT_GUARDIAN"),
            ("POST", "/v1/waitlist".to_owned(), waits, "NOT_GUARDIAN"),
            ("POST", of(&format!("/join?account_id={nina}")), Value::Null, "NOT_GUARDIAN"),
            ("POST", of(&format!("/leave?account_id={nina}")), Value::Null, "NOT_GUARDIAN"),
            ("POST", of("/open"), json!({ "places": 1 }), "BOOKING_NOT_YOURS"),
            (
                "POST",
                "/v1/calendar/feeds".to_owned(),
                json!({ "scope": "child_bookings", "child_id": nina }),
                "NOT_GUARDIAN",
            ),
            ("POST", of("/move"), json!({ "starts_at": "2026-11-23T20:00" }), "BOOKING_NOT_YOURS"),
            ("POST", of("/checkout"), Value::Null, "BOOKING_NOT_YOURS"),
            ("POST", of("/cancel"), Value::Null, "BOOKING_NOT_YOURS"),
            (
                "POST",
                "/v1/bookings".to_owned(),
                self.wish("2026-11-24T18:00"),
                "PERMISSION_MISSING",
            ),
            (
                "POST",
                "/v1/bookings/check".to_owned(),
                self.wish("2026-11-24T18:00"),
                "PERMISSION_MISSING",
            ),
        ]
    }

    async fn all_refused(&self, token: &str, booking: BookingId) {
        for (method, path, body, code) in self.ways(booking) {
            let answer = self.world.test.call(method, &path).token(token).json(&body).send().await;
            assert_eq!(answer.status, 403, "{method} {path}: {}", answer.body);
            answer.refused(403, code);
        }
    }
}

#[tokio::test]
async fn a_guardian_books_moves_and_cancels_for_the_child() {
    let family = Family::meet(0).await;
    let (test, ana) = (&family.world.test, &family.ana.token);
    let check = family.post(ana, "/v1/bookings/check", family.wish(START)).await.data(200);
    assert_eq!(check["allowed"], true);
    let booked = family.book(ana, START).await.data(201)["booking"].clone();
    assert_eq!(
        (&booked["account_id"], &booked["booked_by"]),
        (&json!(family.nina), &json!(family.ana.account))
    );
    let path = format!("/v1/bookings/{}", booked["id"].as_str().unwrap());
    assert_eq!(test.get(&path, ana).await.data(200), booked);
    let list = format!("/v1/bookings?account_id={}", family.nina);
    assert_eq!(test.get(&list, ana).await.data(200), json!([booked]));
    assert_eq!(test.get("/v1/bookings", ana).await.data(200), json!([]), "it is not Ana's");
    let staff = test.token(AccountId::new(), Some(family.club.id), &[Role::FrontDesk]);
    assert_eq!(test.get(&list, &staff).await.data(200), json!([booked]));
    let to = json!({ "starts_at": "2026-11-23T20:00" });
    let moved = family.post(ana, &format!("{path}/move"), to).await.data(200);
    assert_eq!(moved["starts_at"], "2026-11-23T20:00:00-03:00");
    let gone = family.post(ana, &format!("{path}/cancel"), Value::Null).await.data(200);
    assert_eq!(gone["status"], "cancelled");
    // What is done for others is told.
    let told = actions(&family.world, &family.club).await;
    assert!(
        ["booking.moved", "booking.cancelled"].iter().all(|it| told.iter().any(|one| one == it))
    );
    let day = format!("{list}&venue_id={}&date=2026-11-23", family.place.venue);
    test.get(&day, &staff).await.refused(422, "VALIDATION_FAILED");
}

#[tokio::test]
async fn a_guardian_books_changes_and_cancels_a_series_for_the_child() {
    let family = Family::meet(0).await;
    let test = &family.world.test;
    let stranger = family.world.member(&family.club, "juan").await;
    let mut wish = family.wish(START);
    wish["rrule"] = json!("FREQ=WEEKLY;COUNT=3");
    wish["on_conflict"] = json!("book_around");
    let refused = family.post(&stranger.token, "/v1/series", wish.clone()).await;
    refused.refused(403, "PERMISSION_MISSING");
    let made = family.post(&family.ana.token, "/v1/series", wish.clone()).await.data(201);
    assert_eq!(
        (&made["series"]["account_id"], &made["series"]["made_by"], &made["booked"]),
        (&json!(family.nina), &json!(family.ana.account), &json!(3))
    );
    let path = format!("/v1/series/{}", made["series"]["id"].as_str().unwrap());
    let own = format!("/v1/series?account_id={}", family.nina);
    for (way, code) in [
        (path.clone(), "SERIES_NOT_YOURS"),
        (format!("{path}/occurrences"), "SERIES_NOT_YOURS"),
        (own.clone(), "PERMISSION_MISSING"),
    ] {
        test.get(&way, &stranger.token).await.refused(403, code);
        test.get(&way, &family.ana.token).await.data(200);
    }
    let later = json!({ "scope": "all", "starts_at": "2026-11-23T20:00", "conflicts": "skip" });
    let ways = [("change", later), ("cancel", json!({ "scope": "all" }))];
    for (verb, body) in ways {
        let way = format!("{path}/{verb}");
        family.post(&stranger.token, &way, body.clone()).await.refused(403, "SERIES_NOT_YOURS");
        family.post(&family.ana.token, &way, body).await.data(200);
    }
    let rebook = format!("{path}/rebook");
    family.post(&stranger.token, &rebook, json!({})).await.refused(403, "SERIES_NOT_YOURS");
    let bookings = format!("/v1/bookings?account_id={}", family.nina);
    let bookings = test.get(&bookings, &family.ana.token).await.data(200);
    let states: Vec<_> =
        bookings.as_array().unwrap().iter().map(|one| one["status"].clone()).collect();
    assert_eq!(states, ["cancelled"; 3]);
    // The child's membership counts, and the guardianship as it is.
    let guardians = format!("/v1/users/{}/guardians/{}", family.nina, family.ana.account);
    assert_eq!(test.delete(&guardians, &family.club.owner.token).await.status, 204);
    test.get(&path, &family.ana.token).await.refused(403, "SERIES_NOT_YOURS");
    family.post(&family.ana.token, "/v1/series", wish).await.refused(403, "PERMISSION_MISSING");
}

#[tokio::test]
async fn nobody_but_a_guardian_acts_for_the_child() {
    let family = Family::meet(0).await;
    let booking = family.booked(START).await;
    let bea = family.world.member(&family.club, "bea").await;
    // One who has a child of her own acts for that one alone.
    let body = json!({ "name": "Leo", "birth_date": "2016-05-01" });
    let leo = family.post(&bea.token, "/v1/users/me/children", body).await.data(201);
    family.all_refused(&bea.token, booking).await;
    let mut theirs = family.wish("2026-11-24T18:00");
    theirs["account_id"] = leo["id"].clone();
    family.post(&bea.token, "/v1/bookings", theirs.clone()).await.data(201);
    family.post(&family.ana.token, "/v1/bookings", theirs).await.refused(403, "PERMISSION_MISSING");
    family.world.drain().await;
}

#[tokio::test]
async fn who_is_not_of_this_club_is_not_there() {
    let family = Family::meet(0).await;
    let sur = family.world.club("sur").await;
    let eva = family.world.member(&sur, "eva").await;
    let body = json!({ "name": "Luz", "birth_date": "2015-05-01" });
    let luz = family.post(&eva.token, "/v1/users/me/children", body).await.data(201);
    family.world.drain().await;
    let booking = family.booked(START).await;
    let ana = &family.ana.token;
    for account in [luz["id"].clone(), json!(eva.account), json!(AccountId::new())] {
        let mut wish = family.wish("2026-11-24T18:00");
        wish["account_id"] = account.clone();
        family.post(ana, "/v1/bookings", wish).await.refused(404, "USER_NOT_FOUND");
        let account = account.as_str().unwrap();
        for list in ["bookings", "waitlist"] {
            let list = format!("/v1/{list}?account_id={account}");
            family.world.test.get(&list, ana).await.refused(404, "USER_NOT_FOUND");
        }
        let join = format!("/v1/bookings/{booking}/join?account_id={account}");
        family.post(ana, &join, Value::Null).await.refused(404, "USER_NOT_FOUND");
        let feed = json!({ "scope": "child_bookings", "child_id": account });
        family.post(ana, "/v1/calendar/feeds", feed).await.refused(404, "USER_NOT_FOUND");
    }
    // A guardian in one club is nobody in the other, though it is the same child's booking.
    let path = format!("/v1/bookings/{booking}/cancel");
    family.post(&eva.token, &path, Value::Null).await.refused(404, "BOOKING_NOT_FOUND");
}

#[tokio::test]
async fn a_guardianship_that_ended_opens_nothing() {
    let family = Family::meet(0).await;
    let (test, owner) = (&family.world.test, &family.club.owner.token);
    let booking = family.booked(START).await;
    let juan = family.world.member(&family.club, "juan").await;
    family.world.drain().await;
    let guardians = format!("/v1/users/{}/guardians", family.nina);
    family.post(owner, &guardians, json!({ "account_id": juan.account })).await.data(201);
    let path = format!("/v1/bookings/{booking}");
    test.get(&path, &juan.token).await.data(200);
    let gone = test.delete(&format!("{guardians}/{}", family.ana.account), owner).await;
    assert_eq!(gone.status, 204);
    family.all_refused(&family.ana.token, booking).await;
    test.get(&path, &juan.token).await.data(200);
}

#[tokio::test]
async fn a_child_of_age_is_acted_for_no_more_by_the_club_s_calendar() {
    let family = Family::meet(0).await;
    let test = &family.world.test;
    // Born 18 years before 21 November 2026, in a club where it is still the 20th.
    let birth = json!({ "birth_date": "2008-11-21" });
    let path = format!("/v1/users/{}", family.nina);
    test.patch(&path, &family.club.owner.token, birth).await.data(200);
    let booking = family.booked(START).await;
    let midnight = "2026-11-21T03:00:00Z".parse::<Timestamp>().unwrap();
    let almost = midnight.duration_since(family.world.now()) - SignedDuration::from_secs(1);
    test.clock.advance(almost);
    let ana = || test.token(family.ana.account, Some(family.club.id), &[Role::Member]);
    let path = format!("/v1/bookings/{booking}");
    test.get(&path, &ana()).await.data(200);
    test.clock.advance(SignedDuration::from_secs(1));
    family.all_refused(&ana(), booking).await;
}

#[tokio::test]
async fn the_child_s_rules_decide() {
    let family = Family::meet(0).await;
    let (test, owner, ana) = (&family.world.test, &family.club.owner.token, &family.ana.token);
    let rules = format!("/v1/venues/{}/booking-rules", family.place.venue);
    let put = async |body: Value| test.put(&rules, owner, body).await.data(200);
    put(json!({ "ages": [{ "min_years": 12 }] })).await;
    family.book(ana, START).await.refused(403, "TOO_YOUNG");
    put(json!({ "levels": [{ "sport": "padel", "min_hundredths": 200 }] })).await;
    family.book(ana, START).await.refused(403, "LEVEL_UNKNOWN");
    let quota = |of: &str| {
        json!({ "quotas": [{
            "name": "one", "most": { "kind": "bookings", "count": 1 }, "per": "week", "of": of,
        }] })
    };
    put(quota("member")).await;
    family.place.book(&family.world, ana, START, 60).await.data(201);
    family.booked("2026-11-23T20:00").await;
    family.book(ana, "2026-11-24T20:00").await.refused(409, "QUOTA_REACHED");
    put(quota("family")).await;
    // A week later each alone has none; together they have one.
    family.place.book(&family.world, ana, "2026-11-30T18:00", 60).await.data(201);
    family.book(ana, "2026-11-30T20:00").await.refused(409, "QUOTA_REACHED");
    // A guardian overrides nothing.
    let mut wish = family.wish("2026-11-30T20:00");
    wish["override"] = json!(["quota"]);
    family.post(ana, "/v1/bookings", wish).await.refused(403, "PERMISSION_MISSING");
}

#[tokio::test]
async fn a_suspended_child_is_booked_for_by_nobody() {
    let family = Family::meet(0).await;
    let booking =
        id(&family.place.book(&family.world, &family.ana.token, START, 60).await.data(201));
    let path = format!("/v1/members/{}/suspend", family.nina);
    family.post(&family.club.owner.token, &path, Value::Null).await.data(200);
    let ana = &family.ana.token;
    family.book(ana, "2026-11-24T18:00").await.refused(403, "MEMBER_SUSPENDED");
    for (method, path, body, code) in family.ways(booking) {
        if code == "NOT_GUARDIAN" && (path.contains("/join") || path == "/v1/waitlist") {
            let answer = family.world.test.call(method, &path).token(ana).json(&body).send().await;
            answer.refused(403, "MEMBER_SUSPENDED");
        }
    }
}

#[tokio::test]
async fn a_guardian_pays_for_the_child_and_is_written_to() {
    let family = Family::meet(12_000).await;
    let (world, owner) = (&family.world, &family.club.owner.token);
    let juan = world.member(&family.club, "juan").await;
    let guardians = format!("/v1/users/{}/guardians", family.nina);
    family.post(owner, &guardians, json!({ "account_id": juan.account })).await.data(201);
    world.drain().await;
    let booked = family.book(&family.ana.token, START).await.data(201);
    assert_eq!(booked["booking"]["status"], "held");
    let path = format!("/v1/bookings/{}/checkout", id(&booked));
    let again = family.post(&family.ana.token, &path, Value::Null).await.data(200);
    assert_eq!(again["url"], booked["checkout"]["url"]);
    let before = world.test.cloud.mails().len();
    let cancel = format!("/v1/bookings/{}/cancel", id(&booked));
    family.post(&juan.token, &cancel, Value::Null).await.data(200);
    let events = world.publish().await;
    let bodies: Vec<_> = events.iter().map(|it| serde_json::to_string(it).unwrap()).collect();
    for _ in 0..2 {
        let told = bodies.iter().filter(|body| body.contains("booking.cancelled"));
        let failed = world.deliver("notifications", told.cloned().collect()).await;
        assert_eq!(failed, [0_usize; 0]);
    }
    let mails = world.test.cloud.mails();
    let mut told: Vec<_> = mails[before..].iter().map(|mail| mail.to.clone()).collect();
    told.sort();
    assert_eq!(told, [family.ana.email.clone(), juan.email.clone()], "each once");
    assert!(mails[before..].iter().all(|mail| mail.subject.starts_with("Nina: ")));
}

#[tokio::test]
async fn one_guardian_whose_mail_fails_keeps_no_other_from_being_told() {
    let family = Family::meet(0).await;
    let (world, owner) = (&family.world, &family.club.owner.token);
    let juan = world.member(&family.club, "juan").await;
    let guardians = format!("/v1/users/{}/guardians", family.nina);
    family.post(owner, &guardians, json!({ "account_id": juan.account })).await.data(201);
    world.drain().await;
    let before = world.test.cloud.mails().len();
    family.booked(START).await;
    let events = world.publish().await;
    let told: Vec<_> = events
        .iter()
        .filter(|event| event.kind == booking::CONFIRMED)
        .map(|event| serde_json::to_string(event).unwrap())
        .collect();
    world.test.cloud.fail(testkit::Service::Mail, 1);
    assert_eq!(world.deliver("notifications", told.clone()).await.len(), 1);
    assert_eq!(world.test.cloud.mails().len() - before, 1);
    world.test.clock.advance(SignedDuration::from_secs(31));
    assert_eq!(world.deliver("notifications", told).await, [0_usize; 0]);
    let mails = world.test.cloud.mails();
    let mut told: Vec<_> = mails[before..].iter().map(|mail| mail.to.clone()).collect();
    told.sort();
    assert_eq!(told, [family.ana.email.clone(), juan.email.clone()]);
}

#[tokio::test]
async fn a_child_waits_and_its_guardian_answers() {
    let family = Family::meet(0).await;
    let (world, ana) = (&family.world, &family.ana.token);
    let ben = world.member(&family.club, "ben").await;
    let taken = id(&family.place.book(world, &ben.token, START, 60).await.data(201));
    world.drain().await;
    let (_, _, wish, _) = family.ways(taken).remove(5);
    let entry = family.post(ana, "/v1/waitlist", wish).await.data(201);
    assert_eq!(entry["account_id"], json!(family.nina));
    let path = format!("/v1/waitlist/{}", entry["id"].as_str().unwrap());
    assert_eq!(world.test.get(&path, ana).await.data(200)["position"], 1);
    world.test.get(&path, &ben.token).await.refused(403, "WAITLIST_ENTRY_NOT_YOURS");
    family.post(&ben.token, &format!("/v1/bookings/{taken}/cancel"), Value::Null).await.data(200);
    world.drain().await;
    let list = format!("/v1/waitlist?account_id={}", family.nina);
    let listed = world.test.get(&list, ana).await.data(200);
    let offered = listed[0]["offer"]["booking_id"].as_str().unwrap().to_owned();
    let mails = world.test.cloud.mails();
    assert!(mails.iter().any(|mail| mail.to == family.ana.email && mail.subject.contains("Nina")));
    let accept = format!("/v1/waitlist/offers/{offered}/accept");
    family.post(&ben.token, &accept, Value::Null).await.refused(403, "OFFER_NOT_YOURS");
    let answer = family.post(ana, &accept, Value::Null).await.data(200);
    assert_eq!(answer["status"], "confirmed");
    let other = json!({ "venue_id": family.place.venue, "account_id": family.nina,
        "date": "2026-11-23", "courts": "any", "from": "18:00", "until": "19:00",
        "duration_minutes": 60 });
    let entry = family.post(ana, "/v1/waitlist", other).await.data(201);
    let path = format!("/v1/waitlist/{}", entry["id"].as_str().unwrap());
    assert_eq!(world.test.delete(&path, ana).await.data(200)["status"], "left");
}

#[tokio::test]
async fn a_child_joins_and_leaves_an_open_match() {
    let family = Family::meet(0).await;
    let (world, ana) = (&family.world, &family.ana.token);
    let ben = world.member(&family.club, "ben").await;
    let booked = id(&family.place.book(world, &ben.token, START, 60).await.data(201));
    let path = |verb: &str| format!("/v1/bookings/{booked}/{verb}");
    let offer = json!({ "places": 2, "level_min": 1.0, "level_max": 3.0 });
    family.post(&ben.token, &path("open"), offer).await.data(200);
    let join = path(&format!("join?account_id={}", family.nina));
    family.post(ana, &join, Value::Null).await.refused(422, "LEVEL_UNKNOWN");
    let level = format!("/v1/users/{}/sports/padel", family.nina);
    world.test.put(&level, ana, json!({ "level": 1.5 })).await.data(200);
    let joined = family.post(ana, &join, Value::Null).await.data(200);
    assert_eq!(joined["places_left"], 1);
    // Whose child plays sees the booking, and does not change it.
    let seen = world.test.get(&path("")[..path("").len() - 1], ana).await.data(200);
    assert_eq!(seen["participants"][0]["account_id"], json!(family.nina));
    family.post(ana, &path("cancel"), Value::Null).await.refused(403, "BOOKING_NOT_YOURS");
    let leave = path(&format!("leave?account_id={}", family.nina));
    assert_eq!(family.post(ana, &leave, Value::Null).await.data(200)["places_left"], 2);
    let own = family.booked("2026-11-23T20:00").await;
    let open = format!("/v1/bookings/{own}/open");
    family.post(ana, &open, json!({ "places": 1 })).await.data(200);
}

#[tokio::test]
async fn a_feed_shows_the_child_s_bookings_while_one_acts_for_it() {
    let family = Family::meet(0).await;
    let (world, ana) = (&family.world, &family.ana.token);
    family.booked(START).await;
    let wanted = json!({ "scope": "child_bookings", "child_id": family.nina });
    let feed = family.post(ana, "/v1/calendar/feeds", wanted).await.data(201);
    assert_eq!(
        (&feed["scope"], &feed["child_id"]),
        (&json!("child_bookings"), &json!(family.nina))
    );
    let own = json!({ "scope": "child_bookings", "child_id": family.ana.account });
    family.post(ana, "/v1/calendar/feeds", own).await.refused(403, "NOT_GUARDIAN");
    let path = feed["url"].as_str().unwrap().split_once("/v1/").unwrap().1.to_owned();
    let read = async || world.test.call("GET", &format!("/v1/{path}")).send().await;
    let shown = read().await;
    assert_eq!(shown.status, 200);
    assert_eq!(shown.body.as_str().unwrap().matches("BEGIN:VEVENT").count(), 1);
    let guardians = format!("/v1/users/{}/guardians/{}", family.nina, family.ana.account);
    assert_eq!(world.test.delete(&guardians, &family.club.owner.token).await.status, 204);
    read().await.refused(404, "FEED_NOT_FOUND");
}

#[tokio::test]
async fn staff_who_are_guardians_are_staff() {
    let family = Family::meet(0).await;
    let mut claims =
        family.world.test.claims(family.ana.account, Some(family.club.id), &[Role::Member]);
    claims.permissions.insert(Permission::BookingManage);
    let desk = family.world.test.keys.sign(&claims);
    let booking = id(&family.book(&desk, START).await.data(201));
    let path = format!("/v1/bookings/{booking}/cancel?waive=true");
    family.post(&desk, &path, Value::Null).await.data(200);
    let booking = family.booked(START).await;
    let path = format!("/v1/bookings/{booking}/cancel?waive=true");
    family.post(&family.ana.token, &path, Value::Null).await.refused(403, "PERMISSION_MISSING");
    let diary = booking::diary(&table(&family.world, &family.club), family.nina).await.unwrap();
    assert_eq!(diary.counted(family.world.now()).count(), 1, "it is the child's");
}
