//! Decimal texts and minor units, exactly: no number of ours is ever a float.

use kernel::{Currency, Money};

/// More digits than any amount has; a guard against absurd exponents.
const DIGITS_LIMIT: usize = 30;

/// The amount that a decimal text says, `120.5` or `1.2E2` for instance, in the currency's minor units.
/// `None` where the text is no number, or has a fraction that the currency cannot hold.
pub(crate) fn money(text: &str, currency: Currency) -> Option<Money> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (negative, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, mantissa),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    if whole.is_empty()
        || digits.len() > DIGITS_LIMIT
        || !digits.bytes().all(|digit| digit.is_ascii_digit())
    {
        return None;
    }
    let shift = i64::from(exponent) + i64::from(currency.decimals())
        - i64::try_from(fraction.len()).ok()?;
    let amount = shifted(digits.parse().ok()?, shift)?;
    let amount = i64::try_from(if negative { -amount } else { amount }).ok()?;
    Some(Money::new(amount, currency))
}

/// `digits` × 10^`shift`, if that is a whole number.
fn shifted(digits: i128, shift: i64) -> Option<i128> {
    if digits == 0 {
        return Some(0);
    }
    let power = 10_i128.checked_pow(u32::try_from(shift.unsigned_abs()).ok()?)?;
    if shift >= 0 {
        return digits.checked_mul(power);
    }
    (digits % power == 0).then(|| digits / power)
}

/// The amount as a decimal number of whole units: `120.50`, and `120` where there are no decimals.
pub(crate) fn text(money: Money) -> String {
    let shown = money.to_string();
    shown.split(' ').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn minor(text: &str, currency: Currency) -> Option<i64> {
        money(text, currency).map(|money| money.amount)
    }

    #[test]
    fn decimals_are_read_exactly() {
        let (ars, clp) = (Currency::Ars, Currency::Clp);
        assert_eq!(minor("12.34", ars), Some(1_234));
        assert_eq!(minor("0.62", ars), Some(62));
        assert_eq!(minor("100", ars), Some(10_000));
        assert_eq!(minor("100.0", ars), Some(10_000));
        assert_eq!(minor("-10.5", ars), Some(-1_050));
        assert_eq!(minor("1.2E7", ars), Some(1_200_000_000));
        assert_eq!(minor("5e-1", ars), Some(50));
        assert_eq!(minor("5000", clp), Some(5_000));
        assert_eq!(minor("5000.00", clp), Some(5_000));
        assert_eq!(minor("90071992547409.93", ars), Some(9_007_199_254_740_993), "beyond floats");
    }

    #[test]
    fn what_the_currency_cannot_hold_is_no_amount() {
        for wrong in ["0.001", "1.005", "1e-3", "", ".5", "-", "1,5", "NaN", "1e99", "0x1", "1.2.3"]
        {
            assert_eq!(minor(wrong, Currency::Ars), None, "{wrong:?}");
        }
        assert_eq!(minor("0.5", Currency::Clp), None);
    }

    proptest! {
        #[test]
        fn every_amount_survives_the_way_there_and_back(amount in -Money::MAX_AMOUNT..Money::MAX_AMOUNT) {
            for currency in [Currency::Ars, Currency::Clp] {
                let sent = Money::new(amount, currency);
                prop_assert_eq!(money(&text(sent), currency), Some(sent));
            }
        }
    }
}
