//! `POST /v1/bookings/{booking_id}/checkout`.

use axum::extract::State;
use booking::Step;
use kernel::{BookingId, Error, PaymentId, timestamp_text};
use payments::{
    Desk,
    mercadopago::{MercadoPago, SECRET},
};
use runtime::App;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Caller, Envelope, Id, Outcome, Problem, Reply};

/// Where a booking is paid.
#[derive(Serialize, ToSchema)]
pub(crate) struct Checkout {
    payment_id: PaymentId,
    /// The provider's page.
    #[schema(format = "uri")]
    url: String,
    /// The page takes no payment from then on, and the slot is free again.
    #[schema(format = DateTime)]
    expires_at: String,
}

/// The checkout page of a held booking, again, if the link was lost or never came.
#[utoipa::path(
    post,
    path = "/v1/bookings/{booking_id}/checkout",
    tag = "payments",
    params(("booking_id" = BookingId, Path)),
    responses(
        (status = 200, body = Envelope<Checkout>, description = "Where the booking is paid."),
        (status = 403, body = Problem, description = "BOOKING_NOT_YOURS."),
        (status = 404, body = Problem, description = "BOOKING_NOT_FOUND."),
        (status = 409, body = Problem, description = "BOOKING_CONFIRMED, BOOKING_CANCELLED, BOOKING_EXPIRED, CHECKOUT_EXPIRED, PAYMENT_ALREADY_MADE, PAYMENTS_NOT_CONNECTED."),
        (status = 503, body = Problem, description = "PROVIDER_UNREACHED, PROVIDER_REFUSED, PROVIDER_OUTCOME_UNKNOWN: repeating it is safe."),
    )
)]
pub(crate) async fn open_checkout(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<BookingId>,
) -> Outcome<Checkout> {
    let (table, platform) = (app.tenant_table(&caller)?, app.table().platform());
    let booking = booking::booking(&table, id).await?;
    let (account, now) = (caller.account(), app.clock().now());
    let is_theirs = booking.account_id == account;
    if !is_theirs && !profiles::guards_any(&table, account, &[booking.account_id], now).await? {
        let message = "only whose booking it is, or their guardian, can pay";
        return Err(Error::forbidden("BOOKING_NOT_YOURS", message).into());
    }
    booking.status.after(Step::Confirm)?;
    let payment_id = booking.payment_id.ok_or_else(|| {
        Error::conflict("BOOKING_CONFIRMED", "the booking is free of charge and confirmed")
    })?;
    let payment = payments::payment(&table, payment_id).await?;

    let config = app.config();
    let credentials = app.provider_secret(caller.club()?, SECRET).await?;
    let provider = MercadoPago::connect(app.http()?, config.mercadopago_base_url(), credentials)?;
    let desk = Desk { table: &table, platform: &platform, provider: &provider, clock: app.clock() };
    let url = desk.checkout(&payment, &booking, config.public_base_url()?).await?;
    Ok(Reply::ok(Checkout { payment_id, url, expires_at: timestamp_text(payment.expires_at) }))
}
