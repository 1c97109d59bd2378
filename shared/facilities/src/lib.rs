//! Facilities: where one plays.
//!
//! Words: a *venue* is a place with one clock and weekly opening hours; a *court* is what is booked there;
//! *retired* is the end of either: bookings made before stay, no new ones are taken; a *composite* court is made
//! of others, its *parts*: a full court of its halves; a *resource* is what is booked beside a court, equipment or
//! a coach.
//!
//! | question | key | items read |
//! |---|---|---|
//! | a venue | `VENUE#<venue>` / `VENUE` | 1 |
//! | a venue with its courts | `VENUE#<venue>` | 1 + courts, one query |
//! | a court | `VENUE#<venue>` / `COURT#<court>` | 1 |
//! | photos of a venue or a court | `PHOTOS#<venue>` / `VENUE`, `COURT#<court>` | 1 |
//! | a resource | `RESOURCE#<resource>` / `RESOURCE` | 1 |
//! | the club's active resources | first index, `RESOURCES` → `<resource>` | a page |
//! | the club's active venues | first index, `VENUES` → `<venue>` | a page |
//!
//! Invariants: times are multiples of five minutes; a venue's time zone never changes; a retired venue has
//! no active court; the parts of an active composite are active, of its venue, and not composite; knows nothing
//! of bookings.

mod court;
mod error;
mod gallery;
mod hours;
mod lists;
mod name;
mod named_hours;
mod place;
mod resource;
mod sport;
mod store;
mod terms;
mod venue;
mod zone;

pub use court::{Court, CourtChange, Durations, PricePerHour};
pub use error::{
    check_currency, court_not_found, court_retired, resource_not_found, resource_retired, stale,
    venue_not_found, venue_retired,
};
pub use gallery::{COURT_PHOTOS, Gallery, GalleryPhoto, PhotoText, PhotoTexts, VENUE_PHOTOS};
pub use hours::{HoursException, Interval, OpeningHours, StartEvery, Week};
pub use kernel::{DAY_MINUTES, STEP_MINUTES, Sport, TimeOfDay};
pub use lists::{Groups, HoursExceptions, MadeOf, NamedHoursList, Sports, VenueIds};
pub use name::Name;
pub use named_hours::{NamedHours, Tag};
pub use place::{Address, Degrees, Location};
pub use resource::{Resource, ResourceChange, ResourceKind, Stock};
pub use sport::Surface;
pub use store::{
    COURTS_LIMIT, change_court, change_resource, change_venue, check_venues, court, court_key,
    court_unchanged, courts, create_court, create_resource, create_venue, gallery, put_gallery,
    resource, resource_key, resources, retire_court, retire_resource, retire_venue, venue,
    venue_key, venue_with_courts, venues,
};
pub use terms::{Buffer, CourtTerms, Notice, NoticeMinutes};
pub use venue::{Status, Venue, VenueChange, VenueWithCourts};
pub use zone::Zone;
