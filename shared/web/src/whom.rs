//! Whose thing a path names: `me`, or an account.

use std::str::FromStr;

use kernel::{AccountId, ParseIdError};

use crate::Caller;

/// The `{account_id}` of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whom {
    /// Whoever calls.
    Me,
    /// Somebody.
    Account(AccountId),
}

impl Whom {
    /// The account.
    pub fn account(self, caller: &Caller) -> AccountId {
        match self {
            Self::Me => caller.account(),
            Self::Account(account) => account,
        }
    }
}

impl FromStr for Whom {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        match text {
            "me" => Ok(Self::Me),
            text => text.parse().map(Self::Account),
        }
    }
}
