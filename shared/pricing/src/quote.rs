//! What a court costs for a time: pure.

use facilities::{Court, Name, STEP_MINUTES, Venue};
use kernel::{Money, Result, Role, jiff::Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Category, PriceBook, daylight::dark_minutes, error::no_price};

const MINUTE_SECONDS: i64 = 60;
const PIECE_SECONDS: i64 = STEP_MINUTES as i64 * MINUTE_SECONDS;

/// Who plays where and when, and who else is there.
#[derive(Debug, Clone, Copy)]
pub struct Occasion<'a> {
    /// Where.
    pub venue: &'a Venue,
    /// On which court.
    pub court: &'a Court,
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// What the booker is in the club.
    pub roles: &'a [Role],
    /// How many guests they bring along.
    pub guests: usize,
    /// When it is booked.
    pub now: Timestamp,
}

/// What a line of a price is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PriceLineKind)]
pub enum LineKind {
    /// The court.
    Court,
    /// Its lights after sunset.
    Lights,
    /// Guests who are brought along.
    Guests,
}

/// A part of a price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PriceLine {
    /// What it is for.
    pub kind: LineKind,
    /// The category; none of a surcharge, or where the court's own price is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Name>,
    /// How many minutes it is for.
    pub minutes: u32,
    /// What is asked.
    pub amount: Money,
}

/// A price and its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// Its parts: the court's by category, in the book's order, then the surcharges.
    pub lines: Vec<PriceLine>,
    /// Their sum.
    pub total: Money,
}

impl Quote {
    fn of(lines: Vec<PriceLine>, none: Money) -> Self {
        let amount = lines.iter().map(|line| line.amount.amount).sum();
        Self { lines, total: Money { amount, ..none } }
    }
}

/// The price by the venue's active book, or the court's own where it has none: what a booking is charged.
pub fn charge(book: Option<&PriceBook>, occasion: &Occasion<'_>) -> Result<Quote> {
    book.map_or_else(|| Ok(court_price(occasion)), |book| quote(book, occasion))
}

/// The court's own price.
pub fn court_price(occasion: &Occasion<'_>) -> Quote {
    let per_hour = occasion.court.price_per_hour.money();
    let minutes = occasion.minutes();
    let amount = per_hour.for_minutes(minutes);
    let line = PriceLine { kind: LineKind::Court, category: None, minutes, amount };
    Quote::of(vec![line], amount)
}

/// The price by a book: each five minutes by the first category that matches what the wall clock shows then,
/// those of one category together. `NO_PRICE` where none matches some of it.
pub fn quote(book: &PriceBook, occasion: &Occasion<'_>) -> Result<Quote> {
    let Occasion { venue, court, roles, .. } = *occasion;
    let lead_seconds = occasion.from.as_second() - occasion.now.as_second();
    let fits = |(_, category): &(usize, &Category)| {
        let when = &category.when;
        when.hold_of(court) && when.hold_for(roles) && when.hold_before(lead_seconds)
    };
    let categories = book.categories.all();
    let possible: Vec<_> = categories.iter().enumerate().filter(fits).collect();
    let mut minutes = vec![0; categories.len()];
    for (starts_at, length) in occasion.pieces() {
        let wall = venue.time_zone.rules().to_datetime(starts_at);
        let first = possible.iter().find(|(_, category)| category.when.hold_at(venue, wall));
        let (place, _) = first.ok_or_else(no_price)?;
        minutes[*place] += length;
    }
    let priced = categories.iter().zip(minutes).filter(|(_, minutes)| *minutes > 0);
    let mut lines: Vec<_> = priced
        .map(|(category, minutes)| PriceLine {
            kind: LineKind::Court,
            category: Some(category.name.clone()),
            minutes,
            amount: category.price.for_minutes(minutes),
        })
        .collect();
    lines.extend(lights(book, occasion));
    lines.extend(guests(book, occasion));
    Ok(Quote::of(
        lines,
        categories
            .first()
            .map_or(court.price_per_hour.money(), |category| category.price.rate().money()),
    ))
}

/// The lights of a court that has any, for its minutes after sunset and before sunrise.
fn lights(book: &PriceBook, occasion: &Occasion<'_>) -> Option<PriceLine> {
    let rate = book.surcharges.lights_per_hour.filter(|_| occasion.court.lights)?;
    let minutes = dark_minutes(occasion.venue.location?, occasion.from, occasion.until);
    let amount = rate.money().for_minutes(minutes);
    (minutes > 0).then_some(PriceLine { kind: LineKind::Lights, category: None, minutes, amount })
}

fn guests(book: &PriceBook, occasion: &Occasion<'_>) -> Option<PriceLine> {
    let price = book.surcharges.per_guest.filter(|_| occasion.guests > 0)?;
    let minutes = occasion.minutes();
    let each = price.for_minutes(minutes);
    let guests = i64::try_from(occasion.guests).unwrap_or(i64::MAX);
    let amount = Money { amount: each.amount.saturating_mul(guests), ..each };
    Some(PriceLine { kind: LineKind::Guests, category: None, minutes, amount })
}

impl Occasion<'_> {
    fn minutes(&self) -> u32 {
        let seconds = self.until.as_second() - self.from.as_second();
        u32::try_from(seconds / MINUTE_SECONDS).unwrap_or_default()
    }

    /// The starts of its pieces, and how many minutes each has.
    fn pieces(&self) -> impl Iterator<Item = (Timestamp, u32)> + use<> {
        let (first, last) = (self.from.as_second(), self.until.as_second());
        (first..last).step_by(usize::try_from(PIECE_SECONDS).unwrap_or(1)).filter_map(
            move |second| {
                let minutes = u32::try_from((last - second).min(PIECE_SECONDS) / MINUTE_SECONDS);
                Some((Timestamp::from_second(second).ok()?, minutes.ok()?))
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::{
        Price, Surcharges,
        samples::{self, always, category},
    };

    /// Kind, category, minutes and amount of each line.
    fn lines(
        book: &PriceBook,
        from: &str,
        minutes: i64,
        guests: usize,
    ) -> Vec<(LineKind, u32, i64)> {
        let at = samples::place();
        let zone = at.venue.time_zone.rules();
        let from = zone.to_timestamp(from.parse().unwrap()).unwrap();
        let mut court = at.courts[0].clone();
        court.lights = true;
        let quote = quote(
            book,
            &Occasion {
                venue: &samples::lit(at.venue.clone()),
                court: &court,
                from,
                until: from + kernel::jiff::SignedDuration::from_mins(minutes),
                roles: &[Role::Member],
                guests,
                now: "2026-11-19T12:00:00Z".parse().unwrap(),
            },
        )
        .unwrap();
        assert_eq!(
            quote.total.amount,
            quote.lines.iter().map(|line| line.amount.amount).sum::<i64>()
        );
        quote.lines.iter().map(|line| (line.kind, line.minutes, line.amount.amount)).collect()
    }

    fn evening() -> Value {
        json!({ "times": [{ "from": "18:00", "until": "24:00" }] })
    }

    #[test]
    fn what_crosses_a_boundary_is_priced_on_both_sides_of_it() {
        let book =
            samples::book(&json!([category("Evening", &evening(), 1_801), always("Day", 1_000)]));
        assert_eq!(
            lines(&book, "2026-11-20T17:30", 60, 0),
            [(LineKind::Court, 30, 900), (LineKind::Court, 30, 500)]
        );
        assert_eq!(lines(&book, "2026-11-20T18:00", 90, 0), [(LineKind::Court, 90, 2_701)]);
    }

    #[test]
    fn pieces_of_one_category_are_priced_together() {
        let noon = json!({ "times": [{ "from": "12:00", "until": "13:00" }] });
        let book = samples::book(&json!([category("Noon", &noon, 60), always("Day", 100)]));
        // 30 minutes before and 30 after: one line of an hour, not two halves that were each rounded.
        assert_eq!(
            lines(&book, "2026-11-20T11:30", 120, 0),
            [(LineKind::Court, 60, 60), (LineKind::Court, 60, 100)]
        );
    }

    #[test]
    fn lights_are_lit_after_sunset_on_courts_that_have_them() {
        let mut book = samples::book(&json!([always("Day", 1_000)]));
        book.surcharges.lights_per_hour = Some(samples::rate(600));
        assert_eq!(lines(&book, "2026-11-20T12:00", 60, 0), [(LineKind::Court, 60, 1_000)]);
        assert_eq!(
            lines(&book, "2026-11-20T21:00", 60, 0),
            [(LineKind::Court, 60, 1_000), (LineKind::Lights, 60, 600)]
        );
        let (_, minutes, amount) = lines(&book, "2026-11-20T19:00", 60, 0)[1];
        assert!((15..=20).contains(&minutes) && amount == i64::from(minutes) * 10, "{minutes}");
    }

    #[test]
    fn every_guest_pays_once_or_by_the_hour() {
        let mut book = samples::book(&json!([always("Day", 1_000)]));
        let per_guest = |price| Surcharges { lights_per_hour: None, per_guest: Some(price) };
        book.surcharges = per_guest(Price::PerBooking(samples::rate(300)));
        assert_eq!(lines(&book, "2026-11-20T12:00", 90, 2)[1], (LineKind::Guests, 90, 600));
        book.surcharges = per_guest(Price::PerHour(samples::rate(300)));
        assert_eq!(lines(&book, "2026-11-20T12:00", 90, 2)[1], (LineKind::Guests, 90, 900));
        assert_eq!(lines(&book, "2026-11-20T12:00", 90, 0).len(), 1);
    }
}
