//! An entry as it is shown.

use kernel::{
    AccountId, BookingId, Error, LocalDate, Permission, Result, TimeOfDay, VenueId,
    WaitlistEntryId, jiff::Timestamp, timestamp_text,
};
use profiles::guards_any;
use serde::Serialize;
use table::TenantTable;
use utoipa::ToSchema;
use waitlist::{Entry, Status, Wanted};
use web::Caller;

/// A place in a waiting list.
#[derive(Serialize, ToSchema)]
#[schema(as = WaitlistEntry)]
pub(crate) struct EntryView {
    id: WaitlistEntryId,
    account_id: AccountId,
    venue_id: VenueId,
    date: LocalDate,
    courts: Wanted,
    from: TimeOfDay,
    until: TimeOfDay,
    duration_minutes: u16,
    /// From then on nobody is bothered.
    #[schema(format = DateTime)]
    expires_at: String,
    status: Status,
    /// What is offered now, if anything is.
    offer: Option<OfferView>,
    /// The booking that fulfilled it.
    booking_id: Option<BookingId>,
    #[schema(format = DateTime)]
    joined_at: String,
    /// From 1, among those who want the same courts at the same time; null unless waiting, and until a lottery is
    /// drawn.
    position: Option<usize>,
}

/// A court that is held for somebody who waits.
#[derive(Serialize, ToSchema)]
#[schema(as = WaitlistOffer)]
pub(crate) struct OfferView {
    /// Accept or decline it by this id.
    booking_id: BookingId,
    /// Until when.
    #[schema(format = DateTime)]
    until: String,
}

impl EntryView {
    pub(crate) fn of(entry: Entry, position: Option<usize>, now: Timestamp) -> Self {
        let status = entry.standing(now);
        let offer =
            entry.offer.filter(|offer| entry.status == Status::Waiting && offer.until > now);
        let offer = offer.map(|offer| OfferView {
            booking_id: offer.booking_id,
            until: timestamp_text(offer.until),
        });
        Self {
            id: entry.id,
            account_id: entry.account_id,
            venue_id: entry.venue_id,
            date: entry.date.into(),
            courts: entry.courts,
            from: entry.from,
            until: entry.until,
            duration_minutes: entry.duration_minutes,
            expires_at: timestamp_text(entry.expires_at),
            status,
            offer,
            booking_id: entry.booking_id,
            joined_at: timestamp_text(entry.joined_at),
            position,
        }
    }
}

/// Refuses another's entry to whoever neither acts for them nor manages bookings.
pub(crate) async fn check_own(
    table: &TenantTable,
    caller: &Caller,
    entry: &Entry,
    now: Timestamp,
) -> Result<()> {
    let account = caller.account();
    if entry.account_id == account
        || caller.may(Permission::BookingManage)
        || guards_any(table, account, &[entry.account_id], now).await?
    {
        return Ok(());
    }
    Err(Error::forbidden(
        "WAITLIST_ENTRY_NOT_YOURS",
        "it is somebody else's place; that needs the permission booking:manage",
    ))
}
