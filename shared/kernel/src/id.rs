//! Prefixed identifiers: `bkg_0198c1e5…`, a kind and a `UUIDv7` (RFC 9562) as 32 hex digits.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, schema::SchemaType, schema::Type};
use uuid::Uuid;

/// The text is not an id of the expected kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id of the form {prefix}_ and 32 hexadecimal digits")]
pub struct ParseIdError {
    prefix: &'static str,
}

/// A fresh `UUIDv7`: ids made later sort later. The one place where ids are made.
#[expect(clippy::disallowed_methods, reason = "this is the one place that makes ids")]
pub fn random_uuid() -> Uuid {
    Uuid::now_v7()
}

fn parse(text: &str, prefix: &'static str) -> Result<Uuid, ParseIdError> {
    let hex = text.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('_'));
    let canonical = |hex: &&str| {
        hex.len() == 32 && hex.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    };
    hex.filter(canonical).and_then(|hex| Uuid::try_parse(hex).ok()).ok_or(ParseIdError { prefix })
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Uuid);

        impl $name {
            /// A fresh id.
            #[expect(clippy::new_without_default, reason = "a default id would be a new one each time")]
            pub fn new() -> Self {
                Self(random_uuid())
            }

            /// The id of this kind that has these 128 bits: for ids derived from another id.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The 128 bits without the kind.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "_{}"), self.0.simple())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                parse(text, $prefix).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(de::Error::custom)
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(SchemaType::Type(Type::String))
                    .pattern(Some(concat!("^", $prefix, "_[0-9a-f]{32}$")))
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}
    )*};
}

ids! {
    /// A club, which is a tenant.
    ClubId = "clb";
    /// A person's account, global to the platform.
    AccountId = "acc";
    /// A signed-in session: one family of refresh tokens.
    SessionId = "ses";
    /// An onboarding of a club.
    OnboardingId = "onb";
    /// An invitation into a club.
    InvitationId = "inv";
    /// A club's key for programs.
    ApiKeyId = "key";
    /// A line of an audit log.
    AuditRecordId = "aud";
    /// An export of a person's data.
    ExportId = "exp";
    /// A club's own identity provider.
    IdentityProviderId = "idp";
    /// A venue of a club.
    VenueId = "vnu";
    /// A court of a venue.
    CourtId = "crt";
    /// Something bookable beside a court: equipment with a stock, or a coach.
    ResourceId = "rsc";
    /// A price book of a venue.
    PriceBookId = "prb";
    /// A closure of courts.
    ClosureId = "cls";
    /// A booking of a court.
    BookingId = "bkg";
    /// Bookings that recur.
    SeriesId = "srs";
    /// A request that changes dates of a series.
    SeriesActId = "sra";
    /// A place in a waiting list.
    WaitlistEntryId = "wle";
    /// A calendar that others subscribe to.
    FeedId = "fed";
    /// A payment, from checkout to refund.
    PaymentId = "pay";
    /// A refund of a payment.
    RefundId = "rfd";
    /// A transaction of the ledger.
    LedgerTransactionId = "ltx";
    /// A published event.
    EventId = "evt";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_and_no_other_kind_is_taken() {
        let id = BookingId::new();
        assert_eq!(id.to_string().parse::<BookingId>(), Ok(id));
        assert!(id.to_string().parse::<CourtId>().is_err());
    }

    #[test]
    fn only_the_canonical_text_is_an_id() {
        let text = BookingId::new().to_string();
        for wrong in [text.to_uppercase(), format!("{text} "), text.replace('_', ""), String::new()]
        {
            assert!(wrong.parse::<BookingId>().is_err(), "{wrong}");
        }
    }
}
