//! What may be posted.

use std::collections::BTreeMap;

use kernel::{Currency, Error, LedgerTransactionId, Money, jiff::Timestamp};
use serde::{Deserialize, Serialize};

use crate::{AccountAddress, Reference};

/// One side of a transaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posting {
    /// Where it goes.
    pub account: AccountAddress,
    /// Signed minor units: positive debits the account, negative credits it.
    pub amount: i64,
    /// ISO 4217 code.
    pub currency: Currency,
}

impl Posting {
    /// Adds to the account.
    pub fn debit(account: AccountAddress, money: Money) -> Self {
        Self { account, amount: money.amount, currency: money.currency }
    }

    /// Takes from the account.
    pub fn credit(account: AccountAddress, money: Money) -> Self {
        Self { account, amount: -money.amount, currency: money.currency }
    }
}

/// Postings that sum to zero in each currency. Made once, never changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transaction {
    /// The id.
    pub id: LedgerTransactionId,
    /// What it books; it posts once.
    pub reference: Reference,
    /// For people, without personal data.
    pub description: String,
    /// 2 to 20 of them.
    pub postings: Vec<Posting>,
    /// When it was booked.
    pub time: Timestamp,
}

/// Why postings are no transaction. Always a defect of whoever composed them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unsound {
    /// Fewer than 2 or more than 20.
    #[error("a transaction has 2 to 20 postings, not {0}")]
    Count(usize),
    /// A posting of nothing.
    #[error("a posting to {0} moves nothing")]
    Zero(AccountAddress),
    /// An amount that no account of ours can hold.
    #[error("a posting to {0} is too large")]
    TooLarge(AccountAddress),
    /// A statement lists a transaction once.
    #[error("a transaction changes one wallet at most, not {0}")]
    Wallets(usize),
    /// What is debited is not what is credited.
    #[error("the postings in {currency} sum to {sum}, not to zero")]
    Unbalanced {
        /// In this currency.
        currency: Currency,
        /// By this much.
        sum: i128,
    },
}

impl From<Unsound> for Error {
    fn from(unsound: Unsound) -> Self {
        Self::internal("a ledger transaction is not sound").with_source(unsound)
    }
}

impl Transaction {
    /// The fewest and the most postings.
    pub const POSTINGS: std::ops::RangeInclusive<usize> = 2..=20;

    /// A transaction, if the postings are sound.
    pub fn new(
        reference: Reference,
        description: impl Into<String>,
        postings: Vec<Posting>,
        time: Timestamp,
    ) -> Result<Self, Unsound> {
        check(&postings)?;
        let (id, description) = (LedgerTransactionId::new(), description.into());
        Ok(Self { id, reference, description, postings, time })
    }

    /// What it adds to a member's wallet, or takes from it.
    pub fn wallet(&self) -> Option<&Posting> {
        self.postings.iter().find(|posting| posting.account.is_wallet())
    }

    /// Which of an account's shards this transaction changes.
    pub fn shard(&self, account: &AccountAddress) -> u8 {
        // The last byte of a UUIDv7 is random.
        self.id.uuid().as_bytes()[15] % account.shards()
    }
}

fn check(postings: &[Posting]) -> Result<(), Unsound> {
    if !Transaction::POSTINGS.contains(&postings.len()) {
        return Err(Unsound::Count(postings.len()));
    }
    let wallets = postings.iter().filter(|posting| posting.account.is_wallet()).count();
    if wallets > 1 {
        return Err(Unsound::Wallets(wallets));
    }
    let mut sums = BTreeMap::<Currency, i128>::new();
    for posting in postings {
        if posting.amount == 0 {
            return Err(Unsound::Zero(posting.account.clone()));
        }
        if posting.amount.unsigned_abs() > Money::MAX_AMOUNT.unsigned_abs() {
            return Err(Unsound::TooLarge(posting.account.clone()));
        }
        *sums.entry(posting.currency).or_default() += i128::from(posting.amount);
    }
    match sums.into_iter().find(|(_, sum)| *sum != 0) {
        Some((currency, sum)) => Err(Unsound::Unbalanced { currency, sum }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CASH: AccountAddress = AccountAddress::fixed("assets:cash");
    const INCOME: AccountAddress = AccountAddress::fixed("income:court_bookings");

    fn posting(account: AccountAddress, amount: i64, currency: Currency) -> Posting {
        Posting { account, amount, currency }
    }

    fn made(postings: Vec<Posting>) -> Result<Transaction, Unsound> {
        let reference = "test:1".parse().unwrap();
        Transaction::new(reference, "test", postings, Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn postings_sum_to_zero_in_each_currency() {
        use Currency::{Ars, Usd};
        assert!(made(vec![posting(CASH, 100, Ars), posting(INCOME, -100, Ars)]).is_ok());
        assert_eq!(
            made(vec![posting(CASH, 100, Ars), posting(INCOME, -100, Usd)]),
            Err(Unsound::Unbalanced { currency: Ars, sum: 100 })
        );
        assert_eq!(
            made(vec![posting(CASH, 100, Ars), posting(INCOME, -99, Ars)]),
            Err(Unsound::Unbalanced { currency: Ars, sum: 1 })
        );
    }

    #[test]
    fn one_wallet_at_most_is_changed() {
        let wallet = || posting(AccountAddress::wallet(kernel::AccountId::new()), 1, Currency::Ars);
        let (one, other) = (wallet(), wallet());
        let paid = made(vec![one.clone(), posting(INCOME, -1, Currency::Ars)]).unwrap();
        assert_eq!(paid.wallet(), Some(&one));
        let both = vec![one, other, posting(INCOME, -2, Currency::Ars)];
        assert_eq!(made(both), Err(Unsound::Wallets(2)));
        let cash = made(vec![posting(CASH, 1, Currency::Ars), posting(INCOME, -1, Currency::Ars)]);
        assert_eq!(cash.unwrap().wallet(), None);
    }

    #[test]
    fn too_few_too_many_and_empty_postings_are_refused() {
        use Currency::Ars;
        assert_eq!(made(vec![]), Err(Unsound::Count(0)));
        assert_eq!(made(vec![posting(CASH, 0, Ars)]), Err(Unsound::Count(1)));
        let pair = || [posting(CASH, 1, Ars), posting(INCOME, -1, Ars)];
        let many = |pairs| std::iter::repeat_with(pair).take(pairs).flatten().collect();
        assert!(made(many(10)).is_ok());
        assert_eq!(made(many(11)), Err(Unsound::Count(22)));
        assert_eq!(
            made(vec![posting(CASH, 0, Ars), posting(INCOME, 0, Ars)]),
            Err(Unsound::Zero(CASH))
        );
        assert_eq!(
            made(vec![posting(CASH, i64::MIN, Ars), posting(INCOME, i64::MAX, Ars)]),
            Err(Unsound::TooLarge(CASH))
        );
    }
}
