//! Prices and the conditions under which they are asked.

use facilities::Name;
use kernel::Money;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Conditions;

/// A price in a price book: 0 to 1000000000 minor units, so that no total passes the largest amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "Money", into = "Money")]
#[schema(value_type = Money)]
pub struct Rate(Money);

impl Rate {
    /// The most, in minor units.
    pub const MAX_AMOUNT: i64 = 1_000_000_000;

    /// The amount.
    pub const fn money(self) -> Money {
        self.0
    }
}

impl TryFrom<Money> for Rate {
    type Error = &'static str;

    fn try_from(money: Money) -> Result<Self, Self::Error> {
        let fits = (0..=Self::MAX_AMOUNT).contains(&money.amount);
        fits.then_some(Self(money)).ok_or("must be from 0 to 1000000000 minor units")
    }
}

impl From<Rate> for Money {
    fn from(rate: Rate) -> Self {
        rate.0
    }
}

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = BookPrice)]
pub enum Price {
    /// For every hour, scaled by the minutes.
    PerHour(Rate),
    /// Once, however long it lasts.
    PerBooking(Rate),
}

impl Price {
    /// For so many minutes, rounded down to the minor unit.
    pub fn for_minutes(self, minutes: u32) -> Money {
        match self {
            Self::PerHour(rate) => rate.money().for_minutes(minutes),
            Self::PerBooking(rate) => rate.money(),
        }
    }

    /// The amount, per whatever.
    pub const fn rate(self) -> Rate {
        match self {
            Self::PerHour(rate) | Self::PerBooking(rate) => rate,
        }
    }
}

/// A price, and when it is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PriceCategory)]
pub struct Category {
    /// What it is called on a bill.
    pub name: Name,
    /// All of them must hold; without any it always matches.
    #[serde(default)]
    pub when: Conditions,
    /// What is asked.
    pub price: Price,
}

/// Categories in order, 1 to 32, no two of one name: the first that matches wins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "Vec<Category>", into = "Vec<Category>")]
#[schema(as = PriceCategories, value_type = Vec<Category>, min_items = 1, max_items = 32)]
pub struct Categories(Vec<Category>);

impl Categories {
    /// The most of a price book.
    pub const MAX: usize = 32;
    /// The most ranges of dates in all of them: each may make a week that publication looks at.
    pub const MAX_DATES: usize = 96;

    /// In their order.
    pub fn all(&self) -> &[Category] {
        &self.0
    }
}

impl TryFrom<Vec<Category>> for Categories {
    type Error = String;

    fn try_from(categories: Vec<Category>) -> Result<Self, String> {
        if !(1..=Self::MAX).contains(&categories.len()) {
            return Err(format!("must be 1 to {} categories", Self::MAX));
        }
        for (place, category) in categories.iter().enumerate() {
            let name = &category.name;
            if categories[..place].iter().any(|other| other.name == *name) {
                return Err(format!("two categories are called {name}"));
            }
            category.when.check().map_err(|problem| format!("{name}: {problem}"))?;
        }
        let dates: usize = categories.iter().map(|category| category.when.dates.len()).sum();
        if dates > Self::MAX_DATES {
            return Err(format!("at most {} ranges of dates in all categories", Self::MAX_DATES));
        }
        Ok(Self(categories))
    }
}

impl From<Categories> for Vec<Category> {
    fn from(categories: Categories) -> Self {
        categories.0
    }
}

/// What is added to the price of the court.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Surcharges {
    /// For every hour between sunset and sunrise on a court with lights.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lights_per_hour: Option<Rate>,
    /// For every guest that is brought along.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_guest: Option<Price>,
}

#[cfg(test)]
mod tests {
    use kernel::Currency;
    use serde_json::json;

    use super::*;

    fn read(categories: serde_json::Value) -> Result<Categories, String> {
        serde_json::from_value(categories).map_err(|error| error.to_string())
    }

    #[test]
    fn prices_scale_with_the_time_or_not_at_all() {
        let rate = Rate::try_from(Money::new(1_001, Currency::Ars)).unwrap();
        assert_eq!(Price::PerHour(rate).for_minutes(90).amount, 1_501);
        assert_eq!(Price::PerBooking(rate).for_minutes(90).amount, 1_001);
    }

    #[test]
    fn no_price_is_below_zero() {
        for wrong in [-1, Rate::MAX_AMOUNT + 1] {
            assert!(Rate::try_from(Money::new(wrong, Currency::Ars)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn categories_have_different_names_and_conditions_that_can_hold() {
        let price = json!({ "per_hour": { "amount": 100, "currency": "ARS" } });
        let one = json!({ "name": "All", "price": price });
        assert!(read(json!([one])).is_ok());
        assert!(read(json!([])).is_err());
        assert!(read(json!([one, one])).unwrap_err().contains("called All"));
        let backwards = json!([{ "from": "12:00", "until": "08:00" }]);
        let wrong = json!([{ "name": "Odd", "price": price, "when": { "times": backwards } }]);
        assert!(read(wrong).unwrap_err().contains("Odd: "));
    }
}
