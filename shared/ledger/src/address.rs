//! Addresses of accounts.

use std::{borrow::Cow, fmt, str::FromStr};

use kernel::{AccountId, TextError};
use serde::{Deserialize, Serialize};

/// Where a posting goes: `[a-z0-9_]+(:[a-z0-9_]+)*`, at most 120 bytes. The first segment is the kind of
/// account (assets, income, expenses, liabilities, equity).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountAddress(Cow<'static, str>);

impl AccountAddress {
    const LONGEST: usize = 120;
    /// Two payments settle at the same moment without touching the same item seven times of eight.
    const SHARDS: u8 = 8;
    /// What the club owes to all its members together: the sum of their wallets.
    pub const WALLETS: Self = Self::fixed("liabilities:wallet");

    /// A member's wallet: what the club owes to them.
    pub fn wallet(member: AccountId) -> Self {
        Self(Cow::Owned(format!("{}:{member}", Self::WALLETS)))
    }

    /// Whether it is one member's. Of such an account, no more is taken than there is.
    pub fn is_wallet(&self) -> bool {
        let rest = self.0.strip_prefix(Self::WALLETS.as_str());
        rest.is_some_and(|rest| rest.starts_with(':'))
    }

    /// A well-known address. In a constant, a wrong one does not compile.
    ///
    /// # Panics
    /// If the text is not an address.
    pub const fn fixed(text: &'static str) -> Self {
        assert!(is_address(text), "an account's address is [a-z0-9_]+(:[a-z0-9_]+)*");
        Self(Cow::Borrowed(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first segment.
    pub fn kind(&self) -> &str {
        self.0.split(':').next().unwrap_or_default()
    }

    /// Among how many items the balance is spread. What every payment touches is spread, so that payments
    /// never queue for one item; what belongs to one member is not.
    pub fn shards(&self) -> u8 {
        match self.kind() {
            _ if self.is_wallet() => 1,
            "assets" | "income" | "expenses" | "liabilities" => Self::SHARDS,
            _ => 1,
        }
    }
}

const fn is_address(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() > AccountAddress::LONGEST {
        return false;
    }
    let mut index = 0;
    let mut segment_is_empty = true;
    while index < bytes.len() {
        match bytes[index] {
            b'a'..=b'z' | b'0'..=b'9' | b'_' => segment_is_empty = false,
            b':' if !segment_is_empty => segment_is_empty = true,
            _ => return false,
        }
        index += 1;
    }
    !segment_is_empty
}

impl FromStr for AccountAddress {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        is_address(text).then(|| Self(Cow::Owned(text.to_owned()))).ok_or(TextError(
            "must be segments of a-z, 0-9 and _ joined by colons, such as income:court_bookings",
        ))
    }
}

kernel::kept_as_text! { AccountAddress; }

impl fmt::Display for AccountAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_is_kept() {
        for address in ["assets", "assets:provider:mercadopago", "income:court_bookings", "a:1:_"] {
            assert!(address.parse::<AccountAddress>().is_ok(), "{address}");
        }
        let long = "a".repeat(121);
        for wrong in ["", ":", "a:", ":a", "a::b", "Assets", "a b", "a#b", "año", long.as_str()] {
            assert!(wrong.parse::<AccountAddress>().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_wallet_is_one_member_s() {
        let wallet = AccountAddress::wallet(AccountId::new());
        assert_eq!(wallet.as_str().parse::<AccountAddress>().unwrap(), wallet);
        assert!(wallet.is_wallet() && !AccountAddress::WALLETS.is_wallet());
        assert!(!AccountAddress::fixed("liabilities:wallets").is_wallet());
    }

    #[test]
    fn only_accounts_that_everybody_touches_are_spread() {
        assert_eq!(AccountAddress::fixed("income:court_bookings").shards(), 8);
        assert_eq!(AccountAddress::WALLETS.shards(), 8);
        assert_eq!(AccountAddress::wallet(AccountId::new()).shards(), 1);
    }
}
