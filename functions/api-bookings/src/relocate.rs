//! `POST /v1/bookings/{booking_id}/move`.

use audit::Entry;
use axum::extract::State;
use booking::{Booking, Changed, LocalStart, RefundTo, local_text};
use frontdesk::{Agreed, Asked, Elsewhere, LookUp, check_movable, check_notice};
use futures::future::try_join3;
use garde::Validate;
use kernel::{BookingId, CourtId, Error, Money, Permission, Result, jiff::Timestamp};
use payments::{Payment, RefundReason};
use runtime::App;
use serde::Deserialize;
use serde_json::json;
use table::{TenantTable, Write};
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, Id, Outcome, Problem, Reply};

use crate::{
    pay::{PayWith, check_spending},
    read::{BookingView, check_own, is_staff},
    refund::{give_back, is_from_wallet, payment_of},
    store,
};

/// So often a move is decided again because a day, a diary or the booking changed under it.
const ROUNDS: usize = 4;

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
/// that paid it pays the difference, if it has as much. What was paid otherwise is refused, unless staff waive the
/// difference. The booking keeps its id; `sequence` grows.
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
        (status = 409, body = Problem, description = "SLOT_TAKEN, PRICE_RISES, INSUFFICIENT_FUNDS, TOO_LATE_TO_MOVE, MATCH_OPEN, BOOKING_HELD, BOOKING_STARTED, BOOKING_CHECKED_IN, BOOKING_MISSED, BOOKING_CANCELLED, BOOKING_EXPIRED, BOOKING_CHANGED, BOOKING_SUSPENDED, VENUE_RETIRED, COURT_RETIRED, COURT_CLOSED, COURT_BUSY."),
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
    let mut rounds = ROUNDS;
    loop {
        rounds -= 1;
        let booking = booking::booking(&table, id).await?;
        check_own(&table, &caller, &booking, app.clock().now()).await?;
        if input.waive_difference {
            caller.require_at(Permission::BookingManage, booking.venue_id)?;
        }
        match Box::pin(make(&app, &caller, &table, &booking, &input)).await {
            Err(error) if is_race(&error) && rounds > 0 => {}
            Err(error) if booking::may_be_repeated(&error) => {
                return Err(booking::day_changed().into());
            }
            moved => return Ok(Reply::ok(moved?.into())),
        }
    }
}

/// One round of reads, the decision, one transaction.
async fn make(
    app: &App,
    caller: &Caller,
    table: &TenantTable,
    before: &Booking,
    input: &Move,
) -> Result<Booking> {
    let now = app.clock().now();
    check_movable(before, is_staff(caller, before), now)?;
    let Move { court_id, starts_at, duration_minutes, .. } = *input;
    let to = Elsewhere { court_id, starts_at, duration_minutes };
    let asked = Asked::elsewhere(before, to, caller.account())?;
    let (found, court, payment) = Box::pin(try_join3(
        LookUp::of(table, &asked),
        facilities::court(table, before.venue_id, before.court_id),
        payment_of(table, before),
    ))
    .await?;
    if !is_staff(caller, before) {
        check_notice(before, &court, now)?;
    }
    let found = found.without(before);
    let mut agreed = found.judge(&asked, now)?;
    let difference = difference(before, &mut agreed, payment.as_ref(), input.waive_difference)?;
    let Changed { booking, mut writes } =
        found.relocate(table, before, agreed, caller.account(), now).await?;
    writes.extend(settle(app, caller, (table, before), payment.as_ref(), difference, now)?);
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

/// What the new place means for what was paid.
enum Difference {
    /// So much goes back.
    Back(Money),
    /// So much more is taken from the wallet that paid, in minor units.
    FromWallet(i64),
    /// The booking keeps its price.
    Waived,
}

/// The writes that give back or take what the new place costs less or more.
fn settle(
    app: &App,
    caller: &Caller,
    (table, before): (&TenantTable, &Booking),
    payment: Option<&Payment>,
    difference: Difference,
    now: Timestamp,
) -> Result<Vec<Write>> {
    match (difference, payment) {
        (Difference::Back(money), _) => {
            let back = (Some(money), RefundReason::BookingMoved, RefundTo::Card);
            give_back(app, table, payment, back, now)
        }
        (Difference::FromWallet(amount), Some(payment)) => {
            let payer = (before.account_id, before.venue_id);
            check_spending(caller, payer, PayWith::Wallet)?;
            payments::charge_more(table, &app.table().platform(), payment, amount, now)
        }
        (Difference::FromWallet(_), None) | (Difference::Waived, _) => Ok(Vec::new()),
    }
}

/// What goes back because the new place is cheaper, or what the wallet that paid has to pay because it is dearer. What
/// was paid otherwise is refused then, 409 `PRICE_RISES`, unless the difference is waived.
fn difference(
    before: &Booking,
    agreed: &mut Agreed,
    payment: Option<&Payment>,
    waived: bool,
) -> Result<Difference> {
    let price = agreed.plan.price;
    let rises_by = price.amount - before.price.amount;
    if rises_by <= 0 {
        let most = payment.map_or(0, Payment::refundable);
        let back = Money::new((-rises_by).min(most), before.price.currency);
        return Ok(Difference::Back(back));
    }
    if waived {
        agreed.plan.price = before.price;
        agreed.price_lines.clone_from(&before.price_lines);
        return Ok(Difference::Waived);
    }
    if is_from_wallet(payment) {
        return Ok(Difference::FromWallet(rises_by));
    }
    let difference = Money::new(rises_by, price.currency);
    let message = "the new place costs more, which cannot be paid here; ask the club's staff";
    Err(Error::conflict("PRICE_RISES", message)
        .with_details(json!({ "difference": difference, "price": price })))
}

fn is_race(error: &Error) -> bool {
    booking::may_be_repeated(error)
        || matches!(error.code(), "BOOKING_CHANGED" | "CONCURRENT_CHANGE")
}
