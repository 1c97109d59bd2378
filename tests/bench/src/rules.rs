//! Pure rules, measured by criterion: no clock, no IO.

use std::{collections::BTreeMap, fs, hint::black_box, path::Path, time::Duration};

use booking::{CourtDay, Slots, VenueDay, free, starts};
use criterion::Criterion;
use facilities::{Court, Venue, VenueWithCourts};
use kernel::{
    AccountId, Claims, ClubId, Currency, Method, Money, Role, SessionId, VenueId,
    jiff::{SignedDuration, Timestamp, ToSpan, civil::Date},
};
use ledger::{AccountAddress, Posting, Transaction};
use payments::mercadopago::signature::{self, Signed};
use serde_json::{Value, json};
use testkit::Keys;
use web::EdgeKeys;

use crate::{
    operation,
    world::{COURTS, WEBHOOK_SECRET, court},
};

const WARM_UP: Duration = Duration::from_millis(500);
const MEASURED: Duration = Duration::from_secs(2);

/// A rule and what it takes.
pub(crate) struct Rule {
    pub(crate) name: &'static str,
    pub(crate) microseconds: f64,
}

/// Measures every rule. Criterion keeps its samples in `folder`, and tells what changed since the last run.
pub(crate) fn measure(folder: &Path) -> Vec<Rule> {
    let mut criterion = Criterion::default()
        .without_plots()
        .warm_up_time(WARM_UP)
        .measurement_time(MEASURED)
        .output_directory(folder);
    let mut measured = Vec::new();
    let mut rule = |name: &'static str, run: &mut dyn FnMut()| {
        criterion.bench_function(name, |bencher| bencher.iter(&mut *run));
        measured.push(Rule { name, microseconds: median(folder, name) });
    };
    availability(&mut rule);
    week_of_many_courts(&mut rule);
    slots(&mut rule);
    postings(&mut rule);
    webhook(&mut rule);
    token(&mut rule);
    measured
}

/// Criterion's own estimate of the median.
fn median(folder: &Path, name: &str) -> f64 {
    let path = folder.join(name).join("new/estimates.json");
    let text = fs::read_to_string(path).expect("criterion writes its estimates");
    let estimates: Value = serde_json::from_str(&text).expect("estimates are JSON");
    estimates["median"]["point_estimate"].as_f64().expect("a median, in nanoseconds") / 1_000.0
}

type Measure<'a> = &'a mut dyn FnMut(&'static str, &mut dyn FnMut());

fn noon() -> Timestamp {
    "2026-11-20T12:00:00Z".parse().expect("an instant")
}

/// Every second hour of every court is taken, as in the operation of that name.
fn availability(rule: Measure<'_>) {
    let hours = json!([{ "opens": "08:00", "closes": "23:00" }]);
    let venue: Venue = serde_json::from_value(json!({
        "id": VenueId::new(), "name": "Centro", "time_zone": "America/Argentina/Buenos_Aires",
        "opening_hours": { "saturday": hours }, "start_every_minutes": 30, "status": "active",
        "version": 1, "created_at": noon(),
    }))
    .expect("a venue");
    let courts: Vec<_> = (1..=COURTS).map(|number| court(&venue, number, noon())).collect();
    let taken: Slots = (96..276).filter(|slot| slot / 12 % 2 == 0).collect();
    let days = courts.iter().map(|court| CourtDay {
        court_id: court.id,
        taken,
        holds: Vec::new(),
        closed: Slots::default(),
        version: 1,
    });
    let date = "2026-11-21".parse().expect("a day");
    let days = [VenueDay { date, courts: days.collect() }];
    let venue = VenueWithCourts { venue, courts };
    rule("availability of 20 courts", &mut || {
        let starts = starts(black_box(&venue), date, 60, noon()).expect("starts");
        black_box(free(&venue, None, 60, &starts, &days, noon()));
    });
}

/// Five venues of a hundred courts, seven days: every second hour of every court is taken.
fn week_of_many_courts(rule: Measure<'_>) {
    let hours = json!([{ "opens": "08:00", "closes": "23:00" }]);
    let week: BTreeMap<_, _> =
        ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
            .into_iter()
            .map(|day| (day, hours.clone()))
            .collect();
    let venue: Venue = serde_json::from_value(json!({
        "id": VenueId::new(), "name": "Centro", "time_zone": "America/Argentina/Buenos_Aires",
        "opening_hours": week, "start_every_minutes": 30, "status": "active",
        "version": 1, "created_at": noon(),
    }))
    .expect("a venue");
    let courts: Vec<_> = (1..=100).map(|number| court(&venue, number, noon())).collect();
    let taken: Slots = (96..276).filter(|slot| slot / 12 % 2 == 0).collect();
    let date: Date = "2026-11-21".parse().expect("a day");
    let day = |date| {
        let court = |court: &Court| CourtDay {
            court_id: court.id,
            taken,
            holds: Vec::new(),
            closed: Slots::default(),
            version: 1,
        };
        [VenueDay { date, courts: courts.iter().map(court).collect() }]
    };
    let days: Vec<_> = date.series(1.day()).take(7).map(day).collect();
    let venue = VenueWithCourts { venue, courts };
    rule("availability of 500 courts for 7 days", &mut || {
        for day in (0..5).flat_map(|_| &days) {
            let starts = starts(black_box(&venue), day[0].date, 60, noon()).expect("starts");
            black_box(free(&venue, None, 60, &starts, day, noon()));
        }
    });
}

fn slots(rule: Measure<'_>) {
    let evening: Slots = (216..234).collect();
    let taken: Slots = (96..216).collect();
    rule("slot sets meet, join and part", &mut || {
        let (evening, taken) = (black_box(evening), black_box(taken));
        black_box((evening.meets(taken), evening.with(taken), taken.without(evening)));
    });
}

/// A payment with the provider's fee: three postings.
fn postings(rule: Measure<'_>) {
    let money = |amount| Money::new(amount, Currency::Ars);
    let posting =
        |name: &'static str, amount| Posting::debit(AccountAddress::fixed(name), money(amount));
    let postings = vec![
        posting("assets:mercadopago", 1_150_000),
        posting("expenses:mercadopago_fees", 50_000),
        posting("income:court_bookings", -1_200_000),
    ];
    rule("ledger transaction balances", &mut || {
        let reference = "payment:pay_1:approved".parse().expect("a reference");
        let postings = black_box(postings.clone());
        black_box(Transaction::new(reference, "", postings, noon()).expect("a sound transaction"));
    });
}

fn webhook(rule: Measure<'_>) {
    let header = operation::signature("123", "r-1", noon().as_second());
    rule("webhook signature verified", &mut || {
        let signed = Signed {
            data_id: Some("123"),
            request_id: Some("r-1"),
            signature: Some(black_box(&header)),
        };
        signature::verify(WEBHOOK_SECRET, signed, noon(), SignedDuration::from_mins(5))
            .expect("a genuine signature");
    });
}

fn token(rule: Measure<'_>) {
    const ISSUER: &str = "https://api.clubpulse.test";
    let keys = Keys::generate();
    let document = serde_json::from_value(keys.edge_secret()).expect("the edge's keys");
    let edge = EdgeKeys::new(document).expect("the edge's keys");
    let token = keys.sign(&Claims {
        iss: ISSUER.to_owned(),
        aud: Claims::AUDIENCE.to_owned(),
        sub: AccountId::new(),
        club: Some(ClubId::new()),
        roles: vec![Role::Member],
        permissions: Role::Member.permissions().iter().copied().collect(),
        venues: BTreeMap::new(),
        sid: SessionId::new(),
        amr: vec![Method::Pwd],
        auth_time: noon().as_second(),
        mfa: false,
        iat: noon().as_second(),
        exp: noon().as_second() + Claims::LIFETIME_SECONDS,
    });
    rule("access token verified", &mut || {
        black_box(web::token::verify(black_box(&token), &edge, ISSUER, noon()).expect("claims"));
    });
}
