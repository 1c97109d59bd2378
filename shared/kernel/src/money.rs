//! Money: integer minor units of an ISO 4217 currency.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Currencies that clubs of the platform charge in (ISO 4217), each with its own number of decimals.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "UPPERCASE")]
#[expect(missing_docs, reason = "the variants are ISO 4217 codes")]
pub enum Currency {
    Ars,
    Bob,
    Brl,
    Clp,
    Cop,
    Eur,
    Mxn,
    Pen,
    Pyg,
    Usd,
    Uyu,
}

impl Currency {
    const ALL: [(Self, &'static str); 11] = [
        (Self::Ars, "ARS"),
        (Self::Bob, "BOB"),
        (Self::Brl, "BRL"),
        (Self::Clp, "CLP"),
        (Self::Cop, "COP"),
        (Self::Eur, "EUR"),
        (Self::Mxn, "MXN"),
        (Self::Pen, "PEN"),
        (Self::Pyg, "PYG"),
        (Self::Usd, "USD"),
        (Self::Uyu, "UYU"),
    ];

    /// The ISO 4217 code.
    pub fn code(self) -> &'static str {
        Self::ALL.iter().find(|(currency, _)| *currency == self).map_or("", |(_, code)| code)
    }

    /// Decimals of the minor unit (ISO 4217 table A.1): 0 for the peso of Chile and the guaraní, else 2.
    pub fn decimals(self) -> u32 {
        match self {
            Self::Clp | Self::Pyg => 0,
            _ => 2,
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Currency {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.iter().find(|(_, code)| *code == text).map(|(currency, _)| *currency).ok_or(())
    }
}

/// An amount in minor units: 12000 ARS is 120.00 pesos, 12000 CLP is 12000 pesos.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// Minor units.
    pub amount: i64,
    /// ISO 4217 code.
    pub currency: Currency,
}

impl Money {
    /// The largest amount taken anywhere: it fits 2^53, so JSON readers keep every digit.
    pub const MAX_AMOUNT: i64 = 1_000_000_000_000;

    /// An amount in minor units.
    pub const fn new(amount: i64, currency: Currency) -> Self {
        Self { amount, currency }
    }

    /// Whether nothing is owed.
    pub const fn is_zero(self) -> bool {
        self.amount == 0
    }

    /// The price of `minutes` at this price an hour, rounded down to the minor unit.
    #[must_use]
    pub fn for_minutes(self, minutes: u32) -> Self {
        let amount = i128::from(self.amount) * i128::from(minutes) / 60;
        Self { amount: i64::try_from(amount).unwrap_or(i64::MAX), ..self }
    }

    /// Splits into shares by weight: each share is floored, what is left over goes one unit each from the top.
    /// The shares sum to the amount. Negative amounts split as their positive twin. No weight, no shares.
    pub fn allocate(self, weights: &[u32]) -> Vec<Self> {
        let total: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
        if total == 0 {
            return Vec::new();
        }
        let whole = i128::from(self.amount.unsigned_abs());
        let mut shares: Vec<i128> =
            weights.iter().map(|weight| whole * i128::from(*weight) / total).collect();
        let mut rest = whole - shares.iter().sum::<i128>();
        for share in shares.iter_mut().zip(weights).filter(|(_, weight)| **weight > 0) {
            if rest == 0 {
                break;
            }
            *share.0 += 1;
            rest -= 1;
        }
        let sign = i128::from(self.amount.signum());
        let money = |share: i128| i64::try_from(share * sign).unwrap_or_default();
        shares.into_iter().map(|share| Self { amount: money(share), ..self }).collect()
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = self.currency.decimals();
        let unit = 10_u64.pow(decimals);
        let (sign, amount) = (if self.amount < 0 { "-" } else { "" }, self.amount.unsigned_abs());
        if decimals == 0 {
            return write!(f, "{sign}{amount} {}", self.currency);
        }
        let width = decimals as usize;
        write!(f, "{sign}{}.{:0width$} {}", amount / unit, amount % unit, self.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_remainder_is_handed_out_from_the_top() {
        let shares = Money::new(100, Currency::Ars).allocate(&[1, 1, 1]);
        assert_eq!(shares.iter().map(|m| m.amount).collect::<Vec<_>>(), [34, 33, 33]);
        let shares = Money::new(-5, Currency::Ars).allocate(&[0, 1, 1]);
        assert_eq!(shares.iter().map(|m| m.amount).collect::<Vec<_>>(), [0, -3, -2]);
    }

    #[test]
    fn amounts_print_with_their_currency_s_decimals() {
        assert_eq!(Money::new(-12_005, Currency::Ars).to_string(), "-120.05 ARS");
        assert_eq!(Money::new(12_005, Currency::Clp).to_string(), "12005 CLP");
    }

    #[test]
    fn a_price_an_hour_is_scaled_and_floored() {
        assert_eq!(Money::new(1_001, Currency::Ars).for_minutes(90).amount, 1_501);
    }
}
