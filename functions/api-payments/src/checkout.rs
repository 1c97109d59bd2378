//! `POST /v1/bookings/{booking_id}/checkout`.

use axum::extract::State;
use booking::{Booking, Step};
use garde::Validate;
use kernel::{AccountId, BookingId, Error, PaymentId, Result, timestamp_text};
use payments::{
    Desk, Payment,
    mercadopago::{MercadoPago, SECRET},
};
use runtime::App;
use serde::{Deserialize, Serialize};
use table::TenantTable;
use utoipa::ToSchema;
use web::{Caller, Envelope, Id, Outcome, Params, Problem, Reply};

use crate::bill::check_stands;

/// Where a booking is paid.
#[derive(Serialize, ToSchema)]
pub(crate) struct Checkout {
    payment_id: PaymentId,
    /// The provider's page.
    #[schema(format = "uri")]
    url: String,
    /// The page takes no payment from then on; a slot that is held for it is free again.
    #[schema(format = DateTime)]
    expires_at: String,
}

/// Which payment.
#[derive(Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
#[garde(allow_unvalidated)]
pub(crate) struct Which {
    /// One of one's own for this booking; the first that is to be paid if absent.
    payment_id: Option<PaymentId>,
}

/// Where one pays one's part of a booking: what it is held for, a share, a difference, or what is paid later.
///
/// Asked again, if the link was lost or never came, the same payment has the same page. Shares can be paid once the
/// booking is confirmed, and still when they are a debt.
#[utoipa::path(
    post,
    path = "/v1/bookings/{booking_id}/checkout",
    tag = "payments",
    params(("booking_id" = BookingId, Path), Which),
    responses(
        (status = 200, body = Envelope<Checkout>, description = "Where it is paid."),
        (status = 403, body = Problem, description = "BOOKING_NOT_YOURS, PAYMENT_NOT_YOURS."),
        (status = 404, body = Problem, description = "BOOKING_NOT_FOUND, PAYMENT_NOT_FOUND."),
        (status = 409, body = Problem, description = "BOOKING_CONFIRMED, BOOKING_HELD, BOOKING_CANCELLED, BOOKING_EXPIRED, CHECKOUT_EXPIRED, PAYMENT_ALREADY_MADE, BILL_CLOSED, PAYMENTS_NOT_CONNECTED."),
        (status = 422, body = Problem, description = "QUERY_INVALID."),
        (status = 503, body = Problem, description = "PROVIDER_UNREACHED, PROVIDER_REFUSED, PROVIDER_OUTCOME_UNKNOWN: repeating it is safe."),
    )
)]
pub(crate) async fn open_checkout(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<BookingId>,
    Params(which): Params<Which>,
) -> Outcome<Checkout> {
    let (table, platform) = (app.tenant_table(&caller)?, app.table().platform());
    let booking = booking::booking(&table, id).await?;
    let payments = payments::payments_of(&table, &booking).await?;
    let payer = payer(&app, &caller, &table, &booking).await?;
    let payment = own(payer, &booking, payments, which.payment_id)?;
    if payment.bill.is_some() {
        check_stands(&booking, &payment)?;
    } else {
        booking.status.after(Step::Confirm)?;
    }
    let payment_id = payment.id;

    let config = app.config();
    let credentials = app.provider_secret(caller.club()?, SECRET).await?;
    let provider = MercadoPago::connect(app.http()?, config.mercadopago_base_url(), credentials)?;
    let desk = Desk { table: &table, platform: &platform, provider: &provider, clock: app.clock() };
    let url = desk.checkout(&payment, &booking, config.public_base_url()?).await?;
    Ok(Reply::ok(Checkout { payment_id, url, expires_at: timestamp_text(payment.expires_at) }))
}

/// Whose part it is that is paid: a guardian pays their child's, anybody else their own.
async fn payer(
    app: &App,
    caller: &Caller,
    table: &TenantTable,
    booking: &Booking,
) -> Result<AccountId> {
    let (account, owner) = (caller.account(), booking.account_id);
    let acts = account != owner
        && profiles::guards_any(table, account, &[owner], app.clock().now()).await?;
    Ok(if acts { owner } else { account })
}

/// The payment that is meant: the payer's own alone.
fn own(
    payer: AccountId,
    booking: &Booking,
    payments: Vec<Payment>,
    which: Option<PaymentId>,
) -> Result<Payment> {
    let is_own = |one: &&Payment| one.account_id == payer;
    if let Some(id) = which {
        let message = "the booking has no such payment";
        let found = payments.into_iter().find(|one| one.id == id);
        let found = found.ok_or_else(|| Error::not_found("PAYMENT_NOT_FOUND", message))?;
        if is_own(&&found) {
            return Ok(found);
        }
        let message = "this is another's part; take it over first";
        return Err(Error::forbidden("PAYMENT_NOT_YOURS", message));
    }
    let open = payments.iter().filter(is_own).find(|one| one.is_open());
    if let Some(payment) = open.or_else(|| payments.iter().find(is_own)) {
        return Ok(payment.clone());
    }
    if booking.account_id != payer {
        let message = "only who booked, or their guardian, or has a share in it, can pay";
        return Err(Error::forbidden("BOOKING_NOT_YOURS", message));
    }
    booking.status.after(Step::Confirm)?;
    let message = "the booking is free of charge and confirmed";
    Err(Error::conflict("BOOKING_CONFIRMED", message))
}
