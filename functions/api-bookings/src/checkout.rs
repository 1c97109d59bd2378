//! Where a booking that was just made is paid.

use booking::Booking;
use kernel::{ClubId, Error, Kind, PaymentId, Result, timestamp_text};
use payments::{
    Desk, Payment,
    mercadopago::{MercadoPago, SECRET},
};
use runtime::App;
use serde::Serialize;
use table::TenantTable;
use utoipa::ToSchema;

/// Where a booking is paid.
#[derive(Serialize, ToSchema)]
#[schema(as = BookingCheckout)]
pub(crate) struct Checkout {
    payment_id: PaymentId,
    /// The provider's page.
    #[schema(format = "uri")]
    url: String,
    /// The page takes no payment from then on, and the slot is free again.
    #[schema(format = DateTime)]
    expires_at: String,
}

/// Why there is no checkout yet, and what to do.
#[derive(Serialize, ToSchema)]
pub(crate) struct CheckoutProblem {
    /// `PROVIDER_UNAVAILABLE`.
    code: &'static str,
    message: String,
    /// POST there, with the same access token.
    retry: String,
}

/// The club's account at the provider; `None` where it cannot be read just now.
///
/// 409 `PAYMENTS_NOT_CONNECTED` where there is none, before anything is held that nobody could pay.
pub(crate) async fn connect(app: &App, club: ClubId) -> Result<Option<MercadoPago>> {
    match app.provider_secret(club, SECRET).await {
        Ok(credentials) => {
            let base_url = app.config().mercadopago_base_url();
            MercadoPago::connect(app.http()?, base_url, credentials).map(Some)
        }
        Err(error) if error.is_transient() => {
            tracing::warn!(error = ?error, "the club's account at the provider cannot be read");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// The checkout page. The slot is held already: whatever goes wrong here can be done again.
pub(crate) async fn open(
    app: &App,
    table: &TenantTable,
    provider: Option<MercadoPago>,
    booking: &Booking,
    payment: &Payment,
) -> Result<Checkout, CheckoutProblem> {
    let opened = async {
        let provider = provider.ok_or_else(|| {
            Error::unavailable("PROVIDER_UNREACHED", "the club's account cannot be read just now")
        })?;
        let platform = app.table().platform();
        let desk = Desk { table, platform: &platform, provider: &provider, clock: app.clock() };
        desk.checkout(payment, booking, app.config().public_base_url()?).await
    };
    match opened.await {
        Ok(url) => Ok(Checkout {
            payment_id: payment.id,
            url,
            expires_at: timestamp_text(payment.expires_at),
        }),
        Err(error) => {
            let defect = error.kind() == Kind::Internal;
            tracing::warn!(booking.id = %booking.id, defect, error = ?error, "no checkout yet");
            Err(CheckoutProblem {
                code: "PROVIDER_UNAVAILABLE",
                message:
                    "the booking is held, but the payment provider does not answer; ask for the \
                          checkout again in a moment"
                        .to_owned(),
                retry: format!("/v1/bookings/{}/checkout", booking.id),
            })
        }
    }
}
