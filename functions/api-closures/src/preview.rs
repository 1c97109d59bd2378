//! `POST /v1/closures/preview`.

use std::collections::BTreeMap;

use axum::extract::State;
use booking::Booking;
use closures::{Closure, Mode};
use kernel::{BookingId, Money, Result};
use runtime::App;
use serde::Serialize;
use table::TenantTable;
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, Outcome, Problem, Reply};

use crate::create::NewClosure;

/// Bookings whose payments are looked at: more are counted, and their refunds are not.
const PAYMENTS_LIMIT: usize = 1_000;

/// What a closure would do now.
#[derive(Serialize, ToSchema)]
pub(crate) struct PreviewView {
    /// Courts times local days.
    court_days: u32,
    /// Bookings that it meets.
    bookings: usize,
    /// How many people made them.
    members: usize,
    /// How many of the bookings would give money back; none unless the mode is `cancel`.
    refunds: usize,
    /// How much goes back; null where nothing does.
    refund_total: Option<Money>,
    /// Whether the refunds are those of all bookings: of more than 1,000 the first are looked at.
    refunds_complete: bool,
}

/// See what closing courts would do: how many bookings it meets, and what would go back. Nothing changes.
#[utoipa::path(
    post,
    path = "/v1/closures/preview",
    tag = "closures",
    request_body = NewClosure,
    responses(
        (status = 200, body = Envelope<PreviewView>, description = "As of this moment."),
        (status = 404, body = Problem, description = "VENUE_NOT_FOUND, COURT_NOT_FOUND."),
        (status = 409, body = Problem, description = "VENUE_RETIRED."),
        (status = 422, body = Problem, description = "As of POST /v1/closures."),
    )
)]
pub(crate) async fn preview(
    State(app): State<App>,
    caller: Caller,
    Body(input): Body<NewClosure>,
) -> Outcome<PreviewView> {
    let table = app.tenant_table(&caller)?;
    let closure = input.closure(&app, &caller, &table).await?;
    let bookings = closures::affected(&table, &closure).await?;
    let mut members: Vec<_> = bookings.iter().map(|booking| booking.account_id).collect();
    members.sort_unstable();
    members.dedup();
    let refunds = match closure.mode {
        Mode::Cancel => refunds(&table, &closure, &bookings).await?,
        Mode::Notify | Mode::BookAround => Vec::new(),
    };
    let total = refunds.iter().map(|refund| refund.amount).sum();
    Ok(Reply::ok(PreviewView {
        court_days: closure.progress.days_total,
        bookings: bookings.len(),
        members: members.len(),
        refunds: refunds.len(),
        refund_total: refunds.first().map(|one| Money::new(total, one.currency)),
        refunds_complete: closure.mode != Mode::Cancel || bookings.len() <= PAYMENTS_LIMIT,
    }))
}

/// What would go back, booking by booking.
async fn refunds(
    table: &TenantTable,
    closure: &Closure,
    bookings: &[Booking],
) -> Result<Vec<Money>> {
    let ids = bookings.iter().take(PAYMENTS_LIMIT).flat_map(payments::ids_of);
    let mut refunds = BTreeMap::<BookingId, Money>::new();
    for paid in payments::some(table, ids).await? {
        let back = closure.refund.of(paid.amount, paid.refundable());
        let of_booking = refunds.entry(paid.booking_id).or_insert_with(|| paid.money(0));
        of_booking.amount += back;
    }
    Ok(refunds.into_values().filter(|refund| refund.amount > 0).collect())
}
