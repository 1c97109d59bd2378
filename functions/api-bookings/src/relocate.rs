//! `POST /v1/bookings/{booking_id}/move`.

use audit::Entry;
use axum::extract::State;
use booking::{Booking, Changed, LocalStart, local_text};
use frontdesk::{Agreed, Asked, Elsewhere, LookUp, PaidBy, check_movable, check_notice};
use futures::future::try_join3;
use garde::Validate;
use kernel::{
    BookingId, ClubId, CourtId, Error, Money, PaymentId, Permission, Result, in_rounds,
    jiff::Timestamp,
};
use payments::{Billed, Paperwork, Payment, Provider, Purpose};
use runtime::App;
use serde::Deserialize;
use serde_json::json;
use table::TenantTable;
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, Id, Outcome, Problem, Reply};

use crate::{
    checkout::connect,
    pay::{PayWith, check_spending},
    read::{BookingView, check_own, is_staff},
    store,
};

/// So often a move is decided again because a day, a diary or the booking changed under it.
const ROUNDS: usize = 4;
/// Payments of one booking: a transaction holds a hundred writes.
const BILLS_LIMIT: usize = 40;

/// Where the booking shall be; what is absent stays.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
#[schema(as = BookingMove)]
pub(crate) struct Move {
    /// Another court of the same venue.
    court_id: Option<CourtId>,
    starts_at: Option<LocalStart>,
    /// One of the court's durations.
    duration_minutes: Option<u16>,
    /// The booking keeps its price where the new one is higher. Needs `booking:manage`.
    #[serde(default)]
    waive_difference: bool,
}

/// Move a booking to another time or court of its venue: one's own or one's child's, or any with `booking:manage`.
///
/// The new slots are taken and the old ones given back in one step: whoever is refused keeps what they had. All rules
/// hold as for a new booking. Where it becomes cheaper, the difference goes back; where it becomes dearer, the wallet
/// that paid it pays the difference, if it has as much; otherwise it is due until the new start, unless staff waive it:
/// `POST /v1/bookings/{booking_id}/checkout` says where to pay it. The booking stays confirmed and keeps its id;
/// `sequence` grows.
#[utoipa::path(
    post,
    path = "/v1/bookings/{booking_id}/move",
    tag = "bookings",
    params(("booking_id" = BookingId, Path)),
    request_body = Move,
    responses(
        (status = 200, body = Envelope<BookingView>, description = "At its new place."),
        (status = 403, body = Problem, description = "BOOKING_NOT_YOURS, PERMISSION_MISSING: only staff waive, or charge another's wallet."),
        (status = 404, body = Problem, description = "BOOKING_NOT_FOUND, COURT_NOT_FOUND."),
        (status = 409, body = Problem, description = "SLOT_TAKEN, PAYMENTS_NOT_CONNECTED, INSUFFICIENT_FUNDS, TOO_MANY_PAYMENTS, TOO_LATE_TO_MOVE, MATCH_OPEN, BOOKING_HELD, BOOKING_STARTED, BOOKING_CHECKED_IN, BOOKING_MISSED, BOOKING_CANCELLED, BOOKING_EXPIRED, BOOKING_CHANGED, BOOKING_SUSPENDED, VENUE_RETIRED, COURT_RETIRED, COURT_CLOSED, COURT_BUSY."),
        (status = 422, body = Problem, description = "NOTHING_MOVES, DURATION_NOT_ALLOWED, LOCAL_TIME_DOES_NOT_EXIST, LOCAL_TIME_AMBIGUOUS, OFFSET_MISMATCH, START_IN_PAST, TOO_FAR_AHEAD, OUTSIDE_OPENING_HOURS, OFF_GRID, BODY_INVALID."),
    )
)]
pub(crate) async fn relocate(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<BookingId>,
    Body(input): Body<Move>,
) -> Outcome<BookingView> {
    let table = app.tenant_table(&caller)?;
    let once = || Box::pin(make(&app, &caller, &table, id, &input));
    let moved = in_rounds(ROUNDS, is_race, once).await.map_err(booking::not_repeated)?;
    Ok(Reply::ok(BookingView::at(moved, app.clock().now())))
}

/// The booking, one round of reads, the decision, one transaction.
async fn make(
    app: &App,
    caller: &Caller,
    table: &TenantTable,
    id: BookingId,
    input: &Move,
) -> Result<Booking> {
    let now = app.clock().now();
    let before = &booking::booking(table, id).await?;
    check_own(table, caller, before, now).await?;
    if input.waive_difference {
        caller.require_at(Permission::BookingManage, before.venue_id)?;
    }
    check_movable(before, is_staff(caller, before), now)?;
    let Move { court_id, starts_at, duration_minutes, .. } = *input;
    let to = Elsewhere { court_id, starts_at, duration_minutes };
    let asked = Asked::elsewhere(before, to, caller.account())?;
    let (found, court, payments) = Box::pin(try_join3(
        LookUp::of(table, &asked),
        facilities::court(table, before.venue_id, before.court_id),
        payments::payments_of(table, before),
    ))
    .await?;
    if !is_staff(caller, before) {
        check_notice(before, &court, now)?;
    }
    let found = found.without(before);
    let mut agreed = found.judge(&asked, now)?;
    if input.waive_difference {
        waive(before, &mut agreed);
    }
    let rises_by = agreed.plan.price.amount - before.price.amount;
    let own = payments.iter().find(|payment| Some(payment.id) == before.payment_id);
    let wallet = own.filter(|own| rises_by > 0 && own.provider == Provider::Wallet);
    if rises_by > 0 && wallet.is_none() {
        // Nobody is asked for what they cannot pay.
        connect(app, caller.club()?).await?;
    }
    // What the wallet pays more is its payment's only change.
    let others = payments.iter().filter(|one| wallet.is_none_or(|wallet| wallet.id != one.id));
    let others: Vec<_> = others.cloned().collect();
    let asked_for = if wallet.is_some() { 0 } else { rises_by };
    let paperwork = difference((before, caller.club()?), &mut agreed, &others, asked_for, now)?;
    let Changed { booking, mut writes } =
        found.relocate(table, before, agreed, caller.account(), now).await?;
    writes.extend(paperwork.writes(table, &app.table().platform())?);
    if let Some(wallet) = wallet {
        check_spending(caller, (before.account_id, before.venue_id), PayWith::Wallet)?;
        let platform = app.table().platform();
        writes.extend(payments::charge_more(table, &platform, wallet, rises_by, now)?);
    }
    let told = Entry::new(caller.origin(), "booking.moved", before.id);
    let told = told.changing(&place(before), &place(&booking))?;
    let is_act = input.waive_difference || before.account_id != caller.account();
    let stored = store(table, is_act.then_some(told), now, writes).await;
    stored.map_err(|error| payments::with_price(error, booking.price))?;
    metrics::counter!("bookings_moved").increment(1);
    Ok(booking)
}

/// What the audit log says of where a booking is.
fn place(booking: &Booking) -> serde_json::Value {
    let zone = booking.time_zone.rules();
    json!({
        "court_id": booking.court_id,
        "starts_at": local_text(zone, booking.starts_at),
        "ends_at": local_text(zone, booking.ends_at),
    })
}

/// The booking keeps its price where the new one is higher.
fn waive(before: &Booking, agreed: &mut Agreed) {
    if agreed.plan.price.amount > before.price.amount {
        agreed.plan.price = before.price;
        agreed.price_lines.clone_from(&before.price_lines);
    }
}

/// What becomes of these payments of it: what is cheaper goes back, what is dearer is asked of whose it is, and what is
/// not paid yet follows the booking.
fn difference(
    (before, club): (&Booking, ClubId),
    agreed: &mut Agreed,
    payments: &[Payment],
    rises_by: i64,
    now: Timestamp,
) -> Result<Paperwork> {
    let (starts_at, ends_at) = (agreed.plan.starts_at, agreed.plan.ends_at);
    let after = Booking { starts_at, ends_at, ..before.clone() };
    let mut paperwork = Paperwork::default();
    let moved = paperwork.follow(payments, (before, &after), (-rises_by).max(0), now)?;
    let (payment, mut bills) = moved.paid_by(before);
    if rises_by > 0 {
        let billed = Billed {
            id: PaymentId::new(),
            account_id: before.account_id,
            amount: Money::new(rises_by, before.price.currency),
            purpose: Purpose::Difference,
            lock_in_hours: 0,
        };
        bills.push(billed.id);
        paperwork.make([Payment::billed(&after, club, billed, now)]);
    }
    if bills.len() > BILLS_LIMIT {
        let message = "it was moved too often to what costs more; ask the club's staff";
        return Err(Error::conflict("TOO_MANY_PAYMENTS", message));
    }
    agreed.paid_by = Some(PaidBy { payment, bills });
    Ok(paperwork)
}

fn is_race(error: &Error) -> bool {
    booking::may_be_repeated(error)
        || matches!(error.code(), "BOOKING_CHANGED" | "CONCURRENT_CHANGE")
}
