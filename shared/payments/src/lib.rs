//! Payments of bookings, through payment providers and out of members' wallets.
//!
//! Words: a *payment* is what one booking costs and what became of it; a *try* is the provider's payment,
//! of which a payer may make several; the *truth* is what the provider's API answers, which a webhook only
//! points at; *settling* brings payment, ledger and booking in line with the truth, in one transaction; a
//! *watch* is when the provider is asked again. A *wallet* is a provider that is the club itself: what it pays is
//! paid at once, and what goes back into it is there at once.
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
mod wallet;

pub use desk::{Desk, note_poll};
pub use payment::{Due, Payment, Refund, RefundReason, RefundStatus, Status};
pub use problem::{Problem, ProblemCode};
pub use provider::{
    Answer, Checkout, CheckoutOrder, Outcome, PaymentProvider, Provider, ProviderFailure,
    ProviderPayment, ProviderPaymentId, ProviderRefund, ProviderRefundId, RefundOrder,
    RefundOutcome,
};
pub use refund::{Return, give_back};
pub use schedule::{Asked, Reason, Watch};
pub use settle::{BookingMove, BookingStanding, Settlement, decide};
pub use store::{create, due, note_checkout, payment, save};
pub use wallet::{
    DeskEntry, EntryMethod, EntryReason, WalletEntry, charge_more, enter, forfeit, pay_from_wallet,
    with_price,
};
