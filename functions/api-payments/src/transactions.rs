//! `GET /v1/ledger/transactions`.

use axum::extract::State;
use garde::Validate;
use kernel::{Currency, LedgerTransactionId, timestamp_text};
use ledger::{Posting, Transaction};
use runtime::App;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Caller, Outcome, PageEnvelope, Params, Problem, Reply};

/// The list's name in cursors.
const LIST: &str = "ledger.transactions";

/// Which page.
#[derive(Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct Page {
    /// 1 to 100; 20 where it is missing.
    pub(crate) limit: Option<u8>,
    /// `next_cursor` of the page before.
    pub(crate) cursor: Option<String>,
}

/// What one fact moved between accounts. Never changed: a correction is another transaction.
#[derive(Serialize, ToSchema)]
pub(crate) struct TransactionView {
    id: LedgerTransactionId,
    /// The fact, `mercadopago:payment:17014025134` for instance; it is booked once.
    reference: String,
    description: String,
    /// They sum to zero in each currency.
    postings: Vec<PostingView>,
    /// When it was booked.
    #[schema(format = DateTime)]
    time: String,
}

/// One side of a transaction.
#[derive(Serialize, ToSchema)]
pub(crate) struct PostingView {
    account: String,
    /// Signed minor units: positive debits the account, negative credits it.
    amount: i64,
    currency: Currency,
}

/// The books' transactions, latest first.
#[utoipa::path(
    get,
    path = "/v1/ledger/transactions",
    tag = "ledger",
    params(Page),
    responses(
        (status = 200, body = PageEnvelope<TransactionView>, description = "A page of them."),
        (status = 422, body = Problem, description = "LIMIT_OUT_OF_RANGE, CURSOR_INVALID."),
    )
)]
pub(crate) async fn list_transactions(
    State(app): State<App>,
    caller: Caller,
    Params(input): Params<Page>,
) -> Outcome<Vec<TransactionView>> {
    let page = caller.page(LIST, input.limit, input.cursor.as_deref())?;
    let limit = page.limit;
    let transactions = ledger::transactions(&app.tenant_table(&caller)?, page).await?;
    Ok(Reply::page(transactions.map(TransactionView::new), &caller, LIST, limit))
}

impl TransactionView {
    fn new(transaction: Transaction) -> Self {
        Self {
            id: transaction.id,
            reference: transaction.reference.into(),
            description: transaction.description,
            postings: transaction.postings.into_iter().map(PostingView::new).collect(),
            time: timestamp_text(transaction.time),
        }
    }
}

impl PostingView {
    fn new(posting: Posting) -> Self {
        Self { account: posting.account.into(), amount: posting.amount, currency: posting.currency }
    }
}
