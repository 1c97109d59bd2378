//! `GET /v1/bookings/{booking_id}`.

use axum::extract::State;
use booking::{Booking, Status, local_text};
use facilities::{Name, Zone};
use kernel::{
    AccountId, BookingId, CourtId, Error, Money, PaymentId, Permission, Result, VenueId,
    timestamp_text,
};
use pricing::PriceLine;
use runtime::App;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Caller, Envelope, Id, Outcome, Problem, Reply};

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
    status: Status,
    /// On the venue's clock, with its offset.
    #[schema(format = DateTime)]
    starts_at: String,
    #[schema(format = DateTime)]
    ends_at: String,
    time_zone: Zone,
    price: Money,
    /// What the price is made of.
    price_lines: Vec<PriceLine>,
    /// Until when an unpaid booking keeps its slot; null unless held.
    #[schema(format = DateTime)]
    hold_expires_at: Option<String>,
    /// Null where it is free of charge.
    payment_id: Option<PaymentId>,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    confirmed_at: Option<String>,
    #[schema(format = DateTime)]
    expired_at: Option<String>,
    #[schema(format = DateTime)]
    cancelled_at: Option<String>,
}

impl From<Booking> for BookingView {
    fn from(booking: Booking) -> Self {
        let zone = booking.time_zone.rules();
        Self {
            id: booking.id,
            venue_id: booking.venue_id,
            court_id: booking.court_id,
            account_id: booking.account_id,
            status: booking.status,
            starts_at: local_text(zone, booking.starts_at),
            ends_at: local_text(zone, booking.ends_at),
            price: booking.price,
            price_lines: booking.price_lines,
            hold_expires_at: booking.hold_expires_at.map(timestamp_text),
            payment_id: booking.payment_id,
            created_at: timestamp_text(booking.created_at),
            confirmed_at: booking.confirmed_at.map(timestamp_text),
            expired_at: booking.expired_at.map(timestamp_text),
            cancelled_at: booking.cancelled_at.map(timestamp_text),
            venue_name: booking.venue_name,
            court_name: booking.court_name,
            time_zone: booking.time_zone,
        }
    }
}

/// Refuses another's booking to whoever may not manage bookings.
pub(crate) fn check_own(caller: &Caller, booking: &Booking) -> Result<()> {
    if booking.account_id == caller.account() || caller.may(Permission::BookingManage) {
        return Ok(());
    }
    Err(Error::forbidden(
        "BOOKING_NOT_YOURS",
        "it is somebody else's booking; that needs the permission booking:manage",
    ))
}

/// Read a booking: one's own, or any with `booking:manage`.
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
    let booking = booking::booking(&app.tenant_table(&caller)?, id).await?;
    check_own(&caller, &booking)?;
    Ok(Reply::ok(BookingView::from(booking)))
}
