//! Members' diaries in the table: one item a member, changed in the transactions that change their bookings.

use facilities::{Court, Venue};
use kernel::{AccountId, Error, PaymentId, Result, jiff::Timestamp, timestamp_text};
use table::{Condition, Items, Key, TenantTable, Update, Value, Write};

use crate::{
    Booking, Debt, Diary, Entry, Strike, StrikeKind,
    diary::{DEBT_PREFIX, ENTRY_PREFIX, STRIKE_PREFIX},
    error::diary_changed,
};

/// A member's diary: for the one round of reads of a booking.
pub fn diary_key(table: &TenantTable, account: AccountId) -> Key {
    table.key(format_args!("DIARY#{account}"), "DIARY")
}

/// The diary out of what that round has found; empty where there is none yet.
pub fn take_diary(items: &mut Items, key: &Key) -> Result<Diary> {
    Ok(items.take(key)?.unwrap_or_default())
}

/// Get one member's diary; empty where there is none yet.
pub async fn diary(table: &TenantTable, account: AccountId) -> Result<Diary> {
    Ok(table.get(&diary_key(table, account)).await?.unwrap_or_default())
}

/// Writes a booking into the diary, which must still be as it was read: what the rules decided by holds.
pub(super) fn enter(
    table: &TenantTable,
    diary: &Diary,
    booking: &Booking,
    (venue, court): (&Venue, &Court),
    now: Timestamp,
) -> Result<Write> {
    let update = diary
        .outdated(now)
        .into_iter()
        .fold(Update::new(), Update::remove)
        .set("kind", "diary")
        .set(entry_name(booking), Value::of(&Entry::of(booking, venue, court))?)
        .set("version", diary.version + 1);
    Ok(Write::update(diary_key(table, booking.account_id), update)
        .when(unchanged(diary))
        .or(|_| diary_changed()))
}

/// A check that a diary is still as it was read: for the transaction that books by it for another of the family.
pub fn diary_unchanged(table: &TenantTable, account: AccountId, diary: &Diary) -> Write {
    Write::check(diary_key(table, account), unchanged(diary)).or(|_| diary_changed())
}

fn unchanged(diary: &Diary) -> Condition {
    match diary.version {
        0 => Condition::absent("version"),
        version => Condition::equals("version", version),
    }
}

/// Writes a booking into the diary that had its slots taken away and gets them back, whatever rules say now.
pub(super) fn reenter(
    table: &TenantTable,
    booking: &Booking,
    (venue, court): (&Venue, &Court),
) -> Result<Write> {
    let update = Update::new()
        .set("kind", "diary")
        .set(entry_name(booking), Value::of(&Entry::of(booking, venue, court))?)
        .add("version", 1_u64);
    Ok(Write::update(diary_key(table, booking.account_id), update))
}

/// Takes the end of a hold off its entry: from now on it counts until it is over.
pub(super) fn confirm_entry(table: &TenantTable, booking: &Booking) -> Write {
    let name = entry_name(booking);
    let update = Update::new().remove(format!("{name}.until")).add("version", 1_u64);
    Write::update(diary_key(table, booking.account_id), update)
        .when(Condition::exists(name))
        .or(|_| Error::internal("the booking is not in its member's diary"))
}

/// Takes a booking out of the diary. Ended holds need not be: they count no more.
pub(super) fn strike_out(table: &TenantTable, booking: &Booking) -> Write {
    let update = Update::new().remove(entry_name(booking)).add("version", 1_u64);
    Write::update(diary_key(table, booking.account_id), update)
}

/// Writes a strike into the diary, which must still be as it was read, and until when it suspends. A booking that
/// was given up is taken out.
pub(super) fn hold_against(
    table: &TenantTable,
    (booking, diary): (&Booking, &Diary),
    strike: Strike,
    suspended_until: Option<Timestamp>,
) -> Result<Write> {
    let mut update = Update::new()
        .set("kind", "diary")
        .set(format!("{STRIKE_PREFIX}{}", booking.id), Value::of(&strike)?)
        .set("version", diary.version + 1);
    if strike.kind == StrikeKind::LateCancellation {
        update = update.remove(entry_name(booking));
    }
    if let Some(until) = suspended_until {
        update = update.set("suspended_until", timestamp_text(until));
    }
    Ok(Write::update(diary_key(table, booking.account_id), update)
        .when(unchanged(diary))
        .or(|_| diary_changed()))
}

/// Lets a member book again, and forgets what was held against them, if the diary is still as it was read.
pub fn lift_suspension(table: &TenantTable, account: AccountId, diary: &Diary) -> Write {
    let names = diary.strikes.iter().map(|one| format!("{STRIKE_PREFIX}{}", one.booking_id));
    let update = names
        .fold(Update::new(), Update::remove)
        .remove("suspended_until")
        .set("version", diary.version + 1);
    Write::update(diary_key(table, account), update).when(unchanged(diary)).or(|_| diary_changed())
}

/// Writes into a member's diary what they owe. Doing it again changes nothing but the version.
pub fn owe(table: &TenantTable, account: AccountId, debt: &Debt) -> Result<Write> {
    let update = Update::new()
        .set("kind", "diary")
        .set(debt_name(debt.payment_id), Value::of(debt)?)
        .add("version", 1_u64);
    Ok(Write::update(diary_key(table, account), update))
}

/// Takes a debt out of a member's diary, whether it is paid or forgiven.
pub fn lift_debt(table: &TenantTable, account: AccountId, payment: PaymentId) -> Write {
    let update =
        Update::new().set("kind", "diary").remove(debt_name(payment)).add("version", 1_u64);
    Write::update(diary_key(table, account), update)
}

fn debt_name(payment: PaymentId) -> String {
    format!("{DEBT_PREFIX}{payment}")
}

fn entry_name(booking: &Booking) -> String {
    format!("{ENTRY_PREFIX}{}", booking.id)
}
