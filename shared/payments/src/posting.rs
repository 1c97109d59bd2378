//! How payments are booked.

use kernel::{Error, Result, jiff::Timestamp};
use ledger::{AccountAddress, Posting, Reference, Transaction};

use crate::{AtDesk, DeskMethod, Payment, Provider, ProviderPayment, ProviderRefund, Refund};

/// What members pay for courts.
pub(crate) const COURT_BOOKINGS: AccountAddress = AccountAddress::fixed("income:court_bookings");
/// What providers keep.
const PROVIDER_FEES: AccountAddress = AccountAddress::fixed("expenses:provider_fees");
/// What payers' banks took back.
const CHARGEBACKS: AccountAddress = AccountAddress::fixed("expenses:chargebacks");

/// What the desk has to hand back to those who paid there.
const DESK_REFUNDS: AccountAddress = AccountAddress::fixed("liabilities:desk_refunds");

/// What the desk has taken.
fn taken_by(method: DeskMethod) -> AccountAddress {
    match method {
        DeskMethod::Cash => AccountAddress::fixed("assets:desk:cash"),
        DeskMethod::CardTerminal => AccountAddress::fixed("assets:desk:card_terminal"),
    }
}

/// Where the money of a payment lies: with the provider that holds it for the club, or in the payer's wallet.
fn held_by(payment: &Payment) -> AccountAddress {
    match payment.provider {
        Provider::Mercadopago => AccountAddress::fixed("assets:provider:mercadopago"),
        Provider::Wallet => AccountAddress::wallet(payment.account_id),
    }
}

pub(crate) fn reference(provider: Provider, fact: &str, id: &str) -> Result<Reference> {
    named(&format!("{}:{fact}:{id}", provider.as_str()))
}

fn named(fact: &str) -> Result<Reference> {
    fact.parse()
        .map_err(|cause| Error::internal("a fact has no name in the ledger").with_source(cause))
}

/// The money was taken: the provider holds it less its fee, the club has earned it.
pub(crate) fn taken(
    payment: &Payment,
    truth: &ProviderPayment,
    now: Timestamp,
) -> Result<Transaction> {
    let gross = truth.amount.unwrap_or(payment.amount);
    // A fee that cannot be read, or that gives, is left to people: the gross amount is booked.
    let fee = truth.fee.map_or(0, |fee| fee.amount.max(0));
    let postings = [
        Posting::debit(held_by(payment), payment.money(gross.amount - fee)),
        Posting::debit(PROVIDER_FEES, payment.money(fee)),
        Posting::credit(COURT_BOOKINGS, gross),
    ];
    let moving = postings.into_iter().filter(|posting| posting.amount != 0).collect();
    let reference = reference(payment.provider, "payment", truth.id.as_str())?;
    let description = format!("Payment {} of booking {}", payment.id, payment.booking_id);
    Ok(Transaction::new(reference, description, moving, now)?)
}

/// Money was given back.
pub(crate) fn refunded(
    payment: &Payment,
    refund: &ProviderRefund,
    now: Timestamp,
) -> Result<Transaction> {
    let postings = vec![
        Posting::debit(COURT_BOOKINGS, refund.amount),
        Posting::credit(held_by(payment), refund.amount),
    ];
    let reference = reference(payment.provider, "refund", refund.id.as_str())?;
    let description = format!("Refund of payment {}", payment.id);
    Ok(Transaction::new(reference, description, postings, now)?)
}

/// The payer's bank took back what was left.
pub(crate) fn charged_back(
    payment: &Payment,
    truth: &ProviderPayment,
    amount: i64,
    now: Timestamp,
) -> Result<Transaction> {
    let postings = vec![
        Posting::debit(CHARGEBACKS, payment.money(amount)),
        Posting::credit(held_by(payment), payment.money(amount)),
    ];
    let reference = reference(payment.provider, "chargeback", truth.id.as_str())?;
    let description = format!("Chargeback of payment {}", payment.id);
    Ok(Transaction::new(reference, description, postings, now)?)
}

/// A bill was paid at the desk.
pub(crate) fn taken_at_desk(payment: &Payment, desk: AtDesk) -> Result<Transaction> {
    let postings = vec![
        Posting::debit(taken_by(desk.method), payment.amount),
        Posting::credit(COURT_BOOKINGS, payment.amount),
    ];
    let reference = named(&format!("desk:payment:{}", payment.id))?;
    let description = format!("Payment {} of booking {}", payment.id, payment.booking_id);
    Ok(Transaction::new(reference, description, postings, desk.at)?)
}

/// What was paid at the desk is to be handed back there.
pub(crate) fn given_back_at_desk(
    payment: &Payment,
    refund: &Refund,
    now: Timestamp,
) -> Result<Transaction> {
    let amount = payment.money(refund.amount);
    let postings =
        vec![Posting::debit(COURT_BOOKINGS, amount), Posting::credit(DESK_REFUNDS, amount)];
    let reference = named(&format!("desk:refund:{}", refund.id))?;
    let description = format!("Refund of payment {}", payment.id);
    Ok(Transaction::new(reference, description, postings, now)?)
}
