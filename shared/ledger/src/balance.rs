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

/// What the transactions change, one share for each item: a table transaction may touch an item once. What
/// changes a wallet changes the sum of all wallets, too.
pub(crate) fn changes(transactions: &[Transaction]) -> Vec<Share> {
    let mut sums = BTreeMap::<(AccountAddress, Currency, u8), i64>::new();
    for transaction in transactions {
        for posting in &transaction.postings {
            let wallets = posting.account.is_wallet().then_some(AccountAddress::WALLETS);
            for account in wallets.into_iter().chain([posting.account.clone()]) {
                let shard = transaction.shard(&account);
                *sums.entry((account, posting.currency, shard)).or_default() += posting.amount;
            }
        }
    }
    let share = |((account, currency, shard), balance)| Share { account, currency, shard, balance };
    sums.into_iter().map(share).filter(|share| share.balance != 0).collect()
}

#[cfg(test)]
mod tests {
    use kernel::{AccountId, Money, jiff::Timestamp};
    use proptest::prelude::*;

    use super::*;
    use crate::Posting;

    const CASH: AccountAddress = AccountAddress::fixed("assets:cash");

    fn transfer(number: usize, wallet: &AccountAddress, amount: i64) -> Transaction {
        let money = Money::new(amount, Currency::Ars);
        let postings = vec![Posting::debit(CASH, money), Posting::credit(wallet.clone(), money)];
        let reference = format!("test:{number}").parse().unwrap();
        Transaction::new(reference, "", postings, Timestamp::UNIX_EPOCH).unwrap()
    }

    proptest! {
        #[test]
        fn the_books_balance_however_shares_fall(amounts in prop::collection::vec(1_i64..1_000_000, 1..40)) {
            let wallets = [AccountId::new(), AccountId::new()].map(AccountAddress::wallet);
            let of = |number: usize| &wallets[number % 2];
            let transactions: Vec<_> =
                amounts.iter().enumerate().map(|(number, amount)| transfer(number, of(number), *amount)).collect();
            let mut shares = changes(&transactions);
            prop_assert!(shares.iter().filter(|share| share.account == CASH).count() <= 8);
            for (number, wallet) in wallets.iter().enumerate().take(amounts.len()) {
                let own: Vec<_> = shares.iter().filter(|share| share.account == *wallet).collect();
                let theirs: i64 = amounts.iter().skip(number).step_by(2).sum();
                prop_assert_eq!(own.iter().map(|share| share.balance).collect::<Vec<_>>(), vec![-theirs]);
            }
            // The books' accounts sum to zero; wallets are the parts of one of them.
            shares.retain(|share| !share.account.is_wallet());
            let total: i64 = amounts.iter().sum();
            let accounts = balances(shares);
            prop_assert_eq!(accounts.iter().map(|a| a.balance).collect::<Vec<_>>(), vec![total, -total]);
        }
    }
}
