//! Lists that a venue, a court or a resource holds: short, and each thing once.

use kernel::{CourtId, VenueId};
use serde::{Deserialize, Deserializer, de::Error};
use utoipa::ToSchema;

use crate::{HoursException, NamedHours, Sport, Tag};

macro_rules! lists {
    ($($(#[$doc:meta])* $name:ident(Vec<$item:ident>, $least:expr, $most:expr, $once:expr, $wrong:literal);)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, ToSchema)]
        #[schema(value_type = Vec<$item>)]
        pub struct $name(Vec<$item>);

        impl TryFrom<Vec<$item>> for $name {
            type Error = &'static str;

            fn try_from(mut items: Vec<$item>) -> Result<Self, Self::Error> {
                let once: fn(&$item, &$item) -> std::cmp::Ordering = $once;
                let count = items.len();
                items.sort_by(once);
                items.dedup_by(|a, b| once(a, b).is_eq());
                let fits = count == items.len() && ($least..=$most).contains(&count);
                fits.then_some(Self(items)).ok_or($wrong)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Vec::deserialize(deserializer)?.try_into().map_err(D::Error::custom)
            }
        }

        impl From<$name> for Vec<$item> {
            fn from(list: $name) -> Self {
                list.0
            }
        }
    )*};
}

lists! {
    /// Days with hours of their own, by date: at most 120, each date once.
    HoursExceptions(Vec<HoursException>, 0, HoursException::MAX, |a, b| a.date.cmp(&b.date),
        "must be at most 120 days, each date once");

    /// Named hours of a venue: at most 8, each name once.
    NamedHoursList(Vec<NamedHours>, 0, NamedHours::MAX, |a, b| a.name.cmp(&b.name),
        "must be at most 8 sets of hours, each name once");

    /// The groups of a court: at most 8, each once.
    Groups(Vec<Tag>, 0, 8, Tag::cmp, "must be at most 8 groups, each once");

    /// The courts that another is made of: none, or 2 to 8 different ones.
    MadeOf(Vec<CourtId>, 2, 8, CourtId::cmp, "must be 2 to 8 different courts");

    /// What a resource is for: any sport if none, at most 16, each once.
    Sports(Vec<Sport>, 0, 16, Sport::cmp, "must be at most 16 sports, each once");

    /// The venues at which a resource can be booked: 1 to 20 different ones.
    VenueIds(Vec<VenueId>, 1, 20, VenueId::cmp, "must be 1 to 20 different venues");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_sorted_short_and_has_each_thing_once() {
        let parse = |json: &str| serde_json::from_str::<HoursExceptions>(json);
        let days = parse(r#"[{"date": "2026-12-31"}, {"date": "2026-12-25"}]"#).unwrap();
        assert_eq!(Vec::from(days)[0].date.to_string(), "2026-12-25");
        assert!(parse(r#"[{"date": "2026-12-25"}, {"date": "2026-12-25"}]"#).is_err());
        let tags = |count: usize| {
            Groups::try_from(
                (0..count).map(|n| format!("g{n}").parse().unwrap()).collect::<Vec<_>>(),
            )
        };
        assert!(tags(8).is_ok() && tags(9).is_err() && tags(0).is_ok());
        let courts =
            |count: usize| MadeOf::try_from((0..count).map(|_| CourtId::new()).collect::<Vec<_>>());
        assert!(courts(2).is_ok() && courts(8).is_ok());
        assert!(courts(1).is_err() && courts(9).is_err());
    }
}
