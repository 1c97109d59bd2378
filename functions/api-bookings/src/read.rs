//! `GET /v1/bookings/{booking_id}`.

use axum::extract::State;
use booking::{Booking, Cancellation, Extra, MovedFrom, Participant, Status, local_text};
use facilities::{Name, Zone};
use kernel::{
    AccountId, BookingId, CourtId, Error, Money, PaymentId, Permission, Result, VenueId,
    jiff::Timestamp, timestamp_text,
};
use payments::Payment;
use pricing::PriceLine;
use runtime::App;
use serde::Serialize;
use table::TenantTable;
use utoipa::ToSchema;
use web::{Caller, Envelope, Id, Outcome, Problem, Reply};

use crate::participants::check_plays;

/// A booking.
#[derive(Serialize, ToSchema)]
pub(crate) struct BookingView {
    id: BookingId,
    venue_id: VenueId,
    /// What the venue was called when it was booked.
    venue_name: Name,
    court_id: CourtId,
    /// What the court was called when it was booked.
    court_name: Name,
    /// Whose it is.
    account_id: AccountId,
    /// Who booked it: whose it is, their guardian, or staff.
    booked_by: AccountId,
    /// Who plays along.
    participants: Vec<Participant>,
    status: Status,
    /// Whether it is confirmed or checked in, and over: nothing happens then, so it is no status of its own.
    is_completed: bool,
    /// On the venue's clock, with its offset.
    #[schema(format = DateTime)]
    starts_at: String,
    #[schema(format = DateTime)]
    ends_at: String,
    time_zone: Zone,
    /// Extras included.
    price: Money,
    /// What is booked beside the court.
    extras: Vec<Extra>,
    /// What the price is made of, extras left out.
    price_lines: Vec<PriceLine>,
    /// Until when an unpaid booking keeps its slot; null unless held.
    #[schema(format = DateTime)]
    hold_expires_at: Option<String>,
    /// Null where it is free of charge.
    payment_id: Option<PaymentId>,
    /// What is to be paid by whom, and what became of it: all of it for whose booking it is and for staff, one's own for
    /// who plays along. Empty in lists, and where something happened to it: read the booking.
    payments: Vec<PartView>,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    confirmed_at: Option<String>,
    #[schema(format = DateTime)]
    expired_at: Option<String>,
    #[schema(format = DateTime)]
    cancelled_at: Option<String>,
    #[schema(format = DateTime)]
    checked_in_at: Option<String>,
    /// When it was found that nobody had come.
    #[schema(format = DateTime)]
    missed_at: Option<String>,
    /// Grows whenever its time or court changes, or it is cancelled.
    sequence: u32,
    /// Where it was before: the last ten, oldest first.
    moved_from: Vec<MovedFromView>,
    /// What came of its cancellation by the venue's policy; of a dry run, what would.
    cancellation: Option<Cancellation>,
    /// Whether members join it as an open match.
    is_open: bool,
}

/// One player's payment of a booking.
#[derive(Serialize, ToSchema)]
#[schema(as = BookingPart)]
pub(crate) struct PartView {
    payment_id: PaymentId,
    /// Who pays.
    account_id: AccountId,
    /// `booking`, `share`, `difference`, `later` or `cancellation`.
    purpose: &'static str,
    amount: Money,
    /// What of it was given back.
    refunded: Money,
    /// `open`, `pending`, `paid`, `owed`, `refunded`, `forgiven` or `closed`: it has not to be paid any more.
    state: &'static str,
    /// Until when it should be paid; null of what the booking is held for.
    #[schema(format = DateTime)]
    due_at: Option<String>,
}

impl From<&Payment> for PartView {
    fn from(payment: &Payment) -> Self {
        Self {
            payment_id: payment.id,
            account_id: payment.account_id,
            purpose: payment.purpose().as_str(),
            amount: payment.amount,
            refunded: payment.money(payment.refunded),
            state: payment.standing(),
            due_at: payment.bill.map(|bill| timestamp_text(bill.due_at)),
        }
    }
}

/// Where a booking was.
#[derive(Serialize, ToSchema)]
#[schema(as = BookingMovedFrom)]
pub(crate) struct MovedFromView {
    court_id: CourtId,
    #[schema(format = DateTime)]
    starts_at: String,
    #[schema(format = DateTime)]
    ends_at: String,
    #[schema(format = DateTime)]
    moved_at: String,
    moved_by: AccountId,
}

impl BookingView {
    /// The booking as it is at this moment.
    pub(crate) fn at(booking: Booking, now: Timestamp) -> Self {
        let zone = booking.time_zone.rules();
        let moved = |from: MovedFrom| MovedFromView {
            court_id: from.court_id,
            starts_at: local_text(zone, from.starts_at),
            ends_at: local_text(zone, from.ends_at),
            moved_at: timestamp_text(from.moved_at),
            moved_by: from.moved_by,
        };
        Self {
            id: booking.id,
            venue_id: booking.venue_id,
            court_id: booking.court_id,
            account_id: booking.account_id,
            booked_by: booking.made_by.unwrap_or(booking.account_id),
            status: booking.status,
            is_completed: booking.is_completed(now),
            starts_at: local_text(zone, booking.starts_at),
            ends_at: local_text(zone, booking.ends_at),
            price: booking.price,
            extras: booking.extras,
            price_lines: booking.price_lines,
            hold_expires_at: booking.hold_expires_at.map(timestamp_text),
            payment_id: booking.payment_id,
            payments: Vec::new(),
            created_at: timestamp_text(booking.created_at),
            confirmed_at: booking.confirmed_at.map(timestamp_text),
            expired_at: booking.expired_at.map(timestamp_text),
            cancelled_at: booking.cancelled_at.map(timestamp_text),
            checked_in_at: booking.checked_in_at.map(timestamp_text),
            missed_at: booking.missed_at.map(timestamp_text),
            sequence: booking.sequence,
            moved_from: booking.moved_from.into_iter().map(moved).collect(),
            cancellation: booking.cancellation,
            is_open: booking.open.is_some(),
            participants: booking.party.participants().to_vec(),
            venue_name: booking.venue_name,
            court_name: booking.court_name,
            time_zone: booking.time_zone,
        }
    }
}

/// Whether the caller manages the bookings of its venue.
pub(crate) fn is_staff(caller: &Caller, booking: &Booking) -> bool {
    caller.may_at(Permission::BookingManage, booking.venue_id)
}

/// Refuses another's booking to whoever neither acts for them nor manages bookings.
pub(crate) async fn check_own(
    table: &TenantTable,
    caller: &Caller,
    booking: &Booking,
    now: Timestamp,
) -> Result<()> {
    check_acts(table, caller, booking, (&[booking.account_id], now)).await
}

/// Refuses whoever does not [act](acts) for these people of a booking: `forbidden`, `BOOKING_NOT_YOURS`.
pub(crate) async fn check_acts(
    table: &TenantTable,
    caller: &Caller,
    booking: &Booking,
    (people, now): (&[AccountId], Timestamp),
) -> Result<()> {
    if acts(table, caller, booking, (people, now)).await? {
        return Ok(());
    }
    Err(Error::forbidden(
        "BOOKING_NOT_YOURS",
        "it is somebody else's booking; that needs the permission booking:manage",
    ))
}

/// Whether the caller is one of these people of a booking, a guardian of one of them, or its staff.
async fn acts(
    table: &TenantTable,
    caller: &Caller,
    booking: &Booking,
    (people, now): (&[AccountId], Timestamp),
) -> Result<bool> {
    let known = people.contains(&caller.account()) || is_staff(caller, booking);
    Ok(known || profiles::guards_any(table, caller.account(), people, now).await?)
}

/// Read a booking: one that one or one's child has or plays in, or any with `booking:manage`.
#[utoipa::path(
    get,
    path = "/v1/bookings/{booking_id}",
    tag = "bookings",
    params(("booking_id" = BookingId, Path)),
    responses(
        (status = 200, body = Envelope<BookingView>, description = "As of this moment."),
        (status = 403, body = Problem, description = "BOOKING_NOT_YOURS."),
        (status = 404, body = Problem, description = "BOOKING_NOT_FOUND."),
    )
)]
pub(crate) async fn read(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<BookingId>,
) -> Outcome<BookingView> {
    let table = app.tenant_table(&caller)?;
    let booking = booking::booking(&table, id).await?;
    let now = app.clock().now();
    let sees_all = acts(&table, &caller, &booking, (&[booking.account_id], now)).await?;
    if !sees_all {
        check_plays(&table, &caller, &booking, now).await?;
    }
    let payments = payments::some(&table, payments::ids_of(&booking)).await?;
    let seen = payments.iter().filter(|one| sees_all || one.account_id == caller.account());
    let payments = seen.map(PartView::from).collect();
    Ok(Reply::ok(BookingView { payments, ..BookingView::at(booking, now) }))
}
