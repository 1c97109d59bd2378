//! Members' wallets.

pub(crate) mod enter;
pub(crate) mod list_entries;
pub(crate) mod read;

use kernel::{AccountId, Permission, Result};
use profiles::{acting_for, user_not_found};
use runtime::App;
use table::TenantTable;
use web::{Caller, Whom};

/// Whose wallet somebody looks into: their own, that of a child whom they act for, or anybody's with
/// `payment:read`. `forbidden`, `NOT_GUARDIAN`; `not_found`, `USER_NOT_FOUND`.
async fn seen_by(app: &App, caller: &Caller, table: &TenantTable, whom: Whom) -> Result<AccountId> {
    let who = (caller.account(), whom.account(caller));
    if who.0 != who.1 && caller.may(Permission::PaymentRead) {
        check_known(table, who.1).await?;
        return Ok(who.1);
    }
    Ok(acting_for(table, who, false, app.clock().now()).await?.account)
}

/// A member of this club, or somebody who was one and has a wallet still: else `not_found`, `USER_NOT_FOUND`.
async fn check_known(table: &TenantTable, account: AccountId) -> Result<()> {
    if identity::store::membership(table, account).await?.is_some()
        || !ledger::wallet(table, account).await?.is_empty()
    {
        return Ok(());
    }
    Err(user_not_found())
}
