//! Profiles, the club's own fields, sports, availability, emergency contacts.

use futures::future::join_all;
use kernel::{Permission, Role, Tenant};
use serde_json::{Value, json};
use testkit::Answer;

use crate::world::{Club, Person, World};

const ME: &str = "/v1/users/me";
const FIELDS: &str = "/v1/person-fields";

/// A club with a member called Ana.
async fn ana() -> (World, Club, Person) {
    let world = World::start().await;
    let club = world.club("norte").await;
    let ana = world.member(&club, "ana").await;
    world.drain().await;
    (world, club, ana)
}

async fn put(world: &World, path: &str, token: &str, body: Value) -> Answer {
    world.test.call("PUT", path).token(token).json(&body).send().await
}

/// With the `ETag` that was read.
async fn matching(
    world: &World,
    (method, path): (&str, &str),
    token: &str,
    etag: &str,
    body: Value,
) -> Answer {
    world.test.call(method, path).token(token).header("if-match", etag).json(&body).send().await
}

/// A token of somebody with a role in the club.
fn staff(world: &World, club: &Club, person: &Person, role: Role) -> String {
    world.test.token(person.account, Some(club.id), &[role])
}

fn paths(error: &Value) -> Vec<&str> {
    let violations = error["details"]["violations"].as_array().unwrap();
    violations.iter().map(|violation| violation["path"].as_str().unwrap()).collect()
}

fn etag(answer: &Answer) -> String {
    answer.header("etag").unwrap().to_owned()
}

#[tokio::test]
async fn a_profile_is_written_piece_by_piece() {
    let (world, _, ana) = ana().await;
    let fresh = world.test.get(ME, &ana.token).await;
    let first = etag(&fresh);
    let fresh = fresh.data(200);
    for name in ["time_zone", "phone", "birth_date", "photo_url"] {
        assert!(fresh[name].is_null(), "{name}");
    }
    let body = json!({
        "time_zone": "america/montevideo", "phone": "+54 9 11 2233-4455", "birth_date": "1990-02-28",
    });
    let answer = matching(&world, ("PATCH", ME), &ana.token, &first, body).await;
    let second = etag(&answer);
    let me = answer.data(200);
    assert_eq!((&me["time_zone"], &me["name"]), (&json!("America/Montevideo"), &json!("ana")));
    assert_eq!(me["phone"], "+5491122334455");
    assert_ne!(first, second);

    let stale = json!({ "phone": null });
    let answer = matching(&world, ("PATCH", ME), &ana.token, &first, stale.clone()).await;
    answer.refused(412, "STALE_VERSION");
    let answer = matching(&world, ("PATCH", ME), &ana.token, &second, stale).await;
    assert_ne!(etag(&answer), second);
    let me = answer.data(200);
    assert_eq!((&me["phone"], &me["birth_date"]), (&Value::Null, &json!("1990-02-28")));
    assert_eq!(world.test.get(ME, &ana.token).await.data(200), me);
}

#[tokio::test]
async fn one_etag_is_of_the_account_and_the_profile() {
    let (world, _, ana) = ana().await;
    let first = etag(&world.test.get(ME, &ana.token).await);
    world.test.patch(ME, &ana.token, json!({ "phone": "+5491122334455" })).await.data(200);
    let name = json!({ "name": "Anita" });
    let answer = matching(&world, ("PATCH", ME), &ana.token, &first, name.clone()).await;
    answer.refused(412, "STALE_VERSION");

    // Of many who read the same, one writes, whichever part of it.
    let now = etag(&world.test.get(ME, &ana.token).await);
    let changes = (0..8).map(|n| {
        let phone = json!({ "phone": format!("+54911223344{n:02}") });
        let body = if n % 2 == 0 { phone } else { json!({ "name": format!("Ana {n}") }) };
        matching(&world, ("PATCH", ME), &ana.token, &now, body)
    });
    let answers = join_all(changes).await;
    let done = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(done, 1);
    for answer in answers.into_iter().filter(|answer| answer.status != 200) {
        answer.refused(412, "STALE_VERSION");
    }
}

#[tokio::test]
async fn a_profile_without_sense_is_refused_with_all_its_faults() {
    let (world, _, ana) = ana().await;
    for (body, path) in [
        (json!({ "phone": "1122334455" }), "phone"),
        (json!({ "time_zone": "Mars/Olympus" }), "time_zone"),
        (json!({ "birth_date": "28.02.1990" }), "birth_date"),
        (json!({ "pronouns": "x" }), "pronouns"),
    ] {
        let error = world.test.patch(ME, &ana.token, body).await.refused(422, "BODY_INVALID");
        assert_eq!(paths(&error), [path]);
    }
    let body = json!({ "birth_date": "2026-11-21", "custom_fields": { "moon": 1, "sun": 2 } });
    let error = world.test.patch(ME, &ana.token, body).await.refused(422, "VALIDATION_FAILED");
    assert_eq!(paths(&error), ["birth_date", "custom_fields.moon", "custom_fields.sun"]);
    let many: serde_json::Map<_, _> = (0..51).map(|n| (format!("f{n}"), json!(1))).collect();
    let body = json!({ "custom_fields": many });
    let error = world.test.patch(ME, &ana.token, body).await.refused(422, "VALIDATION_FAILED");
    assert_eq!(paths(&error), ["custom_fields"]);
    let operator = world.test.patch(ME, &world.operator, json!({ "phone": null })).await;
    operator.refused(404, "ACCOUNT_NOT_FOUND");
    world.test.get(FIELDS, &world.operator).await.refused(403, "CLUB_REQUIRED");
}

#[tokio::test]
async fn a_day_of_birth_is_set_once_and_corrected_by_the_club() {
    let (world, club, ana) = ana().await;
    let born = |day: &str| json!({ "birth_date": day });
    world.test.patch(ME, &ana.token, born("2012-02-28")).await.data(200);
    let older = world.test.patch(ME, &ana.token, born("2000-02-28")).await;
    older.refused(409, "BIRTH_DATE_SET");
    let path = format!("/v1/users/{}", ana.account);
    let corrected = world.test.patch(&path, &club.owner.token, born("2000-02-28")).await;
    assert_eq!(corrected.data(200)["birth_date"], "2000-02-28");
}

fn club_fields() -> Value {
    json!({ "fields": [
        { "key": "shirt", "label": "Shirt size", "type": "choice", "options": ["S", "M"], "required": true },
        { "key": "weight", "label": "Weight", "type": "number", "minimum": 10, "maximum": 200 },
        { "key": "debt_notes", "label": "Notes", "type": "text", "max_length": 20, "admin_only": true },
        { "key": "since", "label": "Plays since", "type": "date" },
        { "key": "car", "label": "Comes by car", "type": "boolean" },
    ] })
}

#[tokio::test]
async fn a_club_asks_for_fields_of_its_own() {
    let (world, club, ana) = ana().await;
    let none = world.test.get(FIELDS, &ana.token).await;
    let first = etag(&none);
    assert_eq!(none.data(200)["fields"], json!([]));
    let made = matching(&world, ("PUT", FIELDS), &club.owner.token, &first, club_fields()).await;
    let second = etag(&made);
    assert_eq!(made.data(200)["fields"].as_array().unwrap().len(), 5);
    let stale = matching(&world, ("PUT", FIELDS), &club.owner.token, &first, club_fields()).await;
    stale.refused(412, "STALE_VERSION");
    let same = matching(&world, ("PUT", FIELDS), &club.owner.token, &second, club_fields()).await;
    assert_eq!(etag(&same), second, "what changes nothing keeps the version");

    let seen = world.test.get(FIELDS, &ana.token).await.data(200);
    assert_eq!(seen["fields"].as_array().unwrap().len(), 4, "what is the staff's is not shown");
    let me = world.test.get(ME, &ana.token).await.data(200);
    assert_eq!(me["missing_custom_fields"], json!(["shirt"]));

    let wrong = json!({ "custom_fields": {
        "shirt": "XL", "weight": 9, "debt_notes": "none", "since": "2020", "car": "yes", "moon": 1,
    } });
    let error = world.test.patch(ME, &ana.token, wrong).await.refused(422, "VALIDATION_FAILED");
    let names = ["car", "debt_notes", "moon", "shirt", "since", "weight"];
    assert_eq!(paths(&error), names.map(|name| format!("custom_fields.{name}")));
    let without = json!({ "custom_fields": { "car": true } });
    let error = world.test.patch(ME, &ana.token, without).await.refused(422, "VALIDATION_FAILED");
    assert_eq!(paths(&error), ["custom_fields.shirt"]);

    let given = json!({ "shirt": "M", "weight": 71.25, "since": "2020-02-29", "car": false });
    let body = json!({ "custom_fields": given });
    let me = world.test.patch(ME, &ana.token, body).await.data(200);
    assert_eq!((&me["custom_fields"], &me["missing_custom_fields"]), (&given, &json!([])));
    let away = json!({ "custom_fields": { "weight": null } });
    let me = world.test.patch(ME, &ana.token, away).await.data(200);
    assert!(me["custom_fields"].get("weight").is_none());
}

#[tokio::test]
async fn fields_that_are_taken_away_keep_their_values_unseen() {
    let (world, club, ana) = ana().await;
    put(&world, FIELDS, &club.owner.token, club_fields()).await.data(200);
    let body = json!({ "custom_fields": { "shirt": "M", "car": true } });
    world.test.patch(ME, &ana.token, body).await.data(200);
    put(&world, FIELDS, &club.owner.token, json!({ "fields": [] })).await.data(200);
    assert_eq!(world.test.get(ME, &ana.token).await.data(200)["custom_fields"], json!({}));
    put(&world, FIELDS, &club.owner.token, club_fields()).await.data(200);
    let me = world.test.get(ME, &ana.token).await.data(200);
    assert_eq!(me["custom_fields"], json!({ "shirt": "M", "car": true }));

    let wrong = json!({ "fields": [
        { "key": "a", "label": "", "type": "choice" }, { "key": "a", "label": "A", "type": "text" },
    ] });
    let error = put(&world, FIELDS, &club.owner.token, wrong).await;
    let error = error.refused(422, "VALIDATION_FAILED");
    assert_eq!(paths(&error), ["fields[0].label", "fields[0].options", "fields[1].key"]);
}

#[tokio::test]
async fn the_staff_reads_and_corrects_members() {
    let (world, club, ana) = ana().await;
    put(&world, FIELDS, &club.owner.token, club_fields()).await.data(200);
    let path = format!("/v1/users/{}", ana.account);
    let desk = staff(&world, &club, &ana, Role::FrontDesk);
    let read = world.test.get(&path, &desk).await;
    let first = etag(&read);
    let seen = read.data(200);
    assert_eq!((&seen["email"], &seen["roles"]), (&json!(ana.email), &json!(["member"])));
    world.test.patch(&path, &desk, json!({})).await.refused(403, "PERMISSION_MISSING");

    let owner = &club.owner.token;
    let body = json!({ "name": "Ana Pérez", "custom_fields": { "debt_notes": "pays late" } });
    let changed = matching(&world, ("PATCH", &path), owner, &first, body.clone()).await;
    let second = etag(&changed);
    let seen = changed.data(200);
    assert_eq!(seen["name"], "Ana Pérez");
    assert_eq!(seen["custom_fields"], json!({ "debt_notes": "pays late" }));
    matching(&world, ("PATCH", &path), owner, &first, body).await.refused(412, "STALE_VERSION");
    for part in [json!({ "phone": "+5491122334455" }), json!({ "name": "Ana P." })] {
        let now = etag(&world.test.get(&path, &desk).await);
        let changed = matching(&world, ("PATCH", &path), owner, &now, part).await;
        assert_ne!(etag(&changed), second);
    }

    let me = world.test.get(ME, &ana.token).await.data(200);
    assert_eq!(me["name"], "ana", "the account keeps its own name");
    assert_eq!((&me["custom_fields"], &me["phone"]), (&json!({}), &json!("+5491122334455")));
    let body = json!({ "custom_fields": { "debt_notes": "paid" } });
    world.test.patch(ME, &ana.token, body).await.refused(422, "VALIDATION_FAILED");
    let nobody = format!("/v1/users/{}", kernel::AccountId::new());
    world.test.get(&nobody, &desk).await.refused(404, "USER_NOT_FOUND");
    world.test.patch(&nobody, owner, json!({})).await.refused(404, "USER_NOT_FOUND");
}

#[tokio::test]
async fn an_emergency_contact_is_there_for_the_desk_on_a_rainy_saturday() {
    let (world, club, ana) = ana().await;
    let own = "/v1/users/me/emergency-contact";
    world.test.get(own, &ana.token).await.refused(404, "EMERGENCY_CONTACT_NOT_FOUND");
    let contact = json!({ "name": "Marta", "phone": "+5491122334455", "relation": "mother" });
    let set = put(&world, own, &ana.token, contact.clone()).await;
    let first = etag(&set);
    assert_eq!(set.data(200), contact);

    let path = format!("/v1/users/{}/emergency-contact", ana.account);
    let desk = staff(&world, &club, &club.owner, Role::FrontDesk);
    assert_eq!(world.test.get(&path, &desk).await.data(200), contact);
    put(&world, &path, &desk, contact.clone()).await.refused(403, "NOT_GUARDIAN");
    let bea = world.member(&club, "bea").await;
    world.drain().await;
    world.test.get(&path, &bea.token).await.refused(403, "NOT_GUARDIAN");
    world.test.delete(&path, &bea.token).await.refused(403, "NOT_GUARDIAN");

    let father = json!({ "name": "Juan", "phone": "+5491122334466", "relation": "father" });
    let call = ("PUT", own);
    let changed = matching(&world, call, &ana.token, &first, father.clone()).await;
    assert_ne!(etag(&changed), first);
    matching(&world, call, &ana.token, &first, contact).await.refused(412, "STALE_VERSION");
    for wrong in [json!({ "relation": "" }), json!({ "phone": "911" }), json!({ "x": 1 })] {
        let mut body = father.clone();
        body.as_object_mut().unwrap().extend(wrong.as_object().unwrap().clone());
        put(&world, own, &ana.token, body).await.refused(422, "BODY_INVALID");
    }
    assert_eq!(world.test.delete(own, &ana.token).await.status, 204);
    world.test.delete(own, &ana.token).await.refused(404, "EMERGENCY_CONTACT_NOT_FOUND");
}

#[tokio::test]
async fn one_assesses_oneself_once_and_a_coach_at_any_time() {
    let (world, club, ana) = ana().await;
    let padel = "/v1/users/me/sports/padel";
    let body = json!({ "level": 3.25, "hand": "left", "positions": ["drive"] });
    let set = put(&world, padel, &ana.token, body).await.data(200);
    assert_eq!((&set["level"], &set["source"]), (&json!(3.25), &json!("self")));
    assert_eq!(set["reliability_percent"], 0);
    assert_eq!(set["assessed_by"], json!(ana.account));
    put(&world, padel, &ana.token, json!({ "level": 4 }))
        .await
        .refused(409, "LEVEL_ALREADY_ASSESSED");
    let moved = put(&world, padel, &ana.token, json!({ "hand": "both", "level": 3.25 })).await;
    let moved = moved.data(200);
    assert_eq!((&moved["hand"], &moved["positions"]), (&json!("both"), &json!([])));

    let path = format!("/v1/users/{}/sports", ana.account);
    let theirs = format!("{path}/padel");
    let coached = put(&world, &theirs, &club.owner.token, json!({ "level": 2.5 })).await.data(200);
    assert_eq!((&coached["source"], &coached["level"]), (&json!("coach"), &json!(2.5)));
    assert_eq!(coached["reliability_percent"], 60);
    let desk = staff(&world, &club, &club.owner, Role::FrontDesk);
    assert_eq!(world.test.get(&path, &desk).await.data(200), json!([coached]));
    put(&world, &theirs, &desk, json!({ "level": 7 })).await.refused(403, "NOT_GUARDIAN");

    assert_eq!(world.test.delete(padel, &ana.token).await.status, 204);
    world.test.delete(padel, &ana.token).await.refused(404, "SPORT_NOT_FOUND");
    assert_eq!(world.test.get("/v1/users/me/sports", &ana.token).await.data(200), json!([]));
    put(&world, padel, &ana.token, json!({ "level": 6 }))
        .await
        .refused(409, "LEVEL_ALREADY_ASSESSED");
    let again = put(&world, padel, &ana.token, json!({})).await.data(200);
    assert_eq!(again["level"], 2.5, "giving up a sport keeps its level");
}

#[tokio::test]
async fn of_many_self_assessments_at_once_one_counts() {
    let (world, _, ana) = ana().await;
    let path = "/v1/users/me/sports/tennis";
    let tries = (0..6).map(|level| put(&world, path, &ana.token, json!({ "level": level })));
    let answers = join_all(tries).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    for answer in answers.into_iter().filter(|answer| answer.status != 200) {
        answer.refused(409, "LEVEL_ALREADY_ASSESSED");
    }
    for (body, wrong) in [
        (json!({ "level": 7.01 }), "level"),
        (json!({ "level": 1.234 }), "level"),
        (json!({ "hand": "middle" }), "hand"),
        (json!({ "positions": ["Drive"] }), "positions[0]"),
    ] {
        let error = put(&world, path, &ana.token, body).await.refused(422, "BODY_INVALID");
        assert_eq!(paths(&error), [wrong]);
    }
    for positions in [json!(["a", "a"]), json!(["a", "b", "c", "d", "e", "f"])] {
        let body = json!({ "positions": positions });
        let error = put(&world, path, &ana.token, body).await.refused(422, "VALIDATION_FAILED");
        assert_eq!(paths(&error), ["positions"]);
    }
    put(&world, "/v1/users/me/sports/chess", &ana.token, json!({})).await.refused(404, "NOT_FOUND");
}

#[tokio::test]
async fn availability_is_a_week_with_exceptions_on_ones_own_clock() {
    let (world, club, ana) = ana().await;
    let path = "/v1/users/me/availability";
    let fresh = world.test.get(path, &ana.token).await;
    let first = etag(&fresh);
    assert_eq!(fresh.data(200)["time_zone"], crate::world::TIME_ZONE);
    // It is the 21st already in Kiritimati, and the 20th at the club.
    let zone = json!({ "time_zone": "Pacific/Kiritimati" });
    world.test.patch(ME, &ana.token, zone).await.data(200);
    let evening = json!([{ "from": "20:00", "to": "24:00" }]);
    let body = json!({
        "weekly": { "saturday": [{ "from": "08:00", "to": "12:00" }, { "from": "14:00", "to": "16:00" }] },
        "exceptions": [
            { "date": "2026-11-28", "spans": evening },
            { "date": "2026-11-20", "spans": evening },
            { "date": "2026-11-21", "spans": [] },
        ],
    });
    let set = matching(&world, ("PUT", path), &ana.token, &first, body.clone()).await;
    assert_ne!(etag(&set), first);
    let set = set.data(200);
    assert_eq!(set["time_zone"], "Pacific/Kiritimati");
    let kept = json!([
        { "date": "2026-11-21", "spans": [] }, { "date": "2026-11-28", "spans": evening },
    ]);
    assert_eq!(set["exceptions"], kept);
    matching(&world, ("PUT", path), &ana.token, &first, body.clone())
        .await
        .refused(412, "STALE_VERSION");

    for (date, spans) in [
        ("2026-11-21", json!([])),
        ("2026-11-28", evening),
        ("2026-12-05", body["weekly"]["saturday"].clone()),
        ("2026-12-06", json!([])),
    ] {
        let asked = world.test.get(&format!("{path}?date={date}"), &ana.token).await.data(200);
        assert_eq!(asked["day"], json!({ "date": date, "spans": spans }));
    }
    let desk = staff(&world, &club, &club.owner, Role::FrontDesk);
    let theirs = format!("/v1/users/{}/availability", ana.account);
    assert_eq!(world.test.get(&theirs, &desk).await.data(200)["exceptions"], kept);
    put(&world, &theirs, &desk, body).await.refused(403, "NOT_GUARDIAN");
    let wrong = format!("{path}?date=tomorrow");
    world.test.get(&wrong, &ana.token).await.refused(422, "QUERY_INVALID");

    let wrong = json!({
        "weekly": { "monday": [{ "from": "10:00", "to": "09:00" }] },
        "exceptions": [{ "date": "2026-12-01", "spans": [] }, { "date": "2026-12-01", "spans": [] }],
    });
    let error = put(&world, path, &ana.token, wrong).await.refused(422, "VALIDATION_FAILED");
    assert_eq!(paths(&error), ["weekly.monday[0]", "exceptions[1].date"]);
}

#[tokio::test]
async fn everything_about_a_person_is_one_query_and_can_be_forgotten() {
    let (world, club, ana) = ana().await;
    let born = json!({ "birth_date": "1990-02-28", "phone": "+5491122334455" });
    world.test.patch(ME, &ana.token, born).await.data(200);
    let contact = json!({ "name": "Marta", "phone": "+5491122334466", "relation": "mother" });
    put(&world, "/v1/users/me/emergency-contact", &ana.token, contact).await.data(200);
    put(&world, "/v1/users/me/sports/padel", &ana.token, json!({ "level": 3 })).await.data(200);
    let plan = json!({ "weekly": { "sunday": [{ "from": "08:00", "to": "09:00" }] } });
    put(&world, "/v1/users/me/availability", &ana.token, plan).await.data(200);
    let document =
        json!({ "title": "Rules", "text": "Be kind.", "required": true, "for": "everyone" });
    put(&world, "/v1/consent-documents/rules", &club.owner.token, document).await.data(200);
    let consent = json!({ "document": "rules", "version": 1, "granted": true });
    world.test.post("/v1/users/me/consents", &ana.token, consent).await.data(201);
    let child = json!({ "name": "Nina", "birth_date": "2015-05-01" });
    let child = world.test.post("/v1/users/me/children", &ana.token, child).await.data(201);
    let child = child["id"].as_str().unwrap().parse().unwrap();
    world.drain().await;

    let tenant = Tenant::from_envelope(club.id, "test");
    let table = world.test.app.table().tenant(&tenant);
    let all = profiles::store::everything(&table, ana.account).await.unwrap();
    let all = serde_json::to_value(&all).unwrap();
    assert_eq!(all["profile"]["phone"], "+5491122334455");
    assert_eq!(all["emergency_contact"]["name"], "Marta");
    assert_eq!(all["sports"][0]["sport"], "padel");
    assert_eq!(all["availability"]["weekly"]["sunday"][0]["from"], "08:00");
    assert_eq!(all["consents"][0]["granted"], true);
    assert_eq!(all["children"][0]["child_id"], json!(child));
    assert!(!all.to_string().contains("T#"), "no keys of the table: {all}");

    let writes = profiles::store::erase(&table, ana.account).await.unwrap();
    table.write(writes).await.unwrap();
    let left = profiles::store::everything(&table, ana.account).await.unwrap();
    assert_eq!(left, profiles::store::Everything::default());
    assert!(profiles::store::guardians(&table, child).await.unwrap().is_empty());
    assert!(profiles::store::erase(&table, ana.account).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_permission_of_the_staff_is_asked_for_by_its_name() {
    let (world, club, ana) = ana().await;
    // Somebody who may read members, and is no guardian of them.
    let mut claims = world.test.claims(club.owner.account, Some(club.id), &[Role::Member]);
    claims.permissions.insert(Permission::ProfileRead);
    let reader = world.test.keys.sign(&claims);
    for part in ["sports", "availability", "consents"] {
        let path = format!("/v1/users/{}/{part}", ana.account);
        world.test.get(&path, &reader).await.data(200);
    }
    let path = format!("/v1/users/{}/sports/padel", ana.account);
    put(&world, &path, &reader, json!({})).await.refused(403, "NOT_GUARDIAN");
    world.test.delete(&path, &reader).await.refused(403, "NOT_GUARDIAN");
}
