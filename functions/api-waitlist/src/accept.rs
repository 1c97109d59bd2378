//! `POST /v1/waitlist/offers/{booking_id}/accept`.

use axum::extract::State;
use booking::{Booking, Changed, Status};
use kernel::{BookingId, Result, WaitlistEntryId, in_rounds};
use runtime::App;
use table::TenantTable;
use web::{Caller, Envelope, Id, Outcome, Problem, Reply};

use crate::offer::{OfferAnswer, ROUNDS, is_race, own};

/// Accept what the waiting list offers.
///
/// What costs nothing is theirs by it. What costs something is theirs when it is paid, where the answer says.
#[utoipa::path(
    post,
    path = "/v1/waitlist/offers/{booking_id}/accept",
    tag = "waitlist",
    params(("booking_id" = BookingId, Path)),
    responses(
        (status = 200, body = Envelope<OfferAnswer>, description = "Confirmed; or held, and where it is paid."),
        (status = 403, body = Problem, description = "OFFER_NOT_YOURS."),
        (status = 404, body = Problem, description = "OFFER_NOT_FOUND."),
        (status = 409, body = Problem, description = "OFFER_ENDED, BOOKING_CHANGED, WAITLIST_CHANGED."),
    )
)]
pub(crate) async fn accept(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<BookingId>,
) -> Outcome<OfferAnswer> {
    let table = app.tenant_table(&caller)?;
    let (booking, entry) = in_rounds(ROUNDS, is_race, || take(&app, &caller, &table, id)).await?;
    Ok(Reply::ok(OfferAnswer::of(&booking, entry)))
}

/// The booking and the entry, in one transaction.
async fn take(
    app: &App,
    caller: &Caller,
    table: &TenantTable,
    id: BookingId,
) -> Result<(Booking, WaitlistEntryId)> {
    let now = app.clock().now();
    let (booking, entry_id) = own(table, caller, id, now).await?;
    if booking.status == Status::Confirmed {
        return Ok((booking, entry_id));
    }
    if booking.status != Status::Held || booking.hold_has_ended(now) {
        return Err(waitlist::offer_ended());
    }
    if booking.payment_id.is_some() {
        return Ok((booking, entry_id));
    }
    let entry = waitlist::entry(table, entry_id).await?;
    let fulfilled = entry.fulfilled(booking.id, now)?;
    let Changed { booking: confirmed, mut writes } = booking::confirm(table, &booking, now)?;
    writes.push(waitlist::save(table, &entry, &fulfilled, &[])?);
    writes.push(waitlist::release(table, &entry));
    table.write(writes).await?;
    metrics::counter!("waitlist_accepted").increment(1);
    Ok((confirmed, entry_id))
}
