//! `POST /v1/users/{account_id}/wallet/entries`.

use audit::Entry;
use axum::extract::State;
use facilities::check_currency;
use garde::Validate;
use kernel::{
    AccountId, Error, Money, Permission, Result, Violation,
    jiff::{SignedDuration, Timestamp},
    random_uuid,
};
use ledger::{ALREADY_POSTED, Transaction};
use payments::{DeskEntry, EntryMethod, EntryReason, WalletEntry};
use runtime::App;
use serde::Deserialize;
use serde_json::json;
use table::TenantTable;
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, Id, Outcome, Problem, Reply, RequestKey, Whom};

use super::check_known;

/// As long as an `Idempotency-Key` stands for one request.
const SAME_REQUEST: SignedDuration = SignedDuration::from_hours(24);

/// What is paid in or out.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
#[schema(as = NewWalletEntry)]
pub(crate) struct NewEntry {
    /// Paid in; out where it is negative. In the club's currency.
    amount: Money,
    method: EntryMethod,
    reason: EntryReason,
}

/// Pay into a member's wallet at the desk, or out of it; or put it right.
///
/// Paying out and putting right takes `payment:refund`, too. No more is paid out than there is. With an
/// `Idempotency-Key`, it is entered once.
#[utoipa::path(
    post,
    path = "/v1/users/{account_id}/wallet/entries",
    tag = "wallets",
    params(("account_id" = String, Path, description = "An account, or `me`.")),
    request_body = NewEntry,
    responses(
        (status = 201, body = Envelope<WalletEntry>, description = "Entered; Location is the wallet."),
        (status = 403, body = Problem, description = "PERMISSION_MISSING: paying out and corrections take payment:refund, too."),
        (status = 404, body = Problem, description = "USER_NOT_FOUND."),
        (status = 409, body = Problem, description = "INSUFFICIENT_FUNDS (the details have the balance), ALREADY_POSTED: the key was used before, for something else or long ago."),
        (status = 422, body = Problem, description = "CURRENCY_MISMATCH, VALIDATION_FAILED, BODY_INVALID."),
    )
)]
pub(crate) async fn enter(
    State(app): State<App>,
    caller: Caller,
    Id(whom): Id<Whom>,
    RequestKey(key): RequestKey,
    Body(input): Body<NewEntry>,
) -> Outcome<WalletEntry> {
    let (table, now) = (app.tenant_table(&caller)?, app.clock().now());
    let account = whom.account(&caller);
    input.check(&caller)?;
    if input.amount.amount < 0 {
        check_known(&table, account).await?;
    }
    check_currency(input.amount, tenancy::store::settings(&table).await?.currency)?;
    let key = key.unwrap_or_else(|| random_uuid().simple().to_string());
    let NewEntry { amount, method, reason } = input;
    let entry = DeskEntry { key, method, amount, reason };
    let posted = post(&table, &caller, account, &entry, now).await?;
    let view = WalletEntry::of(&posted);
    let view = view.ok_or_else(|| Error::internal("an entry changes no wallet"))?;
    Ok(Reply::created(format!("/v1/users/{account}/wallet"), view))
}

impl NewEntry {
    fn check(&self, caller: &Caller) -> Result<()> {
        let size = self.amount.amount.unsigned_abs();
        if !(1..=Money::MAX_AMOUNT.unsigned_abs()).contains(&size) {
            let message = format!("must be from 1 to {}, or negative", Money::MAX_AMOUNT);
            return Err(Error::violations(&[Violation { path: "amount.amount".into(), message }]));
        }
        if self.amount.amount < 0 || self.method == EntryMethod::Correction {
            caller.require(Permission::PaymentRefund)?;
        }
        Ok(())
    }
}

/// One transaction with its audit record. Where a request that died has entered the same a moment before, that.
async fn post(
    table: &TenantTable,
    caller: &Caller,
    account: AccountId,
    entry: &DeskEntry,
    now: Timestamp,
) -> Result<Transaction> {
    let transaction = payments::enter(account, entry, now)?;
    let said = json!({
        "amount": entry.amount, "method": entry.method, "reason": entry.reason,
        "transaction_id": transaction.id,
    });
    let told = Entry::new(caller.origin(), "wallet.entered", account).making(&said)?;
    // Whoever is erased at this moment gets nothing any more; whoever has left is paid out.
    let is_in = entry.amount.amount > 0;
    let mut writes: Vec<_> =
        is_in.then(|| identity::store::stays_member(table, account)).into_iter().collect();
    writes.extend(ledger::post(table, std::slice::from_ref(&transaction))?);
    match audit::write(table, told, now, writes).await {
        Ok(_) => Ok(transaction),
        Err(error) if error.code() == ALREADY_POSTED => {
            let posted = ledger::posted(table, &transaction.reference).await?;
            let is_same = |posted: &Transaction| {
                posted.postings == transaction.postings
                    && posted.description == transaction.description
                    && now.duration_since(posted.time) < SAME_REQUEST
            };
            posted.filter(is_same).ok_or(error)
        }
        Err(error) => Err(error),
    }
}
