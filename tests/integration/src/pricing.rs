//! Price books, from a draft to what a booking is charged.

use booking::{ExtraWishes, Participant, Party, Wish};
use facilities::{Degrees, Location};
use frontdesk::{Asked, LookUp};
use futures::future::join_all;
use kernel::{AccountId, CourtId, PriceBookId, VenueId};
use serde_json::{Value, json};
use testkit::Answer;

use crate::{
    bookings::{Place, member, place, table},
    world::{Club, TIME_ZONE, World},
};

/// A category by the hour.
fn category(name: &str, when: &Value, per_hour: i64) -> Value {
    let price = json!({ "per_hour": { "amount": per_hour, "currency": "ARS" } });
    json!({ "name": name, "when": when, "price": price })
}

/// One that always matches.
fn always(per_hour: i64) -> Value {
    category("Always", &json!({}), per_hour)
}

fn evening(per_hour: i64) -> Value {
    let times = json!({ "times": [{ "from": "18:00", "until": "24:00" }] });
    category("Evening", &times, per_hour)
}

/// A club, its venue that is open day and night, and a court at 120.00 an hour.
struct Shop {
    world: World,
    club: Club,
    place: Place,
}

impl Shop {
    async fn open() -> Self {
        let world = World::start().await;
        let club = world.club("norte").await;
        let place = place(&world, &club, TIME_ZONE, &[60, 90], 12_000).await;
        Self { world, club, place }
    }

    fn books(&self) -> String {
        format!("/v1/venues/{}/price-books", self.place.venue)
    }

    async fn draft(&self, starts_on: &str, categories: &Value, surcharges: &Value) -> String {
        let body = json!({
            "name": "Verano", "starts_on": starts_on, "categories": categories, "surcharges": surcharges,
        });
        let made = self.world.test.post(&self.books(), &self.club.owner.token, body).await;
        let location = made.header("location").unwrap().to_owned();
        made.data(201);
        location
    }

    async fn publish(&self, draft: &str) -> Answer {
        let path = format!("{draft}/publish");
        self.world.test.post(&path, &self.club.owner.token, Value::Null).await
    }

    async fn publishes(&self, starts_on: &str, categories: &Value) -> String {
        let draft = self.draft(starts_on, categories, &json!({})).await;
        self.publish(&draft).await.data(200);
        draft
    }

    /// What a booking costs, and the name, minutes and amount of each line of it.
    async fn charged(&self, start: &str, minutes: u16) -> (i64, Vec<(String, i64, i64)>) {
        let ana = member(&self.world, &self.club);
        let booked = self.place.book(&self.world, &ana, start, minutes).await.data(201);
        let path = format!("/v1/bookings/{}", booked["booking"]["id"].as_str().unwrap());
        let booking = self.world.test.get(&path, &ana).await.data(200);
        (booking["price"]["amount"].as_i64().unwrap(), lines(&booking["price_lines"]))
    }

    async fn quote(&self, more: &Value) -> Answer {
        let mut body = json!({
            "court_id": self.place.court, "starts_at": "2026-11-21T21:00", "duration_minutes": 60,
        });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let path = format!("/v1/venues/{}/prices/quote", self.place.venue);
        self.world.test.post(&path, &member(&self.world, &self.club), body).await
    }
}

fn lines(lines: &Value) -> Vec<(String, i64, i64)> {
    let line = |line: &Value| {
        let name = line["category"].as_str().or(line["kind"].as_str()).unwrap().to_owned();
        (name, line["minutes"].as_i64().unwrap(), line["amount"]["amount"].as_i64().unwrap())
    };
    lines.as_array().unwrap().iter().map(line).collect()
}

fn line(name: &str, minutes: i64, amount: i64) -> (String, i64, i64) {
    (name.to_owned(), minutes, amount)
}

#[tokio::test]
async fn a_book_that_leaves_a_gap_is_not_published() {
    let shop = Shop::open().await;
    let draft = shop.draft("2026-11-20", &json!([evening(15_000)]), &json!({})).await;
    let refused = shop.publish(&draft).await;
    let details = refused.body["error"]["details"].clone();
    refused.refused(422, "PRICE_BOOK_INCOMPLETE");
    let gap = &details["uncovered"][0];
    assert_eq!(gap["court_id"], json!(shop.place.court));
    assert_eq!(gap["local_time"], "2026-11-20T00:00:00");
    assert!(details["uncovered"].as_array().unwrap().len() <= 5);
    // Nobody pays by a draft.
    let (price, parts) = shop.charged("2026-11-21T18:00", 60).await;
    assert_eq!((price, parts), (12_000, vec![line("court", 60, 12_000)]));
    let categories = json!({ "categories": [evening(15_000), always(9_000), evening_too()] });
    let token = &shop.club.owner.token;
    shop.world.test.patch(&draft, token, categories).await.data(200);
    let published = shop.publish(&draft).await.data(200);
    assert_eq!(published["dead_categories"], json!(["Too late"]));
    assert_eq!(published["price_book"]["status"], "published");
}

fn evening_too() -> Value {
    category("Too late", &json!({ "weekdays": ["friday"] }), 1)
}

#[tokio::test]
async fn each_day_has_the_prices_of_its_version() {
    let shop = Shop::open().await;
    shop.publishes("2026-11-22", &json!([always(6_000)])).await;
    let summer = shop.publishes("2026-12-01", &json!([always(18_000)])).await;
    assert_eq!(shop.charged("2026-11-21T23:30", 60).await.0, 12_000, "before the first");
    assert_eq!(shop.charged("2026-11-22T10:00", 60).await.0, 6_000);
    assert_eq!(shop.charged("2026-11-30T23:00", 90).await.0, 9_000, "by the day it starts on");
    assert_eq!(shop.charged("2026-12-01T10:00", 60).await.0, 18_000);

    let token = &shop.club.owner.token;
    let withdraw = async |path: &str| {
        shop.world.test.post(&format!("{path}/withdraw"), token, Value::Null).await
    };
    assert_eq!(withdraw(&summer).await.data(200)["status"], "draft");
    withdraw(&summer).await.refused(409, "PRICE_BOOK_STARTED");
    assert_eq!(shop.charged("2026-12-01T12:00", 60).await.0, 6_000);
    let today = shop.publishes("2026-11-20", &json!([always(0)])).await;
    withdraw(&today).await.refused(409, "PRICE_BOOK_STARTED");

    let versions = shop.world.test.get(&shop.books(), token).await.data(200);
    let starts = versions.as_array().unwrap().iter();
    let starts: Vec<_> = starts.map(|it| (it["starts_on"].clone(), &it["status"])).collect();
    assert_eq!(
        starts,
        [
            (json!("2026-11-20"), &json!("published")),
            (json!("2026-11-22"), &json!("published")),
            (json!("2026-12-01"), &json!("draft")),
        ]
    );
    let log = shop.world.test.get("/v1/audit-log?limit=100", token).await.data(200);
    let actions: Vec<_> = log.as_array().unwrap().iter().map(|it| it["action"].clone()).collect();
    let told = |action: &str| actions.iter().filter(|it| *it == action).count();
    assert_eq!((told("price_book.published"), told("price_book.withdrawn")), (3, 1));
}

#[tokio::test]
async fn a_published_book_never_changes_and_a_draft_is_changed_by_who_read_it() {
    let shop = Shop::open().await;
    let token = &shop.club.owner.token;
    let name = || json!({ "name": "Otra" });
    let published = shop.publishes("2026-11-22", &json!([always(6_000)])).await;
    shop.world.test.patch(&published, token, name()).await.refused(409, "PRICE_BOOK_PUBLISHED");
    shop.world.test.delete(&published, token).await.refused(409, "PRICE_BOOK_PUBLISHED");
    shop.publish(&published).await.refused(409, "PRICE_BOOK_PUBLISHED");

    let draft = shop.draft("2026-11-22", &json!([always(1)]), &json!({})).await;
    let edit = async |version: &str, body: Value| {
        let call = shop.world.test.call("PATCH", &draft).token(token).json(&body);
        call.header("if-match", version).send().await
    };
    let changed = edit("\"1\"", name()).await;
    assert_eq!(changed.header("etag"), Some("\"2\""));
    edit("\"1\"", json!({ "name": "Vieja" })).await.refused(412, "STALE_VERSION");
    let same = edit("\"2\"", name()).await;
    assert_eq!(same.header("etag"), Some("\"2\""));
    let dollars =
        json!([{ "name": "All", "price": { "per_booking": { "amount": 1, "currency": "USD" } } }]);
    let dollars = json!({ "categories": dollars });
    edit("\"2\"", dollars).await.refused(422, "CURRENCY_MISMATCH");
    shop.publish(&draft).await.refused(409, "PRICE_BOOK_START_TAKEN");
    edit("\"2\"", json!({ "starts_on": "2026-11-19" })).await.data(200);
    shop.publish(&draft).await.refused(422, "PRICE_BOOK_STARTS_IN_PAST");
    assert_eq!(shop.world.test.delete(&draft, token).await.status, 204);
    shop.world.test.get(&draft, token).await.refused(404, "PRICE_BOOK_NOT_FOUND");
}

#[tokio::test]
async fn of_versions_published_at_the_same_moment_for_one_day_one_is() {
    let shop = Shop::open().await;
    let mut paths = Vec::new();
    for price in 1..=6 {
        paths.push(shop.draft("2026-11-25", &json!([always(price * 1_000)]), &json!({})).await);
    }
    // Each of them twice, too.
    let twice = paths.iter().chain(&paths);
    let answers = join_all(twice.map(|path| shop.publish(path))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        let code = answer.body["error"]["code"].as_str().unwrap();
        let expected = ["PRICE_BOOK_START_TAKEN", "PRICE_BOOK_NOT_FOUND", "PRICE_BOOK_PUBLISHED"];
        assert!(expected.contains(&code) || answer.status == 503, "{code}");
    }
    let versions = shop.world.test.get(&shop.books(), &shop.club.owner.token).await.data(200);
    let published = versions.as_array().unwrap().iter().filter(|it| it["status"] == "published");
    assert_eq!((published.count(), versions.as_array().unwrap().len()), (1, 6));
}

#[tokio::test]
async fn the_preview_is_what_availability_says_and_a_booking_is_charged() {
    let shop = Shop::open().await;
    shop.publishes("2026-11-20", &json!([evening(15_001), always(9_000)])).await;
    let crossing = vec![line("Evening", 30, 7_500), line("Always", 30, 4_500)];
    let ana = member(&shop.world, &shop.club);
    let preview = format!(
        "/v1/venues/{}/prices/preview?court_id={}&week=2026-11-20&duration_minutes=60",
        shop.place.venue, shop.place.court
    );
    let week = shop.world.test.get(&preview, &ana).await.data(200);
    let starts = week["days"][1]["starts"].as_array().unwrap();
    let at = |time: &str| {
        let found = starts.iter().find(|start| start["starts_at"].as_str().unwrap().contains(time));
        found.unwrap()["price"].clone()
    };
    assert_eq!(lines(&at("T17:30")["lines"]), crossing);
    assert_eq!(week["days"].as_array().unwrap().len(), 7);

    let query = format!(
        "/v1/availability?venue_id={}&date=2026-11-21&duration_minutes=60",
        shop.place.venue
    );
    let free = shop.world.test.get(&query, &ana).await.data(200);
    let slots = free["courts"][0]["slots"].as_array().unwrap();
    assert_eq!(slots.len(), starts.len());
    for (slot, start) in slots.iter().zip(starts) {
        assert_eq!(slot["starts_at"], start["starts_at"]);
        assert_eq!(slot["price"], start["price"]["total"]);
    }
    assert_eq!(shop.charged("2026-11-21T17:30", 60).await, (12_000, crossing));
    for time in ["09:00", "16:30", "18:30", "23:00"] {
        let (price, parts) = shop.charged(&format!("2026-11-21T{time}"), 60).await;
        let previewed = at(&format!("T{time}"));
        assert_eq!(previewed["total"]["amount"], price, "{time}");
        assert_eq!(lines(&previewed["lines"]), parts, "{time}");
    }
}

#[tokio::test]
async fn the_first_category_that_matches_wins_for_each_kind_of_customer() {
    let shop = Shop::open().await;
    let vip = category("Vip", &json!({ "roles": ["vip"] }), 1_000);
    let guest = category("Guest", &json!({ "guest_booker": true }), 30_000);
    let early = category("Early", &json!({ "lead": { "at_least_hours": 240 } }), 5_000);
    shop.publishes("2026-11-20", &json!([vip, early, guest, always(9_000)])).await;
    let total = async |more: Value| shop.quote(&more).await.data(200)["total"]["amount"].clone();
    assert_eq!(total(json!({})).await, 9_000);
    assert_eq!(total(json!({ "role": "vip" })).await, 1_000);
    assert_eq!(total(json!({ "role": "guest" })).await, 30_000);
    assert_eq!(total(json!({ "role": "guest", "starts_at": "2026-12-21T21:00" })).await, 5_000);
    shop.quote(&json!({ "duration_minutes": 62 })).await.refused(422, "VALIDATION_FAILED");
}

#[tokio::test]
async fn lights_and_guests_are_lines_of_their_own() {
    let shop = Shop::open().await;
    let hourly = |amount: i64| json!({ "amount": amount, "currency": "ARS" });
    let surcharges =
        json!({ "lights_per_hour": hourly(6_000), "per_guest": { "per_booking": hourly(700) } });
    let draft = shop.draft("2026-11-20", &json!([always(9_000)]), &surcharges).await;
    shop.publish(&draft).await.refused(422, "VENUE_LOCATION_REQUIRED");
    let (venue, court) = lit(&shop).await;
    let shop = Shop { place: Place { venue, court }, ..shop };
    let draft = shop.draft("2026-11-20", &json!([always(9_000)]), &surcharges).await;
    shop.publish(&draft).await.data(200);
    // The sun sets at 19:43 in Buenos Aires on that day.
    let asked_for = async |more: Value| lines(&shop.quote(&more).await.data(200)["lines"]);
    let court = || line("Always", 60, 9_000);
    assert_eq!(asked_for(json!({})).await, [court(), line("lights", 60, 6_000)]);
    assert_eq!(asked_for(json!({ "starts_at": "2026-11-21T18:30" })).await, [court()]);
    let dusk = asked_for(json!({ "starts_at": "2026-11-21T19:00", "guests": 2 })).await;
    let (_, dark, amount) = dusk[1].clone();
    assert!((14..=20).contains(&dark) && amount == dark * 100, "{dusk:?}");
    assert_eq!(dusk[2], line("guests", 60, 1_400));

    let party = vec![Participant::Guest { name: None }, Participant::Guest { name: None }];
    let account = AccountId::new();
    let asked = Asked {
        venue_id: shop.place.venue,
        court_id: shop.place.court,
        wish: Wish { start: "2026-11-21T19:00".parse().unwrap(), duration_minutes: 60 },
        account_id: account,
        asked_by: account,
        extras: ExtraWishes::default(),
        party: Party::of(party).unwrap(),
        series: None,
    };
    let found = LookUp::of(&table(&shop.world, &shop.club), &asked).await.unwrap();
    let agreed = found.judge(&asked, shop.world.now()).unwrap();
    assert_eq!(agreed.plan.price.amount, 9_000 + amount + 1_400);
    assert_eq!(lines(&json!(agreed.price_lines)), dusk);
}

/// A venue in Buenos Aires that says where it is, and a court of it with lights.
async fn lit(shop: &Shop) -> (VenueId, CourtId) {
    let table = table(&shop.world, &shop.club);
    let mut venue = facilities::venue(&table, shop.place.venue).await.unwrap();
    let mut court = facilities::court(&table, shop.place.venue, shop.place.court).await.unwrap();
    let degrees = Degrees { latitude: -34.6, longitude: -58.4 };
    venue.location = Some(Location::try_from(degrees).unwrap());
    (venue.id, court.id) = (VenueId::new(), CourtId::new());
    (court.venue_id, court.lights) = (venue.id, true);
    facilities::create_venue(&table, &venue).await.unwrap();
    facilities::create_court(&table, &court).await.unwrap();
    (venue.id, court.id)
}

#[tokio::test]
async fn what_has_no_price_is_neither_free_nor_booked() {
    let shop = Shop::open().await;
    let week = |closes: &str| {
        let day = json!([{ "opens": "08:00", "closes": closes }]);
        let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
        Value::Object(days.map(|name| (name.to_owned(), day.clone())).into_iter().collect())
    };
    let venue = format!("/v1/venues/{}", shop.place.venue);
    let hours = async |closes: &str| {
        let body = json!({ "opening_hours": week(closes) });
        shop.world.test.patch(&venue, &shop.club.owner.token, body).await.data(200)
    };
    hours("20:00").await;
    let open = json!({ "times": [{ "from": "08:00", "until": "20:00" }] });
    shop.publishes("2026-11-20", &json!([category("Day", &open, 9_000)])).await;
    hours("22:00").await;
    let ana = member(&shop.world, &shop.club);
    for start in ["2026-11-21T19:30", "2026-11-21T20:30"] {
        shop.place.book(&shop.world, &ana, start, 60).await.refused(409, "NO_PRICE");
    }
    let body = json!({ "starts_at": "2026-11-21T20:30" });
    shop.quote(&body).await.refused(409, "NO_PRICE");
    let query = format!(
        "/v1/availability?venue_id={}&date=2026-11-21&duration_minutes=60",
        shop.place.venue
    );
    let free = shop.world.test.get(&query, &ana).await.data(200);
    let slots = free["courts"][0]["slots"].as_array().unwrap();
    assert_eq!(slots.last().unwrap()["starts_at"], "2026-11-21T19:00:00-03:00");
}

#[tokio::test]
async fn drafts_are_staff_s() {
    let shop = Shop::open().await;
    let draft = shop.draft("2026-11-22", &json!([always(6_000)]), &json!({})).await;
    let (owner, ana) = (&shop.club.owner.token, member(&shop.world, &shop.club));
    let id = draft.rsplit('/').next().unwrap();
    let preview = format!(
        "/v1/venues/{}/prices/preview?court_id={}&week=2026-11-23&duration_minutes=60&price_book_id={id}",
        shop.place.venue, shop.place.court
    );
    let days = shop.world.test.get(&preview, owner).await.data(200)["days"].clone();
    assert_eq!(days[0]["price_book_id"], id);
    assert_eq!(days[6]["starts"][0]["price"]["total"]["amount"], 6_000);
    for path in [&draft, &preview] {
        shop.world.test.get(path, &ana).await.refused(404, "PRICE_BOOK_NOT_FOUND");
    }
    assert_eq!(shop.world.test.get(&shop.books(), &ana).await.data(200), json!([]));
    let body = json!({ "name": "Mine", "starts_on": "2026-11-22", "categories": [always(0)] });
    let refused = shop.world.test.post(&shop.books(), &ana, body).await;
    refused.refused(403, "PERMISSION_MISSING");
    let other = format!("{}/{}", shop.books(), PriceBookId::new());
    shop.world.test.get(&other, owner).await.refused(404, "PRICE_BOOK_NOT_FOUND");
}
