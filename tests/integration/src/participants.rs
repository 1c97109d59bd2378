//! Members who play along are judged where the club asks.

use kernel::{AccountId, Role};
use serde_json::{Value, json};
use table::TenantTable;
use testkit::Answer;

use crate::{
    bookings::{Place, place, table},
    world::{Club, Person, TIME_ZONE, World},
};

const START: &str = "2026-11-23T18:00";

struct Court {
    world: World,
    club: Club,
    place: Place,
    ana: Person,
    ben: Person,
}

impl Court {
    /// A free court with these rules; Ana plays at 3.0, and Ben has said nothing.
    async fn open(rules: Value) -> Self {
        let world = World::start().await;
        let club = world.club("norte").await;
        let place = place(&world, &club, TIME_ZONE, &[60], 0).await;
        let path = format!("/v1/venues/{}/booking-rules", place.venue);
        world.test.put(&path, &club.owner.token, rules).await.data(200);
        let (ana, ben) = (world.member(&club, "ana").await, world.member(&club, "ben").await);
        let court = Self { world, club, place, ana, ben };
        court.plays(&court.ana, 3.0).await;
        court.world.drain().await;
        court
    }

    fn table(&self) -> TenantTable {
        table(&self.world, &self.club)
    }

    async fn plays(&self, person: &Person, level: f64) {
        let path = "/v1/users/me/sports/padel";
        self.world.test.put(path, &person.token, json!({ "level": level })).await.data(200);
    }

    async fn with(&self, start: &str, accounts: &[AccountId]) -> Answer {
        let member = |account: &AccountId| json!({ "kind": "member", "account_id": account });
        let mut wish = self.place.wish(start, 60);
        wish["participants"] = accounts.iter().map(member).collect();
        self.world.test.post("/v1/bookings", &self.ana.token, wish).await
    }
}

fn by_level(must_fit: bool) -> Value {
    json!({
        "participants_must_fit": must_fit,
        "levels": [{ "sport": "padel", "min_hundredths": 250 }],
    })
}

#[tokio::test]
async fn a_participant_whose_level_does_not_fit_is_named() {
    let court = Court::open(by_level(true)).await;
    let ben = court.ben.account;
    let refused = court.with(START, &[ben]).await.refused(403, "LEVEL_UNKNOWN");
    assert_eq!(refused["details"]["account_id"], json!(ben));
    court.plays(&court.ben, 2.0).await;
    let refused = court.with(START, &[ben]).await.refused(403, "LEVEL_TOO_LOW");
    let reasons = refused["details"]["reasons"].as_array().unwrap();
    assert_eq!((reasons.len(), &reasons[0]["details"]["account_id"]), (1, &json!(ben)));
    // Where the club does not ask, whoever books is judged alone.
    let path = format!("/v1/venues/{}/booking-rules", court.place.venue);
    let put = court.world.test.put(&path, &court.club.owner.token, by_level(false)).await;
    assert_eq!(put.data(200)["participants_must_fit"], false);
    court.with(START, &[ben]).await.data(201);
}

#[tokio::test]
async fn suspended_participants_and_those_of_the_wrong_age_are_named() {
    let court = Court::open(json!({
        "participants_must_fit": true, "ages": [{ "min_years": 18 }],
    }))
    .await;
    let (test, ben) = (&court.world.test, court.ben.account);
    let born = |date: &str| json!({ "birth_date": date });
    test.patch("/v1/users/me", &court.ana.token, born("1990-01-01")).await.data(200);
    let refused = court.with(START, &[ben]).await.refused(403, "AGE_UNKNOWN");
    assert_eq!(refused["details"]["account_id"], json!(ben));
    // The day of the booking counts.
    test.patch("/v1/users/me", &court.ben.token, born("2008-11-23")).await.data(200);
    court.with("2026-11-22T18:00", &[ben]).await.refused(403, "TOO_YOUNG");
    court.with(START, &[ben]).await.data(201);
    // Suspended from booking, by whatever it was: the diary says so.
    let until = court.world.now() + kernel::jiff::SignedDuration::from_hours(48);
    let suspended = table::Update::new()
        .set("kind", "diary")
        .set("suspended_until", kernel::timestamp_text(until))
        .add("version", 1_u64);
    let diary = booking::diary_key(&court.table(), ben);
    court.table().write(vec![table::Write::update(diary, suspended)]).await.unwrap();
    let refused = court.with("2026-11-24T18:00", &[ben]).await.refused(403, "BOOKING_SUSPENDED");
    assert_eq!(refused["details"]["account_id"], json!(ben));
    let path = format!("/v1/members/{ben}/booking-suspension");
    assert_eq!(test.delete(&path, &court.club.owner.token).await.status, 204);
    court.with("2026-11-24T18:00", &[ben]).await.data(201);
    let path = format!("/v1/members/{ben}/suspend");
    test.post(&path, &court.club.owner.token, Value::Null).await.data(200);
    let refused = court.with("2026-11-25T18:00", &[ben]).await.refused(403, "MEMBER_SUSPENDED");
    assert_eq!(refused["details"]["account_id"], json!(ben));
}

#[tokio::test]
async fn participants_are_read_in_the_one_round_that_decides() {
    let court = Court::open(by_level(true)).await;
    court.plays(&court.ben, 3.0).await;
    let meter = || court.world.test.app.table().meter().usage();
    let mut rounds = Vec::new();
    // The first of each time lets the process know what the rules ask.
    for (start, accounts) in [
        ("2026-11-23T08:00", vec![]),
        ("2026-11-23T10:00", vec![]),
        ("2026-11-23T12:00", vec![court.ben.account]),
    ] {
        let before = meter();
        court.with(start, &accounts).await.data(201);
        rounds.push(meter().since(before).round_trips);
    }
    assert_eq!(rounds[1], rounds[2], "nobody is read by themselves: {rounds:?}");
}

#[tokio::test]
async fn more_people_than_one_batch_takes_are_read_all_the_same() {
    let court = Court::open(json!({
        "participants_must_fit": true, "ages": [{ "max_years": 150 }],
        "levels": [{ "sport": "padel", "min_hundredths": 1 }],
    }))
    .await;
    let born = json!({ "birth_date": "1990-01-01" });
    court.world.test.patch("/v1/users/me", &court.ana.token, born).await.data(200);
    let strangers: Vec<_> = (0..31).map(|_| AccountId::new()).collect();
    let refused = court.with(START, &strangers).await.refused(422, "PARTICIPANT_UNKNOWN");
    assert_eq!(refused["details"]["account_ids"], json!(strangers));
}

#[tokio::test]
async fn a_participant_of_the_family_counts_in_both() {
    let court = Court::open(json!({
        "participants_must_fit": true,
        "quotas": [{
            "name": "one", "most": { "kind": "bookings", "count": 1 }, "per": "week",
            "of": "family",
        }],
    }))
    .await;
    let body = json!({ "name": "Nina", "birth_date": "2015-05-01" });
    let nina = court.world.test.post("/v1/users/me/children", &court.ana.token, body).await;
    let nina: AccountId = nina.data(201)["id"].as_str().unwrap().parse().unwrap();
    court.world.drain().await;
    let mut wish = court.place.wish(START, 60);
    wish["account_id"] = json!(nina);
    court.world.test.post("/v1/bookings", &court.ana.token, wish).await.data(201);
    court.with("2026-11-24T18:00", &[nina]).await.refused(409, "QUOTA_REACHED");
    let staff = court.world.test.token(AccountId::new(), Some(court.club.id), &[Role::FrontDesk]);
    let list = format!("/v1/bookings?account_id={nina}");
    let listed = court.world.test.get(&list, &staff).await.data(200);
    assert_eq!(listed.as_array().unwrap().len(), 1);
}
