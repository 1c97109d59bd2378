//! `GET /v1/users/{account_id}/wallet`.

use axum::extract::State;
use futures::future::try_join;
use kernel::{AccountId, Money};
use runtime::App;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Caller, Envelope, Id, Outcome, Problem, Reply, Whom};

use super::seen_by;

/// What a member has at the club.
#[derive(Serialize, ToSchema)]
pub(crate) struct Wallet {
    account_id: AccountId,
    /// In the club's currency; never negative.
    balance: Money,
}

/// What somebody has in their wallet: one's own (`me`), that of a child whom one acts for, or anybody's with
/// `payment:read`.
#[utoipa::path(
    get,
    path = "/v1/users/{account_id}/wallet",
    tag = "wallets",
    params(("account_id" = String, Path, description = "An account, or `me`.")),
    responses(
        (status = 200, body = Envelope<Wallet>, description = "As of this moment."),
        (status = 403, body = Problem, description = "NOT_GUARDIAN."),
        (status = 404, body = Problem, description = "USER_NOT_FOUND."),
    )
)]
pub(crate) async fn read_wallet(
    State(app): State<App>,
    caller: Caller,
    Id(whom): Id<Whom>,
) -> Outcome<Wallet> {
    let table = app.tenant_table(&caller)?;
    let account_id = seen_by(&app, &caller, &table, whom).await?;
    let (settings, balances) =
        try_join(tenancy::store::settings(&table), ledger::wallet(&table, account_id)).await?;
    let currency = settings.currency;
    let own = balances.into_iter().find(|balance| balance.currency == currency);
    Ok(Reply::ok(Wallet { account_id, balance: own.unwrap_or(Money::new(0, currency)) }))
}
