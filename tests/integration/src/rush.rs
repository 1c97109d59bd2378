//! An opening rush over a table that loses, refuses and delays: afterwards slots and money are in order.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use futures::{StreamExt, stream};
use kernel::{
    AccountId, CourtId, Role, Tenant, VenueId,
    jiff::{ToSpan, civil::Date},
};
use serde_json::{Value, json};
use testkit::{Answer, Ask, Flaky, Rush, Slot};
use web::{Limits, standing};

use crate::world::{Club, World};

const RUSH: Rush =
    Rush { courts: 8, hours: 15, days: 3, members: 300, requests: 1_200, seed: 20_261_121 };
/// Times of a series: the same slot of the next week is nobody's first wish.
const TIMES: usize = 2;
/// Asked for at once.
const AT_ONCE: usize = 48;
/// One request in a hundred to the table fails or is slow.
const FAULTS: u32 = 10;
/// So many of those that were held are paid.
const PAID: usize = 40;
const OPENS: usize = 8;
const FIRST_DAY: Date = Date::constant(2026, 11, 23);

struct Opening {
    world: World,
    club: Club,
    venue: VenueId,
    courts: Vec<CourtId>,
    members: Vec<String>,
    /// The same people at the desk: what costs something is booked again and again by staff.
    desk: Vec<String>,
    table: Flaky,
}

/// What became of one wish.
struct Told {
    ask: Ask,
    answer: Answer,
}

impl Opening {
    async fn day() -> Self {
        let table = Flaky::start().await;
        let world = World::start_with(&[("AWS_ENDPOINT_URL_DYNAMODB", &table.url)]).await;
        table.guard(&world.test.database.url);
        let club = world.club("norte").await;
        let (venue, courts) = world.venue(&club, RUSH.courts).await;
        let tenant = Tenant::from_platform_record(club.id, "test");
        let own = world.test.app.table().tenant(&tenant);
        let limits = Limits { club_per_minute: Some(1_000_000), ..Limits::default() };
        own.write(vec![standing::set_limits(&own, &limits, None).unwrap()]).await.unwrap();
        let accounts: Vec<_> = (0..RUSH.members).map(|_| AccountId::new()).collect();
        let tokens = |role: Role| {
            let token = |account: &AccountId| {
                world.test.token(*account, Some(club.id), std::slice::from_ref(&role))
            };
            accounts.iter().map(token).collect()
        };
        let (members, desk) = (tokens(Role::Member), tokens(Role::FrontDesk));
        world.drain().await;
        Self { world, club, venue, courts, members, desk, table }
    }

    async fn ask(&self, ask: Ask) -> Told {
        let answer = match ask {
            Ask::Book(member, slot) => {
                let wish = self.wish(slot);
                self.world.test.post("/v1/bookings", &self.members[member], wish).await
            }
            Ask::Series(member, slot) => {
                let mut wish = self.wish(slot);
                wish["rrule"] = json!(format!("FREQ=WEEKLY;COUNT={TIMES}"));
                wish["on_conflict"] = json!("all_or_nothing");
                self.world.test.post("/v1/series", &self.desk[member], wish).await
            }
            Ask::Cancel(member) => self.cancel_one(&self.members[member]).await,
        };
        Told { ask, answer }
    }

    fn wish(&self, slot: Slot) -> Value {
        json!({
            "venue_id": self.venue, "court_id": self.courts[slot.court],
            "starts_at": start(slot), "duration_minutes": 60,
        })
    }

    /// The member's latest booking; who has none only looked.
    async fn cancel_one(&self, token: &str) -> Answer {
        let listed = self.world.test.get("/v1/bookings?limit=1", token).await;
        if listed.status != 200 {
            return listed;
        }
        let Some(id) = listed.body["data"][0]["id"].as_str() else { return listed };
        let path = format!("/v1/bookings/{id}/cancel");
        self.world.test.post(&path, token, Value::Null).await
    }

    /// The items of a kind, as plain JSON.
    fn kept(&self, kind: &str) -> Vec<Value> {
        let mut items = self.world.test.database.items();
        items.retain(|item| item["kind"]["S"] == kind);
        items
    }
}

fn start(slot: Slot) -> String {
    let day = FIRST_DAY.saturating_add(i64::try_from(slot.day).unwrap().days());
    format!("{day}T{:02}:00", OPENS + slot.hour)
}

fn text<'a>(item: &'a Value, name: &str) -> &'a str {
    item[name]["S"].as_str().unwrap_or_else(|| panic!("no {name} in {item}"))
}

/// The slots that a stored set names: one by one, or from 1000 on half hours, each of six.
pub(crate) fn slots_of(set: &Value) -> BTreeSet<u16> {
    let numbers = set["NS"].as_array().into_iter().flatten();
    let numbers = numbers.map(|number| number.as_str().unwrap().parse().unwrap());
    let slots = |number: u16| match number {
        0..1_000 => number..number + 1,
        half => 6 * (half - 1_000)..6 * (half - 999),
    };
    numbers.flat_map(slots).collect()
}

fn is_live(booking: &Value) -> bool {
    ["held", "confirmed"].contains(&text(booking, "status"))
}

/// The slots that a booking says are its own, by court and day.
fn slots(booking: &Value) -> Vec<((String, String), BTreeSet<u16>)> {
    let part = |part: &Value| {
        let number = |name: &str| part["M"][name]["N"].as_str().unwrap().parse::<u16>().unwrap();
        let slots = number("first")..number("first") + number("count");
        let day = text(&part["M"], "date").to_owned();
        ((text(booking, "court_id").to_owned(), day), slots.collect())
    };
    booking["parts"]["L"].as_array().unwrap().iter().map(part).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_an_opening_rush_slots_and_money_are_in_order() {
    let opening = Opening::day().await;
    opening.table.fail(FAULTS);
    let asks = RUSH.asks();
    let told: Vec<Told> =
        stream::iter(asks).map(|ask| opening.ask(ask)).buffer_unordered(AT_ONCE).collect().await;
    opening.table.fail(0);
    let (passed, failed) = opening.table.passed();
    assert!(failed > passed / 200, "{failed} of {passed} requests failed: too few to tell");

    let won = check_answers(&told);
    check_slots(&opening, &won);
    check_money(&opening, &told).await;
}

/// Winners are told so, losers that somebody else was first, and nobody anything else but that the table
/// is out; answers what was won.
fn check_answers(told: &[Told]) -> HashSet<String> {
    let mut codes = BTreeMap::<String, usize>::new();
    let mut won = HashSet::new();
    for Told { ask, answer } in told {
        let code = answer.body["error"]["code"].as_str().unwrap_or("done").to_owned();
        *codes.entry(format!("{} {code}", answer.status)).or_default() += 1;
        let lost =
            ["SLOT_TAKEN", "COURT_BUSY", "BOOKING_CHANGED", "BOOKING_EXPIRED", "SERIES_CONFLICT"];
        let expected = match answer.status.as_u16() {
            200 => matches!(ask, Ask::Cancel(_)),
            201 => !matches!(ask, Ask::Cancel(_)),
            409 => lost.contains(&&*code),
            503 => true,
            _ => false,
        };
        assert!(expected, "{ask:?}: {} {}", answer.status, answer.body);
        let data = &answer.body["data"];
        let ids = match (ask, answer.status.as_u16()) {
            (Ask::Book(..), 201) => vec![&data["booking"]["id"]],
            (Ask::Series(..), 201) => {
                let dates = data["occurrences"].as_array().unwrap();
                assert_eq!(dates.len(), TIMES, "all or nothing: {data}");
                dates.iter().map(|date| &date["booking_id"]).collect()
            }
            _ => Vec::new(),
        };
        won.extend(ids.into_iter().map(|id| id.as_str().unwrap().to_owned()));
    }
    let losers: usize = codes.iter().filter(|(code, _)| code.contains("409")).map(|(_, n)| n).sum();
    assert!(losers > won.len(), "a rush has more losers than winners: {codes:?}");
    let outages: usize =
        codes.iter().filter(|(code, _)| code.contains("503")).map(|(_, n)| n).sum();
    assert!(outages * 50 < told.len(), "faults are ridden out: {codes:?}");
    won
}

/// No slot is in two live bookings, and each court's day holds what its live bookings have, no more, no less.
fn check_slots(opening: &Opening, won: &HashSet<String>) {
    let bookings = opening.kept("booking");
    let known: BTreeSet<_> = bookings.iter().map(|booking| text(booking, "id")).collect();
    assert!(won.iter().all(|id| known.contains(&**id)), "who was told so has the booking");
    let mut had = BTreeMap::<(String, String), BTreeSet<u16>>::new();
    for booking in bookings.iter().filter(|one| is_live(one)) {
        for (day, slots) in slots(booking) {
            let all = had.entry(day.clone()).or_default();
            for slot in slots {
                assert!(all.insert(slot), "slot {slot} of {day:?} is in two bookings");
            }
        }
    }
    let mut kept = BTreeMap::new();
    for day in opening.kept("court_day") {
        let court = text(&day, "SK").trim_start_matches("COURT#").to_owned();
        let date = text(&day, "PK").rsplit('#').next().unwrap().to_owned();
        let taken = slots_of(&day["taken"]);
        if !taken.is_empty() {
            kept.insert((court, date), taken);
        }
    }
    assert_eq!(kept, had, "the days and the bookings tell the same");
}

/// Every live booking has its one payment, but for those of series, which are paid at the desk; of those that are
/// paid, the ledger has the whole price, once.
async fn check_money(opening: &Opening, told: &[Told]) {
    let mut bookings = opening.kept("booking");
    let recurs = |booking: &Value| booking["series"].is_object();
    assert!(bookings.iter().any(|one| recurs(one) && is_live(one)), "some series were booked");
    bookings.retain(|booking| !recurs(booking));
    let live: BTreeMap<_, _> =
        bookings.iter().filter(|one| is_live(one)).map(|one| (text(one, "id"), one)).collect();
    let payments = opening.kept("payment");
    for (id, booking) in &live {
        let own: Vec<_> = payments.iter().filter(|one| text(one, "booking_id") == *id).collect();
        assert_eq!(own.len(), 1, "{id} has one payment");
        assert_eq!(own[0]["amount"]["M"], booking["price"]["M"]);
    }
    opening.world.drain().await;
    let mut paid = 0;
    let held = |one: &&Told| one.answer.status == 201 && matches!(one.ask, Ask::Book(..));
    for Told { answer, .. } in told.iter().filter(held) {
        let booked = &answer.body["data"];
        let is_live = live.contains_key(booked["booking"]["id"].as_str().unwrap());
        if let (true, Some(url), true) = (is_live, booked["checkout"]["url"].as_str(), paid < PAID)
        {
            let preference = url.rsplit('/').next().unwrap();
            opening.world.provider.make_payment(preference, "approved").unwrap();
            opening.world.provider.idle().await;
            paid += 1;
        }
    }
    assert_eq!(paid, PAID);
    opening.world.drain().await;
    let confirmed: Vec<_> = opening.kept("booking");
    let confirmed: Vec<_> =
        confirmed.iter().filter(|one| text(one, "status") == "confirmed" && !recurs(one)).collect();
    assert_eq!(confirmed.len(), PAID);
    let price = |booking: &&Value| {
        booking["price"]["M"]["amount"]["N"].as_str().unwrap().parse::<i64>().unwrap()
    };
    let owed: i64 = confirmed.iter().map(price).sum();
    let token =
        opening.world.test.token(opening.club.owner.account, Some(opening.club.id), &[Role::Owner]);
    let accounts = opening.world.test.get("/v1/ledger/accounts", &token).await.data(200);
    let balance = |account: &Value| account["balance"].as_i64().unwrap();
    let balances: Vec<_> = accounts.as_array().unwrap().iter().map(balance).collect();
    assert_eq!(balances.iter().sum::<i64>(), 0, "what is posted sums to zero");
    let received: i64 = balances.iter().filter(|balance| **balance > 0).sum();
    assert_eq!(received, owed, "the books have every price once");
}
