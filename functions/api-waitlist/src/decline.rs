//! `POST /v1/waitlist/offers/{booking_id}/decline`.

use axum::extract::State;
use booking::{Booking, Changed, Status};
use kernel::{BookingId, Result, WaitlistEntryId};
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
    let mut rounds = ROUNDS;
    loop {
        rounds -= 1;
        let (booking, entry) = own(&table, &caller, id, app.clock().now()).await?;
        if matches!(booking.status, Status::Expired | Status::Cancelled) {
            return Ok(Reply::ok(OfferAnswer::of(&booking, entry)));
        }
        match refuse(&app, &table, &booking, entry).await {
            Err(error) if rounds > 0 && is_race(&error) => {}
            refused => return Ok(Reply::ok(OfferAnswer::of(&refused?, entry))),
        }
    }
}

/// The booking, its slots and the entry, in one transaction.
async fn refuse(
    app: &App,
    table: &TenantTable,
    booking: &Booking,
    entry: WaitlistEntryId,
) -> Result<Booking> {
    let now = app.clock().now();
    let Changed { booking: expired, mut writes } = booking::expire(table, booking, now)?;
    let entry = waitlist::entry(table, entry).await?;
    if entry.offer.is_some_and(|offer| offer.booking_id == booking.id) {
        writes.push(waitlist::save(table, &entry, &entry.declined(), &[])?);
    }
    table.write(writes).await?;
    metrics::counter!("waitlist_declined").increment(1);
    Ok(expired)
}
