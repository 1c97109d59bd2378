//! Keys, reads and writes of the ledger.

use kernel::{Error, Page, PageRequest, Result, timestamp_text};
use table::{Index, Key, Partition, Query, TenantTable, Update, Write};

use crate::{
    ALREADY_POSTED, Account, Reference, Share, Transaction,
    balance::{balances, changes},
};

/// One shard of one account: `T#<club>#LEDGER` / `ACCOUNT#<address>#<currency>#<shard>`.
fn share_key(table: &TenantTable, share: &Share) -> Key {
    let Share { account, currency, shard, .. } = share;
    table.key("LEDGER", format_args!("ACCOUNT#{account}#{currency}#{shard}"))
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
/// A reference that was posted before refuses with the conflict [`ALREADY_POSTED`].
pub fn post(table: &TenantTable, transactions: &[Transaction]) -> Result<Vec<Write>> {
    let mut writes = Vec::new();
    for transaction in transactions {
        let sort = format!("{}#{}", timestamp_text(transaction.time), transaction.id);
        let write = Write::put(
            transaction_key(table, &transaction.reference),
            "ledger_transaction",
            transaction,
        )?
        .gsi1(&journal(table), sort)
        .if_absent()
        .or(|_| Error::conflict(ALREADY_POSTED, "this is in the ledger already"));
        writes.push(write);
    }
    writes.extend(changes(transactions).iter().map(|share| add(table, share)));
    Ok(writes)
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

/// Query `T#<club>#LEDGER` / `ACCOUNT#…`: every account with its balance, by address and currency.
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
