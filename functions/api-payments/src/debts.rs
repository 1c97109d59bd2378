//! `GET /v1/users/{account_id}/debts`.

use axum::extract::State;
use kernel::{BookingId, Error, Money, PaymentId, Permission, timestamp_text};
use runtime::App;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Caller, Envelope, Id, Outcome, Problem, Reply, Whom};

/// More of them are not listed: who owes so much books nothing.
const DEBTS_LIMIT: usize = 100;

/// Something that a member owes.
#[derive(Serialize, ToSchema)]
pub(crate) struct DebtView {
    /// By which payment it is paid, at `POST /v1/bookings/{booking_id}/checkout` or at the desk.
    payment_id: PaymentId,
    booking_id: BookingId,
    /// `share`, `difference`, `later` or `cancellation`.
    purpose: &'static str,
    amount: Money,
    #[schema(format = DateTime)]
    since: String,
}

/// What a member owes, oldest first; `me` is oneself. At most a hundred are listed.
#[utoipa::path(
    get,
    path = "/v1/users/{account_id}/debts",
    tag = "payments",
    params(("account_id" = String, Path, description = "An account's id, or `me`.")),
    responses(
        (status = 200, body = Envelope<Vec<DebtView>>, description = "All that is owed, as of this moment."),
        (status = 403, body = Problem, description = "PERMISSION_MISSING: another's, and no `payment:read`."),
        (status = 404, body = Problem, description = "MEMBER_NOT_FOUND."),
    )
)]
pub(crate) async fn list_debts(
    State(app): State<App>,
    caller: Caller,
    Id(whom): Id<Whom>,
) -> Outcome<Vec<DebtView>> {
    let table = app.tenant_table(&caller)?;
    let account = whom.account(&caller);
    if account != caller.account() {
        if !caller.may(Permission::PaymentRead) {
            let message = "another member's debts need the permission payment:read";
            return Err(Error::forbidden("PERMISSION_MISSING", message).into());
        }
        identity::store::member(&table, account).await?;
    }
    let mut debts = booking::diary(&table, account).await?.debts;
    debts.sort_by_key(|debt| (debt.since, debt.payment_id));
    debts.truncate(DEBTS_LIMIT);
    let payments = payments::some(&table, debts.iter().map(|debt| debt.payment_id)).await?;
    let view = |debt: &booking::Debt| {
        let payment = payments.iter().find(|payment| payment.id == debt.payment_id)?;
        Some(DebtView {
            payment_id: debt.payment_id,
            booking_id: payment.booking_id,
            purpose: payment.purpose().as_str(),
            amount: debt.amount,
            since: timestamp_text(debt.since),
        })
    };
    Ok(Reply::ok(debts.iter().filter_map(view).collect()))
}
