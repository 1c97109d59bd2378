//! `POST /v1/waitlist/offers/{booking_id}/accept`.

use axum::extract::State;
use booking::{Booking, Changed, Status};
use kernel::{BookingId, Result, WaitlistEntryId};
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
    let mut rounds = ROUNDS;
    loop {
        rounds -= 1;
        let (booking, entry) = own(&table, &caller, id, app.clock().now()).await?;
        if booking.status == Status::Confirmed {
            return Ok(Reply::ok(OfferAnswer::of(&booking, entry)));
        }
        if booking.status != Status::Held || booking.hold_has_ended(app.clock().now()) {
            return Err(waitlist::offer_ended().into());
        }
        if booking.payment_id.is_some() {
            return Ok(Reply::ok(OfferAnswer::of(&booking, entry)));
        }
        match take(&app, &table, &booking, entry).await {
            Err(error) if rounds > 0 && is_race(&error) => {}
            taken => return Ok(Reply::ok(OfferAnswer::of(&taken?, entry))),
        }
    }
}

/// The booking and the entry, in one transaction.
async fn take(
    app: &App,
    table: &TenantTable,
    booking: &Booking,
    entry: WaitlistEntryId,
) -> Result<Booking> {
    let now = app.clock().now();
    let entry = waitlist::entry(table, entry).await?;
    let fulfilled = entry.fulfilled(booking.id, now)?;
    let Changed { booking: confirmed, mut writes } = booking::confirm(table, booking, now)?;
    writes.push(waitlist::save(table, &entry, &fulfilled, &[])?);
    writes.push(waitlist::release(table, &entry));
    table.write(writes).await?;
    metrics::counter!("waitlist_accepted").increment(1);
    Ok(confirmed)
}
