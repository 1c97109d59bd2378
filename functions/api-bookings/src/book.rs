//! `POST /v1/bookings`.

use axum::extract::State;
use booking::{Booking, LocalStart, Payable, Plan, Wish};
use facilities::{Court, Venue, court_not_found, venue_not_found};
use garde::Validate;
use kernel::{BookingId, CourtId, PaymentId, Result, VenueId, jiff::Timestamp};
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
        (status = 409, body = Problem, description = "SLOT_TAKEN, VENUE_RETIRED, COURT_RETIRED, COURT_BUSY, PAYMENTS_NOT_CONNECTED."),
        (status = 422, body = Problem, description = "DURATION_NOT_ALLOWED, LOCAL_TIME_DOES_NOT_EXIST, LOCAL_TIME_AMBIGUOUS, OFFSET_MISMATCH, START_IN_PAST, TOO_FAR_AHEAD, OUTSIDE_OPENING_HOURS, OFF_GRID, BODY_INVALID."),
    )
)]
pub(crate) async fn book(
    State(app): State<App>,
    caller: Caller,
    Body(input): Body<NewBooking>,
) -> Outcome<Booked> {
    let table = app.tenant_table(&caller)?;
    let mut rounds = ROUNDS;
    let Made { booking, due } = loop {
        rounds -= 1;
        match make(&app, &caller, &table, &input).await {
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
async fn make(app: &App, caller: &Caller, table: &TenantTable, input: &NewBooking) -> Result<Made> {
    let now = app.clock().now();
    let wish = Wish { start: input.starts_at, duration_minutes: input.duration_minutes };
    let dates = wish.days();
    let venue_key = facilities::venue_key(table, input.venue_id);
    let court_key = facilities::court_key(table, input.venue_id, input.court_id);
    let day_keys = booking::day_keys(table, input.venue_id, input.court_id, &dates);
    let mut keys = day_keys.clone();
    keys.extend([venue_key.clone(), court_key.clone()]);
    let mut items = table.batch_get(&keys).await?;
    let venue: Venue = items.take(&venue_key)?.ok_or_else(venue_not_found)?;
    let court: Court = items.take(&court_key)?.ok_or_else(court_not_found)?;
    let days = booking::court_days(&mut items, &day_keys, &dates)?;

    let plan = booking::plan(&venue, &court, wish, now)?;
    let costs_something = !plan.price.is_zero();
    let provider = if costs_something { Some(connect(app, caller.club()?).await?) } else { None };
    let (booking, payment) = draft(app, caller, (&venue, &court), plan, now)?;
    let mut writes = booking::book(table, &booking, &court, &days, now).await?;
    if let Some(payment) = &payment {
        writes.push(payments::create(table, &app.table().platform(), payment)?);
    }
    table.write(writes).await?;
    Ok(Made { booking, due: payment.zip(provider) })
}

/// The booking, and the payment of one that costs something.
fn draft(
    app: &App,
    caller: &Caller,
    place: (&Venue, &Court),
    plan: Plan,
    now: Timestamp,
) -> Result<(Booking, Option<Payment>)> {
    let hold_seconds = u32::try_from(app.config().hold().as_secs()).unwrap_or(u32::MAX);
    let payable = Payable { payment: PaymentId::new(), hold_seconds };
    let payable = (!plan.price.is_zero()).then_some(payable);
    let booking = Booking::new(BookingId::new(), caller.account(), place, plan, payable, now);
    let club = caller.club()?;
    let payment = booking.payment_id.zip(booking.hold_expires_at).map(|(id, expires_at)| {
        let due = Due {
            booking_id: booking.id,
            account_id: booking.account_id,
            amount: booking.price,
            expires_at,
        };
        Payment::new(id, club, Provider::Mercadopago, due, now)
    });
    Ok((booking, payment))
}
