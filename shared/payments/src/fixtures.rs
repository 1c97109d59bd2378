//! What the unit tests of this crate start from.

use booking::RefundTo;
use kernel::{
    AccountId, BookingId, ClubId, Currency, Money, PaymentId,
    jiff::{SignedDuration, Timestamp},
};

use crate::{
    Due, Outcome, Payment, Provider, ProviderPayment, ProviderRefund, RefundOutcome, RefundReason,
    Return,
};

pub(crate) const NOW: Timestamp = Timestamp::constant(1_795_284_000, 0);
pub(crate) const SELLER: &str = "110000001";

/// 120.00 ARS, held for ten minutes from now.
pub(crate) fn payment() -> Payment {
    let due = Due {
        booking_id: BookingId::new(),
        account_id: AccountId::new(),
        amount: ars(12_000),
        expires_at: NOW + SignedDuration::from_mins(10),
    };
    Payment::new(PaymentId::new(), ClubId::new(), Provider::Mercadopago, due, NOW)
}

pub(crate) fn ars(amount: i64) -> Money {
    Money::new(amount, Currency::Ars)
}

/// What the provider tells when `payment` was paid as asked.
pub(crate) fn truth(payment: &Payment) -> ProviderPayment {
    ProviderPayment {
        id: "9001".parse().unwrap(),
        outcome: Outcome::Approved,
        amount: Some(payment.amount),
        fee: Some(ars(500)),
        refunds: Vec::new(),
        seller: SELLER.to_owned(),
        reference: payment.id.to_string(),
        updated_at: NOW,
    }
}

/// Staff give back.
pub(crate) fn back(amount: Option<i64>, to: RefundTo) -> Return {
    Return { amount, reason: RefundReason::Staff, to }
}

pub(crate) fn refund(id: &str, amount: i64) -> ProviderRefund {
    ProviderRefund { id: id.parse().unwrap(), amount: ars(amount), outcome: RefundOutcome::Done }
}

/// An hour that begins a day from now, for 120.00 ARS.
pub(crate) fn booking() -> booking::Booking {
    let (start, hour) = (NOW + SignedDuration::from_hours(24), SignedDuration::from_hours(1));
    serde_json::from_value(serde_json::json!({
        "id": BookingId::new(), "account_id": AccountId::new(), "venue_id": kernel::VenueId::new(),
        "venue_name": "Sede", "court_id": kernel::CourtId::new(), "court_name": "Uno",
        "time_zone": "America/Argentina/Buenos_Aires", "starts_at": start, "ends_at": start + hour,
        "parts": [], "price": ars(12_000), "status": "confirmed", "created_at": NOW, "version": 1,
    }))
    .unwrap()
}

/// A bill of it.
pub(crate) fn bill(booking: &booking::Booking, amount: i64, purpose: crate::Purpose) -> Payment {
    let billed = crate::Billed {
        id: PaymentId::new(),
        account_id: AccountId::new(),
        amount: ars(amount),
        purpose,
        lock_in_hours: 0,
    };
    Payment::billed(booking, ClubId::new(), billed, NOW)
}
