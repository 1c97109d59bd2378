//! Venues and courts.

use futures::future::join_all;
use kernel::{AccountId, Role, VenueId};
use serde_json::{Value, json};

use crate::world::{Club, World};

fn court(name: &str) -> Value {
    json!({
        "name": name, "sport": "padel", "surface": "artificial_grass", "indoor": true,
        "durations_minutes": [90, 60], "price_per_hour": { "amount": 12_000, "currency": "ARS" },
    })
}

async fn made_venue(world: &World, club: &Club) -> String {
    let body = json!({ "name": "Sede Norte", "time_zone": "america/lima" });
    let venue = world.test.post("/v1/venues", &club.owner.token, body).await.data(201);
    venue["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_venue_starts_with_the_club_s_usual_hours() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let body = json!({ "name": " Sede Norte ", "time_zone": "america/lima" });
    let made = world.test.post("/v1/venues", &club.owner.token, body).await;
    assert_eq!(made.header("etag"), Some("\"1\""));
    let location = made.header("location").unwrap().to_owned();
    let venue = made.data(201);
    assert_eq!(venue["name"], "Sede Norte");
    assert_eq!(venue["time_zone"], "America/Lima");
    assert_eq!(venue["start_every_minutes"], 30);
    let usual = json!([{ "opens": "08:00", "closes": "23:00" }]);
    assert_eq!(venue["opening_hours"]["monday"], usual);
    assert_eq!(venue["opening_hours"]["sunday"], usual);
    assert_eq!(world.test.get(&location, &club.owner.token).await.data(200), venue);
}

#[tokio::test]
async fn a_venue_keeps_the_hours_it_is_given() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let hours = json!({
        "friday": [{ "opens": "08:00", "closes": "12:00" }, { "opens": "16:00", "closes": "24:00" }],
        "saturday": [{ "opens": "00:00", "closes": "02:00" }],
    });
    let body = json!({
        "name": "Sede Sur", "time_zone": "America/Lima", "opening_hours": hours, "start_every_minutes": 45,
    });
    let venue = world.test.post("/v1/venues", &club.owner.token, body).await.data(201);
    assert_eq!(venue["opening_hours"]["friday"], hours["friday"]);
    assert_eq!(venue["opening_hours"]["monday"], json!([]));
    assert_eq!(venue["start_every_minutes"], 45);
}

#[tokio::test]
async fn an_edit_names_the_version_it_was_made_from() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let token = &club.owner.token;
    let venue = format!("/v1/venues/{}", made_venue(&world, &club).await);
    let made = world.test.post(&format!("{venue}/courts"), token, court("Uno")).await;
    let court = made.header("location").unwrap().to_owned();
    made.data(201);
    for path in [&venue, &court] {
        let edit = async |version: &str, name: &str| {
            let body = json!({ "name": name });
            let call = world.test.call("PATCH", path).token(token).json(&body);
            call.header("if-match", version).send().await
        };
        let changed = edit("\"1\"", "Nueva").await;
        assert_eq!(changed.header("etag"), Some("\"2\""));
        assert_eq!(changed.data(200)["name"], "Nueva");
        edit("\"1\"", "Vieja").await.refused(412, "STALE_VERSION");
        edit("W/\"2\"", "Vieja").await.refused(412, "STALE_VERSION");
        // What is already so is no change.
        let same = edit("\"2\"", "Nueva").await;
        assert_eq!(same.header("etag"), Some("\"2\""));
        let delete = world.test.call("DELETE", path).token(token).header("if-match", "\"1\"");
        delete.send().await.refused(412, "STALE_VERSION");
    }
}

#[tokio::test]
async fn edits_at_the_same_moment_are_never_lost() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let venue = format!("/v1/venues/{}", made_venue(&world, &club).await);
    let edit = async |number: u32| {
        let body = json!({ "name": format!("Nombre {number}") });
        world.test.patch(&venue, &club.owner.token, body).await
    };
    let done = join_all((0..20).map(edit)).await;
    let kept = done.iter().filter(|answer| answer.status == 200).count();
    assert!(kept >= 1 && done.iter().all(|answer| [200, 412].contains(&answer.status.as_u16())));
    let now = world.test.get(&venue, &club.owner.token).await;
    assert_eq!(now.header("etag"), Some(format!("\"{}\"", kept + 1).as_str()));
}

#[tokio::test]
async fn a_venue_s_clock_is_fixed() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let venue = format!("/v1/venues/{}", made_venue(&world, &club).await);
    let zone = |name: &str| json!({ "time_zone": name });
    let other = world.test.patch(&venue, &club.owner.token, zone("America/Bogota")).await;
    other.refused(422, "TIME_ZONE_FIXED");
    world.test.patch(&venue, &club.owner.token, zone("America/Lima")).await.data(200);
}

#[tokio::test]
async fn a_retired_venue_takes_its_courts_along_and_can_still_be_read() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let token = &club.owner.token;
    let venue = format!("/v1/venues/{}", made_venue(&world, &club).await);
    let other = made_venue(&world, &club).await;
    let courts = format!("{venue}/courts");
    let made = world.test.post(&courts, token, court("Uno")).await;
    let court_path = made.header("location").unwrap().to_owned();
    for _ in 0..2 {
        assert_eq!(world.test.delete(&venue, token).await.status, 204);
    }
    assert_eq!(world.test.get(&venue, token).await.data(200)["status"], "retired");
    assert_eq!(world.test.get(&court_path, token).await.data(200)["status"], "retired");
    let listed = world.test.get("/v1/venues", token).await.data(200);
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(listed[0]["id"], json!(other));
    assert_eq!(world.test.get(&courts, token).await.data(200), json!([]));
    let name = || json!({ "name": "Otra" });
    world.test.patch(&venue, token, name()).await.refused(409, "VENUE_RETIRED");
    world.test.patch(&court_path, token, name()).await.refused(409, "COURT_RETIRED");
    world.test.post(&courts, token, court("Dos")).await.refused(409, "VENUE_RETIRED");
}

#[tokio::test]
async fn no_court_outlives_its_venue_however_they_are_made() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let venue = made_venue(&world, &club).await;
    let (path, token) = (format!("/v1/venues/{venue}"), &club.owner.token);
    let courts = format!("{path}/courts");
    let create = async |n: u32| world.test.post(&courts, token, court(&format!("C{n}"))).await;
    let making = join_all((0..15).map(create));
    let retiring = async { while world.test.delete(&path, token).await.status != 204 {} };
    let (made, ()) = futures::future::join(making, retiring).await;
    let venue: VenueId = venue.parse().unwrap();
    let table = crate::bookings::table(&world, &club);
    let read = facilities::venue_with_courts(&table, venue).await.unwrap();
    assert_eq!(read.courts.len(), made.iter().filter(|answer| answer.status == 201).count());
    assert_eq!(read.active_courts().count(), 0);
    assert!(read.courts.iter().all(|court| court.status == facilities::Status::Retired));
}

#[tokio::test]
async fn courts_are_listed_page_by_page() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let token = &club.owner.token;
    let courts = format!("/v1/venues/{}/courts", made_venue(&world, &club).await);
    for name in ["Uno", "Dos", "Tres"] {
        world.test.post(&courts, token, court(name)).await.data(201);
    }
    let first = world.test.get(&format!("{courts}?limit=2"), token).await;
    let cursor = first.body["meta"]["page"]["next_cursor"].as_str().unwrap().to_owned();
    let names = |page: Value| -> Vec<String> {
        let courts = page.as_array().unwrap().iter();
        courts.map(|court| court["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(first.body["data"][0]["durations_minutes"], json!([60, 90]));
    assert_eq!(names(first.data(200)), ["Uno", "Dos"]);
    let rest = world.test.get(&format!("{courts}?limit=2&cursor={cursor}"), token).await;
    assert_eq!(rest.body["meta"]["page"]["next_cursor"], Value::Null);
    assert_eq!(names(rest.data(200)), ["Tres"]);
    let other = format!("/v1/venues?cursor={cursor}");
    world.test.get(&other, token).await.refused(422, "CURSOR_INVALID");
    world.test.get(&format!("{courts}?limit=0"), token).await.refused(422, "LIMIT_OUT_OF_RANGE");
}

#[tokio::test]
async fn a_venue_has_at_most_ninety_nine_courts() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let courts = format!("/v1/venues/{}/courts", made_venue(&world, &club).await);
    let token = &club.owner.token;
    let create = async |n: u32| world.test.post(&courts, token, court(&format!("C{n}"))).await;
    let made = join_all((0..105).map(create)).await;
    assert_eq!(made.iter().filter(|answer| answer.status == 201).count(), 99);
    for answer in made.into_iter().filter(|answer| answer.status != 201) {
        answer.refused(409, "TOO_MANY_COURTS");
    }
    // All of them still retire in one transaction.
    let venue = courts.trim_end_matches("/courts");
    assert_eq!(world.test.delete(venue, &club.owner.token).await.status, 204);
}

fn with(mut base: Value, change: &Value) -> Value {
    base.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    base
}

#[tokio::test]
async fn what_is_no_venue_is_refused_and_nothing_is_written() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let token = &club.owner.token;
    let before = world.test.database.items().len();
    let monday = |opens: &str, closes: &str| json!({ "opening_hours": { "monday": [{ "opens": opens, "closes": closes }] } });
    let good = json!({ "name": "Sede", "time_zone": "America/Lima" });
    for change in [
        json!({ "name": "" }),
        json!({ "name": 5 }),
        json!({ "name": "x".repeat(81) }),
        json!({ "time_zone": "America/Atlantis" }),
        json!({ "time_zone": "-03:00" }),
        json!({ "start_every_minutes": 7 }),
        json!({ "start_every_minutes": 0 }),
        json!({ "start_every_minutes": -30 }),
        monday("23:00", "08:00"),
        monday("08:00", "24:05"),
        monday("08:01", "09:00"),
        monday("8:00", "9:00"),
        json!({ "opening_hours": { "lunes": [] } }),
        json!({ "opening_hours": { "monday": [
            { "opens": "08:00", "closes": "12:00" }, { "opens": "11:00", "closes": "13:00" },
        ] } }),
        json!({ "club_id": club.id }),
    ] {
        let body = with(good.clone(), &change);
        let error = world.test.post("/v1/venues", token, body).await.refused(422, "BODY_INVALID");
        assert!(error["details"]["violations"][0]["message"].is_string());
    }
    for unknown in ["vnu_0", "1", "crt_00000000000000000000000000000000"] {
        let path = format!("/v1/venues/{unknown}");
        world.test.get(&path, token).await.refused(404, "NOT_FOUND");
    }
    let absent = format!("/v1/venues/{}", VenueId::new());
    world.test.get(&absent, token).await.refused(404, "VENUE_NOT_FOUND");
    world.test.get(&format!("{absent}/courts"), token).await.refused(404, "VENUE_NOT_FOUND");
    let lost = world.test.post(&format!("{absent}/courts"), token, court("Uno")).await;
    lost.refused(404, "VENUE_NOT_FOUND");
    assert_eq!(world.test.database.items().len(), before);
}

#[tokio::test]
async fn what_is_no_court_is_refused_and_nothing_is_written() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let token = &club.owner.token;
    let path = format!("/v1/venues/{}/courts", made_venue(&world, &club).await);
    let before = world.test.database.items().len();
    for change in [
        json!({ "name": " " }),
        json!({ "sport": "chess" }),
        json!({ "surface": "lava" }),
        json!({ "indoor": "yes" }),
        json!({ "durations_minutes": [] }),
        json!({ "durations_minutes": [62] }),
        json!({ "durations_minutes": [0] }),
        json!({ "durations_minutes": [1445] }),
        json!({ "price_per_hour": { "amount": -1, "currency": "ARS" } }),
        json!({ "price_per_hour": { "amount": 1.5, "currency": "ARS" } }),
        json!({ "price_per_hour": { "amount": 9_000_000_000_000_000_i64, "currency": "ARS" } }),
        json!({ "price_per_hour": { "amount": 100, "currency": "XXX" } }),
        json!({ "price_per_hour": 100 }),
        json!({ "venue_id": "vnu_0" }),
    ] {
        let body = with(court("Uno"), &change);
        world.test.post(&path, token, body).await.refused(422, "BODY_INVALID");
    }
    let dollars = json!({ "price_per_hour": { "amount": 100, "currency": "USD" } });
    let body = with(court("Uno"), &dollars);
    world.test.post(&path, token, body).await.refused(422, "CURRENCY_MISMATCH");
    assert_eq!(world.test.database.items().len(), before);
}

#[tokio::test]
async fn members_look_but_do_not_touch() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let venue = format!("/v1/venues/{}", made_venue(&world, &club).await);
    let member = world.test.token(AccountId::new(), Some(club.id), &[Role::Member]);
    world.test.get(&venue, &member).await.data(200);
    let name = json!({ "name": "Mía" });
    world.test.patch(&venue, &member, name).await.refused(403, "PERMISSION_MISSING");
    world.test.delete(&venue, &member).await.refused(403, "PERMISSION_MISSING");
}

#[tokio::test]
async fn a_venue_says_where_it_is_and_which_days_are_special() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let token = &club.owner.token;
    let evenings = json!({ "name": "prime_time", "hours": { "monday": [{ "opens": "18:00", "closes": "22:00" }] } });
    let venue = json!({
        "name": "Sede", "time_zone": "America/Lima", "address": " Av. Costanera 1200 ",
        "location": { "latitude": -12.046_374, "longitude": -77.042_793 },
        "hours_exceptions": [
            { "date": "2026-12-31", "open": [{ "opens": "08:00", "closes": "13:00" }] },
            { "date": "2026-12-25", "reason": "Navidad" },
        ],
        "named_hours": [evenings],
    });
    let made = world.test.post("/v1/venues", token, venue).await;
    let path = made.header("location").unwrap().to_owned();
    let made = made.data(201);
    assert_eq!(made["address"], "Av. Costanera 1200");
    assert_eq!(made["location"]["latitude"], -12.046_374);
    assert_eq!(made["hours_exceptions"][0]["date"], "2026-12-25");
    assert_eq!(made["hours_exceptions"][0]["open"], json!([]));
    assert_eq!(made["named_hours"][0]["name"], "prime_time");
    assert_eq!(world.test.get(&path, token).await.data(200), made);

    let change = json!({ "address": null, "location": null, "hours_exceptions": [] });
    world.test.patch(&path, token, change).await.data(200);
    let changed = world.test.get(&path, token).await;
    assert_eq!(changed.header("etag"), Some("\"2\""));
    let changed = changed.data(200);
    assert_eq!((&changed["address"], &changed["location"]), (&Value::Null, &Value::Null));
    assert_eq!(changed["hours_exceptions"], json!([]));
    assert_eq!(changed["named_hours"], made["named_hours"]);
    let back = json!({ "address": "Calle 1", "location": { "latitude": 1, "longitude": 2 }, "named_hours": [] });
    world.test.patch(&path, token, back).await.data(200);
    let back = world.test.get(&path, token).await.data(200);
    assert_eq!(
        (&back["address"], &back["location"]["longitude"]),
        (&json!("Calle 1"), &json!(2.0))
    );
    assert_eq!(back["named_hours"], json!([]));

    let special = |day: u32| json!({ "date": format!("20{:02}-01-01", day) });
    for wrong in [
        json!({ "address": "" }),
        json!({ "location": { "latitude": 91, "longitude": 0 } }),
        json!({ "location": { "latitude": 0 } }),
        json!({ "hours_exceptions": [special(30), special(30)] }),
        json!({ "hours_exceptions": (0..121).map(|day| json!({ "date": format!("{}-01-01", 2000 + day) })).collect::<Vec<_>>() }),
        json!({ "hours_exceptions": [{ "date": "2026-02-30" }] }),
        json!({ "named_hours": [evenings, evenings] }),
        json!({ "named_hours": [{ "name": "Prime Time", "hours": {} }] }),
        json!({ "hours_exceptions": null, "name": null, "named_hours": [{}] }),
    ] {
        world.test.patch(&path, token, wrong).await.refused(422, "BODY_INVALID");
    }
}

#[tokio::test]
async fn a_court_has_terms_of_its_own() {
    let world = World::start().await;
    let club = world.club("norte").await;
    let token = &club.owner.token;
    let courts = format!("/v1/venues/{}/courts", made_venue(&world, &club).await);
    let terms = json!({
        "start_every_minutes": 45, "buffer_before_minutes": 0, "buffer_after_minutes": 15,
        "notice": { "create_minutes": 60, "change_minutes": 120, "cancel_minutes": 1_440 },
    });
    let own =
        json!({ "lights": true, "capacity": 4, "terms": terms, "groups": ["indoor", "best"] });
    let made = world.test.post(&courts, token, with(court("Uno"), &own)).await;
    let path = made.header("location").unwrap().to_owned();
    let made = made.data(201);
    assert_eq!((&made["lights"], &made["capacity"]), (&json!(true), &json!(4)));
    assert_eq!((&made["terms"], &made["groups"]), (&terms, &json!(["best", "indoor"])));
    assert_eq!(world.test.get(&path, token).await.data(200), made);

    let change = json!({ "lights": false, "capacity": null, "terms": {}, "groups": [] });
    let call = world.test.call("PATCH", &path).token(token).header("if-match", "\"1\"");
    call.json(&change).send().await.data(200);
    let changed = world.test.get(&path, token).await.data(200);
    assert_eq!((&changed["lights"], &changed["capacity"]), (&json!(false), &Value::Null));
    assert_eq!(changed["terms"]["buffer_after_minutes"], 0);
    assert_eq!(changed["groups"], json!([]));
    assert_eq!(changed["made_of"], json!([]));
    world.test.patch(&path, token, json!({ "capacity": 8 })).await.data(200);
    let late = world.test.call("PATCH", &path).token(token).header("if-match", "\"1\"");
    late.json(&json!({ "lights": true })).send().await.refused(412, "STALE_VERSION");

    for wrong in [
        json!({ "terms": { "buffer_before_minutes": 3 } }),
        json!({ "terms": { "buffer_after_minutes": 245 } }),
        json!({ "terms": { "start_every_minutes": 7 } }),
        json!({ "terms": { "notice": { "create_minutes": 43_201 } } }),
        json!({ "terms": { "warm_up": 5 } }),
        json!({ "groups": ["Best"] }),
        json!({ "groups": ["a", "a"] }),
        json!({ "groups": (0..9).map(|n| format!("g{n}")).collect::<Vec<_>>() }),
    ] {
        world.test.patch(&path, token, wrong).await.refused(422, "BODY_INVALID");
    }
    for capacity in [0, 1_001] {
        let wrong = world.test.patch(&path, token, json!({ "capacity": capacity })).await;
        wrong.refused(422, "VALIDATION_FAILED");
    }
}
