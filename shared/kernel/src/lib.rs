//! The words every context shares: ids, money, time, tenants, rights, paging, events, errors.
//!
//! Invariant: knows nothing of tokio, HTTP or AWS. (`utoipa` only describes the shapes, `aws-lc-rs` only computes.)

mod access;
mod error;
mod event;
mod id;
mod local_date;
mod money;
mod origin;
mod page;
mod photo;
mod rounds;
pub mod secret;
mod sport;
mod tenant;
mod text;
mod time;
mod time_of_day;
mod version;
mod weekday;

pub use access::{Claims, Method, Permission, PermissionSet, Role, RoleName};
pub use error::{Error, Kind, Result, Violation};
pub use event::Event;
pub use id::{
    AccountId, ApiKeyId, AuditRecordId, BookingId, ClosureId, ClubId, CourtId, EventId, ExportId,
    FeedId, IdentityProviderId, InvitationId, LedgerTransactionId, OnboardingId, ParseIdError,
    PaymentId, PriceBookId, RefundId, ResourceId, SeriesActId, SeriesId, SessionId, VenueId,
    WaitlistEntryId, random_uuid,
};
pub use local_date::LocalDate;
pub use money::{Currency, Money};
pub use origin::Origin;
pub use page::{LastKey, Page, PageLimit, PageRequest};
pub use photo::{Photo, PhotoType};
pub use rounds::in_rounds;
pub use sport::Sport;
pub use tenant::Tenant;
pub use text::{Email, Locale, PersonName, Slug, TextError, one_line};
pub use time::{Clock, serialize_optional_timestamp, serialize_timestamp, timestamp_text};
pub use time_of_day::{DAY_MINUTES, STEP_MINUTES, TimeOfDay};
pub use version::{same_version, stale_version};
pub use weekday::Weekday;

/// Time types of the one time library, so that no other crate names its version.
pub use jiff;
