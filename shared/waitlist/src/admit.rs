//! Whether somebody may wait.

use booking::{Party, VenueDay};
use facilities::{VenueWithCourts, venue_retired};
use kernel::{
    AccountId, Error, Result, Role, STEP_MINUTES, TimeOfDay, WaitlistEntryId,
    jiff::{SignedDuration, Timestamp, civil::Date},
};

use crate::{
    DayList, Entry, PolicyTerms, Status, Waiter, Wanted,
    error::{
        already_waiting, list_full, no_court_fits, slot_free, time_invalid, time_over,
        too_many_entries,
    },
    place::{places, wall},
};

/// So many entries a venue's day ever has: its list is read whole.
const DAY_MOST: usize = 500;

/// What somebody waits for.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields are the entry's")]
pub struct Wish {
    pub account_id: AccountId,
    pub date: Date,
    pub courts: Wanted,
    pub from: TimeOfDay,
    pub until: TimeOfDay,
    pub duration_minutes: u16,
    /// Until the last start if absent.
    pub expires_at: Option<Timestamp>,
    pub party: Party,
    pub roles: Vec<Role>,
}

/// The new entry.
///
/// `VENUE_RETIRED`, `WAITLIST_TIME_INVALID`, `DATE_IN_PAST`, `TOO_FAR_AHEAD`, `NO_COURT_FITS`,
/// `WAITLIST_TIME_OVER`, `ALREADY_WAITING`, `WAITLIST_FULL`, `TOO_MANY_ENTRIES`; `SLOT_FREE` while there is
/// something that fits.
pub fn admit(
    (id, wish): (WaitlistEntryId, Wish),
    (venue, terms): (&VenueWithCourts, &PolicyTerms),
    (list, waiter): (&DayList, &Waiter),
    days: &[VenueDay],
    now: Timestamp,
) -> Result<Entry> {
    let entry = entry(id, wish, venue, list, now)?;
    check_caps(&entry, terms, list, waiter, now)?;
    let free = places(venue, &entry, days, None, now);
    if free.is_empty() { Ok(entry) } else { Err(slot_free(&venue.venue, &free)) }
}

/// The entry, if its wish makes sense at this venue.
fn entry(
    id: WaitlistEntryId,
    wish: Wish,
    venue: &VenueWithCourts,
    list: &DayList,
    now: Timestamp,
) -> Result<Entry> {
    if venue.venue.status == facilities::Status::Retired {
        return Err(venue_retired());
    }
    let Wish { date, from, until, duration_minutes: minutes, .. } = wish;
    let span = until.minutes().saturating_sub(from.minutes());
    if minutes == 0 || minutes > span || !minutes.is_multiple_of(STEP_MINUTES) {
        return Err(time_invalid());
    }
    let courts = wish.courts.tidy().ok_or_else(no_court_fits)?;
    let fits =
        |court: &facilities::Court| courts.has(court) && court.durations_minutes.allow(minutes);
    if !venue.active_courts().any(fits) {
        return Err(no_court_fits());
    }
    booking::starts(venue, date, minutes, now)?;
    let last_start = last_start(venue, date, until, minutes)?;
    let expires_at = wish.expires_at.map_or(last_start, |at| at.min(last_start));
    if expires_at <= now {
        return Err(time_over());
    }
    Ok(Entry {
        id,
        number: list.day.version + 1,
        account_id: wish.account_id,
        venue_id: venue.venue.id,
        date,
        courts,
        from,
        until,
        duration_minutes: minutes,
        expires_at,
        party: wish.party,
        roles: wish.roles,
        joined_at: now,
        status: Status::Waiting,
        offer: None,
        told: Vec::new(),
        booking_id: None,
        ended_at: None,
        version: 1,
    })
}

fn last_start(
    venue: &VenueWithCourts,
    date: Date,
    until: TimeOfDay,
    minutes: u16,
) -> Result<Timestamp> {
    let out_of_range =
        |cause| Error::internal("a time is outside the range of the calendar").with_source(cause);
    let zone = venue.venue.time_zone.rules();
    let end = zone.to_timestamp(wall(date, until)).map_err(out_of_range)?;
    end.checked_sub(SignedDuration::from_mins(i64::from(minutes))).map_err(out_of_range)
}

fn check_caps(
    entry: &Entry,
    terms: &PolicyTerms,
    list: &DayList,
    waiter: &Waiter,
    now: Timestamp,
) -> Result<()> {
    let waiting = || list.entries.iter().filter(|other| other.waits(now));
    let same = |other: &Entry| {
        other.account_id == entry.account_id
            && other.courts == entry.courts
            && other.duration_minutes == entry.duration_minutes
            && (other.from, other.until) == (entry.from, entry.until)
    };
    if waiting().any(same) {
        return Err(already_waiting());
    }
    let most = terms.per_day_and_group.get();
    let in_group = waiting().filter(|other| other.courts == entry.courts).count();
    if in_group >= usize::from(most) || list.entries.len() >= DAY_MOST {
        return Err(list_full(most));
    }
    let most = terms.per_member.get();
    if waiter.waiting(now) >= usize::from(most) {
        return Err(too_many_entries(most));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use booking::{CourtDay, Slots};
    use kernel::jiff::ToSpan;

    use super::*;
    use crate::samples;

    const NOW: &str = "2026-11-20T12:00:00Z";

    fn wish() -> Wish {
        Wish {
            account_id: AccountId::new(),
            date: samples::date(),
            courts: Wanted::Any,
            from: "18:00".to_owned().try_into().unwrap(),
            until: "20:00".to_owned().try_into().unwrap(),
            duration_minutes: 60,
            expires_at: None,
            party: Party::default(),
            roles: Vec::new(),
        }
    }

    /// All courts are taken all day.
    fn full(venue: &VenueWithCourts) -> Vec<VenueDay> {
        let day = |court: &facilities::Court| CourtDay {
            court_id: court.id,
            taken: (0..288).collect::<Slots>(),
            holds: Vec::new(),
            closed: Slots::default(),
            version: 1,
        };
        vec![VenueDay { date: samples::date(), courts: venue.courts.iter().map(day).collect() }]
    }

    fn asked(
        venue: &VenueWithCourts,
        wish: Wish,
        list: &DayList,
        waiter: &Waiter,
    ) -> Result<Entry> {
        let terms: PolicyTerms =
            serde_json::from_str(r#"{"per_day_and_group": 2, "per_member": 2}"#).unwrap();
        let id = WaitlistEntryId::new();
        let now = NOW.parse().unwrap();
        admit((id, wish), (venue, &terms), (list, waiter), &full(venue), now)
    }

    fn code(wish: Wish) -> &'static str {
        let venue = samples::venue(1);
        asked(&venue, wish, &DayList::default(), &Waiter::default()).unwrap_err().code()
    }

    #[test]
    fn a_wish_waits_until_its_last_start_or_the_member_s_own_deadline() {
        let venue = samples::venue(1);
        let (list, waiter) = (DayList::default(), Waiter::default());
        let entry = asked(&venue, wish(), &list, &waiter).unwrap();
        assert_eq!(entry.expires_at.to_string(), "2026-11-21T22:00:00Z");
        assert_eq!(entry.number, 1);
        for (deadline, expected) in [
            ("2026-11-21T10:00:00Z", "2026-11-21T10:00:00Z"),
            ("2026-12-24T10:00:00Z", "2026-11-21T22:00:00Z"),
        ] {
            let wish = Wish { expires_at: deadline.parse().ok(), ..wish() };
            let entry = asked(&venue, wish, &list, &waiter).unwrap();
            assert_eq!(entry.expires_at.to_string(), expected);
        }
    }

    #[test]
    fn a_wish_that_cannot_be_fulfilled_is_refused() {
        let past = Wish { expires_at: NOW.parse().ok(), ..wish() };
        assert_eq!(code(past), "WAITLIST_TIME_OVER");
        assert_eq!(code(Wish { duration_minutes: 125, ..wish() }), "WAITLIST_TIME_INVALID");
        assert_eq!(code(Wish { duration_minutes: 62, ..wish() }), "WAITLIST_TIME_INVALID");
        assert_eq!(code(Wish { duration_minutes: 75, ..wish() }), "NO_COURT_FITS");
        assert_eq!(code(Wish { courts: Wanted::CourtIds(Vec::new()), ..wish() }), "NO_COURT_FITS");
        let group = Wanted::Group("clay".parse().unwrap());
        assert_eq!(code(Wish { courts: group, ..wish() }), "NO_COURT_FITS");
        let date = |days: i64| samples::date().checked_add(days.days()).unwrap();
        assert_eq!(code(Wish { date: date(-2), ..wish() }), "DATE_IN_PAST");
        assert_eq!(code(Wish { date: date(400), ..wish() }), "TOO_FAR_AHEAD");
        let today = Wish {
            date: date(-1),
            from: "08:00".to_owned().try_into().unwrap(),
            until: "10:00".to_owned().try_into().unwrap(),
            ..wish()
        };
        assert_eq!(code(today), "WAITLIST_TIME_OVER");
    }

    #[test]
    fn nobody_waits_for_what_is_free() {
        let venue = samples::venue(2);
        let id = WaitlistEntryId::new();
        let mut days = full(&venue);
        days[0].courts.pop();
        let (list, waiter) = (DayList::default(), Waiter::default());
        let given = (&venue, &PolicyTerms::default());
        let now = NOW.parse().unwrap();
        let refused = admit((id, wish()), given, (&list, &waiter), &days, now).unwrap_err();
        assert_eq!(refused.code(), "SLOT_FREE");
        let free = refused.details().unwrap()["free"].clone();
        assert_eq!(free.as_array().unwrap().len(), 3);
        assert_eq!(free[0]["starts_at"], "2026-11-21T18:00:00-03:00");
        assert_eq!(free[0]["court_id"], serde_json::json!(venue.courts[1].id));
    }

    #[test]
    fn caps_count_who_still_waits() {
        let venue = samples::venue(1);
        let waiter = Waiter::default();
        let first = samples::entry(&venue, "18:00", "20:00", 60);
        let again = Wish { account_id: first.account_id, ..wish() };
        let mut list = DayList { entries: vec![first], ..DayList::default() };
        assert_eq!(asked(&venue, again, &list, &waiter).unwrap_err().code(), "ALREADY_WAITING");
        assert!(asked(&venue, wish(), &list, &waiter).is_ok());
        list.entries.push(samples::entry(&venue, "08:00", "10:00", 60));
        assert_eq!(asked(&venue, wish(), &list, &waiter).unwrap_err().code(), "WAITLIST_FULL");
        let padel = Wish { courts: Wanted::Sport(kernel::Sport::Padel), ..wish() };
        assert!(asked(&venue, padel, &list, &waiter).is_ok());
        list.entries[1] = list.entries[1].left(NOW.parse().unwrap()).unwrap();
        assert!(asked(&venue, wish(), &list, &waiter).is_ok());
        let mut waiter = Waiter::default();
        for until in ["2026-11-21T10:00:00Z", "2026-11-22T10:00:00Z", NOW] {
            waiter.entries.insert(WaitlistEntryId::new(), until.parse().unwrap());
        }
        assert_eq!(asked(&venue, wish(), &list, &waiter).unwrap_err().code(), "TOO_MANY_ENTRIES");
        waiter.entries.pop_first();
        assert!(asked(&venue, wish(), &list, &waiter).is_ok());
    }
}
