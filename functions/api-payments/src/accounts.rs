//! `GET /v1/ledger/accounts`.

use axum::extract::State;
use kernel::Currency;
use runtime::App;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Caller, Envelope, Outcome, Reply};

/// An account of the books, in one currency.
#[derive(Serialize, ToSchema)]
pub(crate) struct AccountView {
    /// `income:court_bookings` for instance; the first part is the kind of account.
    account: String,
    currency: Currency,
    /// Signed minor units: positive is a debit balance, negative a credit balance.
    balance: i64,
}

/// Every account with its balance, by address and currency. They sum to zero in each currency.
///
/// Members' wallets are one account, `liabilities:wallet`; transactions name the member's, `liabilities:wallet:acc_…`.
#[utoipa::path(
    get,
    path = "/v1/ledger/accounts",
    tag = "ledger",
    responses((status = 200, body = Envelope<Vec<AccountView>>, description = "All accounts.")),
)]
pub(crate) async fn list_accounts(
    State(app): State<App>,
    caller: Caller,
) -> Outcome<Vec<AccountView>> {
    let accounts = ledger::accounts(&app.tenant_table(&caller)?).await?;
    let view = |account: ledger::Account| AccountView {
        account: account.address.into(),
        currency: account.currency,
        balance: account.balance,
    };
    Ok(Reply::ok(accounts.into_iter().map(view).collect()))
}
