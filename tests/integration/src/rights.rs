//! Who may call what: every route without a token, with a weak role, and with another club's ids. A route
//! that no case covers fails.

mod access;
mod auth;
mod calendar;
mod closures;
mod lives;
mod members;
mod pricing;
mod resources;
mod series;
mod sessions;
mod sso;
mod users;
mod waitlist;
mod wallets;

use std::collections::{BTreeMap, BTreeSet};

use kernel::{AccountId, Permission, Role, Tenant};
use serde_json::{Value, json};
use web::{Access, standing};

use crate::world::{Club, World};

/// What one club's owner sees of the other club.
enum Sees {
    /// There is no such thing.
    NotFound,
    /// A list of their own, with nothing of the other club in it.
    NothingOfIt,
    /// It is the platform's: not for clubs at all.
    Forbidden,
    /// A refusal with this code, of something that is only ever the caller's own.
    Refused(&'static str),
}

struct Case {
    path: String,
    body: Value,
    sees: Sees,
}

/// Ids of one club's things.
struct Things {
    club: String,
    venue: String,
    court: String,
    booking: String,
    series: String,
    payment: String,
    /// What is booked beside its court.
    resource: String,
    /// A place in its waiting list.
    entry: String,
    /// The account of one of its members.
    member: String,
    sso: sso::Things,
    /// One of its API keys.
    key: String,
    /// One of its closures.
    closure: String,
    /// An invitation that nobody has accepted.
    invitation: String,
}

async fn things(world: &World, club: &Club) -> Things {
    let (venue, courts) = world.venue(club, 1).await;
    let member = world.member(club, "marta").await;
    let booked = world.book(&member, venue, courts[0], "2026-11-21T18:00").await.data(201);
    let resource = json!({
        "kind": "equipment", "name": "Rackets", "venue_ids": [venue], "stock": 2,
        "price_per_hour": { "amount": 100, "currency": "ARS" },
    });
    let resource = world.test.post("/v1/resources", &club.owner.token, resource).await.data(201);
    let wish = json!({
        "venue_id": venue, "date": "2026-11-21", "courts": "any", "from": "18:00",
        "until": "19:00", "duration_minutes": 60,
    });
    let entry = world.test.post("/v1/waitlist", &member.token, wish).await.data(201);
    let role = json!({ "name": "night_porter", "permissions": ["facility:read"] });
    world.test.post("/v1/roles", &club.owner.token, role).await.data(201);
    let invitation = json!({ "email": "ines@example.org", "roles": ["night_porter"] });
    let invitation = world.test.post("/v1/invitations", &club.owner.token, invitation).await;
    let invitation = invitation.data(201);
    let closure = closures::wanted(&venue.to_string());
    let closure = world.test.post("/v1/closures", &club.owner.token, closure).await.data(202);
    world.test.cloud.take_executions();
    world.drain().await;
    let key = json!({ "name": "Website", "permissions": ["facility:read"] });
    let key = world.test.post("/v1/api-keys", &club.owner.token, key).await.data(201);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    Things {
        club: club.id.to_string(),
        venue: venue.to_string(),
        court: courts[0].to_string(),
        booking: text(&booked["booking"]["id"]),
        series: series::things(world, club, venue, courts[0]).await,
        payment: text(&booked["checkout"]["payment_id"]),
        resource: text(&resource["id"]),
        entry: text(&entry["id"]),
        member: member.account.to_string(),
        sso: sso::things(world, club).await,
        key: text(&key["id"]),
        closure: text(&closure["id"]),
        invitation: text(&invitation["id"]),
    }
}

fn case(path: impl Into<String>, body: Value, sees: Sees) -> Case {
    Case { path: path.into(), body, sees }
}

fn foreign(path: String) -> Case {
    case(path, Value::Null, Sees::NotFound)
}

fn own(path: &str) -> Case {
    case(path, Value::Null, Sees::NothingOfIt)
}

fn platform(path: &str) -> Case {
    case(path, Value::Null, Sees::Forbidden)
}

type Cases = BTreeMap<&'static str, Case>;

/// For every route that is not open: how it is called with the other club's ids.
fn cases(other: &Things) -> Cases {
    let mut cases = facility_cases(other);
    cases.extend(other_cases(other));
    cases.extend(access::cases(other));
    cases.extend(auth::cases(other));
    cases.extend(calendar::cases(other));
    cases.extend(closures::cases(other));
    cases.extend(lives::cases(other));
    cases.extend(members::cases(other));
    cases.extend(pricing::cases(other));
    cases.extend(resources::cases(other));
    cases.extend(series::cases(other));
    cases.extend(sessions::cases(other));
    cases.extend(sso::cases(&other.sso));
    cases.extend(users::cases(other));
    cases.extend(waitlist::cases(other));
    cases.extend(wallets::cases(other));
    cases
}

fn facility_cases(Things { venue, court, .. }: &Things) -> Cases {
    let court_body = json!({
        "name": "Court", "sport": "tennis", "surface": "clay", "indoor": false,
        "durations_minutes": [60], "price_per_hour": { "amount": 100, "currency": "ARS" },
    });
    let venue_body = json!({ "name": "Another", "time_zone": "America/Lima" });
    let new_name = json!({ "name": "Ours now" });
    BTreeMap::from([
        ("POST /v1/venues", case("/v1/venues", venue_body, Sees::NothingOfIt)),
        ("GET /v1/venues", own("/v1/venues")),
        ("GET /v1/venues/{venue_id}", foreign(format!("/v1/venues/{venue}"))),
        (
            "PATCH /v1/venues/{venue_id}",
            case(format!("/v1/venues/{venue}"), new_name.clone(), Sees::NotFound),
        ),
        ("DELETE /v1/venues/{venue_id}", foreign(format!("/v1/venues/{venue}"))),
        (
            "POST /v1/venues/{venue_id}/courts",
            case(format!("/v1/venues/{venue}/courts"), court_body, Sees::NotFound),
        ),
        (
            "GET /v1/venues/{venue_id}/booking-rules",
            foreign(format!("/v1/venues/{venue}/booking-rules")),
        ),
        (
            "PUT /v1/venues/{venue_id}/booking-rules",
            case(format!("/v1/venues/{venue}/booking-rules"), json!({}), Sees::NotFound),
        ),
        ("GET /v1/venues/{venue_id}/courts", foreign(format!("/v1/venues/{venue}/courts"))),
        (
            "GET /v1/venues/{venue_id}/courts/{court_id}",
            foreign(format!("/v1/venues/{venue}/courts/{court}")),
        ),
        (
            "PATCH /v1/venues/{venue_id}/courts/{court_id}",
            case(format!("/v1/venues/{venue}/courts/{court}"), new_name, Sees::NotFound),
        ),
        (
            "DELETE /v1/venues/{venue_id}/courts/{court_id}",
            foreign(format!("/v1/venues/{venue}/courts/{court}")),
        ),
    ])
}

fn other_cases(Things { club, venue, court, booking, payment, .. }: &Things) -> Cases {
    let booking_body = json!({
        "venue_id": venue, "court_id": court, "starts_at": "2026-11-21T10:00", "duration_minutes": 60,
    });
    BTreeMap::from([
        ("POST /v1/admin/clubs", platform("/v1/admin/clubs")),
        ("GET /v1/admin/clubs", platform("/v1/admin/clubs")),
        ("GET /v1/admin/clubs/{club_id}", platform("/v1/admin/clubs/clb_0")),
        (
            "GET /v1/admin/clubs/{club_id}/limits",
            platform(&format!("/v1/admin/clubs/{club}/limits")),
        ),
        (
            "PUT /v1/admin/clubs/{club_id}/limits",
            case(
                format!("/v1/admin/clubs/{club}/limits"),
                json!({ "tier": "max" }),
                Sees::Forbidden,
            ),
        ),
        (
            "POST /v1/admin/clubs/{club_id}/suspend",
            platform(&format!("/v1/admin/clubs/{club}/suspend")),
        ),
        (
            "POST /v1/admin/clubs/{club_id}/reinstate",
            platform(&format!("/v1/admin/clubs/{club}/reinstate")),
        ),
        ("GET /v1/admin/onboardings/{onboarding_id}", platform("/v1/admin/onboardings/onb_0")),
        (
            "GET /v1/availability",
            foreign(format!(
                "/v1/availability?venue_id={venue}&date=2026-11-21&sport=tennis&duration_minutes=60"
            )),
        ),
        ("POST /v1/bookings", case("/v1/bookings", booking_body.clone(), Sees::NotFound)),
        ("POST /v1/bookings/check", case("/v1/bookings/check", booking_body, Sees::NotFound)),
        ("GET /v1/bookings", foreign(format!("/v1/bookings?venue_id={venue}&date=2026-11-21"))),
        ("GET /v1/bookings/{booking_id}", foreign(format!("/v1/bookings/{booking}"))),
        (
            "POST /v1/bookings/{booking_id}/cancel",
            foreign(format!("/v1/bookings/{booking}/cancel")),
        ),
        (
            "POST /v1/bookings/{booking_id}/checkout",
            foreign(format!("/v1/bookings/{booking}/checkout")),
        ),
        ("GET /v1/payments/{payment_id}", foreign(format!("/v1/payments/{payment}"))),
        (
            "POST /v1/payments/{payment_id}/refund",
            case(format!("/v1/payments/{payment}/refund"), json!({}), Sees::NotFound),
        ),
        ("GET /v1/ledger/accounts", own("/v1/ledger/accounts")),
        ("GET /v1/ledger/transactions", own("/v1/ledger/transactions")),
    ])
}

fn guarded(world: &World) -> BTreeMap<String, Permission> {
    let routes = world.test.routes().filter_map(|route| match route.access {
        Access::Open => None,
        Access::Permission(permission) => {
            Some((format!("{} {}", route.method, route.path), permission))
        }
    });
    routes.collect()
}

#[tokio::test]
async fn every_route_refuses_a_call_without_token_and_with_a_weak_role() {
    let (world, club) = World::with_club().await;
    for (route, permission) in guarded(&world) {
        let (method, path) = route.split_once(' ').unwrap();
        world.test.call(method, path).send().await.refused(401, "TOKEN_MISSING");
        let mut claims = world.test.claims(AccountId::new(), Some(club.id), &[Role::Owner]);
        claims.permissions = Permission::ALL.iter().copied().filter(|p| *p != permission).collect();
        let token = world.test.keys.sign(&claims);
        let answer = world.test.call(method, path).token(&token).send().await;
        answer.refused(403, "PERMISSION_MISSING");
    }
}

#[tokio::test]
async fn another_club_s_things_are_not_there_on_any_route() {
    let world = World::start().await;
    let (ours, theirs) = (world.club("norte").await, world.club("sur").await);
    let other = things(&world, &theirs).await;
    let cases = cases(&other);
    let covered: BTreeSet<_> = cases.keys().map(ToString::to_string).collect();
    let routes: BTreeSet<_> = guarded(&world).into_keys().collect();
    assert_eq!(covered, routes, "every route needs its case");
    let before = untouched(&world, &theirs);
    for (route, case) in cases {
        let (method, _) = route.split_once(' ').unwrap();
        let mut call = world.test.call(method, &case.path).token(&ours.owner.token);
        if method != "GET" && !case.body.is_null() {
            call = call.json(&case.body);
        }
        let answer = call.send().await;
        match case.sees {
            Sees::NotFound => assert_eq!(answer.status, 404, "{route}: {}", answer.body),
            Sees::Forbidden => assert_eq!(answer.status, 403, "{route}: {}", answer.body),
            Sees::Refused(code) => assert_eq!(answer.body["error"]["code"], code, "{route}"),
            Sees::NothingOfIt => {
                assert!(answer.status.is_success(), "{route}: {}", answer.body);
                let text = answer.body.to_string();
                let Things { venue, court, booking, series, payment, resource, .. } = &other;
                let Things { member, invitation, key, .. } = &other;
                for id in
                    [venue, court, booking, series, payment, resource, member, invitation, key]
                {
                    assert!(!text.contains(id.as_str()), "{route} shows {id}");
                }
                assert!(!text.contains("night_porter"), "{route} shows a role");
            }
        }
    }
    world.drain().await;
    assert_eq!(untouched(&world, &theirs), before, "something of the other club has changed");
}

#[tokio::test]
async fn a_suspended_member_changes_nothing_on_any_route_from_that_moment_on() {
    let (world, club) = World::with_club().await;
    let mut claims = world.test.claims(AccountId::new(), Some(club.id), &[Role::Owner]);
    claims.permissions = Permission::ALL.iter().copied().collect();
    let token = world.test.keys.sign(&claims);
    world.test.get("/v1/venues", &token).await.data(200);
    let tenant = Tenant::from_platform_record(club.id, "test");
    let table = world.test.app.table().tenant(&tenant);
    let bar = standing::bar(&table, claims.sub, world.now());
    table.write(vec![bar]).await.unwrap();
    let before = untouched(&world, &club);
    for route in guarded(&world).into_keys() {
        let (method, path) = route.split_once(' ').unwrap();
        let answer = world.test.call(method, path).token(&token).json(&json!({})).send().await;
        // Of a route that reads, the gateway's authorizer refuses; what is remembered here does, too.
        assert_eq!(answer.status, 403, "{route}: {}", answer.body);
        answer.refused(403, "MEMBER_SUSPENDED");
    }
    assert_eq!(untouched(&world, &club), before);
}

/// Every item of a club.
fn untouched(world: &World, club: &Club) -> Vec<String> {
    let prefix = format!("T#{}#", club.id);
    let items = world.test.database.items().into_iter();
    let mut own: Vec<_> = items
        .filter(|item| item["PK"]["S"].as_str().is_some_and(|pk| pk.starts_with(&prefix)))
        .map(|item| item.to_string())
        .collect();
    own.sort();
    own
}
