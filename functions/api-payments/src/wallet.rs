//! Members' wallets.

pub(crate) mod enter;
pub(crate) mod list_entries;
pub(crate) mod read;

use kernel::{AccountId, Error, Permission, Result};
use profiles::not_guardian;
use runtime::App;
use table::TenantTable;
use web::{Caller, Whom};

/// Whose wallet somebody looks into: their own, that of a child whom they act for, or anybody's with
/// `payment:read`. `forbidden`, `NOT_GUARDIAN`; `not_found`, `USER_NOT_FOUND`.
async fn seen_by(app: &App, caller: &Caller, table: &TenantTable, whom: Whom) -> Result<AccountId> {
    let (account, by) = (whom.account(caller), caller.account());
    if account == by {
        return Ok(account);
    }
    check_known(table, account).await?;
    let is_staff = caller.may(Permission::PaymentRead);
    let now = app.clock().now();
    if is_staff || profiles::store::acts_for(table, by, account, now).await? {
        return Ok(account);
    }
    Err(not_guardian())
}

/// A member of this club, or somebody who was one and has a wallet still: else `not_found`, `USER_NOT_FOUND`.
async fn check_known(table: &TenantTable, account: AccountId) -> Result<()> {
    if identity::store::membership(table, account).await?.is_some()
        || !ledger::wallet(table, account).await?.is_empty()
    {
        return Ok(());
    }
    Err(Error::not_found("USER_NOT_FOUND", "nobody in this club has that id"))
}
