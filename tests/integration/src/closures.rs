//! Courts are closed: nobody books them, and each who had is dealt with once, whatever runs twice or dies.

use ::closures::{ANNOUNCED, LIFTED, Lifted};
use booking::BookingFact;
use facilities::Court;
use futures::future::{join, join_all};
use kernel::{CourtId, Event, jiff::SignedDuration};
use serde_json::{Value, json};
use table::{Update, Value as Stored, Write};
use testkit::Service;

use crate::{
    bookings::{member, table},
    payments::{Held, Place},
};

const DAY: &str = "2026-11-21";

pub(crate) fn at(time: &str) -> String {
    format!("{DAY}T{time}")
}

/// A closure of the whole venue for some hours of the day.
pub(crate) fn wish(place: &Place, mode: &str, from: &str, until: &str) -> Value {
    json!({
        "venue_id": place.venue, "starts_at": at(from), "ends_at": at(until),
        "reason": "Lluvia", "mode": mode, "rebook": true,
    })
}

impl Place {
    pub(crate) async fn close(&self, body: Value) -> Value {
        self.world.test.post("/v1/closures", &self.owner(), body).await.data(202)
    }

    /// What the newest workflow was started with.
    pub(crate) fn execution(&self) -> Value {
        self.world.test.cloud.take_executions().pop().expect("a workflow").1
    }

    async fn step(&self, step: &str, input: &Value) -> kernel::Result<bool> {
        let input = json!({
            "step": step, "closure_id": input["closure_id"], "club_id": input["club_id"],
        });
        let answer = task_close_courts::handle(self.world.test.app.clone(), input).await?;
        Ok(answer["more"].as_bool().unwrap())
    }

    /// What the state machine does, to its end.
    pub(crate) async fn work(&self, input: &Value) {
        let steps: &[&str] =
            if input["phase"] == "lifting" { &["lift"] } else { &["close", "find", "settle"] };
        for step in steps {
            while self.step(step, input).await.unwrap() {}
        }
    }

    /// Asks for a closure, and works it through.
    async fn closed(&self, body: Value) -> Value {
        let closure = self.close(body).await;
        self.work(&self.execution()).await;
        self.closure(&closure).await
    }

    async fn closure(&self, closure: &Value) -> Value {
        let path = format!("/v1/closures/{}", closure["id"].as_str().unwrap());
        self.world.test.get(&path, &self.owner()).await.data(200)
    }

    /// Outcome and refund of each booking, in the order in which they were made.
    async fn results(&self, closure: &Value) -> Vec<(String, Value)> {
        let id = closure["id"].as_str().unwrap();
        let path = format!("/v1/closures/{id}/results?limit=100");
        let results = self.world.test.get(&path, &self.owner()).await.data(200);
        let result = |one: &Value| {
            (one["outcome"].as_str().unwrap().to_owned(), one["refund"]["amount"].clone())
        };
        results.as_array().unwrap().iter().map(result).collect()
    }

    async fn post_to(&self, closure: &Value, verb: &str) -> testkit::Answer {
        let path = format!("/v1/closures/{}/{verb}", closure["id"].as_str().unwrap());
        self.world.test.post(&path, &self.owner(), Value::Null).await
    }

    async fn lifted(&self, closure: &Value) {
        self.post_to(closure, "lift").await.data(202);
        self.work(&self.execution()).await;
        assert_eq!(self.closure(closure).await["status"], "lifted");
    }

    async fn refused(&self, start: &str) {
        let answer = self.world.book(&self.member, self.venue, self.court, &at(start)).await;
        answer.refused(409, "COURT_CLOSED");
    }

    async fn add_court(&self, made_of: Vec<CourtId>) -> CourtId {
        let table = table(&self.world, &self.club);
        let court = facilities::court(&table, self.venue, self.court).await.unwrap();
        let court = Court { id: CourtId::new(), made_of, ..court };
        facilities::create_court(&table, &court).await.unwrap();
        court.id
    }

    fn told(&self, words: &str) -> usize {
        let mails = self.world.test.cloud.mails();
        mails.iter().filter(|mail| mail.text.contains(words)).count()
    }
}

fn progress(closure: &Value) -> [u64; 5] {
    ["days_total", "days_done", "bookings_total", "done", "failed"]
        .map(|name| closure["progress"][name].as_u64().unwrap())
}

fn of_kind(events: &[Event], kind: &str) -> usize {
    events.iter().filter(|event| event.kind == kind).count()
}

#[tokio::test]
async fn a_rain_out_cancels_refunds_and_tells_everybody_once() {
    let place = Place::open().await;
    let (paid, _) = place.paid(&at("18:00")).await;
    let held = place.hold(&at("19:00")).await;
    let later = place.hold(&at("20:00")).await;
    let preview = wish(&place, "cancel", "17:00", "20:00");
    let path = "/v1/closures/preview";
    let preview = place.world.test.post(path, &place.owner(), preview).await.data(200);
    assert_eq!((&preview["bookings"], &preview["members"]), (&json!(2), &json!(1)));
    assert_eq!(preview["refund_total"], json!({ "amount": 12_000, "currency": "ARS" }));
    assert_eq!((&preview["refunds"], &preview["court_days"]), (&json!(1), &json!(1)));

    let asked = place.close(wish(&place, "cancel", "17:00", "20:00")).await;
    assert_eq!((&asked["status"], progress(&asked)), (&json!("closing"), [1, 0, 0, 0, 0]));
    let input = place.execution();
    assert!(!place.step("close", &input).await.unwrap());
    place.refused("17:00").await;
    let finding = place.closure(&asked).await;
    assert_eq!((&finding["status"], progress(&finding)), (&json!("finding"), [1, 1, 0, 0, 0]));
    assert!(!place.step("find", &input).await.unwrap());
    let settling = place.closure(&asked).await;
    assert_eq!((&settling["status"], progress(&settling)), (&json!("settling"), [1, 1, 2, 0, 0]));
    assert_eq!(place.results(&asked).await[0].0, "pending");
    assert!(!place.step("settle", &input).await.unwrap());
    let done = place.closure(&asked).await;
    assert_eq!((&done["status"], progress(&done)), (&json!("closed"), [1, 1, 2, 2, 0]));
    let results = [("cancelled".to_owned(), json!(12_000)), ("cancelled".to_owned(), Value::Null)];
    assert_eq!(place.results(&asked).await, results);

    place.work(&input).await;
    place.settle_all().await;
    for (held, status) in [(&paid, "cancelled"), (&held, "cancelled"), (&later, "held")] {
        assert_eq!(place.booking(held).await["status"], status);
    }
    assert_eq!(place.payment(&paid).await["status"], "refunded");
    assert_eq!(place.told("Lluvia"), 2);
    let link = format!("/docs#club=norte&venue={}&date={DAY}", place.venue);
    assert_eq!(place.told(&link), 2);
    // Who pays late gets everything back.
    place.try_to_pay(&held, "approved").await;
    place.settle_all().await;
    assert_eq!(place.payment(&held).await["status"], "refunded");
    assert_eq!(place.booking(&held).await["status"], "cancelled");
    assert_eq!(place.told("Lluvia"), 2);
    let log = place.world.test.get("/v1/audit-log", &place.owner()).await.data(200);
    assert_eq!((&log[0]["action"], &log[0]["target"]), (&json!("closure.started"), &asked["id"]));
}

#[tokio::test]
async fn a_closure_refunds_by_its_own_policy() {
    let place = Place::open().await;
    let (half, _) = place.paid(&at("18:00")).await;
    let (nothing, _) = place.paid(&at("19:00")).await;
    let mut body = wish(&place, "cancel", "18:00", "19:00");
    body["refund"] = json!({ "kind": "percent", "percent": 50 });
    let closure = place.closed(body).await;
    assert_eq!(place.results(&closure).await, [("cancelled".to_owned(), json!(6_000))]);
    let mut body = wish(&place, "cancel", "19:00", "20:00");
    body["refund"] = json!({ "kind": "none" });
    let closure = place.closed(body).await;
    assert_eq!(place.results(&closure).await, [("cancelled".to_owned(), Value::Null)]);
    place.settle_all().await;
    let half = place.payment(&half).await;
    assert_eq!(
        (&half["status"], &half["refunded"]["amount"]),
        (&json!("partially_refunded"), &json!(6_000))
    );
    assert_eq!(place.payment(&nothing).await["status"], "approved");
    assert_eq!(place.booking(&nothing).await["status"], "cancelled");
}

#[tokio::test]
async fn bookings_stay_where_they_are_only_told_or_built_around() {
    let place = Place::open().await;
    let (paid, _) = place.paid(&at("18:00")).await;
    let around = place.closed(wish(&place, "book_around", "17:00", "20:00")).await;
    assert_eq!(place.results(&around).await, [("kept".to_owned(), Value::Null)]);
    let events = place.world.publish().await;
    assert_eq!((of_kind(&events, ANNOUNCED), of_kind(&events, booking::CANCELLED)), (0, 0));
    let told = place.closed(wish(&place, "notify", "17:00", "20:00")).await;
    assert_eq!(place.results(&told).await, [("told".to_owned(), Value::Null)]);
    place.settle_all().await;
    assert_eq!(place.told("Lluvia"), 1);
    assert_eq!(place.told("Tu reserva sigue en pie."), 1);
    assert_eq!(place.booking(&paid).await["status"], "confirmed");
    assert_eq!(place.payment(&paid).await["status"], "approved");
    place.refused("17:00").await;
    place.refused("19:00").await;
    // Given up, its time is closed all the same.
    let path = format!("/v1/bookings/{}/cancel", paid.booking);
    place.world.test.post(&path, &place.owner(), Value::Null).await.data(200);
    place.refused("18:00").await;
    place.settle_all().await;
}

#[tokio::test]
async fn whoever_books_while_courts_are_closed_is_refused_or_cancelled() {
    let place = Place::open().await;
    let mut courts = vec![place.court];
    for _ in 0..4 {
        courts.push(place.add_court(Vec::new()).await);
    }
    let wishes = (0..50).map(|n| {
        let (court, hour) = (courts[n % 5], 8 + n / 5);
        json!({
            "venue_id": place.venue, "court_id": court, "starts_at": at(&format!("{hour:02}:00")),
            "duration_minutes": 60,
        })
    });
    let closure = place.close(wish(&place, "cancel", "08:00", "22:00")).await;
    let input = place.execution();
    let tokens: Vec<_> = (0..50).map(|_| member(&place.world, &place.club)).collect();
    let booking = join_all(
        wishes
            .zip(&tokens)
            .map(async |(wish, token)| place.world.test.post("/v1/bookings", token, wish).await),
    );
    let (answers, ()) = join(booking, place.work(&input)).await;
    let mut booked = 0_u64;
    for answer in answers {
        if answer.status != 201 {
            answer.refused(409, "COURT_CLOSED");
            continue;
        }
        booked += 1;
        let path = format!("/v1/bookings/{}", answer.data(201)["booking"]["id"].as_str().unwrap());
        let booking = place.world.test.get(&path, &place.owner()).await.data(200);
        assert_eq!(booking["status"], "cancelled");
    }
    let done = place.closure(&closure).await;
    assert_eq!(progress(&done), [5, 5, booked, booked, 0]);
    let days = place.world.test.database.items().into_iter();
    for day in days.filter(|item| item["kind"]["S"] == "court_day") {
        assert_eq!(day.get("taken"), None, "{day}");
    }
    place.world.drain().await;
}

#[tokio::test]
async fn who_plays_along_hears_where_and_whether_they_play() {
    let place = Place::open().await;
    let ben = place.world.member(&place.club, "ben").await;
    let booking = place.shared_at(&at("17:00"), &[&ben]).await;
    let heard = async || {
        place.quiet().await;
        let mails = place.world.test.cloud.mails().into_iter();
        let own = mails.filter(|mail| mail.to == ben.email).map(|mail| mail.text);
        own.collect::<Vec<_>>()
    };
    let known = heard().await.len();
    let path = format!("/v1/bookings/{booking}/move");
    let later = json!({ "starts_at": at("18:00") });
    let owner = place.token_of(&place.member);
    place.world.test.post(&path, &owner, later).await.data(200);
    place.quiet().await;
    place.closed(wish(&place, "notify", "17:00", "20:00")).await;
    place.quiet().await;
    place.closed(wish(&place, "cancel", "17:00", "20:00")).await;
    let news = heard().await.split_off(known);
    let said = ["cambió de horario", "cierra la cancha", "quedó cancelada, porque"];
    for words in said {
        let told = news.iter().filter(|text| text.contains(words));
        assert_eq!(told.filter(|text| text.contains("18:00")).count(), 1, "{words}: {news:?}");
    }
    assert_eq!(news.len(), said.len(), "{news:?}");
    assert!(news.iter().all(|text| !text.contains("devolvemos")), "the owner's money is not ben's");
    // A booking that was never theirs is not missed.
    place.share_at(&at("21:00"), &[&ben]).await;
    place.closed(wish(&place, "cancel", "21:00", "22:00")).await;
    assert_eq!(heard().await.len(), known + said.len());
}

#[tokio::test]
async fn a_closure_that_is_killed_anywhere_goes_on_and_does_nothing_twice() {
    let place = Place::open().await;
    for (calls, hour) in (0..14).map(|n| (n, format!("{:02}:00", 8 + n))) {
        let (paid, _) = place.paid(&at(&hour)).await;
        place.world.drain().await;
        let until = format!("{:02}:00", 9 + calls);
        let closure = place.close(wish(&place, "cancel", &hour, &until)).await;
        let input = place.execution();
        for step in ["close", "find", "settle"] {
            // Killed twice at the same place, then left in peace.
            for _ in 0..2 {
                Box::pin(place.world.killed_after(calls, place.step(step, &input))).await;
            }
            while place.step(step, &input).await.unwrap() {}
        }
        let done = place.closure(&closure).await;
        assert_eq!(
            (&done["status"], progress(&done)),
            (&json!("closed"), [1, 1, 1, 1, 0]),
            "{calls}"
        );
        assert_eq!(place.results(&closure).await, [("cancelled".to_owned(), json!(12_000))]);
        let events = place.world.publish().await;
        assert_eq!(of_kind(&events, booking::CANCELLED), 1, "{calls}");
        assert_eq!(of_kind(&events, "payment.refund_requested"), 1, "{calls}");
        let fact: BookingFact =
            events.iter().find(|event| event.kind == booking::CANCELLED).unwrap().data().unwrap();
        assert_eq!(fact.closure_id.map(|id| json!(id)), Some(closure["id"].clone()));
        assert_eq!(fact.freed, None, "all of it is closed");
        let payment = place.payment(&paid).await;
        assert_eq!(payment["refundable"]["amount"], 0, "{payment}");
        place.post_to(&closure, "lift").await.data(202);
        let input = place.execution();
        Box::pin(place.world.killed_after(calls, place.step("lift", &input))).await;
        place.work(&input).await;
        let events = place.world.publish().await;
        assert_eq!(of_kind(&events, LIFTED), 1, "{calls}");
    }
}

#[tokio::test]
async fn two_that_work_on_one_closure_settle_each_booking_once() {
    let place = Place::open().await;
    for hour in ["10:00", "12:00", "14:00"] {
        place.paid(&at(hour)).await;
    }
    let closure = place.close(wish(&place, "cancel", "08:00", "22:00")).await;
    let input = place.execution();
    join_all((0..4).map(|_| place.work(&input))).await;
    let done = place.closure(&closure).await;
    assert_eq!((&done["status"], progress(&done)), (&json!("closed"), [1, 1, 3, 3, 0]));
    let events = place.world.publish().await;
    assert_eq!(of_kind(&events, booking::CANCELLED), 3);
    assert_eq!(of_kind(&events, "payment.refund_requested"), 3);
}

#[tokio::test]
async fn lifting_one_of_two_closures_leaves_the_other_one_s_time_closed() {
    let place = Place::open().await;
    let first = place.closed(wish(&place, "cancel", "10:00", "12:00")).await;
    let second = place.close(wish(&place, "cancel", "11:00", "13:00")).await;
    place.post_to(&second, "lift").await.refused(409, "CLOSURE_RUNNING");
    place.work(&place.execution()).await;
    for start in ["10:00", "11:00", "12:00"] {
        place.refused(start).await;
    }
    place.world.drain().await;
    place.lifted(&first).await;
    let events = place.world.publish().await;
    assert_eq!(of_kind(&events, LIFTED), 1);
    let fact: Lifted = events[0].data().unwrap();
    assert_eq!((fact.freed.venue_id, fact.freed.courts), (place.venue, vec![place.court]));
    assert_eq!(fact.freed.starts_at.to_string(), "2026-11-21T13:00:00Z");
    assert_eq!(fact.freed.ends_at.to_string(), "2026-11-21T14:00:00Z");
    place.hold(&at("10:00")).await;
    place.refused("11:00").await;
    place.post_to(&first, "lift").await.data(202);
    assert!(place.world.test.cloud.take_executions().is_empty(), "it is open already");
    place.lifted(&second).await;
    place.hold(&at("11:00")).await;
    place.settle_all().await;
    let list = format!("/v1/closures?venue_id={}", place.venue);
    let list = place.world.test.get(&list, &place.owner()).await.data(200);
    assert_eq!((&list[0]["id"], &list[1]["id"]), (&second["id"], &first["id"]));
    let log = place.world.test.get("/v1/audit-log", &place.owner()).await.data(200);
    assert_eq!(log[0]["action"], "closure.lifted");
}

#[tokio::test]
async fn a_closed_half_closes_the_full_court_and_the_other_way_round() {
    let place = Place::open().await;
    let other = place.add_court(Vec::new()).await;
    let full = place.add_court(vec![place.court, other]).await;
    let book = async |court, start: &str| {
        place.world.book(&place.member, place.venue, court, &at(start)).await
    };
    book(full, "10:00").await.data(201);
    book(other, "11:00").await.data(201);
    let mut half = wish(&place, "cancel", "10:00", "12:00");
    half["courts"] = json!({ "kind": "courts", "court_ids": [place.court] });
    let closure = place.closed(half).await;
    // The full court's booking is gone; the other half plays on.
    assert_eq!(place.results(&closure).await, [("cancelled".to_owned(), Value::Null)]);
    book(full, "11:00").await.refused(409, "COURT_CLOSED");
    book(other, "10:00").await.data(201);
    let mut all = wish(&place, "cancel", "14:00", "15:00");
    all["courts"] = json!({ "kind": "courts", "court_ids": [full] });
    let closure = place.closed(all).await;
    assert_eq!(progress(&closure), [2, 2, 0, 0, 0]);
    for court in [place.court, other, full] {
        book(court, "14:00").await.refused(409, "COURT_CLOSED");
    }
    place.world.drain().await;
}

#[tokio::test]
async fn what_stays_open_of_a_cancelled_booking_comes_free() {
    let place = Place::open().await;
    let held = place.hold(&at("18:00")).await;
    place.closed(wish(&place, "cancel", "18:30", "20:00")).await;
    assert_eq!(place.booking(&held).await["status"], "cancelled");
    let events = place.world.publish().await;
    let cancelled = events.iter().find(|event| event.kind == booking::CANCELLED).unwrap();
    let fact: BookingFact = cancelled.data().unwrap();
    assert_eq!(fact.freed.map(|freed| freed.courts), Some(vec![place.court]));
    place.hold(&at("17:30")).await;
    place.refused("18:00").await;
}

#[tokio::test]
async fn every_week_the_same_hours_are_closed() {
    let place = Place::open().await;
    let body = json!({
        "venue_id": place.venue, "reason": "Limpieza", "mode": "book_around",
        "weekly": {
            "weekdays": ["saturday"], "from": DAY, "until": "2026-12-12",
            "opens": "21:00", "closes": "09:00",
        },
    });
    let closure = place.closed(body).await;
    // Four nights touch two days each.
    assert_eq!(progress(&closure), [8, 8, 0, 0, 0]);
    for start in ["2026-11-21T21:00", "2026-11-29T08:00", "2026-12-12T21:00"] {
        let answer = place.world.book(&place.member, place.venue, place.court, start).await;
        answer.refused(409, "COURT_CLOSED");
    }
    for start in ["2026-11-21T20:00", "2026-11-29T09:00", "2026-12-19T21:00"] {
        let answer = place.world.book(&place.member, place.venue, place.court, start).await;
        answer.data(201);
    }
    place.world.drain().await;
}

#[tokio::test]
async fn what_a_wallet_paid_is_back_in_it_at_once() {
    let place = Place::open().await;
    place.top_up(12_000).await;
    place.book_from_wallet(place.court, &at("18:00")).await.data(201);
    let closure = place.closed(wish(&place, "cancel", "17:00", "20:00")).await;
    assert_eq!(place.results(&closure).await, [("cancelled".to_owned(), json!(12_000))]);
    assert_eq!(place.balance().await, 12_000);
    place.settle_all().await;
    assert!(place.world.provider.refunds().is_empty());
    assert_eq!(place.told("a tu saldo en Club Norte"), 1);
}

#[tokio::test]
async fn a_booking_that_cannot_be_settled_is_noted_and_tried_again_on_request() {
    let place = Place::open().await;
    let (broken, _) = place.paid(&at("10:00")).await;
    let (whole, _) = place.paid(&at("12:00")).await;
    let table = table(&place.world, &place.club);
    let key = table.key(format!("PAYMENT#{}", broken.payment), "PAYMENT");
    let payment = payments::payment(&table, broken.payment.parse().unwrap()).await.unwrap();
    table.write(vec![Write::delete(key)]).await.unwrap();
    let closure = place.closed(wish(&place, "cancel", "08:00", "22:00")).await;
    assert_eq!(progress(&closure), [1, 1, 2, 1, 1]);
    assert_eq!(place.results(&closure).await[0].0, "failed");
    assert_eq!(place.booking(&whole).await["status"], "cancelled");
    assert_eq!(place.booking(&broken).await["status"], "confirmed");
    let platform = place.world.test.app.table().platform();
    let restored = payments::create(&table, &platform, &payment).unwrap();
    table.write(vec![restored]).await.unwrap();
    place.post_to(&closure, "resume").await.data(202);
    place.work(&place.execution()).await;
    let done = place.closure(&closure).await;
    assert_eq!((&done["status"], progress(&done)), (&json!("closed"), [1, 1, 2, 2, 0]));
    assert_eq!(place.booking(&broken).await["status"], "cancelled");
    place.post_to(&closure, "resume").await.refused(409, "CLOSURE_DONE");
    place.settle_all().await;
}

#[tokio::test]
async fn a_booking_that_the_index_does_not_show_yet_is_waited_for() {
    let place = Place::open().await;
    let held: Held = place.hold(&at("18:00")).await;
    let table = table(&place.world, &place.club);
    let key = table.key(format!("BOOKING#{}", held.booking), "BOOKING");
    let items = place.world.test.database.items();
    let stored = items.iter().find(|item| item["SK"]["S"] == "BOOKING").unwrap();
    let listed = stored["GSI2PK"]["S"].as_str().unwrap().to_owned();
    let hide = Write::update(key.clone(), Update::new().remove("GSI2PK"));
    table.write(vec![hide]).await.unwrap();
    let closure = place.close(wish(&place, "cancel", "17:00", "20:00")).await;
    let input = place.execution();
    place.step("close", &input).await.unwrap();
    let error = place.step("find", &input).await.unwrap_err();
    assert_eq!((error.code(), error.is_transient()), ("BOOKINGS_BEHIND", true));
    assert_eq!(progress(&place.closure(&closure).await), [1, 1, 0, 0, 0]);
    let show = Write::update(key, Update::new().set("GSI2PK", Stored::from(listed)));
    table.write(vec![show]).await.unwrap();
    place.work(&input).await;
    assert_eq!(place.booking(&held).await["status"], "cancelled");
    place.world.drain().await;
}

#[tokio::test]
async fn what_no_booking_explains_keeps_nobody_waiting_for_ever() {
    let place = Place::open().await;
    let held = place.hold(&at("18:00")).await;
    let table = table(&place.world, &place.club);
    let day = table.key(format!("DAY#{}#{DAY}", place.venue), format!("COURT#{}", place.court));
    let lost = Write::update(day, Update::new().add("taken", Stored::numbers([240_u16])));
    table.write(vec![lost]).await.unwrap();
    place.close(wish(&place, "cancel", "17:00", "22:00")).await;
    let input = place.execution();
    place.step("close", &input).await.unwrap();
    let error = place.step("find", &input).await.unwrap_err();
    assert_eq!(error.code(), "BOOKINGS_BEHIND");
    place.world.test.clock.advance(SignedDuration::from_mins(2));
    place.work(&input).await;
    assert_eq!(place.booking(&held).await["status"], "cancelled");
    place.world.drain().await;
}

#[tokio::test]
async fn a_closure_whose_workflow_stops_says_so_and_is_resumed() {
    let place = Place::open().await;
    let test = &place.world.test;
    test.cloud.fail(Service::Workflows, 3);
    let body = wish(&place, "cancel", "10:00", "12:00");
    let answer = test.post("/v1/closures", &place.owner(), body).await;
    answer.refused(503, "DEPENDENCY_UNAVAILABLE");
    let list = format!("/v1/closures?venue_id={}", place.venue);
    let closure = test.get(&list, &place.owner()).await.data(200)[0].clone();
    assert_eq!((&closure["stuck"], &closure["status"]), (&json!(true), &json!("closing")));
    place.post_to(&closure, "resume").await.data(202);
    let input = place.execution();
    assert_eq!(place.closure(&closure).await["stuck"], false);
    assert!(!place.step("fail", &input).await.unwrap());
    assert_eq!(place.closure(&closure).await["stuck"], true);
    place.post_to(&closure, "resume").await.data(202);
    place.work(&place.execution()).await;
    assert_eq!(place.closure(&closure).await["status"], "closed");
    assert!(!place.step("fail", &input).await.unwrap());
    assert_eq!(place.closure(&closure).await["stuck"], false, "what is done stays done");
    let unknown =
        json!({ "step": "demolish", "closure_id": closure["id"], "club_id": place.club.id });
    let error = task_close_courts::handle(test.app.clone(), unknown).await.unwrap_err();
    assert_eq!(error.code(), "TASK_MALFORMED");
}

#[tokio::test]
async fn what_cannot_be_closed_is_refused() {
    let place = Place::open().await;
    let test = &place.world.test;
    let check = async |change: Value, status: u16, code: &str| {
        let mut body = wish(&place, "cancel", "10:00", "12:00");
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        for path in ["/v1/closures", "/v1/closures/preview"] {
            test.post(path, &place.owner(), body.clone()).await.refused(status, code);
        }
    };
    check(json!({ "ends_at": at("10:00") }), 422, "CLOSURE_ENDS_EARLY").await;
    check(json!({ "starts_at": at("10:03") }), 422, "CLOSURE_OFF_GRID").await;
    check(json!({ "ends_at": "2028-01-01T10:00" }), 422, "CLOSURE_TOO_LARGE").await;
    let past = json!({ "starts_at": "2026-11-20T07:00", "ends_at": "2026-11-20T09:00" });
    check(past, 422, "CLOSURE_IN_PAST").await;
    check(json!({ "ends_at": null }), 422, "VALIDATION_FAILED").await;
    let unknown = json!({ "kind": "courts", "court_ids": [CourtId::new()] });
    check(json!({ "courts": unknown }), 404, "COURT_NOT_FOUND").await;
    let nobody = json!({ "kind": "group", "group": "indoor" });
    check(json!({ "courts": nobody }), 422, "CLOSURE_WITHOUT_COURTS").await;
    let never = json!({
        "weekdays": ["monday"], "from": DAY, "until": DAY, "opens": "10:00", "closes": "12:00",
    });
    let weekly = json!({ "starts_at": null, "ends_at": null, "weekly": never });
    check(weekly, 422, "CLOSURE_WITHOUT_DAYS").await;
    let body = wish(&place, "cancel", "10:00", "12:00");
    test.post("/v1/closures", &place.member.token, body).await.refused(403, "PERMISSION_MISSING");
    assert!(test.cloud.take_executions().is_empty());
}
