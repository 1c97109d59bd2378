//! Payments of bookings, through payment providers and out of members' wallets.
//!
//! Words: a *payment* is what one booking costs and what became of it; a *try* is the provider's payment,
//! of which a payer may make several; the *truth* is what the provider's API answers, which a webhook only
//! points at; *settling* brings payment, ledger and booking in line with the truth, in one transaction; a
//! *watch* is when the provider is asked again; a *bill* is a payment that nobody waits for, and a *debt* one that
//! nobody has paid in time. The books are kept by cash: a debt is in the diary, and booked once it is paid. A *wallet*
//! is a provider that is the club itself: what it pays is paid at once, and what goes back into it is there at once.
//!
//! | question | keys | items read |
//! |---|---|---|
//! | What became of a payment? | `T#<club>#PAYMENT#<payment>` / `PAYMENT` | 1 |
//! | What is somebody asked to pay, whosever the booking is? | gsi1 `T#<club>#PAYER#<account>` | one page |
//! | About which payments must the provider be asked now? | gsi2 `P#POLL#<0..7>` up to now | those due |
//!
//! Invariants: nothing is booked but what the provider's API says, and only where seller, reference,
//! currency and amount are what was asked for. Every fact is booked once, because its reference, the
//! payment's version and the booking's state are conditions of the same transaction.

mod bill;
mod checkout;
mod decimal;
mod desk;
pub mod event;
#[cfg(test)]
mod fixtures;
pub mod mercadopago;
mod paperwork;
mod payment;
mod posting;
mod problem;
#[cfg(test)]
mod properties;
mod provider;
mod refund;
mod schedule;
mod settle;
mod store;
mod wallet;

pub use bill::{AtDesk, Bill, Billed, CloseReason, Closed, DeskMethod, Purpose};
pub use desk::{Desk, note_poll};
pub use paperwork::{Moved, Paperwork, goes_back, shares, still_due};
pub use payment::{Due, Payment, Refund, RefundReason, RefundStatus, Status};
pub use problem::{Problem, ProblemCode};
pub use provider::{
    Answer, Checkout, CheckoutOrder, Outcome, PaymentProvider, Provider, ProviderFailure,
    ProviderPayment, ProviderPaymentId, ProviderRefund, ProviderRefundId, RefundOrder,
    RefundOutcome,
};
pub use refund::Return;
pub use schedule::{Asked, Reason, Watch};
pub use settle::{BookingMove, BookingStanding, Settlement, decide};
pub use store::{bills_of_account, create, due, ids_of, payment, payments_of, save, some};
pub use wallet::{
    DeskEntry, EntryMethod, EntryReason, WalletEntry, charge_more, enter, forfeit, pay_from_wallet,
    with_price,
};
