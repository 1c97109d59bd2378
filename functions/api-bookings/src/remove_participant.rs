//! `DELETE /v1/bookings/{booking_id}/participants/{account_id}`.

use audit::Entry;
use axum::extract::State;
use kernel::{AccountId, BookingId, Error, Result, in_rounds};
use payments::{Paperwork, Payment, Purpose};
use runtime::App;
use serde_json::json;
use table::TenantTable;
use web::{Caller, Ids, Outcome, Problem, Reply};

use crate::{read::check_own, store};

/// So often it is decided again because the booking or a payment changed at the same moment.
const ROUNDS: usize = 4;

/// Take a member out of a booking: oneself, or, as whose booking it is, somebody whom one had named.
///
/// Who is named need not agree before, so they may say no until it starts. A share that they have not paid is its
/// owner's from then on; one that they have paid keeps them in it. Doing it again is `NOT_PLAYING`.
#[utoipa::path(
    delete,
    path = "/v1/bookings/{booking_id}/participants/{account_id}",
    tag = "bookings",
    params(("booking_id" = BookingId, Path), ("account_id" = AccountId, Path)),
    responses(
        (status = 204, description = "They do not play along any more."),
        (status = 403, body = Problem, description = "BOOKING_NOT_YOURS."),
        (status = 404, body = Problem, description = "BOOKING_NOT_FOUND, NOT_PLAYING."),
        (status = 409, body = Problem, description = "SHARE_PAID, HAS_JOINED, BOOKING_STARTED, BOOKING_HELD, BOOKING_CHECKED_IN, BOOKING_MISSED, BOOKING_CANCELLED, BOOKING_EXPIRED, BOOKING_CHANGED."),
    )
)]
pub(crate) async fn remove_participant(
    State(app): State<App>,
    caller: Caller,
    Ids(id, account): Ids<BookingId, AccountId>,
) -> Outcome<()> {
    let table = app.tenant_table(&caller)?;
    in_rounds(ROUNDS, is_race, || remove(&app, &caller, &table, (id, account))).await?;
    Ok(Reply::no_content())
}

/// The booking and the shares, in one transaction.
async fn remove(
    app: &App,
    caller: &Caller,
    table: &TenantTable,
    (id, account): (BookingId, AccountId),
) -> Result<()> {
    let now = app.clock().now();
    let before = booking::booking(table, id).await?;
    if account != caller.account() {
        check_own(table, caller, &before, now).await?;
    }
    let after = before.without_participant(account, now)?;
    let payments = payments::payments_of(table, &before).await?;
    let mut paperwork = Paperwork::default();
    for share in payments.iter().filter(|one| is_share_of(one, account)) {
        if share.refundable() > 0 {
            let message = "they have paid their share; staff give it back first";
            return Err(Error::conflict("SHARE_PAID", message));
        }
        if share.is_open() {
            paperwork.change(share, share.taken_over(before.account_id, now)?);
        }
    }
    let mut writes = booking::change_players(table, (&before, &after), now)?;
    writes.extend(paperwork.writes(table, &app.table().platform())?);
    let told = Entry::new(caller.origin(), "booking.participant_removed", id)
        .removing(&json!({ "account_id": account }))?;
    let is_act = ![account, before.account_id].contains(&caller.account());
    store(table, is_act.then_some(told), now, writes).await
}

fn is_share_of(payment: &Payment, account: AccountId) -> bool {
    payment.account_id == account && payment.purpose() == Purpose::Share
}

fn is_race(error: &Error) -> bool {
    matches!(error.code(), "BOOKING_CHANGED" | "CONCURRENT_CHANGE")
}
