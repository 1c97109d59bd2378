//! How a venue's waiting list works.

use kernel::{Role, VenueId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What happens when a court comes free.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WaitlistMode)]
pub enum Mode {
    /// Everybody whom it fits is told, and the first to book it has it.
    Broadcast,
    /// It is held for the first, then for the next, each for a while.
    #[default]
    OfferInTurn,
    /// The first has it. Where it costs something it is offered in turn, because nobody else can pay for them.
    BookAtOnce,
}

/// Who is first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = WaitlistOrder)]
pub enum Order {
    /// Who joined first.
    #[default]
    FirstCome,
    /// Who had the role named first when they joined, then the next; then the others. Among equals, who joined first.
    Priority {
        /// 1 to 10 roles, the most important in front.
        #[schema(min_items = 1, max_items = 10)]
        roles: Vec<Role>,
    },
    /// Whom chance says, when the day's first court comes free; see the day's lottery. Who joins after the draw comes
    /// after everybody in it.
    Lottery,
}

impl Order {
    /// The most roles that an order names.
    pub const ROLES_MOST: usize = 10;
}

macro_rules! counts {
    ($($(#[$doc:meta])* $name:ident: $least:tt to $most:tt, $default:tt;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        #[serde(try_from = "u16", into = "u16")]
        #[schema(value_type = u16, minimum = $least, maximum = $most, default = $default)]
        pub struct $name(u16);

        impl $name {
            /// The number.
            pub const fn get(self) -> u16 {
                self.0
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self($default)
            }
        }

        impl TryFrom<u16> for $name {
            type Error = &'static str;

            fn try_from(number: u16) -> Result<Self, Self::Error> {
                let fits = ($least..=$most).contains(&number);
                fits.then_some(Self(number)).ok_or(concat!("must be ", $least, " to ", $most))
            }
        }

        impl From<$name> for u16 {
            fn from(number: $name) -> Self {
                number.0
            }
        }
    )*};
}

counts! {
    /// For how long an offer stands, in minutes: no queue delays a message longer than fifteen.
    OfferMinutes: 1 to 15, 10;
    /// How many wait for one day and one choice of courts at most.
    Cap: 1 to 100, 25;
    /// How many entries a member has at most, in the whole club.
    MemberCap: 1 to 200, 100;
}

/// What a venue says of its waiting list; what is absent is as the default says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = WaitlistPolicyTerms)]
pub struct PolicyTerms {
    /// What happens when a court comes free.
    pub mode: Mode,
    /// Who is first.
    pub order: Order,
    /// For how long an offer stands.
    pub offer_minutes: OfferMinutes,
    /// How many wait for the same day and the same choice of courts (a group, a sport, the same courts, any).
    pub per_day_and_group: Cap,
    /// How many entries a member has who joins here.
    pub per_member: MemberCap,
}

/// How a venue's waiting list works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitlistPolicy {
    /// Where.
    pub venue_id: VenueId,
    /// What it says.
    pub terms: PolicyTerms,
    /// Grows with every change; zero where the venue has chosen nothing.
    pub version: u64,
}

impl WaitlistPolicy {
    /// What holds where a venue has chosen nothing.
    pub fn default_of(venue_id: VenueId) -> Self {
        Self { venue_id, terms: PolicyTerms::default(), version: 0 }
    }

    /// The policy after a change, and whether it is another.
    #[must_use]
    pub fn changed(&self, terms: PolicyTerms) -> (Self, bool) {
        if terms == self.terms {
            return (self.clone(), false);
        }
        (Self { venue_id: self.venue_id, terms, version: self.version + 1 }, true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_absent_is_as_the_default_says() {
        let terms: PolicyTerms = serde_json::from_str("{}").unwrap();
        assert_eq!((terms.mode, &terms.order), (Mode::OfferInTurn, &Order::FirstCome));
        let caps =
            (terms.offer_minutes.get(), terms.per_day_and_group.get(), terms.per_member.get());
        assert_eq!(caps, (10, 25, 100));
        let (same, differs) = WaitlistPolicy::default_of(VenueId::new()).changed(terms);
        assert!(!differs && same.version == 0);
    }

    #[test]
    fn no_offer_stands_longer_than_a_message_waits() {
        for wrong in
            [r#"{"offer_minutes": 16}"#, r#"{"offer_minutes": 0}"#, r#"{"per_member": 201}"#]
        {
            assert!(serde_json::from_str::<PolicyTerms>(wrong).is_err(), "{wrong}");
        }
        let order = r#"{"order": {"kind": "priority", "roles": ["coach", "gold"]}}"#;
        let Order::Priority { roles } = serde_json::from_str::<PolicyTerms>(order).unwrap().order
        else {
            panic!("not by priority")
        };
        assert_eq!(roles.len(), 2);
    }
}
