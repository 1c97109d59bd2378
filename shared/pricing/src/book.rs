//! A price book and its life: draft, then published for good, or withdrawn before it starts.

use facilities::{Name, VenueWithCourts};
use kernel::{
    Money, PriceBookId, Result, VenueId,
    jiff::{Timestamp, civil::Date},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Categories, Coverage, Price, Rate, Surcharges, coverage,
    error::{
        incomplete, location_required, not_withdrawable, price_book_published, stale,
        starts_in_past, unknown_reference,
    },
};

/// How a price book stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PriceBookStatus)]
pub enum BookStatus {
    /// Can be changed; nobody pays by it.
    Draft,
    /// Holds from its start until the next one's.
    Published,
}

/// One version of a venue's prices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceBook {
    /// Its id.
    pub id: PriceBookId,
    /// Whose prices they are.
    pub venue_id: VenueId,
    /// What staff call it.
    pub name: Name,
    /// The first day of bookings that it prices, on the venue's calendar.
    pub starts_on: Date,
    /// The first that matches wins.
    pub categories: Categories,
    /// What is added.
    pub surcharges: Surcharges,
    /// How it stands.
    pub status: BookStatus,
    /// Grows with every change.
    pub version: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was published, if it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published_at: Option<Timestamp>,
}

/// A change of a draft: what is absent stays.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "the fields are the price book's")]
pub struct DraftChange {
    pub name: Option<Name>,
    pub starts_on: Option<Date>,
    pub categories: Option<Categories>,
    pub surcharges: Option<Surcharges>,
}

impl PriceBook {
    /// The most of a venue, drafts included.
    pub const MAX: usize = 100;

    /// The draft after a change, one version on.
    #[must_use]
    pub fn changed(self, change: DraftChange) -> Self {
        Self {
            name: change.name.unwrap_or(self.name),
            starts_on: change.starts_on.unwrap_or(self.starts_on),
            categories: change.categories.unwrap_or(self.categories),
            surcharges: change.surcharges.unwrap_or(self.surcharges),
            version: self.version + 1,
            ..self
        }
    }

    /// Refuses a published one, and an edit of another version than this one.
    pub fn editable(&self, expected: Option<u64>) -> Result<()> {
        if self.status == BookStatus::Published {
            return Err(price_book_published());
        }
        if expected.is_some_and(|expected| expected != self.version) {
            return Err(stale());
        }
        Ok(())
    }

    /// Every price in it.
    pub fn amounts(&self) -> impl Iterator<Item = Money> {
        let categories = self.categories.all().iter().map(|category| category.price.rate());
        let Surcharges { lights_per_hour, per_guest } = self.surcharges;
        let surcharges = lights_per_hour.into_iter().chain(per_guest.map(Price::rate));
        categories.chain(surcharges).map(Rate::money)
    }

    /// The draft published, with what its categories cover: `PRICE_BOOK_STARTS_IN_PAST`,
    /// `VENUE_LOCATION_REQUIRED`, `PRICE_BOOK_REFERS_TO_UNKNOWN`, `PRICE_BOOK_INCOMPLETE`.
    pub fn published(&self, at: &VenueWithCourts, now: Timestamp) -> Result<(Self, Coverage)> {
        let today = at.venue.time_zone.rules().to_datetime(now).date();
        if self.starts_on < today {
            return Err(starts_in_past());
        }
        if self.surcharges.lights_per_hour.is_some() && at.venue.location.is_none() {
            return Err(location_required());
        }
        self.check_references(at)?;
        let coverage = coverage(self, at);
        if !coverage.gaps.is_empty() {
            return Err(incomplete(&coverage));
        }
        let published = Self {
            status: BookStatus::Published,
            published_at: Some(now),
            version: self.version + 1,
            ..self.clone()
        };
        Ok((published, coverage))
    }

    /// A published one as a draft again, if its first day lies ahead: else `PRICE_BOOK_STARTED`.
    pub fn withdrawn(&self, today: Date) -> Result<Self> {
        if self.status != BookStatus::Published || self.starts_on <= today {
            return Err(not_withdrawable());
        }
        Ok(Self {
            status: BookStatus::Draft,
            published_at: None,
            version: self.version + 1,
            ..self.clone()
        })
    }

    fn check_references(&self, at: &VenueWithCourts) -> Result<()> {
        for conditions in self.categories.all().iter().map(|category| &category.when) {
            let known = |id| at.courts.iter().any(|court| court.id == id);
            if let Some(court) = conditions.courts.iter().find(|id| !known(**id)) {
                return Err(unknown_reference(&format!("court {court}")));
            }
            if let Some(name) = &conditions.named_hours
                && at.venue.named(name).is_none()
            {
                return Err(unknown_reference(&format!("hours called {name}")));
            }
        }
        Ok(())
    }
}

/// Of all versions of a venue, the one that prices bookings of a local date.
pub fn active_on(versions: &[PriceBook], date: Date) -> Option<&PriceBook> {
    versions
        .iter()
        .filter(|book| book.status == BookStatus::Published && book.starts_on <= date)
        .max_by_key(|book| book.starts_on)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::samples;

    const NOW: &str = "2026-11-20T12:00:00Z";

    fn now() -> Timestamp {
        NOW.parse().unwrap()
    }

    fn published_on(day: &str) -> PriceBook {
        let book = samples::book(&json!([samples::always("All", 100)]));
        PriceBook { starts_on: day.parse().unwrap(), status: BookStatus::Published, ..book }
    }

    #[test]
    fn the_latest_start_that_is_not_ahead_is_active() {
        let mut versions = vec![published_on("2026-12-01"), published_on("2026-11-01")];
        versions.push(PriceBook { status: BookStatus::Draft, ..published_on("2026-11-10") });
        let on = |day: &str| {
            active_on(&versions, day.parse().unwrap()).map(|book| book.starts_on.to_string())
        };
        assert_eq!(on("2026-10-31"), None);
        assert_eq!(on("2026-11-30").as_deref(), Some("2026-11-01"));
        assert_eq!(on("2026-12-01").as_deref(), Some("2026-12-01"));
    }

    #[test]
    fn only_what_has_not_started_is_withdrawn() {
        let book = published_on("2026-11-21");
        let draft = book.withdrawn("2026-11-20".parse().unwrap()).unwrap();
        assert_eq!((draft.status, draft.published_at), (BookStatus::Draft, None));
        for refused in
            [book.withdrawn("2026-11-21".parse().unwrap()), draft.withdrawn(draft.starts_on)]
        {
            assert_eq!(refused.unwrap_err().code(), "PRICE_BOOK_STARTED");
        }
    }

    #[test]
    fn what_cannot_be_meant_is_not_published() {
        let at = samples::place();
        let code = |book: PriceBook| match book.published(&at, now()) {
            Ok(_) => "",
            Err(error) => error.code(),
        };
        let book = samples::book(&json!([samples::always("All", 100)]));
        assert_eq!(code(book.clone()), "");
        let past = PriceBook { starts_on: "2026-11-19".parse().unwrap(), ..book.clone() };
        assert_eq!(code(past), "PRICE_BOOK_STARTS_IN_PAST");
        let lights = Surcharges { lights_per_hour: Some(samples::rate(50)), per_guest: None };
        assert_eq!(code(PriceBook { surcharges: lights, ..book }), "VENUE_LOCATION_REQUIRED");
        let all = samples::always("All", 100);
        for when in
            [json!({ "named_hours": "siesta" }), json!({ "courts": [kernel::CourtId::new()] })]
        {
            let odd = samples::category("Odd", &when, 1);
            assert_eq!(code(samples::book(&json!([odd, all]))), "PRICE_BOOK_REFERS_TO_UNKNOWN");
        }
    }
}
