//! What is nearest to a wish that was refused: the same court at other times, other courts at the same time.

use facilities::Court;
use kernel::jiff::Timestamp;

use crate::{OpenDay, OpenTime};

/// The most other times, and the most other courts.
pub const OTHERS: usize = 5;

/// What is free instead, each list best first.
#[derive(Debug)]
pub struct Nearest<'a> {
    /// The same court: the least time before or after first, of two as near the earlier.
    pub times: Vec<OpenTime>,
    /// The same time: the courts that are most like the one that was asked for first.
    pub courts: Vec<(&'a Court, OpenTime)>,
}

/// The free times nearest to a court at an instant. What was asked for is among them, if it is free after all.
pub fn nearest<'a>(asked: &Court, at: Timestamp, open: &[OpenDay<'a>]) -> Nearest<'a> {
    let all = || open.iter().flat_map(|day| &day.courts);
    let own = all().filter(|open| open.court.id == asked.id);
    let mut times: Vec<_> = own.flat_map(|open| open.times.iter().copied()).collect();
    times.sort_by_key(|time| (time.starts_at.duration_since(at).abs(), time.starts_at));
    times.truncate(OTHERS);
    let others = all().filter(|open| open.court.id != asked.id && open.court.sport == asked.sport);
    let mut courts: Vec<_> = others
        .filter_map(|open| {
            let time = open.times.iter().find(|time| time.starts_at == at)?;
            Some((open.court, *time))
        })
        .collect();
    courts.sort_by_key(|(court, _)| (unlikeness(asked, court), court.id));
    courts.truncate(OTHERS);
    Nearest { times, courts }
}

/// In how much another court differs, weightiest first: the roof, the surface, the groups, the lights.
fn unlikeness(asked: &Court, other: &Court) -> [bool; 4] {
    let shares_group = asked.groups.iter().any(|group| other.groups.contains(group));
    let without_group = asked.groups.is_empty() && other.groups.is_empty();
    [
        asked.indoor != other.indoor,
        asked.surface != other.surface,
        !(shares_group || without_group),
        asked.lights != other.lights,
    ]
}

#[cfg(test)]
mod tests {
    use facilities::{Sport, Surface, VenueWithCourts};
    use kernel::jiff::SignedDuration;

    use super::*;
    use crate::{OpenCourt, text_samples};

    fn hour(text: &str) -> OpenTime {
        let starts_at: Timestamp = text.parse().unwrap();
        OpenTime { starts_at, ends_at: starts_at + SignedDuration::from_hours(1) }
    }

    /// A venue with courts, as these changes make them.
    fn with_courts(changes: &[fn(&mut Court)]) -> VenueWithCourts {
        let venue = text_samples::venue("America/Lima");
        let court = |change: &fn(&mut Court)| {
            let mut court = text_samples::court(&venue);
            change(&mut court);
            court
        };
        let courts = changes.iter().map(court).collect();
        VenueWithCourts { venue, courts }
    }

    fn open<'a>(venue: &'a VenueWithCourts, times: &[Vec<OpenTime>]) -> OpenDay<'a> {
        let courts = venue.courts.iter().zip(times);
        let courts = courts.map(|(court, times)| OpenCourt { court, times: times.clone() });
        let date = "2026-11-21".parse().unwrap();
        OpenDay { venue, date, courts: courts.collect() }
    }

    #[test]
    fn other_times_of_the_court_are_nearest_first_over_all_days() {
        let venue = with_courts(&[|_| {}]);
        let texts = ["T10:00Z", "T16:00Z", "T17:00Z", "T19:00Z", "T23:00Z"];
        let today = texts.map(|text| hour(&format!("2026-11-21{text}")));
        let tomorrow = ["T01:00Z", "T12:00Z"].map(|text| hour(&format!("2026-11-22{text}")));
        let days = [open(&venue, &[today.to_vec()]), open(&venue, &[tomorrow.to_vec()])];
        let at = "2026-11-21T18:00Z".parse().unwrap();
        let found = nearest(&venue.courts[0], at, &days);
        let expected = [today[2], today[3], today[1], today[4], tomorrow[0]];
        assert_eq!(found.times, expected);
        assert!(found.courts.is_empty());
    }

    #[test]
    fn other_courts_at_the_time_are_most_alike_first() {
        let venue = with_courts(&[
            |_| {},
            |court| court.indoor = true,
            |court| court.surface = Surface::Hard,
            |court| court.sport = Sport::Padel,
            |court| court.lights = true,
            |_| {},
            |_| {},
        ]);
        let at = hour("2026-11-21T18:00Z");
        let mut times = vec![vec![at]; 7];
        times[0] = Vec::new();
        // Another time is no help.
        times[6] = vec![hour("2026-11-21T19:00Z")];
        let found = nearest(&venue.courts[0], at.starts_at, &[open(&venue, &times)]);
        let places = found.courts.iter().map(|(court, time)| {
            assert_eq!(*time, at);
            venue.courts.iter().position(|one| one.id == court.id).unwrap()
        });
        assert_eq!(places.collect::<Vec<_>>(), [5, 4, 2, 1]);
        assert!(found.times.is_empty());
    }

    #[test]
    fn no_list_is_longer_than_five() {
        let same: fn(&mut Court) = |_| {};
        let venue = with_courts(&[same; 9]);
        let at = hour("2026-11-21T18:00Z");
        let day = open(&venue, &vec![vec![at; 9]; 9]);
        let found = nearest(&venue.courts[0], at.starts_at, &[day]);
        assert_eq!((found.times.len(), found.courts.len()), (OTHERS, OTHERS));
    }
}
