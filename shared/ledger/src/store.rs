//! Keys, reads and writes of the ledger.

use kernel::{AccountId, Currency, Error, Money, Page, PageRequest, Result, timestamp_text};
use table::{Condition, Index, Item, Key, Partition, Query, TenantTable, Update, Write, read_item};

use crate::{
    ALREADY_POSTED, Account, AccountAddress, Reference, Share, Transaction,
    balance::{balances, changes},
    wallet::{insufficient_funds, wallet_changed},
};

/// One shard of one account: `T#<club>#LEDGER` / `ACCOUNT#<address>#<currency>#<shard>`; a wallet, of which
/// there are as many as members, beside them.
fn share_key(table: &TenantTable, share: &Share) -> Key {
    let Share { account, currency, shard, .. } = share;
    if account.is_wallet() {
        return wallet_key(table, account, *currency);
    }
    table.key("LEDGER", format_args!("ACCOUNT#{account}#{currency}#{shard}"))
}

/// `T#<club>#LEDGER#<wallet>` / `<currency>`.
fn wallet_key(table: &TenantTable, wallet: &AccountAddress, currency: Currency) -> Key {
    table.key(format_args!("LEDGER#{wallet}"), currency)
}

/// A wallet's balances, and in the second index its transactions: `T#<club>#LEDGER#<wallet>`.
fn wallet_partition(table: &TenantTable, wallet: &AccountAddress) -> Partition {
    table.partition(format_args!("LEDGER#{wallet}"))
}

/// The transaction that books a fact: `T#<club>#LTX#<reference>` / `TRANSACTION`.
fn transaction_key(table: &TenantTable, reference: &Reference) -> Key {
    table.key(format_args!("LTX#{reference}"), "TRANSACTION")
}

/// All transactions by time: gsi1 `T#<club>#LEDGER`.
fn journal(table: &TenantTable) -> Partition {
    table.partition("LEDGER")
}

/// Put each transaction under its reference if absent, and add to the shares it changes.
///
/// The caller puts these writes, all of them, into one table transaction with the change that is booked.
/// A reference that was posted before refuses with the conflict [`ALREADY_POSTED`], a wallet that has less
/// than is taken from it with [`crate::INSUFFICIENT_FUNDS`].
pub fn post(table: &TenantTable, transactions: &[Transaction]) -> Result<Vec<Write>> {
    post_taking(table, transactions, Takes::Some)
}

/// [`post`], if what is taken from a wallet is all that is in it: else the conflict [`crate::WALLET_CHANGED`].
pub fn post_emptying(table: &TenantTable, transactions: &[Transaction]) -> Result<Vec<Write>> {
    post_taking(table, transactions, Takes::All)
}

/// How much of a wallet is taken.
#[derive(Clone, Copy)]
enum Takes {
    Some,
    All,
}

fn post_taking(
    table: &TenantTable,
    transactions: &[Transaction],
    takes: Takes,
) -> Result<Vec<Write>> {
    let mut writes = Vec::new();
    for transaction in transactions {
        let sort = format!("{}#{}", timestamp_text(transaction.time), transaction.id);
        let key = transaction_key(table, &transaction.reference);
        let write = Write::put(key, "ledger_transaction", transaction)?
            .gsi1(&journal(table), sort.clone())
            .if_absent()
            .or(|_| Error::conflict(ALREADY_POSTED, "this is in the ledger already"));
        writes.push(match transaction.wallet() {
            Some(posting) => write.gsi2(&wallet_partition(table, &posting.account), sort),
            None => write,
        });
    }
    let changes = changes(transactions);
    writes.extend(changes.iter().map(|share| bounded(add(table, share), share, takes)));
    Ok(writes)
}

/// Nobody takes from a wallet what is not there: as long as the balance is a credit of as much.
fn bounded(write: Write, change: &Share, takes: Takes) -> Write {
    if !change.account.is_wallet() || change.balance < 0 {
        return write;
    }
    let needed = Money::new(change.balance, change.currency);
    match takes {
        Takes::Some => write
            .when(Condition::at_most("balance", -needed.amount))
            .or(move |old| insufficient_funds(held(old), needed)),
        Takes::All => {
            write.when(Condition::equals("balance", -needed.amount)).or(|_| wallet_changed())
        }
    }
}

/// What a wallet has, in minor units.
fn held(item: Option<Item>) -> i64 {
    let share = item.and_then(|item| read_item::<Share>(item).ok());
    share.map_or(0, |share| -share.balance)
}

fn add(table: &TenantTable, share: &Share) -> Write {
    let update = Update::new()
        .set("kind", "ledger_account")
        .set("account", share.account.as_str())
        .set("currency", share.currency.code())
        .set("shard", u32::from(share.shard))
        .add("balance", share.balance);
    Write::update(share_key(table, share), update)
}

/// A check that a wallet has nothing in it: else the conflict [`crate::WALLET_CHANGED`].
pub fn wallet_stays_empty(table: &TenantTable, member: AccountId, currency: Currency) -> Write {
    let key = wallet_key(table, &AccountAddress::wallet(member), currency);
    let empty = Condition::any([Condition::absent("PK"), Condition::equals("balance", 0_i64)]);
    Write::check(key, empty).or(|_| wallet_changed())
}

/// Query `T#<club>#LEDGER#<wallet>`: what a member has, by currency; nothing where there never was any.
pub async fn wallet(table: &TenantTable, member: AccountId) -> Result<Vec<Money>> {
    let query = Query::of(wallet_partition(table, &AccountAddress::wallet(member)));
    let shares = table.query_all::<Share>(&query).await?.into_iter();
    Ok(shares.map(|share| Money::new(-share.balance, share.currency)).collect())
}

/// Query gsi2 `T#<club>#LEDGER#<wallet>`, latest first: one page of what changed a wallet. The index may lag.
pub async fn statement(
    table: &TenantTable,
    member: AccountId,
    page: PageRequest,
) -> Result<Page<Transaction>> {
    let partition = wallet_partition(table, &AccountAddress::wallet(member));
    table.query(&Query::index(Index::Gsi2, partition).descending().page(page)).await
}

/// Query `T#<club>#LEDGER` / `ACCOUNT#…`: every account with its balance, by address and currency. They sum to zero.
pub async fn accounts(table: &TenantTable) -> Result<Vec<Account>> {
    let query = Query::of(table.partition("LEDGER")).begins_with("ACCOUNT#");
    Ok(balances(table.query_all::<Share>(&query).await?))
}

/// Query gsi1 `T#<club>#LEDGER`, latest first: one page of transactions.
pub async fn transactions(table: &TenantTable, page: PageRequest) -> Result<Page<Transaction>> {
    table.query(&Query::index(Index::Gsi1, journal(table)).descending().page(page)).await
}

/// Get `T#<club>#LTX#<reference>` / `TRANSACTION`: the transaction that books this fact.
pub async fn posted(table: &TenantTable, reference: &Reference) -> Result<Option<Transaction>> {
    table.get(&transaction_key(table, reference)).await
}
