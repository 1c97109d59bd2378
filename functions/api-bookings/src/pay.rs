//! How a booking is paid: by whom, how much, when, and out of what.

use audit::Entry;
use booking::{Booking, PaymentTerms};
use frontdesk::{Agreed, Asked, LookUp, PaidBy};
use kernel::{AccountId, Error, Money, PaymentId, Permission, Result, VenueId, jiff::Timestamp};
use payments::{Billed, Due, Purpose, shares};
use pricing::LineKind;
use serde::{Deserialize, Serialize};
use serde_json::json;
use table::{PlatformTable, TenantTable, Write};
use utoipa::ToSchema;
use web::Caller;

/// How a booking is paid.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = BookingPayment)]
pub(crate) struct HowPaid {
    /// The members who play share the price; otherwise whose booking it is pays all of it.
    split: Option<Split>,
    /// It is confirmed unpaid, and due as the venue's booking policy says, if that allows it.
    later: bool,
}

/// How a price is split.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = BookingSplit)]
pub(crate) enum Split {
    /// Whose booking it is and the members who play along pay the same; what guests cost is the owner's.
    Equal,
}

/// What follows from that.
pub(crate) struct Arranged {
    /// With the payments that the booking notes.
    pub(crate) agreed: Agreed,
    /// The payment that the booking is held for, and how much it is; none where there is nothing to pay at once.
    pub(crate) holds: Option<(PaymentId, Money)>,
    /// What is asked of whom beside that.
    pub(crate) bills: Vec<Billed>,
}

/// Who pays how much: 403 `PAY_LATER_NOT_ALLOWED` where the venue does not let them.
pub(crate) fn arrange(
    how: HowPaid,
    found: &LookUp,
    asked: &Asked,
    mut agreed: Agreed,
) -> Result<Arranged> {
    let later = how.later.then(|| pays_later(found)).transpose()?;
    let price = agreed.plan.price;
    if price.is_zero() {
        return Ok(Arranged { agreed, holds: None, bills: Vec::new() });
    }
    let mut bills: Vec<_> = match how.split {
        None => Vec::new(),
        Some(Split::Equal) => parts(price, &agreed, asked).collect(),
    };
    let shared: i64 = bills.iter().map(|bill| bill.amount.amount).sum();
    let (id, own) = (PaymentId::new(), Money::new(price.amount - shared, price.currency));
    let others = bills.iter().map(|bill| bill.id).collect();
    agreed.paid_by = Some(PaidBy { payment: Some(id), bills: others });
    let Some(terms) = later else {
        return Ok(Arranged { agreed, holds: Some((id, own)), bills });
    };
    let lock_in_hours = terms.lock_in_hours;
    let bill = |account_id: AccountId, amount| Billed {
        id,
        account_id,
        amount,
        purpose: Purpose::Later,
        lock_in_hours,
    };
    bills.push(bill(asked.account_id, own));
    Ok(Arranged { agreed, holds: None, bills })
}

fn pays_later(found: &LookUp) -> Result<&PaymentTerms> {
    let terms = found.policy.terms.payment.as_ref();
    let allowed = terms.filter(|terms| terms.allow_later(&found.person.roles));
    let message = "the venue does not let them book without paying; pay at once";
    allowed.ok_or_else(|| Error::forbidden("PAY_LATER_NOT_ALLOWED", message))
}

/// The parts of the members who play along; none of nothing.
fn parts(price: Money, agreed: &Agreed, asked: &Asked) -> impl Iterator<Item = Billed> {
    let members: Vec<_> = asked.party.members().collect();
    let guests = agreed.price_lines.iter().filter(|line| line.kind == LineKind::Guests);
    let guests = Money::new(guests.map(|line| line.amount.amount).sum(), price.currency);
    let parts = shares(price, guests, members.len()).into_iter().skip(1);
    members.into_iter().zip(parts).filter(|(_, amount)| !amount.is_zero()).map(
        |(account_id, amount)| Billed {
            id: PaymentId::new(),
            account_id,
            amount,
            purpose: Purpose::Share,
            lock_in_hours: 0,
        },
    )
}

/// Out of what the owner's part is paid at once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PayWith {
    /// At the provider's page, while the slot is held.
    #[default]
    Card,
    /// Out of the wallet of whose booking it is, at once.
    Wallet,
}

/// Whoever spends what is in another's wallet manages wallets there: else `PERMISSION_MISSING`.
pub(crate) fn check_spending(
    caller: &Caller,
    (payer, venue): (AccountId, VenueId),
    pay_with: PayWith,
) -> Result<()> {
    if pay_with == PayWith::Wallet && payer != caller.account() {
        caller.require_at(Permission::WalletManage, venue)?;
    }
    Ok(())
}

/// The writes that pay a booking's own part out of the wallet of whose booking it is.
pub(crate) fn from_wallet(
    (table, platform): (&TenantTable, &PlatformTable),
    booking: &Booking,
    (payment, amount): (PaymentId, Money),
    now: Timestamp,
) -> Result<Vec<Write>> {
    let due =
        Due { booking_id: booking.id, account_id: booking.account_id, amount, expires_at: now };
    payments::pay_from_wallet(table, platform, payment, due, now).map(|(_, writes)| writes)
}

/// That staff paid a member's booking out of the member's wallet.
pub(crate) fn spent_for_another(caller: &Caller, booking: &Booking) -> Result<Entry> {
    let said = json!({
        "booking_id": booking.id, "payment_id": booking.payment_id, "amount": booking.price,
    });
    Entry::new(caller.origin(), "wallet.charged", booking.account_id).making(&said)
}
