//! Calendar: bookings and free time as people look at them.
//!
//! Words: an *open day* is what is free at a venue on a local day; a *week* is what staff see of seven of them; a
//! *feed* is a calendar that other programs subscribe to by a secret link (iCalendar, RFC 5545).
//!
//! | question | key | items read |
//! |---|---|---|
//! | what is free on days | `DAY#<venue>#<date>` (booking's) | 1 a court and day, a query a day, 16 at once |
//! | a venue's week | the same, and booking's list of each day | a query a day of each |
//! | what is this feed | `FEED#<feed>` / `FEED` | 1 |
//! | an account's feeds | first index, `FEEDS#<account>` → `<created_at>#<feed>` | a page |
//! | how many feeds has it | `FEEDS#<account>` / `COUNT` | none: a condition of making one |
//!
//! Invariants: of a feed's link only the hash is kept; no feed names a person; the text of a feed changes only when
//! its bookings do. It books nothing: what it says is free is decided again by whoever books.

mod feed;
mod ical;
mod nearest;
mod next;
mod open;
mod store;
#[cfg(test)]
mod text_samples;
mod week;

pub use feed::{FEEDS_LIMIT, Feed, FeedText, Scope, feed_not_found};
pub use ical::{CANCELLED_KEPT, calendar_text};
pub use nearest::{Nearest, OTHERS, nearest};
pub use next::{Next, next_free};
pub use open::{
    DAYS_LIMIT, OpenCourt, OpenDay, OpenTime, STARTS_LIMIT, Span, VENUE_DAYS_LIMIT, Wanted,
    check_width, open_days,
};
pub use store::{
    bookings_ahead, bookings_of_days, create, feed, feeds, note_use, remove, remove_all,
};
pub use week::{ClosedTime, CourtWeek, WEEK_DAYS, Week, week};
