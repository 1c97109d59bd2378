//! `POST /v1/waitlist/offers/{booking_id}/decline`.

use axum::extract::State;
use booking::{Booking, Changed, Status};
use kernel::{BookingId, Result, WaitlistEntryId, in_rounds};
use runtime::App;
use table::TenantTable;
use web::{Caller, Envelope, Id, Outcome, Problem, Reply};

use crate::offer::{OfferAnswer, ROUNDS, is_race, own};

/// Decline what the waiting list offers: whoever is next gets it at once. The place in the list stays.
#[utoipa::path(
    post,
    path = "/v1/waitlist/offers/{booking_id}/decline",
    tag = "waitlist",
    params(("booking_id" = BookingId, Path)),
    responses(
        (status = 200, body = Envelope<OfferAnswer>, description = "Declined, or ended before."),
        (status = 403, body = Problem, description = "OFFER_NOT_YOURS."),
        (status = 404, body = Problem, description = "OFFER_NOT_FOUND."),
        (status = 409, body = Problem, description = "BOOKING_CONFIRMED: cancel it; BOOKING_CHANGED, WAITLIST_CHANGED."),
    )
)]
pub(crate) async fn decline(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<BookingId>,
) -> Outcome<OfferAnswer> {
    let table = app.tenant_table(&caller)?;
    let (booking, entry) = in_rounds(ROUNDS, is_race, || refuse(&app, &caller, &table, id)).await?;
    Ok(Reply::ok(OfferAnswer::of(&booking, entry)))
}

/// The booking, its slots and the entry, in one transaction.
async fn refuse(
    app: &App,
    caller: &Caller,
    table: &TenantTable,
    id: BookingId,
) -> Result<(Booking, WaitlistEntryId)> {
    let now = app.clock().now();
    let (booking, entry_id) = own(table, caller, id, now).await?;
    if matches!(booking.status, Status::Expired | Status::Cancelled) {
        return Ok((booking, entry_id));
    }
    let Changed { booking: expired, mut writes } = booking::expire(table, &booking, now)?;
    let entry = waitlist::entry(table, entry_id).await?;
    if entry.offer.is_some_and(|offer| offer.booking_id == booking.id) {
        writes.push(waitlist::save(table, &entry, &entry.declined(), &[])?);
    }
    table.write(writes).await?;
    metrics::counter!("waitlist_declined").increment(1);
    Ok((expired, entry_id))
}
