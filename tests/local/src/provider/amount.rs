//! Amounts in hundredths. No currency of the provider's sites has more decimals.

use serde_json::Value;

/// Hundredths of a currency's unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Amount(pub(crate) i64);

impl Amount {
    /// Of a JSON number (or a text, which the provider takes, too) with at most two decimals.
    pub(crate) fn read(value: &Value) -> Option<Self> {
        let text = match value {
            Value::Number(number) => number.to_string(),
            Value::String(text) => text.clone(),
            _ => return None,
        };
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || fraction.len() > 2 || !digits(whole) || !digits(fraction) {
            return None;
        }
        format!("{whole}{fraction:0<2}").parse().ok().map(Self)
    }

    /// As a JSON number with the decimals it needs: `12.34`, `12.5`, `12`.
    pub(crate) fn json(self) -> Value {
        let text = format!("{}.{:02}", self.0 / 100, self.0 % 100);
        let text = text.trim_end_matches('0').trim_end_matches('.');
        serde_json::from_str(text).unwrap_or(Value::Null)
    }

    /// What the provider keeps: five per cent, in whole units where the currency has no decimals.
    pub(crate) fn fee(self, currency: &str) -> Self {
        let fee = self.0 * 5 / 100;
        if ["CLP", "PYG"].contains(&currency) { Self(fee / 100 * 100) } else { Self(fee) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_keep_their_digits() {
        for text in ["12.34", "12.5", "12", "0", "9000", "0.07", "123456789.01"] {
            let value: Value = serde_json::from_str(text).unwrap();
            assert_eq!(Amount::read(&value).unwrap().json().to_string(), text);
        }
        for wrong in ["-1", "1.234", "true", "null"] {
            assert_eq!(Amount::read(&serde_json::from_str(wrong).unwrap()), None, "{wrong}");
        }
    }
}
