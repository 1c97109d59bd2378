use facilities::{CourtTerms, NamedHours};
use kernel::{AccountId, BookingId, Currency, Money, PaymentId, jiff::SignedDuration};
use serde_json::{Value, json};

use super::*;
use crate::{Booking, CourtDay, Debt, Entry, Hold, Participant, Slots, price, samples};

/// Seven in the morning in Lima, on a Saturday.
const NOW: &str = "2026-11-21T12:00:00Z";

/// Everything that a situation borrows.
struct Desk {
    venue: Venue,
    court: Court,
    rules: Rules,
    person: Person,
    players: Vec<Player>,
    party: Party,
    days: CourtDays,
    diary: Diary,
    family: Vec<Diary>,
    now: Timestamp,
}

impl Desk {
    fn new(rules: Value) -> Self {
        let mut venue = samples::venue("America/Lima", &[("08:00", "23:00")], 30);
        let evenings: NamedHours = serde_json::from_value(json!({
            "name": "prime_time",
            "hours": { "monday": [{ "opens": "18:00", "closes": "22:00" }] },
        }))
        .unwrap();
        venue.named_hours.push(evenings);
        let mut court = samples::court(&venue, &[60, 90, 120]);
        court.groups.push("roofed".parse().unwrap());
        Self {
            venue,
            court,
            rules: serde_json::from_value(rules).unwrap(),
            person: Person::default(),
            players: Vec::new(),
            party: Party::default(),
            days: CourtDays::default(),
            diary: Diary::default(),
            family: Vec::new(),
            now: NOW.parse().unwrap(),
        }
    }

    fn with_role(rules: Value, role: &str) -> Self {
        let mut desk = Self::new(rules);
        desk.person.roles.push(role.parse().unwrap());
        desk
    }

    fn situation(&self, start: &str, minutes: u16) -> Situation<'_> {
        Situation {
            venue: &self.venue,
            court: &self.court,
            wish: Wish { start: start.parse().unwrap(), duration_minutes: minutes },
            party: &self.party,
            rules: &self.rules,
            person: &self.person,
            players: &self.players,
            days: &self.days,
            diary: &self.diary,
            family: &self.family,
            now: self.now,
        }
    }

    fn reasons(&self, start: &str, minutes: u16) -> Vec<Reason> {
        ruling(&self.situation(start, minutes)).unwrap().reasons
    }

    fn codes(&self, start: &str, minutes: u16) -> Vec<&'static str> {
        self.reasons(start, minutes).iter().map(|reason| reason.code).collect()
    }

    fn entry(&self, start: &str, minutes: u16, guests: u8) -> Entry {
        let wish = self.situation(start, minutes).wish;
        let starts_at = wish.start.resolve(self.venue.time_zone.rules()).unwrap();
        let ends_at = end(starts_at, minutes).unwrap();
        let place = (&self.venue, &self.court);
        let plan = planned(place.0, place.1, (starts_at, ends_at), minutes).unwrap();
        let booking = Booking::new(BookingId::new(), AccountId::new(), place, plan, None, self.now);
        Entry { guests, ..Entry::of(&booking, place.0, place.1) }
    }

    fn booked(mut self, start: &str, minutes: u16) -> Self {
        let entry = self.entry(start, minutes, 0);
        self.diary.entries.push(entry);
        self
    }

    fn bringing(mut self, guests: usize) -> Self {
        self.party = Party::of(vec![Participant::Guest { name: None }; guests]).unwrap();
        self
    }

    fn at(mut self, now: &str) -> Self {
        self.now = now.parse().unwrap();
        self
    }
}

fn player(level: Option<u16>, age: Option<i16>) -> Player {
    let person = Person { level_hundredths: level, age_years: age, ..Person::default() };
    Player { account_id: AccountId::new(), person, suspended_until: None }
}

#[test]
fn participants_are_asked_where_the_club_asks_and_named() {
    let rules = |must_fit: bool| {
        json!({
            "participants_must_fit": must_fit,
            "levels": [{ "sport": "padel", "min_hundredths": 200 }],
            "ages": [{ "min_years": 12, "for": { "except_roles": ["coach"] } }],
        })
    };
    let start = "2026-11-23T18:00";
    let mut desk = Desk::new(rules(true));
    (desk.person.level_hundredths, desk.person.age_years) = (Some(300), Some(30));
    desk.players =
        vec![player(Some(200), Some(12)), player(None, Some(11)), player(Some(100), None)];
    // A rule is for those whom it is for, whoever books.
    desk.players[2].person.roles.push(Role::Coach);
    let mut barred = player(Some(300), Some(40));
    barred.person.is_barred = true;
    let mut struck = player(Some(300), Some(40));
    struck.suspended_until = Some(desk.now + SignedDuration::from_secs(1));
    let mut free = player(Some(300), Some(40));
    free.suspended_until = Some(desk.now);
    desk.players.extend([barred, struck, free]);
    let who = |place: usize| json!(desk.players[place].account_id);
    let told: Vec<_> = desk
        .reasons(start, 60)
        .into_iter()
        .map(|reason| (reason.code, reason.details.unwrap()["account_id"].clone()))
        .collect();
    let expected = [
        ("MEMBER_SUSPENDED", who(3)),
        ("BOOKING_SUSPENDED", who(4)),
        ("LEVEL_UNKNOWN", who(1)),
        ("LEVEL_TOO_LOW", who(2)),
        ("TOO_YOUNG", who(1)),
    ];
    assert_eq!(told, expected);
    desk.rules = serde_json::from_value(rules(false)).unwrap();
    assert!(desk.reasons(start, 60).is_empty());
}

#[test]
fn nothing_is_against_a_usual_booking() {
    let desk = Desk::new(json!({})).booked("2026-11-23T18:00", 60);
    let ruling = ruling(&desk.situation("2026-11-23T18:00", 60)).unwrap();
    assert!(ruling.reasons.is_empty(), "{:?}", ruling.reasons);
    assert_eq!(ruling.plan.unwrap().price, price(&desk.court, 60));
}

#[test]
fn every_reason_is_told_at_once_in_the_order_of_the_rules() {
    let rules = json!({
        "windows": [{ "opens": { "kind": "days_ahead", "days": 1, "at": "08:00" } }],
        "quotas": [{ "name": "weekly", "most": { "kind": "bookings", "count": 1 }, "per": "week" }],
        "concurrent": [{ "most": 1 }],
        "guests": [{ "most_per_booking": 1 }],
        "levels": [{ "sport": "padel", "min_hundredths": 300 }],
        "ages": [{ "min_years": 18 }],
        "may_overlap": false,
    });
    let mut desk = Desk::new(rules).booked("2026-11-23T22:10", 60).bringing(2);
    desk.court.capacity = Some(2);
    desk.diary.suspended_until = Some("2026-12-01T00:00:00Z".parse().unwrap());
    let amount = Money::new(900, Currency::Ars);
    desk.diary.debts.push(Debt { payment_id: PaymentId::new(), amount, since: desk.now });
    let date = "2026-11-23".parse().unwrap();
    let slots: Slots = (260..288).collect();
    let day = CourtDay {
        court_id: desk.court.id,
        taken: slots,
        closed: slots,
        holds: Vec::<Hold>::new(),
        version: 1,
    };
    desk.days = CourtDays(vec![((desk.court.id, date), Some(day))]);
    let codes = [
        "DURATION_NOT_ALLOWED",
        "WINDOW_NOT_OPEN",
        "OFF_GRID",
        "OUTSIDE_OPENING_HOURS",
        "COURT_CLOSED",
        "SLOT_TAKEN",
        "TOO_MANY_PLAYERS",
        "TOO_MANY_GUESTS",
        "ALREADY_BOOKED_THEN",
        "QUOTA_REACHED",
        "TOO_MANY_BOOKINGS",
        "BOOKING_SUSPENDED",
        "DEBTS_OPEN",
        "LEVEL_UNKNOWN",
        "AGE_UNKNOWN",
    ];
    let ruling = ruling(&desk.situation("2026-11-23T22:10", 75)).unwrap();
    let found: Vec<_> = ruling.reasons.iter().map(|reason| reason.code).collect();
    assert_eq!(found, codes);
    let names: Vec<_> = ruling.reasons.iter().map(|reason| reason.rule).collect();
    let error = ruling.clone().allow(&[]).unwrap_err();
    assert_eq!((error.code(), error.kind()), ("DURATION_NOT_ALLOWED", kernel::Kind::Invalid));
    let details = error.details().unwrap();
    assert_eq!(details["durations_minutes"], json!([60, 90, 120]));
    assert_eq!(details["reasons"].as_array().unwrap().len(), codes.len());
    assert_eq!(details["reasons"][0]["rule"], "duration");
    assert_eq!(details["reasons"][5]["can_waitlist"], true);
    // What nobody can override refuses, whatever is named.
    let error = ruling.allow(&names).unwrap_err();
    assert_eq!(error.code(), "COURT_CLOSED");
    assert_eq!(error.details().unwrap()["reasons"].as_array().unwrap().len(), 2);
}

#[test]
fn only_what_is_named_and_can_be_is_overridden() {
    let rules = json!({ "concurrent": [{ "most": 0 }], "ages": [{ "min_years": 18 }] });
    let desk = Desk::new(rules);
    let ruling = ruling(&desk.situation("2026-11-23T18:00", 60)).unwrap();
    let error = ruling.clone().allow(&[RuleName::Concurrent]).unwrap_err();
    assert_eq!(error.code(), "AGE_UNKNOWN");
    let all = [RuleName::Age, RuleName::Quota, RuleName::Concurrent];
    let (plan, overridden) = ruling.allow(&all).unwrap();
    assert_eq!(overridden, [RuleName::Concurrent, RuleName::Age]);
    assert_eq!(plan.parts.len(), 1);
    // The past and the calendar's end are nobody's to override, nor is a start between slots.
    for (start, minutes, code) in [
        ("2026-11-21T06:30", 60, "START_IN_PAST"),
        ("2027-11-22T18:00", 60, "TOO_FAR_AHEAD"),
        ("2026-11-23T18:02", 60, "OFF_GRID"),
        ("2026-11-23T18:00", 61, "DURATION_NOT_ALLOWED"),
        ("2026-11-23T18:00", 1445, "DURATION_NOT_ALLOWED"),
        ("2026-11-23T18:00", 0, "DURATION_NOT_ALLOWED"),
    ] {
        let ruling = super::ruling(&desk.situation(start, minutes)).unwrap();
        let names: Vec<_> = ruling.reasons.iter().map(|reason| reason.rule).collect();
        assert_eq!(ruling.allow(&names).unwrap_err().code(), code, "{start}");
    }
}

#[test]
fn notice_is_the_court_s_unless_the_club_says_otherwise() {
    let rules = json!({ "notice": [{ "for": { "roles": ["coach"] }, "minutes": 0 }] });
    let terms: CourtTerms =
        serde_json::from_value(json!({ "notice": { "create_minutes": 120 } })).unwrap();
    let mut desk = Desk::new(rules);
    desk.court.terms = terms;
    // It is 07:00.
    assert_eq!(desk.codes("2026-11-21T08:30", 60), ["NOTICE_TOO_SHORT"]);
    assert!(desk.codes("2026-11-21T09:00", 60).is_empty());
    desk.person.roles.push(Role::Coach);
    assert!(desk.codes("2026-11-21T08:00", 60).is_empty());
}

#[test]
fn a_window_opens_at_its_hour_and_the_strictest_of_several_wins() {
    let week = json!({ "opens": { "kind": "days_ahead", "days": 7, "at": "08:00" } });
    let strict =
        json!({ "for": { "roles": ["guest"] }, "opens": { "kind": "hours_ahead", "hours": 48 } });
    let rules = json!({ "windows": [week, strict] });
    let desk = Desk::new(rules.clone());
    assert!(desk.codes("2026-11-27T22:00", 60).is_empty());
    let refused = desk.reasons("2026-11-28T09:00", 60);
    assert_eq!(refused[0].code, "WINDOW_NOT_OPEN");
    assert_eq!(refused[0].retry_at, Some("2026-11-21T13:00:00Z".parse().unwrap()));
    let desk = desk.at("2026-11-21T12:59:59.999Z");
    assert_eq!(desk.codes("2026-11-28T22:00", 60), ["WINDOW_NOT_OPEN"]);
    assert!(desk.at("2026-11-21T13:00:00Z").codes("2026-11-28T22:00", 60).is_empty());
    let guest = Desk::with_role(rules, "guest");
    let refused = guest.reasons("2026-11-23T18:00", 60);
    assert_eq!(refused[0].retry_at, Some("2026-11-21T23:00:00Z".parse().unwrap()));
    assert!(guest.codes("2026-11-23T07:00", 60).iter().all(|code| *code != "WINDOW_NOT_OPEN"));
}

#[test]
fn a_window_follows_the_clocks_of_the_venue() {
    let window = |opens: Value| json!({ "windows": [{ "opens": opens }] });
    let opens_at = |opens: Value, start: &str| {
        let mut desk = Desk::new(window(opens)).at("2026-10-20T12:00:00Z");
        desk.venue = samples::venue("America/New_York", &[("00:00", "24:00")], 30);
        desk.reasons(start, 60)[0].retry_at.unwrap().to_string()
    };
    let days = |at: &str| json!({ "kind": "days_ahead", "days": 7, "at": at });
    // The clocks go back on 1 November: 08:00 is 12:00Z before and 13:00Z after.
    assert_eq!(opens_at(days("08:00"), "2026-11-07T18:00"), "2026-10-31T12:00:00Z");
    assert_eq!(opens_at(days("08:00"), "2026-11-08T18:00"), "2026-11-01T13:00:00Z");
    // 01:30 comes twice that night; the window opens with the first.
    assert_eq!(opens_at(days("01:30"), "2026-11-08T18:00"), "2026-11-01T05:30:00Z");
    // Strict hours do not care for clocks.
    let hours = json!({ "kind": "hours_ahead", "hours": 168 });
    assert_eq!(opens_at(hours, "2026-11-04T18:00"), "2026-10-28T23:00:00Z");
    // 02:30 is skipped on 14 March 2027: the window opens when the clocks have gone forward.
    let opens = opens_at(days("02:30"), "2027-03-21T18:00");
    assert_eq!(opens, "2027-03-14T07:00:00Z");
}

#[test]
fn prime_time_may_be_shorter_than_the_court_allows() {
    let rules = json!({ "durations": [{ "scope": { "hours": "prime_time" }, "max_minutes": 60 }] });
    let desk = Desk::new(rules);
    assert!(desk.codes("2026-11-23T16:30", 90).is_empty());
    assert_eq!(desk.codes("2026-11-23T17:00", 90), ["DURATION_NOT_ALLOWED"]);
    assert!(desk.codes("2026-11-23T18:00", 60).is_empty());
}

#[test]
fn quotas_count_by_day_week_and_month_of_the_venue() {
    let quota = |per: &str, first: &str| {
        json!({
            "first_weekday": first,
            "quotas": [{ "name": "some", "most": { "kind": "bookings", "count": 1 }, "per": per }],
        })
    };
    let refused = |rules: Value, had: &str, start: &str| {
        Desk::new(rules).booked(had, 60).codes(start, 60) == ["QUOTA_REACHED"]
    };
    // 22:00 in Lima is the next day in UTC.
    assert!(refused(quota("day", "monday"), "2026-11-23T08:00", "2026-11-23T22:00"));
    assert!(!refused(quota("day", "monday"), "2026-11-23T22:00", "2026-11-24T08:00"));
    // 29 November 2026 is a Sunday.
    assert!(refused(quota("week", "monday"), "2026-11-23T08:00", "2026-11-29T18:00"));
    assert!(!refused(quota("week", "monday"), "2026-11-29T08:00", "2026-11-30T18:00"));
    assert!(refused(quota("week", "sunday"), "2026-11-29T08:00", "2026-11-30T18:00"));
    assert!(!refused(quota("week", "sunday"), "2026-11-28T08:00", "2026-11-29T18:00"));
    assert!(refused(quota("month", "monday"), "2026-12-01T08:00", "2026-12-31T18:00"));
    assert!(!refused(quota("month", "monday"), "2026-11-30T22:00", "2026-12-01T08:00"));
}

#[test]
fn quotas_count_what_they_are_about() {
    let quota = |more: Value| {
        let mut quota = json!({
            "name": "some", "most": { "kind": "minutes", "count": 120 }, "per": "week",
        });
        quota.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "quotas": [quota] })
    };
    let codes = |rules: Value, start: &str| {
        Desk::new(rules).booked("2026-11-23T17:00", 90).codes(start, 60)
    };
    assert_eq!(codes(quota(json!({})), "2026-11-24T18:00"), ["QUOTA_REACHED"]);
    // Half an hour of it is in prime time, and none of a Tuesday is.
    let prime = quota(json!({ "scope": { "hours": "prime_time" } }));
    assert!(codes(prime.clone(), "2026-11-24T18:00").is_empty());
    assert!(codes(prime.clone(), "2026-11-23T19:00").is_empty());
    let desk = Desk::new(prime).booked("2026-11-23T17:00", 120).booked("2026-11-23T21:00", 60);
    assert_eq!(desk.codes("2026-11-23T19:00", 60), ["QUOTA_REACHED"]);
    let other = json!({ "scope": { "groups": ["open_air"] } });
    assert!(codes(quota(other), "2026-11-24T18:00").is_empty());
    let own = json!({ "scope": { "groups": ["open_air", "roofed"] } });
    assert_eq!(codes(quota(own), "2026-11-24T18:00"), ["QUOTA_REACHED"]);
    let let_off = json!({ "for": { "except_roles": ["gold"] } });
    assert_eq!(codes(quota(let_off.clone()), "2026-11-24T18:00"), ["QUOTA_REACHED"]);
    let gold = Desk::with_role(quota(let_off), "gold").booked("2026-11-23T17:00", 90);
    assert!(gold.codes("2026-11-24T18:00", 60).is_empty());
    // Whether what is over counts is the rule's to say.
    let past = |counts: bool| {
        let rules = quota(json!({ "past_counts": counts }));
        let desk = Desk::new(rules).booked("2026-11-23T17:00", 90).at("2026-11-23T23:30:00Z");
        desk.codes("2026-11-24T18:00", 60).len()
    };
    assert_eq!((past(true), past(false)), (1, 0));
}

#[test]
fn a_family_s_bookings_count_together_and_ended_holds_do_not() {
    let quota = |of: &str| {
        json!({ "quotas": [{
            "name": "some", "most": { "kind": "bookings", "count": 1 }, "per": "week", "of": of,
        }] })
    };
    let with_family = |of: &str, until: Option<&str>| {
        let mut desk = Desk::new(quota(of));
        let mut entry = desk.entry("2026-11-23T17:00", 90, 0);
        entry.until = until.map(|until| until.parse().unwrap());
        desk.family.push(Diary { entries: vec![entry], ..Diary::default() });
        desk.codes("2026-11-24T18:00", 60)
    };
    assert_eq!(with_family("family", None), ["QUOTA_REACHED"]);
    assert!(with_family("member", None).is_empty());
    assert_eq!(with_family("family", Some("2026-11-21T12:00:01Z")), ["QUOTA_REACHED"]);
    assert!(with_family("family", Some("2026-11-21T12:00:00Z")).is_empty());
}

#[test]
fn bookings_ahead_are_limited_until_one_is_over() {
    let desk = Desk::new(json!({ "concurrent": [{ "most": 2 }] }))
        .booked("2026-11-23T18:00", 60)
        .booked("2026-11-22T18:00", 60);
    let refused = desk.reasons("2026-11-24T18:00", 60);
    assert_eq!(refused[0].code, "TOO_MANY_BOOKINGS");
    assert_eq!(refused[0].retry_at, Some("2026-11-23T00:00:00Z".parse().unwrap()));
    assert_eq!(desk.reasons("2026-11-22T08:00", 60)[0].retry_at, None);
    assert!(desk.at("2026-11-23T00:00:00Z").codes("2026-11-24T18:00", 60).is_empty());
}

#[test]
fn one_is_in_one_place_at_a_time_at_any_venue() {
    let mut desk = Desk::new(json!({ "may_overlap": false })).booked("2026-11-23T18:00", 60);
    desk.diary.entries[0].venue_id = kernel::VenueId::new();
    for (start, minutes, refused) in [
        ("2026-11-23T17:00", 60, false),
        ("2026-11-23T17:00", 90, true),
        ("2026-11-23T18:30", 60, true),
        ("2026-11-23T19:00", 60, false),
    ] {
        assert_eq!(desk.codes(start, minutes) == ["ALREADY_BOOKED_THEN"], refused, "{start}");
    }
}

#[test]
fn guests_are_limited_for_a_booking_and_a_month() {
    let rules = json!({ "guests": [{ "most_per_booking": 2, "most_per_month": 3 }] });
    let mut desk = Desk::new(rules);
    let entry = desk.entry("2026-11-22T18:00", 60, 2);
    desk.diary.entries.push(entry);
    assert!(desk.codes("2026-11-23T18:00", 60).is_empty());
    let desk = desk.bringing(1);
    assert!(desk.codes("2026-11-23T18:00", 60).is_empty());
    let desk = desk.bringing(2);
    assert_eq!(desk.codes("2026-11-23T18:00", 60), ["GUEST_QUOTA_REACHED"]);
    assert!(desk.codes("2026-12-01T18:00", 60).is_empty());
    assert_eq!(desk.bringing(3).codes("2026-12-01T18:00", 60), ["TOO_MANY_GUESTS"]);
}

#[test]
fn a_court_holds_so_many() {
    let mut desk = Desk::new(json!({})).bringing(3);
    desk.court.capacity = Some(4);
    assert!(desk.codes("2026-11-23T18:00", 60).is_empty());
    assert_eq!(desk.bringing(4).codes("2026-11-23T18:00", 60), ["TOO_MANY_PLAYERS"]);
}

#[test]
fn levels_and_ages_have_bounds() {
    let rules = json!({
        "levels": [
            { "sport": "padel", "min_hundredths": 300, "max_hundredths": 500 },
            { "sport": "tennis", "min_hundredths": 700 },
        ],
        "ages": [{ "min_years": 14, "max_years": 17 }],
    });
    let codes = |level: Option<u16>, age: Option<i16>| {
        let mut desk = Desk::new(rules.clone());
        desk.person.level_hundredths = level;
        desk.person.age_years = age;
        desk.codes("2026-11-23T18:00", 60)
    };
    assert!(codes(Some(300), Some(14)).is_empty() && codes(Some(500), Some(17)).is_empty());
    assert_eq!(codes(Some(299), Some(13)), ["LEVEL_TOO_LOW", "TOO_YOUNG"]);
    assert_eq!(codes(Some(501), Some(18)), ["LEVEL_TOO_HIGH", "TOO_OLD"]);
    assert_eq!(codes(None, None), ["LEVEL_UNKNOWN", "AGE_UNKNOWN"]);
}

#[test]
fn suspensions_end_and_debts_are_paid() {
    let mut desk = Desk::new(json!({}));
    let until = "2026-11-21T12:00:01Z".parse().unwrap();
    desk.diary.suspended_until = Some(until);
    let refused = desk.reasons("2026-11-23T18:00", 60);
    assert_eq!((refused[0].code, refused[0].retry_at), ("BOOKING_SUSPENDED", Some(until)));
    let mut desk = desk.at("2026-11-21T12:00:01Z");
    assert!(desk.codes("2026-11-23T18:00", 60).is_empty());
    let amount = Money::new(900, Currency::Ars);
    desk.diary.debts.push(Debt { payment_id: PaymentId::new(), amount, since: desk.now });
    assert_eq!(desk.codes("2026-11-23T18:00", 60), ["DEBTS_OPEN"]);
    desk.rules.debtors_may_book = true;
    assert!(desk.codes("2026-11-23T18:00", 60).is_empty());
    desk.person.is_barred = true;
    let ruling = ruling(&desk.situation("2026-11-23T18:00", 60)).unwrap();
    assert_eq!(ruling.allow(&[RuleName::Suspension]).unwrap_err().code(), "MEMBER_SUSPENDED");
}

#[test]
fn rules_that_no_venue_can_keep_are_refused() {
    let desk = Desk::new(json!({}));
    let paths = |rules: Value| {
        let rules: Rules = serde_json::from_value(rules).unwrap();
        let Err(error) = rules.check(&desk.venue) else { return Vec::new() };
        let violations = error.details().unwrap()["violations"].as_array().unwrap().clone();
        violations.iter().map(|it| it["path"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let quota = |name: &str, hours: &str| {
        json!({
            "name": name, "most": { "kind": "bookings", "count": 1 }, "per": "day",
            "scope": { "hours": hours },
        })
    };
    assert!(paths(json!({ "quotas": [quota("a", "prime_time")] })).is_empty());
    assert_eq!(paths(json!({ "quotas": [quota("a", "sunrise")] })), ["quotas[0].scope.hours"]);
    let twice = json!({ "quotas": [quota("a", "prime_time"), quota("a", "prime_time")] });
    assert_eq!(paths(twice), ["quotas[0].name", "quotas[1].name"]);
    assert_eq!(paths(json!({ "notice": [{ "minutes": 43_201 }] })), ["notice[0].minutes"]);
    let far = json!({ "windows": [{ "opens": { "kind": "days_ahead", "days": 366 } }] });
    assert_eq!(paths(far), ["windows[0].opens"]);
    let far = json!({ "windows": [{ "opens": { "kind": "hours_ahead", "hours": 8761 } }] });
    assert_eq!(paths(far), ["windows[0].opens"]);
    let ages = json!({ "ages": [{}, { "min_years": 18, "max_years": 17 }] });
    assert_eq!(paths(ages), ["ages[0]", "ages[1]"]);
    let high = json!({ "levels": [{ "sport": "padel", "min_hundredths": 701 }] });
    assert_eq!(paths(high), ["levels[0]"]);
    let many = json!({ "notice": vec![json!({ "minutes": 5 }); 31] });
    assert_eq!(paths(many), ["notice"]);
    for wrong in [
        json!({ "windows": [{ "opens": { "kind": "days_ahead", "days": 1, "at": "24:00" } }] }),
        json!({ "quota": [] }),
        json!({ "ages": [{ "roles": ["member"] }] }),
    ] {
        assert!(serde_json::from_value::<Rules>(wrong.clone()).is_err(), "{wrong}");
    }
}

#[test]
fn a_rule_book_says_what_it_must_know() {
    let needs = |rules: Value| {
        let rules = serde_json::from_value(rules).unwrap();
        RuleBook { rules, version: 1 }.needs()
    };
    assert_eq!(needs(json!({})), Needs::default());
    let family = needs(json!({ "concurrent": [{ "most": 1, "of": "family" }] }));
    assert!(family.family && !family.birth_date);
    let facts = needs(json!({
        "ages": [{ "min_years": 1 }],
        "levels": [{ "sport": "tennis", "min_hundredths": 1 }, { "sport": "tennis", "max_hundredths": 9 }],
    }));
    assert!(facts.birth_date && facts.levels.len() == 1);
    assert!(facts.cover(&Needs::default()) && facts.cover(&facts));
    assert!(!facts.cover(&family) && !family.cover(&facts));
}

#[test]
fn rules_are_kept_as_they_are_written() {
    let written = json!({
        "first_weekday": "sunday",
        "windows": [
            { "for": { "roles": ["member"] }, "opens": { "kind": "days_ahead", "days": 7, "at": "08:05" } },
        ],
    });
    let rules: Rules = serde_json::from_value(written).unwrap();
    let kept = serde_json::to_value(&rules).unwrap();
    assert_eq!(kept["windows"][0]["opens"]["at"], "08:05");
    assert_eq!(serde_json::from_value::<Rules>(kept).unwrap(), rules);
}
