//! Pricing: what a court costs, when, and for whom.
//!
//! Words: a *price book* is one version of a venue's prices, with the local date from which it holds; a *draft*
//! is edited, a *published* one never changes; the *active* one on a date is the published one with the latest
//! start not after it. A *category* is a price and the conditions under which it is asked; the first that
//! matches wins. A *piece* is five minutes of a booking, priced by the clock on its wall; a *line* is all pieces
//! of one category, or a surcharge.
//!
//! | question | key | items read |
//! |---|---|---|
//! | which prices hold on a date | `PRICES#<venue>` / `<start date>`, descending from the date | 1, one query |
//! | all versions of a venue | `PRICES#<venue>` | versions and drafts, one query |
//! | a draft | `PRICES#<venue>` / `DRAFT#<book>` | 1 |
//!
//! Drafts sort after every date, so the query of a date never meets one.
//!
//! Invariants: a venue's published versions start on different dates; a published version had a price for every
//! hour, court and customer that the venue had then; no price is below zero; a total is the sum of its lines. A
//! booking is priced by the book of the local date on which it starts. Knows nothing of bookings.

mod book;
mod category;
mod conditions;
mod coverage;
mod daylight;
mod error;
#[cfg(test)]
mod properties;
mod quote;
#[cfg(test)]
mod samples;
pub mod store;

pub use book::{BookStatus, DraftChange, PriceBook, active_on};
pub use category::{Categories, Category, Price, Rate, Surcharges};
pub use conditions::{Conditions, DateRange, Hours, Lead};
pub use coverage::{Coverage, Gap, coverage};
pub use error::{
    incomplete, no_price, not_withdrawable, price_book_not_found, price_book_published, stale,
    start_taken, starts_in_past, too_many_price_books,
};
pub use quote::{LineKind, Occasion, PriceLine, Quote, charge, court_price, quote};
