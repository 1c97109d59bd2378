//! Players check in by the code that hangs at the venue; and QR codes say what they should.

use futures::future::join_all;
use kernel::{AccountId, BookingId, Role, VenueId, jiff::Timestamp};
use rqrr::PreparedImage;
use serde_json::{Value, json};
use testkit::Answer;

use crate::{
    booking_policies::{actions, policy},
    bookings::{Place, id, member, place},
    world::{Club, Person, TIME_ZONE, World},
};

/// What the QR code of a picture says, read by another library than the one that drew it.
fn scanned(picture: &str) -> String {
    let number = |text: &str| {
        let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
        digits.parse::<usize>().unwrap()
    };
    let after = |text: &str, mark: &str| number(text.split_once(mark).unwrap().1);
    let side = after(picture, "width=\"");
    let mut dark = vec![false; side * side];
    // Each dark square is `M<left> <top>h<width>v<height>…`.
    let squares = picture.rsplit_once(" d=\"").unwrap().1;
    for square in squares.split('M').skip(1) {
        let (left, top) = (number(square), after(square, " "));
        let (width, height) = (after(square, "h"), after(square, "v"));
        for row in top..top + height {
            dark[row * side + left..row * side + left + width].fill(true);
        }
    }
    let shade = |x: usize, y: usize| if dark[y * side + x] { 0 } else { 255 };
    let mut image = PreparedImage::prepare_from_greyscale(side, side, shade);
    let grids = image.detect_grids();
    assert_eq!(grids.len(), 1, "one QR code");
    grids[0].decode().unwrap().1
}

struct Court {
    world: World,
    club: Club,
    place: Place,
    ana: Person,
    booking: BookingId,
}

impl Court {
    /// Ana's booking of today, 18:00 to 19:00 on the club's clock; check-in from 17:45 to 18:10.
    async fn open() -> Self {
        let world = World::start().await;
        let club = world.club("norte").await;
        let place = place(&world, &club, TIME_ZONE, &[60], 0).await;
        let terms = json!({
            "check_in": { "required": true, "opens_minutes_before": 15, "closes_minutes_after": 10 },
        });
        policy(&world, &club, place.venue, terms).await;
        let ana = world.member(&club, "ana").await;
        let booked = place.book(&world, &ana.token, "2026-11-20T18:00", 60).await.data(201);
        world.drain().await;
        Self { world, club, place, ana, booking: id(&booked) }
    }

    /// To five minutes before the start; tokens have ended by then.
    fn arrive(&self) {
        let at = "2026-11-20T20:55:00Z".parse::<Timestamp>().unwrap();
        self.world.test.clock.advance(at.duration_since(self.world.now()));
    }

    fn token(&self, account: AccountId, role: Role) -> String {
        self.world.test.token(account, Some(self.club.id), &[role])
    }

    fn member(&self, account: AccountId) -> String {
        self.token(account, Role::Member)
    }

    fn owner(&self) -> String {
        self.token(self.club.owner.account, Role::Owner)
    }

    async fn poster(&self, venue: VenueId) -> Value {
        let path = format!("/v1/venues/{venue}/check-in-poster");
        self.world.test.get(&path, &self.owner()).await.data(200)
    }

    async fn rotate(&self) -> Answer {
        let path = format!("/v1/venues/{}/check-in-poster/rotate", self.place.venue);
        self.world.test.post(&path, &self.owner(), Value::Null).await
    }

    async fn check_in(&self, token: &str, booking: BookingId, code: &str) -> Answer {
        let path = format!("/v1/bookings/{booking}/check-in");
        self.world.test.post(&path, token, json!({ "venue_code": code })).await
    }
}

/// What a player's app makes of what it scanned.
fn code(poster: &Value) -> String {
    let said = scanned(poster["svg"].as_str().unwrap());
    assert_eq!(poster["link"], said);
    said.split_once("check_in=").unwrap().1.to_owned()
}

#[tokio::test]
async fn a_player_scans_the_poster_and_is_checked_in() {
    let court = Court::open().await;
    let poster = court.poster(court.place.venue).await;
    assert_eq!((&poster["venue_name"], &poster["version"]), (&json!("Sede"), &json!(1)));
    assert_eq!(court.poster(court.place.venue).await, poster, "it is printed again as it was");
    let code = code(&poster);
    let ana = || court.member(court.ana.account);
    court.check_in(&ana(), court.booking, &code).await.refused(409, "CHECK_IN_NOT_OPEN");
    court.arrive();
    let stranger = member(&court.world, &court.club);
    court.check_in(&stranger, court.booking, &code).await.refused(403, "BOOKING_NOT_YOURS");
    let path = format!("/v1/bookings/{}/check-in", court.booking);
    let without = court.world.test.post(&path, &ana(), json!({})).await;
    without.refused(403, "PERMISSION_MISSING");
    let there = court.check_in(&ana(), court.booking, &code).await.data(200);
    assert_eq!(there["status"], "checked_in");
    court.check_in(&ana(), court.booking, &code).await.data(200);
    let told = actions(&court.world, &court.club).await;
    assert!(!told.iter().any(|action| action == "booking.checked_in"), "it is their own");
}

#[tokio::test]
async fn participants_and_guardians_check_in_too() {
    let court = Court::open().await;
    let (test, place) = (&court.world.test, &court.place);
    let ben = court.world.member(&court.club, "ben").await;
    let body = json!({ "name": "Nina", "birth_date": "2015-05-01" });
    let nina = test.post("/v1/users/me/children", &ben.token, body).await.data(201)["id"].clone();
    let code = code(&court.poster(place.venue).await);
    let mut wish = place.wish("2026-11-20T19:00", 60);
    wish["participants"] = json!([{ "kind": "member", "account_id": nina }]);
    let playing = id(&test.post("/v1/bookings", &court.ana.token, wish).await.data(201));
    let mut wish = place.wish("2026-11-20T20:00", 60);
    wish["participants"] = json!([{ "kind": "member", "account_id": ben.account }]);
    let with_ben = id(&test.post("/v1/bookings", &court.ana.token, wish).await.data(201));
    court.world.drain().await;
    court.arrive();
    test.clock.advance(kernel::jiff::SignedDuration::from_mins(60));
    court.check_in(&court.member(ben.account), playing, &code).await.data(200);
    test.clock.advance(kernel::jiff::SignedDuration::from_mins(60));
    court.check_in(&court.member(ben.account), with_ben, &code).await.data(200);
    let told = actions(&court.world, &court.club).await;
    let told: Vec<_> = told.iter().filter(|action| *action == "booking.checked_in").collect();
    assert_eq!(told.len(), 1, "what is done for a child is told");
}

#[tokio::test]
async fn only_the_code_that_hangs_there_now_is_good() {
    let court = Court::open().await;
    let other = place(&court.world, &court.club, TIME_ZONE, &[60], 0).await;
    court.arrive();
    let ana = court.member(court.ana.account);
    // Before anybody printed one, nothing is right.
    court.check_in(&ana, court.booking, "").await.refused(422, "VENUE_CODE_WRONG");
    let elsewhere = code(&court.poster(other.venue).await);
    court.check_in(&ana, court.booking, &elsewhere).await.refused(422, "VENUE_CODE_WRONG");
    let first = code(&court.poster(court.place.venue).await);
    let second = code(&court.rotate().await.data(200));
    assert_ne!(first, second);
    court.check_in(&ana, court.booking, &first).await.refused(422, "VENUE_CODE_WRONG");
    let long = "A".repeat(65);
    court.check_in(&ana, court.booking, &long).await.refused(422, "VALIDATION_FAILED");
    court.check_in(&ana, court.booking, &second).await.data(200);
    let told = actions(&court.world, &court.club).await;
    assert_eq!(told.iter().filter(|it| *it == "check_in_poster.rotated").count(), 1);
    // No code is told.
    let told = court.world.test.get("/v1/audit-log", &court.owner()).await.data(200).to_string();
    assert!(!told.contains(&first) && !told.contains(&second));
}

#[tokio::test]
async fn posters_are_for_who_manages_the_venue() {
    let court = Court::open().await;
    let path = format!("/v1/venues/{}/check-in-poster", court.place.venue);
    let desk = court.token(AccountId::new(), Role::FrontDesk);
    court.world.test.get(&path, &desk).await.refused(403, "PERMISSION_MISSING");
    let rotate = court.world.test.post(&format!("{path}/rotate"), &desk, Value::Null).await;
    rotate.refused(403, "PERMISSION_MISSING");
}

#[tokio::test]
async fn posters_asked_for_at_once_are_one_and_rotated_at_once_one_wins() {
    let court = Court::open().await;
    let asked = join_all((0..4).map(|_| court.poster(court.place.venue))).await;
    assert!(asked.iter().all(|poster| poster["link"] == asked[0]["link"]));
    let answers = join_all((0..4).map(|_| court.rotate())).await;
    let mut won = Vec::new();
    for answer in answers {
        match answer.status.as_u16() {
            200 => won.push(answer.data(200)),
            _ => drop(answer.refused(412, "STALE_VERSION")),
        }
    }
    let now = court.poster(court.place.venue).await;
    assert!(won.contains(&now), "what hangs there is what the last one got");
    assert_eq!(now["version"], 1 + won.len());
}

#[tokio::test]
async fn a_member_shows_their_code_to_be_scanned() {
    let court = Court::open().await;
    let (test, path) = (&court.world.test, format!("/v1/bookings/{}/code", court.booking));
    let code = test.get(&path, &court.ana.token).await.data(200)["code"].clone();
    let wanted = format!("{}.{}", court.booking, code.as_str().unwrap());
    let by_query = test.get(&format!("{path}?format=svg"), &court.ana.token).await;
    let by_header =
        test.call("GET", &path).token(&court.ana.token).header("accept", "image/svg+xml");
    for answer in [by_query, by_header.send().await] {
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-type"), Some("image/svg+xml"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(scanned(answer.body.as_str().unwrap()), wanted);
    }
    let json = test.call("GET", &format!("{path}?format=json")).token(&court.ana.token);
    json.header("accept", "image/svg+xml").send().await.data(200);
    test.get(&format!("{path}?format=png"), &court.ana.token).await.refused(422, "QUERY_INVALID");
    let stranger = member(&court.world, &court.club);
    let refused = test.get(&format!("{path}?format=svg"), &stranger).await;
    refused.refused(403, "BOOKING_NOT_YOURS");
}
