//! Payments of bookings, through payment providers.
//!
//! Words: a *payment* is what one booking costs and what became of it; a *try* is the provider's payment,
//! of which a payer may make several; the *truth* is what the provider's API answers, which a webhook only
//! points at; *settling* brings payment, ledger and booking in line with the truth, in one transaction; a
//! *watch* is when the provider is asked again.
//!
//! | question | keys | items read |
//! |---|---|---|
//! | What became of a payment? | `T#<club>#PAYMENT#<payment>` / `PAYMENT` | 1 |
//! | About which payments must the provider be asked now? | gsi2 `P#POLL#<0..7>` up to now | those due |
//!
//! Invariants: nothing is booked but what the provider's API says, and only where seller, reference,
//! currency and amount are what was asked for. Every fact is booked once, because its reference, the
//! payment's version and the booking's state are conditions of the same transaction.

mod checkout;
mod decimal;
mod desk;
pub mod event;
#[cfg(test)]
mod fixtures;
pub mod mercadopago;
mod payment;
mod posting;
mod problem;
mod provider;
mod refund;
mod schedule;
mod settle;
mod store;

pub use desk::{Desk, note_poll};
pub use payment::{Due, Payment, Refund, RefundReason, RefundStatus, Status};
pub use problem::{Problem, ProblemCode};
pub use provider::{
    Answer, Checkout, CheckoutOrder, Outcome, PaymentProvider, Provider, ProviderFailure,
    ProviderPayment, ProviderPaymentId, ProviderRefund, ProviderRefundId, RefundOrder,
    RefundOutcome,
};
pub use refund::request as request_refund;
pub use schedule::{Asked, Reason, Watch};
pub use settle::{BookingMove, BookingStanding, Settlement, decide};
pub use store::{create, due, give_back, note_checkout, payment, save};
