//! The words every context shares: ids, money, time, tenants, rights, paging, events, errors.
//!
//! Invariant: knows nothing of tokio, HTTP or AWS. (`utoipa` only describes the shapes.)

mod access;
mod error;
mod event;
mod id;
mod money;
mod page;
mod tenant;
mod text;
mod time;

pub use access::{Claims, Permission, PermissionSet, Role};
pub use error::{Error, Kind, Result, Violation};
pub use event::Event;
pub use id::{
    AccountId, BookingId, ClubId, CourtId, EventId, InvitationId, LedgerTransactionId,
    OnboardingId, ParseIdError, PaymentId, RefundId, SessionId, VenueId, random_uuid,
};
pub use money::{Currency, Money};
pub use page::{LastKey, Page, PageLimit, PageRequest};
pub use tenant::Tenant;
pub use text::{Email, Locale, PersonName, Slug, TextError};
pub use time::{Clock, serialize_optional_timestamp, serialize_timestamp, timestamp_text};

/// Time types of the one time library, so that no other crate names its version.
pub use jiff;
