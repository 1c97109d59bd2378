//! Limits: what a caller may ask, what it hears, and what keeping count costs.

use std::sync::atomic::{AtomicU32, Ordering};

use futures::future::join_all;
use kernel::{AccountId, ClubId, Permission, Role, Tenant, jiff::SignedDuration};
use runtime::Routes;
use serde_json::{Value, json};
use testkit::{Answer, TestApp};
use utoipa_axum::routes;
use web::{Limits, Outcome, Reply, Turn, standing};

use crate::world::{NOW, World};

/// Of the documentation addresses (RFC 5737).
const ADDRESS: &str = "192.0.2.1";
const OTHER_ADDRESS: &str = "198.51.100.1";
/// Nothing listens there.
const NO_DATABASE: (&str, &str) = ("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:9");

macro_rules! endpoint {
    ($name:ident, $method:ident, $path:literal) => {
        #[utoipa::path($method, path = $path, responses((status = 204)))]
        async fn $name() -> Outcome<()> {
            Ok(Reply::no_content())
        }
    };
}
endpoint!(read, get, "/v1/things");
endpoint!(change, post, "/v1/things");
endpoint!(open, get, "/v1/open");
endpoint!(sign_in, post, "/v1/sign-in");
endpoint!(free, get, "/v1/free");

/// What the handler that runs ahead of its limit has done: begun, and gone on.
static BEGUN: AtomicU32 = AtomicU32::new(0);
static WENT_ON: AtomicU32 = AtomicU32::new(0);

#[utoipa::path(post, path = "/v1/sign-in-ahead", responses((status = 204)))]
async fn sign_in_ahead(turn: Turn) -> Outcome<()> {
    BEGUN.fetch_add(1, Ordering::SeqCst);
    turn.comes().await?;
    WENT_ON.fetch_add(1, Ordering::SeqCst);
    Ok(Reply::no_content())
}

fn function() -> Routes {
    Routes::new()
        .allow(Permission::FacilityRead, routes!(read, change))
        .open(routes!(open))
        .open_sign_in(routes!(sign_in))
        .open_sign_in_ahead(routes!(sign_in_ahead))
        .open_unlimited(routes!(free))
}

struct Place {
    app: TestApp,
    club: ClubId,
}

async fn start_with(variables: &[(&str, &str)]) -> Place {
    let app = TestApp::start(vec![function()], NOW.parse().unwrap(), variables).await;
    Place { app, club: ClubId::new() }
}

async fn start() -> Place {
    start_with(&[]).await
}

impl Place {
    fn member(&self) -> String {
        self.app.token(AccountId::new(), Some(self.club), &[Role::Member])
    }

    async fn read(&self, token: &str) -> Answer {
        self.app.get("/v1/things", token).await
    }

    async fn from(&self, method: &str, path: &str, address: &str) -> Answer {
        self.app.call(method, path).from_address(address).send().await
    }

    async fn limit(&self, limits: Limits) {
        let tenant = Tenant::from_platform_record(self.club, "test");
        let table = self.app.app.table().tenant(&tenant);
        table.write(vec![standing::set_limits(&table, &limits, None).unwrap()]).await.unwrap();
    }

    fn advance(&self, milliseconds: i64) {
        self.app.clock.advance(SignedDuration::from_millis(milliseconds));
    }
}

fn number(answer: &Answer, header: &str) -> i64 {
    answer.header(header).unwrap_or_else(|| panic!("no {header}")).parse().unwrap()
}

async fn passes(place: &Place, token: &str, times: usize) {
    for time in 0..times {
        assert_eq!(place.read(token).await.status, 204, "request {time} of {times}");
    }
}

#[tokio::test]
async fn every_answer_says_what_is_left() {
    let place = start().await;
    let token = place.member();
    let first = place.read(&token).await;
    assert_eq!(number(&first, "ratelimit-limit"), 300);
    assert_eq!(number(&first, "ratelimit-remaining"), 299);
    assert_eq!(number(&first, "ratelimit-reset"), 1);
    for left in (270..299).rev() {
        assert_eq!(number(&place.read(&token).await, "ratelimit-remaining"), left);
    }
    let forbidden = place.app.token(AccountId::new(), Some(place.club), &[]);
    let refused = place.read(&forbidden).await;
    assert_eq!(number(&refused, "ratelimit-remaining"), 299, "what is refused counts, too");
    refused.refused(403, "PERMISSION_MISSING");
    place.read("nonsense").await.refused(401, "TOKEN_MALFORMED");
}

#[tokio::test]
async fn who_asks_too_much_is_told_when_to_come_back() {
    let place = start().await;
    let token = place.member();
    passes(&place, &token, 300).await;
    let refused = place.read(&token).await;
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert_eq!(number(&refused, "ratelimit-limit"), 300);
    assert_eq!(number(&refused, "ratelimit-remaining"), 0);
    assert_eq!(number(&refused, "ratelimit-reset"), 60);
    refused.refused(429, "RATE_LIMITED");
    place.app.post("/v1/things", &token, json!({})).await.refused(429, "RATE_LIMITED");
    // Another account of the club goes on.
    passes(&place, &place.member(), 1).await;
    // A second gives back what a second is worth.
    place.advance(1_000);
    passes(&place, &token, 5).await;
    place.read(&token).await.refused(429, "RATE_LIMITED");
    // And a minute gives back everything.
    place.advance(60_000);
    passes(&place, &token, 300).await;
    place.read(&token).await.refused(429, "RATE_LIMITED");
}

#[tokio::test]
async fn who_is_refused_costs_no_write() {
    let place = start().await;
    let token = place.member();
    passes(&place, &token, 300).await;
    place.read(&token).await.refused(429, "RATE_LIMITED");
    let before = place.app.app.table().meter().usage();
    for _ in 0..50 {
        place.read(&token).await.refused(429, "RATE_LIMITED");
    }
    assert_eq!(place.app.app.table().meter().usage().since(before).round_trips, 0);
}

#[tokio::test]
async fn a_busy_client_costs_far_fewer_writes_than_it_makes_requests() {
    let place = start().await;
    let token = place.member();
    let before = place.app.app.table().meter().usage();
    for _ in 0..1_000 {
        assert_eq!(place.read(&token).await.status, 204);
        place.advance(200);
    }
    let used = place.app.app.table().meter().usage().since(before).round_trips;
    // Both limits, the account's and the club's, and the club's record once a minute.
    assert!(used <= 80, "{used} round trips for a thousand requests");
}

#[tokio::test]
async fn processes_share_a_limit() {
    let first = start().await;
    let url = first.app.database.url.clone();
    let variables = [("AWS_ENDPOINT_URL_DYNAMODB", url.as_str())];
    let clock = first.app.clock.clone();
    let second = TestApp::start_with_clock(vec![function()], clock, &variables).await;
    let claims = first.app.claims(AccountId::new(), Some(first.club), &[Role::Member]);
    let (one, other) = (first.app.keys.sign(&claims), second.keys.sign(&claims));
    let mut passed = 0;
    for _ in 0..200 {
        passed += usize::from(first.read(&one).await.status == 204);
        passed += usize::from(second.get("/v1/things", &other).await.status == 204);
    }
    assert_eq!(passed, 300);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_at_once_get_what_there_is_and_no_more() {
    let place = start().await;
    place.limit(Limits { account_per_minute: Some(20), ..Limits::default() }).await;
    let token = place.member();
    let answers = join_all((0..60).map(|_| place.read(&token))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 204).count(), 20);
    for answer in answers.into_iter().filter(|answer| answer.status != 204) {
        answer.refused(429, "RATE_LIMITED");
    }
}

#[tokio::test]
async fn a_club_has_a_limit_that_one_noisy_account_cannot_use_up() {
    let place = start().await;
    let limits =
        Limits { account_per_minute: Some(1), club_per_minute: Some(3), ..Limits::default() };
    place.limit(limits).await;
    let noisy = place.member();
    passes(&place, &noisy, 1).await;
    for _ in 0..10 {
        place.read(&noisy).await.refused(429, "RATE_LIMITED");
    }
    passes(&place, &place.member(), 1).await;
    passes(&place, &place.member(), 1).await;
    let refused = place.read(&place.member()).await;
    assert_eq!(number(&refused, "ratelimit-limit"), 3);
    assert_eq!(number(&refused, "retry-after"), 20);
    refused.refused(429, "RATE_LIMITED");
    // Another club does not notice.
    let other = place.app.token(AccountId::new(), Some(ClubId::new()), &[Role::Member]);
    passes(&place, &other, 5).await;
}

#[tokio::test]
async fn an_operator_is_limited_as_an_account() {
    let place = start().await;
    let mut claims = place.app.claims(AccountId::new(), None, &[Role::Operator]);
    claims.permissions.insert(Permission::FacilityRead);
    let token = place.app.keys.sign(&claims);
    passes(&place, &token, 300).await;
    place.read(&token).await.refused(429, "RATE_LIMITED");
}

#[tokio::test]
async fn an_address_without_token_is_limited_and_kept_as_a_hash() {
    let place = start().await;
    for left in (0..100).rev() {
        let answer = place.from("GET", "/v1/open", ADDRESS).await;
        assert_eq!(number(&answer, "ratelimit-remaining"), left);
        assert_eq!(answer.status, 204);
    }
    let refused = place.from("GET", "/v1/open", ADDRESS).await;
    assert_eq!(number(&refused, "ratelimit-limit"), 100);
    refused.refused(429, "RATE_LIMITED");
    assert_eq!(place.from("GET", "/v1/open", OTHER_ADDRESS).await.status, 204);
    assert!(!Value::from(place.app.database.all_items()).to_string().contains(ADDRESS));
    // Where nobody knows an address, or it is the machine's own, there is no gateway, and no limit by it.
    for address in ["", "127.0.0.1", "::1"] {
        for _ in 0..101 {
            let answer = place.from("GET", "/v1/open", address).await;
            assert_eq!((answer.status.as_u16(), answer.header("ratelimit-limit")), (204, None));
        }
    }
}

#[tokio::test]
async fn signing_in_is_limited_more_strictly() {
    let place = start().await;
    for left in (0..20).rev() {
        let answer = place.from("POST", "/v1/sign-in", ADDRESS).await;
        assert_eq!(number(&answer, "ratelimit-remaining"), left);
        assert_eq!(answer.status, 204);
    }
    let refused = place.from("POST", "/v1/sign-in", ADDRESS).await;
    assert_eq!(number(&refused, "ratelimit-limit"), 20);
    assert_eq!(number(&refused, "retry-after"), 3);
    refused.refused(429, "RATE_LIMITED");
    assert_eq!(place.from("GET", "/v1/open", ADDRESS).await.status, 204);
    assert_eq!(place.from("POST", "/v1/sign-in", OTHER_ADDRESS).await.status, 204);
    place.advance(3_000);
    assert_eq!(place.from("POST", "/v1/sign-in", ADDRESS).await.status, 204);
    place.from("POST", "/v1/sign-in", ADDRESS).await.refused(429, "RATE_LIMITED");
}

#[tokio::test]
async fn who_runs_ahead_of_the_limit_goes_no_further_than_it_lets_them() {
    let place = start().await;
    for left in (0..20).rev() {
        let answer = place.from("POST", "/v1/sign-in-ahead", ADDRESS).await;
        assert_eq!((answer.status.as_u16(), number(&answer, "ratelimit-remaining")), (204, left));
    }
    let done = || (BEGUN.load(Ordering::SeqCst), WENT_ON.load(Ordering::SeqCst));
    assert_eq!(done(), (20, 20));
    for _ in 0..3 {
        let refused = place.from("POST", "/v1/sign-in-ahead", ADDRESS).await;
        assert_eq!(number(&refused, "ratelimit-limit"), 20);
        refused.refused(429, "RATE_LIMITED");
    }
    assert_eq!(done(), (21, 20), "the first had begun; then it was known that none may");
    // Where there is no gateway, there is nothing to wait for.
    assert_eq!(place.from("POST", "/v1/sign-in-ahead", "").await.status, 204);
    let nowhere = start_with(&[NO_DATABASE]).await;
    let refused = nowhere.from("POST", "/v1/sign-in-ahead", ADDRESS).await;
    refused.refused(503, "LIMITER_UNAVAILABLE");
    assert_eq!(done(), (23, 21));
}

#[tokio::test]
async fn what_machines_ask_is_not_limited() {
    let place = start().await;
    for _ in 0..150 {
        let answer = place.from("GET", "/v1/free", ADDRESS).await;
        assert_eq!((answer.status.as_u16(), answer.header("ratelimit-limit")), (204, None));
    }
    assert_eq!(place.app.app.table().meter().usage().round_trips, 0);
}

#[tokio::test]
async fn where_nobody_can_count_all_pass_but_those_who_sign_in() {
    let place = start_with(&[NO_DATABASE]).await;
    let token = place.member();
    passes(&place, &token, 1).await;
    assert_eq!(place.from("GET", "/v1/open", ADDRESS).await.status, 204);
    place.from("POST", "/v1/sign-in", ADDRESS).await.refused(503, "LIMITER_UNAVAILABLE");
    // Whether the caller may still change things cannot be known, either.
    let changing = place.app.post("/v1/things", &token, json!({})).await;
    changing.refused(503, "STANDING_UNAVAILABLE");
}

#[tokio::test]
async fn an_operator_changes_a_club_s_limits_and_they_hold_within_a_minute() {
    let (world, club) = World::with_club().await;
    let path = format!("/v1/admin/clubs/{}/limits", club.id);
    let before = world.test.get(&path, &world.operator).await;
    assert_eq!(before.header("etag"), Some("\"0\""));
    let before = before.data(200);
    assert_eq!((&before["tier"], &before["club_per_minute"]), (&json!("standard"), &json!(6_000)));
    world.test.get("/v1/venues", &club.owner.token).await.data(200);

    let body = json!({ "tier": "plus", "account_per_minute": 2 });
    let call = world.test.call("PUT", &path).token(&world.operator).header("if-match", "\"0\"");
    let answer = call.json(&body).send().await;
    assert_eq!(answer.header("etag"), Some("\"1\""));
    let set = answer.data(200);
    assert_eq!((&set["account_per_minute"], &set["club_per_minute"]), (&json!(2), &json!(30_000)));
    assert_eq!(set["own"], json!({ "account_per_minute": 2, "club_per_minute": null }));
    let call = world.test.call("PUT", &path).token(&world.operator).header("if-match", "\"0\"");
    call.json(&body).send().await.refused(412, "STALE_VERSION");

    for _ in 0..5 {
        world.test.get("/v1/venues", &club.owner.token).await.data(200);
    }
    world.test.clock.advance(SignedDuration::from_secs(61));
    for _ in 0..2 {
        world.test.get("/v1/venues", &club.owner.token).await.data(200);
    }
    let refused = world.test.get("/v1/venues", &club.owner.token).await;
    assert_eq!(number(&refused, "ratelimit-limit"), 2);
    refused.refused(429, "RATE_LIMITED");

    // What is left out is everybody's again.
    world.test.put(&path, &world.operator, json!({ "tier": "max" })).await.data(200);
    world.test.clock.advance(SignedDuration::from_secs(61));
    for _ in 0..10 {
        world.test.get("/v1/venues", &club.owner.token).await.data(200);
    }
}

#[tokio::test]
async fn limits_are_numbers_within_bounds_of_a_club_that_is_there() {
    let (world, club) = World::with_club().await;
    let path = format!("/v1/admin/clubs/{}/limits", club.id);
    for (body, code) in [
        (json!({}), "BODY_INVALID"),
        (json!({ "tier": "platinum" }), "BODY_INVALID"),
        (json!({ "tier": "plus", "account_per_minute": -1 }), "BODY_INVALID"),
        (json!({ "tier": "plus", "account_per_minute": 0 }), "VALIDATION_FAILED"),
        (json!({ "tier": "plus", "account_per_minute": 100_001 }), "VALIDATION_FAILED"),
        (json!({ "tier": "plus", "club_per_minute": 1_000_001 }), "VALIDATION_FAILED"),
    ] {
        world.test.put(&path, &world.operator, body).await.refused(422, code);
    }
    let nowhere = format!("/v1/admin/clubs/{}/limits", ClubId::new());
    world.test.get(&nowhere, &world.operator).await.refused(404, "CLUB_NOT_FOUND");
    let body = json!({ "tier": "plus" });
    world.test.put(&nowhere, &world.operator, body).await.refused(404, "CLUB_NOT_FOUND");
}
