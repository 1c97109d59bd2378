//! What members have at the club: bookings are paid out of it, refunds go into it, and the desk pays in and out.
//!
//! Every fact has a reference `wallet:<what>:<id>`, so that it is booked once, and its *what* tells members what
//! an entry is.

use kernel::{
    AccountId, Error, LedgerTransactionId, Money, PaymentId, RefundId, Result, jiff::Timestamp,
    random_uuid,
};
use ledger::{AccountAddress, INSUFFICIENT_FUNDS, Posting, Transaction, post, post_emptying};
use serde::{Deserialize, Serialize};
use serde_json::json;
use table::{PlatformTable, TenantTable, Write};
use utoipa::ToSchema;

use crate::{
    Due, Payment, Provider, Status,
    event::Told,
    posting::{COURT_BOOKINGS, reference},
    store,
};

/// What lies in the club's till.
const CASH: AccountAddress = AccountAddress::fixed("assets:cash");
/// What lies at the club's bank.
const BANK: AccountAddress = AccountAddress::fixed("assets:bank");
/// What the club has given away, or made good.
const CORRECTIONS: AccountAddress = AccountAddress::fixed("expenses:wallet_corrections");
/// What people left behind when they had themselves erased.
const FORFEITED: AccountAddress = AccountAddress::fixed("income:forfeited_wallets");

/// How the desk pays in or out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WalletEntryMethod)]
pub enum EntryMethod {
    /// Into the till, or out of it.
    Cash,
    /// To the club's bank account, or from it.
    Transfer,
    /// No money changes hands: the club gives, or puts right.
    Correction,
}

impl EntryMethod {
    /// As stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cash => "cash",
            Self::Transfer => "transfer",
            Self::Correction => "correction",
        }
    }

    fn account(self) -> AccountAddress {
        match self {
            Self::Cash => CASH,
            Self::Transfer => BANK,
            Self::Correction => CORRECTIONS,
        }
    }
}

/// Why the desk pays in or out, as the member reads it: 1 to 200 characters, trimmed, no control characters. It is
/// kept with the books, so it names nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(as = WalletEntryReason, value_type = String, min_length = 1, max_length = 200)]
pub struct EntryReason(String);

kernel::text_value! {
    EntryReason(kernel::one_line);
}

/// What the desk pays into a wallet, or out of it.
#[derive(Debug, Clone)]
pub struct DeskEntry {
    /// Names it among all of the member's: booked once.
    pub key: String,
    /// How.
    pub method: EntryMethod,
    /// How much: in, or out where it is negative.
    pub amount: Money,
    /// What for.
    pub reason: EntryReason,
}

/// A line of a wallet's statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WalletEntry {
    /// The transaction of the ledger.
    pub id: LedgerTransactionId,
    /// When.
    #[serde(serialize_with = "kernel::serialize_timestamp")]
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// In, or out where it is negative.
    pub amount: Money,
    /// `payment`, `refund`, `cash`, `transfer`, `correction` or `forfeit`.
    pub what: String,
    /// For people.
    pub description: String,
}

impl WalletEntry {
    /// What a transaction is to the member whose wallet it changes; `None` of one that changes none.
    pub fn of(transaction: &Transaction) -> Option<Self> {
        let posting = transaction.wallet()?;
        let reference = transaction.reference.to_string();
        Some(Self {
            id: transaction.id,
            at: transaction.time,
            amount: Money::new(-posting.amount, posting.currency),
            what: reference.split(':').nth(1).unwrap_or_default().to_owned(),
            description: transaction.description.clone(),
        })
    }
}

/// The payment of a booking out of the payer's wallet, and the writes that take the money: paid, if they happen.
/// They are the conflict [`INSUFFICIENT_FUNDS`] where the wallet has less.
pub fn pay_from_wallet(
    table: &TenantTable,
    platform: &PlatformTable,
    id: PaymentId,
    due: Due,
    now: Timestamp,
) -> Result<(Payment, Vec<Write>)> {
    let mut payment = Payment::new(id, table.tenant().club(), Provider::Wallet, due, now);
    (payment.status, payment.watch) = (Status::Approved, None);
    // The one try that there is, of a provider that is the club itself.
    let own = id.to_string().parse();
    let own = own.map_err(|_| Error::internal("an id of ours is none of a provider's"))?;
    payment.provider_payment_id = Some(own);
    let mut writes = post(table, &[taken(&payment, &id.to_string(), due.amount, now)?])?;
    writes.push(store::create_telling(table, platform, &payment, &[Told::Approved])?);
    Ok((payment, writes))
}

/// The writes that take so much more, in minor units, for a booking that a wallet has paid. They are the conflict
/// [`INSUFFICIENT_FUNDS`] where the wallet has less.
pub fn charge_more(
    table: &TenantTable,
    platform: &PlatformTable,
    payment: &Payment,
    amount: i64,
    now: Timestamp,
) -> Result<Vec<Write>> {
    let mut next = payment.clone();
    next.amount.amount += amount;
    next.restate();
    next.version += 1;
    next.updated_at = now;
    let fact = format!("{}.{}", next.id, next.version);
    let mut writes = post(table, &[taken(&next, &fact, next.money(amount), now)?])?;
    writes.push(store::save(table, platform, &next, &[])?);
    Ok(writes)
}

/// A refusal for want of money, with what the booking costs among its details.
pub fn with_price(error: Error, price: Money) -> Error {
    if error.code() != INSUFFICIENT_FUNDS {
        return error;
    }
    let mut details = error.details().cloned().unwrap_or_else(|| json!({}));
    details["price"] = json!(price);
    error.with_details(details)
}

/// Something that the desk pays in or out, for [`ledger::post`].
pub fn enter(member: AccountId, entry: &DeskEntry, now: Timestamp) -> Result<Transaction> {
    let DeskEntry { key, method, amount, reason } = entry;
    let postings = vec![
        Posting::debit(method.account(), *amount),
        Posting::credit(AccountAddress::wallet(member), *amount),
    ];
    let reference = reference(Provider::Wallet, method.as_str(), &format!("{member}.{key}"))?;
    Ok(Transaction::new(reference, reason.as_str(), postings, now)?)
}

/// The writes that leave to the club all that is in a wallet. They are the conflict [`ledger::WALLET_CHANGED`]
/// where it is another amount by now.
pub fn forfeit(
    table: &TenantTable,
    member: AccountId,
    balances: &[Money],
    now: Timestamp,
) -> Result<Vec<Write>> {
    let left = balances.iter().filter(|balance| !balance.is_zero()).map(|balance| {
        let postings = vec![
            Posting::debit(AccountAddress::wallet(member), *balance),
            Posting::credit(FORFEITED, *balance),
        ];
        let id = random_uuid().simple().to_string();
        let reference = reference(Provider::Wallet, "forfeit", &id)?;
        Ok(Transaction::new(reference, "Left to the club", postings, now)?)
    });
    post_emptying(table, &left.collect::<Result<Vec<_>>>()?)
}

/// A booking was paid out of the wallet.
fn taken(payment: &Payment, fact: &str, amount: Money, now: Timestamp) -> Result<Transaction> {
    let postings = vec![
        Posting::debit(AccountAddress::wallet(payment.account_id), amount),
        Posting::credit(COURT_BOOKINGS, amount),
    ];
    let description = format!("Payment {} of booking {}", payment.id, payment.booking_id);
    let reference = reference(Provider::Wallet, "payment", fact)?;
    Ok(Transaction::new(reference, description, postings, now)?)
}

/// What was paid, by card or out of the wallet, is in the wallet. The provider keeps what it has, its fee, too.
pub(crate) fn refunded(
    payment: &Payment,
    refund: RefundId,
    amount: i64,
    now: Timestamp,
) -> Result<Transaction> {
    let amount = payment.money(amount);
    let postings = vec![
        Posting::debit(COURT_BOOKINGS, amount),
        Posting::credit(AccountAddress::wallet(payment.account_id), amount),
    ];
    let description = format!("Refund of payment {} of booking {}", payment.id, payment.booking_id);
    let reference = reference(Provider::Wallet, "refund", &refund.to_string())?;
    Ok(Transaction::new(reference, description, postings, now)?)
}
