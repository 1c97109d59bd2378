//! `POST /v1/bookings`.

use axum::extract::State;
use booking::{Booking, LocalStart, Party, Payable, Wish};
use frontdesk::{Asked, Booked as Done, LookUp};
use garde::Validate;
use kernel::{BookingId, ClubId, CourtId, PaymentId, Result, VenueId, jiff::Timestamp};
use payments::{Due, Payment, Provider, mercadopago::MercadoPago};
use runtime::App;
use serde::{Deserialize, Serialize};
use table::TenantTable;
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, Outcome, Problem, Reply};

use crate::{
    checkout::{Checkout, CheckoutProblem, connect, open},
    read::BookingView,
};

/// So often a booking is decided again because the court's day changed under it.
const ROUNDS: usize = 4;

/// The booking to be made.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct NewBooking {
    venue_id: VenueId,
    court_id: CourtId,
    starts_at: LocalStart,
    /// One of the court's durations.
    duration_minutes: u16,
}

/// A booking, and where it is paid.
#[derive(Serialize, ToSchema)]
pub(crate) struct Booked {
    booking: BookingView,
    /// Null where there is nothing to pay, or where `checkout_problem` says why it is missing.
    checkout: Option<Checkout>,
    /// Null unless the provider did not answer: the booking is held all the same.
    checkout_problem: Option<CheckoutProblem>,
}

/// Book a court for oneself.
///
/// The slot is held until the booking is paid, for ten minutes at most; a booking without price is
/// confirmed at once.
#[utoipa::path(
    post,
    path = "/v1/bookings",
    tag = "bookings",
    request_body = NewBooking,
    responses(
        (status = 201, body = Envelope<Booked>, description = "Held, or confirmed if free of charge."),
        (status = 404, body = Problem, description = "VENUE_NOT_FOUND, COURT_NOT_FOUND."),
        (status = 409, body = Problem, description = "SLOT_TAKEN, VENUE_RETIRED, COURT_RETIRED, COURT_CLOSED, COURT_BUSY, NO_PRICE, PAYMENTS_NOT_CONNECTED."),
        (status = 422, body = Problem, description = "DURATION_NOT_ALLOWED, LOCAL_TIME_DOES_NOT_EXIST, LOCAL_TIME_AMBIGUOUS, OFFSET_MISMATCH, START_IN_PAST, TOO_FAR_AHEAD, OUTSIDE_OPENING_HOURS, OFF_GRID, BODY_INVALID."),
    )
)]
pub(crate) async fn book(
    State(app): State<App>,
    caller: Caller,
    Body(input): Body<NewBooking>,
) -> Outcome<Booked> {
    let table = app.tenant_table(&caller)?;
    let asked = Asked {
        venue_id: input.venue_id,
        court_id: input.court_id,
        wish: Wish { start: input.starts_at, duration_minutes: input.duration_minutes },
        account_id: caller.account(),
        asked_by: caller.account(),
        roles: caller.roles().to_vec(),
        party: Party::default(),
        series: None,
    };
    let mut rounds = ROUNDS;
    let Made { booking, due } = loop {
        rounds -= 1;
        match make(&app, &caller, &table, &asked).await {
            Err(error) if booking::may_be_repeated(&error) && rounds > 0 => {}
            Err(error) if booking::may_be_repeated(&error) => {
                return Err(booking::day_changed().into());
            }
            made => break made?,
        }
    };
    metrics::counter!("bookings_made").increment(1);
    let (checkout, checkout_problem) = match due {
        None => (None, None),
        Some((payment, provider)) => match open(&app, &table, provider, &booking, &payment).await {
            Ok(checkout) => (Some(checkout), None),
            Err(problem) => (None, Some(problem)),
        },
    };
    let location = format!("/v1/bookings/{}", booking.id);
    Ok(Reply::created(location, Booked { booking: booking.into(), checkout, checkout_problem }))
}

struct Made {
    booking: Booking,
    /// What is to be paid, and where.
    due: Option<(Payment, Option<MercadoPago>)>,
}

/// One round of reads, the decision, one transaction.
async fn make(app: &App, caller: &Caller, table: &TenantTable, asked: &Asked) -> Result<Made> {
    let now = app.clock().now();
    let found = LookUp::of(table, asked).await?;
    let agreed = found.judge(asked, now)?;
    let costs_something = !agreed.plan.price.is_zero();
    let provider = if costs_something { Some(connect(app, caller.club()?).await?) } else { None };
    let hold_seconds = u32::try_from(app.config().hold().as_secs()).unwrap_or(u32::MAX);
    let payable = costs_something.then(|| Payable { payment: PaymentId::new(), hold_seconds });
    let ids = (BookingId::new(), payable);
    let Done { booking, mut writes } = found.book(table, asked, agreed, ids, now).await?;
    let payment = payment(&booking, caller.club()?, now);
    if let Some(payment) = &payment {
        writes.push(payments::create(table, &app.table().platform(), payment)?);
    }
    table.write(writes).await?;
    Ok(Made { booking, due: payment.zip(provider) })
}

/// The payment of a booking that costs something.
fn payment(booking: &Booking, club: ClubId, now: Timestamp) -> Option<Payment> {
    let (id, expires_at) = booking.payment_id.zip(booking.hold_expires_at)?;
    let due = Due {
        booking_id: booking.id,
        account_id: booking.account_id,
        amount: booking.price,
        expires_at,
    };
    Some(Payment::new(id, club, Provider::Mercadopago, due, now))
}
