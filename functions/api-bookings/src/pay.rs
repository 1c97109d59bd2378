//! How a booking is paid: at the provider's page, while it is held, or out of the payer's wallet, at once.

use audit::Entry;
use booking::Booking;
use kernel::{ClubId, Money, PaymentId, Permission, Result, VenueId, jiff::Timestamp};
use payments::{Due, Payment, Provider, mercadopago::MercadoPago};
use runtime::App;
use serde::Deserialize;
use serde_json::json;
use table::{TenantTable, Write};
use utoipa::ToSchema;
use web::Caller;

use crate::checkout::connect;

/// How a booking is paid that costs something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PayWith {
    /// At the provider's page, while the slot is held.
    #[default]
    Card,
    /// Out of the wallet of whose booking it is, at once.
    Wallet,
}

/// A way to pay, before the booking is made.
pub(crate) enum Way {
    /// There is nothing to pay.
    Free,
    /// With the club's account at the provider, if it can be read just now.
    Card(Option<MercadoPago>),
    /// By this payment out of the wallet.
    Wallet(PaymentId),
}

impl Way {
    /// `PAYMENTS_NOT_CONNECTED` where a page is needed that nobody could make.
    pub(crate) async fn to_pay(
        app: &App,
        club: ClubId,
        price: Money,
        pay_with: PayWith,
    ) -> Result<Self> {
        Ok(match pay_with {
            _ if price.is_zero() => Self::Free,
            PayWith::Card => Self::Card(connect(app, club).await?),
            PayWith::Wallet => Self::Wallet(PaymentId::new()),
        })
    }

    /// The payment that pays it in the booking's own transaction, if one does.
    pub(crate) fn paid_by(&self) -> Option<PaymentId> {
        match self {
            Self::Wallet(payment) => Some(*payment),
            Self::Free | Self::Card(_) => None,
        }
    }
}

/// Whoever spends what is in another's wallet manages wallets there: else `PERMISSION_MISSING`.
pub(crate) fn check_spending(
    caller: &Caller,
    (payer, venue): (kernel::AccountId, VenueId),
    pay_with: PayWith,
) -> Result<()> {
    if pay_with == PayWith::Wallet && payer != caller.account() {
        caller.require_at(Permission::WalletManage, venue)?;
    }
    Ok(())
}

/// The payment of a booking that costs something, and its writes.
pub(crate) fn payment(
    app: &App,
    table: &TenantTable,
    booking: &Booking,
    now: Timestamp,
) -> Result<(Option<Payment>, Vec<Write>)> {
    let Some(id) = booking.payment_id else { return Ok((None, Vec::new())) };
    let due = Due {
        booking_id: booking.id,
        account_id: booking.account_id,
        amount: booking.price,
        expires_at: booking.hold_expires_at.unwrap_or(now),
    };
    let platform = app.table().platform();
    if booking.hold_expires_at.is_none() {
        let (payment, writes) = payments::pay_from_wallet(table, &platform, id, due, now)?;
        return Ok((Some(payment), writes));
    }
    let payment = Payment::new(id, table.tenant().club(), Provider::Mercadopago, due, now);
    let write = payments::create(table, &platform, &payment)?;
    Ok((Some(payment), vec![write]))
}

/// That staff paid a member's booking out of the member's wallet.
pub(crate) fn spent_for_another(caller: &Caller, booking: &Booking) -> Result<Entry> {
    let said = json!({
        "booking_id": booking.id, "payment_id": booking.payment_id, "amount": booking.price,
    });
    Entry::new(caller.origin(), "wallet.charged", booking.account_id).making(&said)
}
