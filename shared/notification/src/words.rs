//! Days, hours, zones and money as people of each language write them. All hours are of 24.

use kernel::{
    Currency, Money,
    jiff::{Zoned, tz::Offset},
};

use crate::{Language, LeftOut};

const WEEKDAYS: [(Language, [&str; 7]); 3] = [
    (Language::Spanish, ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"]),
    (
        Language::English,
        ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    ),
    (
        Language::Portuguese,
        [
            "segunda-feira",
            "terça-feira",
            "quarta-feira",
            "quinta-feira",
            "sexta-feira",
            "sábado",
            "domingo",
        ],
    ),
];

const MONTHS: [(Language, &str); 3] = [
    (
        Language::Spanish,
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    ),
    (
        Language::English,
        "January February March April May June July August September October November December",
    ),
    (
        Language::Portuguese,
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    ),
];

/// `jueves 26 de noviembre de 2026`.
pub(crate) fn day(language: Language, at: &Zoned) -> String {
    let weekday = WEEKDAYS.iter().find(|(known, _)| *known == language).map_or("", |(_, names)| {
        names[usize::from(at.weekday().to_monday_zero_offset().unsigned_abs())]
    });
    let month = MONTHS
        .iter()
        .find(|(known, _)| *known == language)
        .and_then(|(_, names)| names.split(' ').nth(usize::from(at.month().unsigned_abs()) - 1))
        .unwrap_or_default();
    let (day, year) = (at.day(), at.year());
    match language {
        Language::Spanish => format!("{weekday} {day} de {month} de {year}"),
        Language::English => format!("{weekday} {day} {month} {year}"),
        Language::Portuguese => format!("{weekday}, {day} de {month} de {year}"),
    }
}

/// `18:00`.
pub(crate) fn hour(at: &Zoned) -> String {
    format!("{:02}:{:02}", at.hour(), at.minute())
}

/// `de 18:00 a 19:30`.
pub(crate) fn hours(language: Language, from: &Zoned, to: &Zoned) -> String {
    let (from, to) = (hour(from), hour(to));
    match language {
        Language::Spanish => format!("de {from} a {to}"),
        Language::English => format!("{from} to {to}"),
        Language::Portuguese => format!("das {from} às {to}"),
    }
}

/// `ocupada`: why a date of a series could not be what was asked for.
pub(crate) fn left_out(language: Language, why: LeftOut) -> &'static str {
    match (why, language) {
        (LeftOut::Taken, Language::Spanish) => "la cancha está ocupada",
        (LeftOut::Taken, Language::English) => "the court is taken",
        (LeftOut::Taken, Language::Portuguese) => "a quadra está ocupada",
        (LeftOut::Closed, Language::Spanish) => "el club está cerrado",
        (LeftOut::Closed, Language::English) => "the club is closed",
        (LeftOut::Closed, Language::Portuguese) => "o clube está fechado",
        (LeftOut::TooLate, Language::Spanish) => "ya es tarde",
        (LeftOut::TooLate, Language::English) => "it is too late for it",
        (LeftOut::TooLate, Language::Portuguese) => "já é tarde",
        (LeftOut::Rules, Language::Spanish) => "las reglas del club no lo permiten",
        (LeftOut::Rules, Language::English) => "the club's rules do not allow it",
        (LeftOut::Rules, Language::Portuguese) => "as regras do clube não permitem",
    }
}

/// `hora de Buenos Aires, UTC-3`: the zone's city, and the offset, which tells apart an hour that a
/// change of clocks repeats.
pub(crate) fn zone(language: Language, at: &Zoned) -> String {
    let offset = offset(at.offset());
    let city = at
        .time_zone()
        .iana_name()
        .and_then(|name| name.rsplit_once('/'))
        .map(|(_, city)| city.replace('_', " "));
    match (city, language) {
        (None, _) => offset,
        (Some(city), Language::Spanish) => format!("hora de {city}, {offset}"),
        (Some(city), Language::English) => format!("{city} time, {offset}"),
        (Some(city), Language::Portuguese) => format!("horário de {city}, {offset}"),
    }
}

/// `UTC-3`, `UTC+5:30`, `UTC`.
fn offset(offset: Offset) -> String {
    let minutes = offset.seconds() / 60;
    let (sign, hours, rest) =
        (if minutes < 0 { '-' } else { '+' }, minutes.abs() / 60, minutes.abs() % 60);
    match (hours, rest) {
        (0, 0) => "UTC".to_owned(),
        (_, 0) => format!("UTC{sign}{hours}"),
        _ => format!("UTC{sign}{hours}:{rest:02}"),
    }
}

/// `ARS 12.000,00`; English, and countries that write so, `MXN 12,000.00`.
pub(crate) fn money(language: Language, money: Money) -> String {
    let comma_groups = language == Language::English
        || matches!(money.currency, Currency::Mxn | Currency::Pen | Currency::Usd);
    let (group, point) = if comma_groups { (',', '.') } else { ('.', ',') };
    let decimals = money.currency.decimals();
    let unit = 10_u64.pow(decimals);
    let amount = money.amount.unsigned_abs();
    let digits = (amount / unit).to_string();
    let mut whole = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            whole.push(group);
        }
        whole.push(digit);
    }
    let sign = if money.amount < 0 { "-" } else { "" };
    let fraction = match decimals {
        0 => String::new(),
        _ => format!("{point}{:0width$}", amount % unit, width = decimals as usize),
    };
    format!("{} {sign}{whole}{fraction}", money.currency)
}

#[cfg(test)]
mod tests {
    use kernel::jiff::Timestamp;

    use super::*;

    fn at(instant: &str, zone: &str) -> Zoned {
        instant.parse::<Timestamp>().unwrap().in_tz(zone).unwrap()
    }

    #[test]
    fn a_day_is_the_venue_s_with_its_weekday() {
        let late = at("2026-11-27T01:30:00Z", "America/Argentina/Buenos_Aires");
        let check = |language, expected: &str| assert_eq!(day(language, &late), expected);
        check(Language::Spanish, "jueves 26 de noviembre de 2026");
        check(Language::English, "Thursday 26 November 2026");
        check(Language::Portuguese, "quinta-feira, 26 de novembro de 2026");
    }

    #[test]
    fn an_hour_that_comes_twice_is_told_apart_by_its_zone() {
        let first = at("2026-11-01T05:30:00Z", "America/New_York");
        let second = at("2026-11-01T06:30:00Z", "America/New_York");
        assert_eq!((hour(&first), hour(&second)), ("01:30".to_owned(), "01:30".to_owned()));
        assert_eq!(zone(Language::English, &first), "New York time, UTC-4");
        assert_eq!(zone(Language::English, &second), "New York time, UTC-5");
    }

    #[test]
    fn a_zone_says_its_city_and_offset() {
        let check = |name: &str, expected: &str| {
            assert_eq!(zone(Language::Spanish, &at("2026-07-01T12:00:00Z", name)), expected);
        };
        check("America/Argentina/Buenos_Aires", "hora de Buenos Aires, UTC-3");
        check("Asia/Kolkata", "hora de Kolkata, UTC+5:30");
        check("UTC", "UTC");
    }

    #[test]
    fn money_is_grouped_as_its_country_writes_it() {
        let check = |language, amount, currency, expected: &str| {
            assert_eq!(money(language, Money::new(amount, currency)), expected);
        };
        check(Language::Spanish, 1_200_000, Currency::Ars, "ARS 12.000,00");
        check(Language::Spanish, 1_200_005, Currency::Mxn, "MXN 12,000.05");
        check(Language::English, 1_200_000, Currency::Ars, "ARS 12,000.00");
        check(Language::Portuguese, 123_456_789, Currency::Brl, "BRL 1.234.567,89");
        check(Language::Spanish, 12_000, Currency::Clp, "CLP 12.000");
        check(Language::Spanish, 5, Currency::Ars, "ARS 0,05");
    }
}
