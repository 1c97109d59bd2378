//! What accounts hold: shares of balances, and their sums.

use std::collections::BTreeMap;

use kernel::Currency;
use serde::{Deserialize, Serialize};

use crate::{AccountAddress, Transaction};

/// One item's part of an account's balance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// Whose.
    pub account: AccountAddress,
    /// In this currency.
    pub currency: Currency,
    /// Which of the account's shards.
    pub shard: u8,
    /// Signed minor units.
    pub balance: i64,
}

/// What an account holds in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The account.
    pub address: AccountAddress,
    /// In this currency.
    pub currency: Currency,
    /// Signed minor units: positive is a debit balance.
    pub balance: i64,
}

/// The accounts behind their shares, by address and currency.
pub fn balances(shares: impl IntoIterator<Item = Share>) -> Vec<Account> {
    let mut sums = BTreeMap::<(AccountAddress, Currency), i64>::new();
    for share in shares {
        *sums.entry((share.account, share.currency)).or_default() += share.balance;
    }
    let account = |((address, currency), balance)| Account { address, currency, balance };
    sums.into_iter().map(account).collect()
}

/// What the transactions change, one share for each item: a table transaction may touch an item once.
pub(crate) fn changes(transactions: &[Transaction]) -> Vec<Share> {
    let mut sums = BTreeMap::<(AccountAddress, Currency, u8), i64>::new();
    for transaction in transactions {
        for posting in &transaction.postings {
            let shard = transaction.shard(&posting.account);
            let key = (posting.account.clone(), posting.currency, shard);
            *sums.entry(key).or_default() += posting.amount;
        }
    }
    let share = |((account, currency, shard), balance)| Share { account, currency, shard, balance };
    sums.into_iter().map(share).filter(|share| share.balance != 0).collect()
}

#[cfg(test)]
mod tests {
    use kernel::{Money, jiff::Timestamp};
    use proptest::prelude::*;

    use super::*;
    use crate::Posting;

    const CASH: AccountAddress = AccountAddress::fixed("assets:cash");
    const WALLET: AccountAddress = AccountAddress::fixed("liabilities:wallet");

    fn transfer(number: usize, amount: i64) -> Transaction {
        let money = Money::new(amount, Currency::Ars);
        let postings = vec![Posting::debit(CASH, money), Posting::credit(WALLET, money)];
        let reference = format!("test:{number}").parse().unwrap();
        Transaction::new(reference, "", postings, Timestamp::UNIX_EPOCH).unwrap()
    }

    proptest! {
        #[test]
        fn the_books_balance_however_shares_fall(amounts in prop::collection::vec(1_i64..1_000_000, 1..40)) {
            let transactions: Vec<_> =
                amounts.iter().enumerate().map(|(number, amount)| transfer(number, *amount)).collect();
            let shares = changes(&transactions);
            prop_assert!(shares.iter().filter(|share| share.account == CASH).count() <= 8);
            prop_assert_eq!(shares.iter().filter(|share| share.account == WALLET).count(), 1);
            let total: i64 = amounts.iter().sum();
            let accounts = balances(shares);
            prop_assert_eq!(accounts.iter().map(|a| a.balance).collect::<Vec<_>>(), vec![total, -total]);
        }
    }
}
