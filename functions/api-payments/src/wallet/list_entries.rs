//! `GET /v1/users/{account_id}/wallet/entries`.

use axum::extract::State;
use payments::WalletEntry;
use runtime::App;
use web::{Caller, Id, Outcome, PageEnvelope, Params, Problem, Reply, Whom};

use super::seen_by;
use crate::transactions::Page;

/// What came into a wallet and went out of it, latest first; whose one may see, as the wallet itself. What has just
/// happened may be missing for a moment.
#[utoipa::path(
    get,
    path = "/v1/users/{account_id}/wallet/entries",
    tag = "wallets",
    params(("account_id" = String, Path, description = "An account, or `me`."), Page),
    responses(
        (status = 200, body = PageEnvelope<WalletEntry>, description = "A page of them."),
        (status = 403, body = Problem, description = "NOT_GUARDIAN."),
        (status = 404, body = Problem, description = "USER_NOT_FOUND."),
        (status = 422, body = Problem, description = "LIMIT_OUT_OF_RANGE, CURSOR_INVALID."),
    )
)]
pub(crate) async fn list_entries(
    State(app): State<App>,
    caller: Caller,
    Id(whom): Id<Whom>,
    Params(input): Params<Page>,
) -> Outcome<Vec<WalletEntry>> {
    let table = app.tenant_table(&caller)?;
    let account = seen_by(&app, &caller, &table, whom).await?;
    // A cursor is good for the one wallet that it is of.
    let list = format!("wallet.{account}");
    let page = caller.page(&list, input.limit, input.cursor.as_deref())?;
    let limit = page.limit;
    let page = ledger::statement(&table, account, page).await?;
    let entries = kernel::Page {
        items: page.items.iter().filter_map(WalletEntry::of).collect(),
        next: page.next,
    };
    Ok(Reply::page(entries, &caller, &list, limit))
}
