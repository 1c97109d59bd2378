//! How old somebody is, by the club's calendar.

use kernel::{
    LocalDate, Violation,
    jiff::{Timestamp, tz::TimeZone},
};

/// Whoever is this old is of age.
pub const ADULT_FROM_YEARS: i16 = 18;
/// Nobody is older.
const OLDEST_YEARS: i16 = 130;

/// The day that it is in this zone.
pub fn today(now: Timestamp, zone: &TimeZone) -> LocalDate {
    now.to_zoned(zone.clone()).date().into()
}

/// Full years since a birth; who was born on 29 February turns on 1 March in other years.
pub fn age_on(birth: LocalDate, today: LocalDate) -> i16 {
    let (birth, today) = (birth.get(), today.get());
    let had_birthday = (today.month(), today.day()) >= (birth.month(), birth.day());
    today.year() - birth.year() - i16::from(!had_birthday)
}

/// A day on which somebody who lives can have been born.
pub fn check_birth_date(birth: LocalDate, today: LocalDate) -> Result<(), Violation> {
    let fits = birth <= today && age_on(birth, today) <= OLDEST_YEARS;
    fits.then_some(()).ok_or_else(|| Violation {
        path: "birth_date".to_owned(),
        message: "must be a day in the past, at most 130 years ago".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> LocalDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_year_is_full_on_the_birthday() {
        let age = |birth: &str, today: &str| age_on(day(birth), day(today));
        assert_eq!(age("2008-11-21", "2026-11-20"), 17);
        assert_eq!(age("2008-11-20", "2026-11-20"), 18);
        assert_eq!(age("2008-02-29", "2026-02-28"), 17);
        assert_eq!(age("2008-02-29", "2026-03-01"), 18);
        assert_eq!(age("2026-11-20", "2026-11-20"), 0);
    }

    #[test]
    fn nobody_is_born_tomorrow_or_in_another_century() {
        let today = day("2026-11-20");
        assert!(check_birth_date(today, today).is_ok());
        assert!(check_birth_date(day("1896-11-20"), today).is_ok());
        for wrong in ["2026-11-21", "1895-11-20"] {
            assert_eq!(check_birth_date(day(wrong), today).unwrap_err().path, "birth_date");
        }
    }

    #[test]
    fn a_day_is_the_zone_s() {
        let now = "2026-11-20T02:00:00Z".parse().unwrap();
        let zone = TimeZone::get("America/Lima").unwrap();
        assert_eq!(today(now, &zone), day("2026-11-19"));
        assert_eq!(today(now, &TimeZone::UTC), day("2026-11-20"));
    }
}
