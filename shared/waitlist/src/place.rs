//! Where and when a wish could be fulfilled.

use booking::{Freed, LocalStart, VenueDay, local_text};
use facilities::{Court, VenueWithCourts};
use kernel::{
    CourtId, Error, Result, TimeOfDay,
    jiff::{
        SignedDuration, Timestamp,
        civil::{Date, DateTime},
        tz::TimeZone,
    },
};

use crate::{Entry, entry::touches};

/// A court and a time that are free, and would fulfil a wish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Which court.
    pub court_id: CourtId,
    /// The courts whose days it takes.
    pub takes: Vec<CourtId>,
    /// From when.
    pub starts_at: Timestamp,
    /// Until when.
    pub ends_at: Timestamp,
}

impl Place {
    /// Its start on the venue's clock, as a booking asks for it.
    pub fn start(&self, zone: &TimeZone) -> Result<LocalStart> {
        local_text(zone, self.starts_at)
            .parse()
            .map_err(|_| Error::internal("a start is not a local time"))
    }
}

/// The places that would fulfil a wish now, by start and then as the venue lists its courts; if something came
/// free, only those that have some of it. None of a day that is over.
pub fn places(
    venue: &VenueWithCourts,
    entry: &Entry,
    days: &[VenueDay],
    freed: Option<&Freed>,
    now: Timestamp,
) -> Vec<Place> {
    let minutes = entry.duration_minutes;
    let Ok(starts) = booking::starts(venue, entry.date, minutes, now) else {
        return Vec::new();
    };
    let zone = venue.venue.time_zone.rules();
    let (from, until) = (wall(entry.date, entry.from), wall(entry.date, entry.until));
    let fits = |court: &Court, starts_at: Timestamp, ends_at: Timestamp| {
        from <= zone.to_datetime(starts_at)
            && zone.to_datetime(ends_at) <= until
            && freed.is_none_or(|freed| touches(freed, court, (starts_at, ends_at)))
    };
    let mut places = Vec::new();
    for free in booking::free(venue, None, minutes, &starts, days, now) {
        if !entry.courts.has(free.court) {
            continue;
        }
        for start in free.starts.iter().map(|place| &starts[*place]) {
            if fits(free.court, start.starts_at, start.ends_at) {
                places.push(Place {
                    court_id: free.court.id,
                    takes: free.court.takes().to_vec(),
                    starts_at: start.starts_at,
                    ends_at: start.ends_at,
                });
            }
        }
    }
    places.sort_by_key(|place| place.starts_at);
    places
}

/// A time of a day on the wall; `24:00` is the next day's first.
pub(crate) fn wall(date: Date, time: TimeOfDay) -> DateTime {
    let minutes = SignedDuration::from_mins(i64::from(time.minutes()));
    date.at(0, 0, 0, 0).saturating_add(minutes)
}

#[cfg(test)]
mod tests {
    use booking::{CourtDay, Slots};

    use super::*;
    use crate::{Wanted, samples};

    const NOW: &str = "2026-11-20T12:00:00Z";

    fn found(
        venue: &VenueWithCourts,
        entry: &Entry,
        days: &[VenueDay],
        freed: Option<&Freed>,
    ) -> Vec<String> {
        let zone = venue.venue.time_zone.rules();
        let text = |place: &Place| {
            let court = venue.courts.iter().find(|court| court.id == place.court_id).unwrap();
            format!("{} {}", court.name.as_str(), &local_text(zone, place.starts_at)[11..16])
        };
        places(venue, entry, days, freed, NOW.parse().unwrap()).iter().map(text).collect()
    }

    fn day(taken: &[(CourtId, u16)]) -> VenueDay {
        let court = |(court_id, hour): &(CourtId, u16)| CourtDay {
            court_id: *court_id,
            taken: (hour * 12..hour * 12 + 12).collect::<Slots>(),
            holds: Vec::new(),
            closed: Slots::default(),
            version: 1,
        };
        VenueDay { date: samples::date(), courts: taken.iter().map(court).collect() }
    }

    #[test]
    fn a_place_lies_within_the_wish_and_is_free() {
        let venue = samples::venue(2);
        let entry = samples::entry(&venue, "18:00", "20:00", 60);
        let all = ["A 18:00", "B 18:00", "A 18:30", "B 18:30", "A 19:00", "B 19:00"];
        assert_eq!(found(&venue, &entry, &[day(&[])], None), all);
        let taken = day(&[(venue.courts[0].id, 18), (venue.courts[1].id, 19)]);
        assert_eq!(found(&venue, &entry, &[taken], None), ["B 18:00", "A 19:00"]);
    }

    #[test]
    fn of_freed_time_only_what_touches_it_is_a_place() {
        let venue = samples::venue(2);
        let entry = samples::entry(&venue, "17:00", "24:00", 60);
        let freed = Freed {
            venue_id: venue.venue.id,
            courts: vec![venue.courts[1].id],
            starts_at: "2026-11-21T21:00:00Z".parse().unwrap(),
            ends_at: "2026-11-21T22:00:00Z".parse().unwrap(),
        };
        let expected = ["B 17:30", "B 18:00", "B 18:30"];
        assert_eq!(found(&venue, &entry, &[day(&[])], Some(&freed)), expected);
    }

    #[test]
    fn a_half_that_comes_free_may_free_the_whole() {
        let mut venue = samples::venue(3);
        let halves = vec![venue.courts[0].id, venue.courts[1].id];
        venue.courts[2].made_of.clone_from(&halves);
        let mut entry = samples::entry(&venue, "18:00", "19:00", 60);
        entry.courts = Wanted::CourtIds(vec![venue.courts[2].id]);
        let freed = Freed {
            venue_id: venue.venue.id,
            courts: vec![halves[0]],
            starts_at: "2026-11-21T21:00:00Z".parse().unwrap(),
            ends_at: "2026-11-21T22:00:00Z".parse().unwrap(),
        };
        assert_eq!(found(&venue, &entry, &[day(&[])], Some(&freed)), ["C 18:00"]);
        let other_half_taken = day(&[(halves[1], 18)]);
        assert!(found(&venue, &entry, &[other_half_taken], Some(&freed)).is_empty());
    }

    #[test]
    fn what_was_offered_is_not_offered_again_nor_any_part_of_it() {
        let venue = samples::venue(1);
        let entry = samples::entry(&venue, "18:00", "21:00", 60);
        let places = places(&venue, &entry, &[day(&[])], None, NOW.parse().unwrap());
        let entry = entry.told_of(&places[1]);
        let known: Vec<_> = places.iter().map(|place| entry.knows(place)).collect();
        assert_eq!(known, [true, true, true, false, false]);
    }
}
