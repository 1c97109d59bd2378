//! Extras: what is booked beside a court, and given back with it. A racket, a ball machine, a coach.

use facilities::{Court, Name, Resource, Stock, Venue};
use kernel::{
    Error, Money, ResourceId, Result,
    jiff::{Timestamp, civil::Date, tz::TimeZone},
};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::{InUse, Plan, SLOT_MINUTES, day_of, opening::Opening};

const SLOT_SECONDS: i64 = SLOT_MINUTES as i64 * 60;
const SLOTS_A_DAY: i64 = 24 * 60 / SLOT_MINUTES as i64;

/// So much of something, for the time of a booking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Extra {
    /// Of what.
    pub resource_id: ResourceId,
    /// What it was called when it was booked.
    pub name: Name,
    /// How many.
    pub quantity: u16,
    /// What they cost together; a part of the booking's price.
    pub price: Money,
}

/// So much of something that somebody asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExtraWish {
    /// Of what.
    pub resource_id: ResourceId,
    /// How many.
    pub quantity: Stock,
}

/// What is asked for beside a court: at most 4 different resources.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = Vec<ExtraWish>, max_items = 4)]
pub struct ExtraWishes(Vec<ExtraWish>);

impl ExtraWishes {
    /// The most: all of their stock is taken in the booking's own transaction.
    pub const MAX: usize = 4;

    /// The same again, for a booking that is moved.
    pub fn again(extras: &[Extra]) -> Result<Self> {
        let wish = |extra: &Extra| {
            let quantity = Stock::try_from(extra.quantity)
                .map_err(|_| Error::internal("a booking has no stock of an extra"))?;
            Ok(ExtraWish { resource_id: extra.resource_id, quantity })
        };
        extras.iter().map(wish).collect::<Result<_>>().map(Self)
    }

    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &ExtraWish> {
        self.0.iter()
    }
}

impl TryFrom<Vec<ExtraWish>> for ExtraWishes {
    type Error = &'static str;

    fn try_from(wishes: Vec<ExtraWish>) -> Result<Self, Self::Error> {
        let mut ids: Vec<_> = wishes.iter().map(|wish| wish.resource_id).collect();
        ids.sort_unstable();
        ids.dedup();
        let fits = ids.len() == wishes.len() && ids.len() <= Self::MAX;
        fits.then_some(Self(wishes)).ok_or("must be at most 4 resources, each once")
    }
}

impl<'de> Deserialize<'de> for ExtraWishes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        Vec::deserialize(deserializer)?.try_into().map_err(D::Error::custom)
    }
}

/// What is asked for, if it can be had with this court at this time and so much of it is left:
/// `RESOURCE_NOT_FOUND`, `RESOURCE_RETIRED`, `RESOURCE_NOT_HERE`, `RESOURCE_CLOSED`, `RESOURCE_TAKEN`.
pub fn extras(
    found: &[Resource],
    wishes: &ExtraWishes,
    (venue, court): (&Venue, &Court),
    (plan, in_use): (&Plan, &InUse),
) -> Result<Vec<Extra>> {
    let zone = venue.time_zone.rules();
    let minutes = plan.ends_at.duration_since(plan.starts_at).as_mins();
    let minutes = u32::try_from(minutes).unwrap_or_default();
    let extra = |wish: &ExtraWish| {
        let resource = found.iter().find(|resource| resource.id == wish.resource_id);
        let resource = resource.ok_or_else(facilities::resource_not_found)?;
        resource.check_court(court)?;
        let date = day_of(zone, plan.starts_at)?;
        let open = Opening::of(zone, |day| resource.hours_on(day), date)?;
        if !open.covers(plan.starts_at, plan.ends_at) {
            return Err(resource_closed(resource, open.hours()));
        }
        let quantity = wish.quantity.count();
        let had = in_use.most(resource.id, plan.starts_at, plan.ends_at);
        if had + i64::from(quantity) > i64::from(resource.stock.count()) {
            return Err(resource_taken(resource.id));
        }
        let price = resource.price_per_hour.money();
        let all = Money::new(price.amount * i64::from(quantity), price.currency);
        let (resource_id, name) = (resource.id, resource.name.clone());
        Ok(Extra { resource_id, name, quantity, price: all.for_minutes(minutes) })
    };
    wishes.iter().map(extra).collect()
}

/// What a court and its extras cost together: `PRICE_OUT_OF_RANGE`.
pub fn with_extras(court: Money, extras: &[Extra]) -> Result<Money> {
    let amount = extras.iter().fold(court.amount, |sum, extra| sum + extra.price.amount);
    if amount <= Money::MAX_AMOUNT {
        return Ok(Money::new(amount, court.currency));
    }
    Err(Error::invalid("PRICE_OUT_OF_RANGE", "so many extras cost more than can be paid at once"))
}

/// 409: somebody has it then, or all that is left of it is less.
pub(crate) fn resource_taken(resource: ResourceId) -> Error {
    let message = "less than that is left of it for all or part of that time; choose another time";
    Error::conflict("RESOURCE_TAKEN", message).with_details(json!({ "resource_id": resource }))
}

fn resource_closed(resource: &Resource, hours: &[facilities::Interval]) -> Error {
    let message = format!("{} cannot be had for all of that time", resource.name);
    Error::invalid("RESOURCE_CLOSED", message)
        .with_details(json!({ "resource_id": resource.id, "hours": hours }))
}

/// Slots in a quarter of a UTC day, numbered from its midnight: what one item counts. Venues in several zones
/// share a stock, so its days are no venue's; a quarter, because an expression can name no whole day's slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct UtcPart {
    /// The UTC day.
    pub(crate) date: Date,
    /// Which quarter, 0 to 3.
    pub(crate) quarter: i64,
    /// Number of the first slot.
    pub(crate) first: i64,
    /// How many.
    pub(crate) count: i64,
}

/// The slots between, quarter by quarter. A day's booking touches five at most.
pub(crate) fn utc_parts(starts_at: Timestamp, ends_at: Timestamp) -> Vec<UtcPart> {
    const QUARTER: i64 = SLOTS_A_DAY / 4;
    let mut at = starts_at.as_second().div_euclid(SLOT_SECONDS);
    let end = (ends_at.as_second() + SLOT_SECONDS - 1).div_euclid(SLOT_SECONDS);
    let mut parts = Vec::with_capacity(2);
    while at < end {
        let until = end.min((at.div_euclid(QUARTER) + 1) * QUARTER);
        let instant = Timestamp::from_second(at * SLOT_SECONDS).unwrap_or(starts_at);
        let first = at.rem_euclid(SLOTS_A_DAY);
        parts.push(UtcPart {
            date: TimeZone::UTC.to_datetime(instant).date(),
            quarter: first / QUARTER,
            first,
            count: until - at,
        });
        at = until;
    }
    parts
}

#[cfg(test)]
mod tests {
    use kernel::{AccountId, Currency};

    use super::*;
    use crate::{Wish, plan, samples};

    #[test]
    fn a_stretch_is_cut_at_the_quarters_of_utc_days() {
        let parts = |from: &str, until: &str| {
            let parts = utc_parts(from.parse().unwrap(), until.parse().unwrap());
            let tuple = |part: &UtcPart| {
                (part.date.to_string()[8..].to_owned(), part.quarter, part.first, part.count)
            };
            parts.iter().map(tuple).collect::<Vec<_>>()
        };
        let part = |date: &str, quarter, first, count| (date.to_owned(), quarter, first, count);
        assert_eq!(parts("2026-11-21T18:00-03", "2026-11-21T19:30-03"), [part("21", 3, 252, 18)]);
        assert_eq!(
            parts("2026-11-21T20:30-03", "2026-11-21T21:30-03"),
            [part("21", 3, 282, 6), part("22", 0, 0, 6)]
        );
        let day = parts("2026-11-21T01:00Z", "2026-11-22T01:00Z");
        assert_eq!(day.iter().map(|part| part.3).collect::<Vec<_>>(), [60, 72, 72, 72, 12]);
    }

    #[test]
    fn an_extra_is_had_at_its_venues_for_its_sports_in_its_hours() {
        let venue = samples::venue("America/Argentina/Buenos_Aires", &[("00:00", "24:00")], 30);
        let court = samples::court(&venue, &[90]);
        let resource: Resource = serde_json::from_value(json!({
            "id": ResourceId::new(), "resource_kind": "coach", "name": "Inés", "venue_ids": [venue.id],
            "stock": 1, "account_id": AccountId::new(), "sports": ["padel"], "status": "active",
            "hours": { "saturday": [{ "opens": "16:00", "closes": "20:00" }] },
            "price_per_hour": { "amount": 2_001, "currency": "ARS" }, "version": 1,
            "created_at": "2026-01-01T00:00:00Z",
        }))
        .unwrap();
        let asked = |resource: &Resource, start: &str, quantity: u16| {
            let wish = Wish { start: start.parse().unwrap(), duration_minutes: 90 };
            let plan = plan(&venue, &court, wish, "2026-11-20T12:00Z".parse().unwrap()).unwrap();
            let one =
                ExtraWish { resource_id: resource.id, quantity: quantity.try_into().unwrap() };
            let wishes = vec![one].try_into().unwrap();
            extras(
                std::slice::from_ref(resource),
                &wishes,
                (&venue, &court),
                (&plan, &InUse::default()),
            )
        };
        let had = asked(&resource, "2026-11-21T18:30", 1).unwrap();
        let ars = |amount| Money::new(amount, Currency::Ars);
        assert_eq!(had[0].price, ars(3_001));
        assert_eq!(with_extras(ars(1_800), &had).unwrap(), ars(4_801));
        assert_eq!(
            with_extras(ars(Money::MAX_AMOUNT), &had).unwrap_err().code(),
            "PRICE_OUT_OF_RANGE"
        );
        let code = |resource: Resource, start, quantity| {
            asked(&resource, start, quantity).unwrap_err().code()
        };
        assert_eq!(code(resource.clone(), "2026-11-21T19:00", 1), "RESOURCE_CLOSED");
        assert_eq!(code(resource.clone(), "2026-11-22T18:00", 1), "RESOURCE_CLOSED");
        assert_eq!(code(resource.clone(), "2026-11-21T18:30", 2), "RESOURCE_TAKEN");
        let tennis = Resource { sports: vec![facilities::Sport::Tennis], ..resource.clone() };
        assert_eq!(code(tennis, "2026-11-21T18:30", 1), "RESOURCE_NOT_HERE");
        let elsewhere = Resource { venue_ids: vec![kernel::VenueId::new()], ..resource.clone() };
        assert_eq!(code(elsewhere, "2026-11-21T18:30", 1), "RESOURCE_NOT_HERE");
        let retired = Resource { status: facilities::Status::Retired, ..resource };
        assert_eq!(code(retired, "2026-11-21T18:30", 1), "RESOURCE_RETIRED");
    }

    #[test]
    fn wishes_are_few_and_each_once() {
        let wish = || json!({ "resource_id": ResourceId::new(), "quantity": 2 });
        let parse = |wishes: Vec<serde_json::Value>| {
            serde_json::from_value::<ExtraWishes>(wishes.into()).is_ok()
        };
        let one = wish();
        assert!(parse((0..4).map(|_| wish()).collect()) && parse(Vec::new()));
        assert!(!parse((0..5).map(|_| wish()).collect()) && !parse(vec![one.clone(), one]));
        assert!(!parse(vec![json!({ "resource_id": ResourceId::new(), "quantity": 0 })]));
    }
}
