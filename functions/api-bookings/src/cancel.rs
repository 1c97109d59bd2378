//! `POST /v1/bookings/{booking_id}/cancel`.

use audit::Entry;
use axum::extract::State;
use booking::{
    Booking, Canceller, Changed, Diary, Missable, PolicyTerms, RefundTo, Status, Verdict,
};
use futures::future::try_join4;
use garde::Validate;
use kernel::{BookingId, Error, Permission, Result, in_rounds, jiff::Timestamp};
use payments::{Paperwork, Payment, Provider};
use runtime::App;
use serde::Deserialize;
use serde_json::json;
use table::TenantTable;
use web::{Caller, Envelope, Id, Outcome, Params, Problem, Reply};

use crate::{
    read::{BookingView, check_own, is_staff},
    store,
};

/// So often it is decided again because the booking, its payment or the diary changed under it.
const ROUNDS: usize = 3;

/// How it is cancelled.
#[derive(Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
#[garde(allow_unvalidated)]
pub(crate) struct Options {
    /// Tells what would come of it, in `cancellation`, and changes nothing.
    #[serde(default)]
    dry_run: bool,
    /// Spares the member the policy: everything goes back, and nothing is held against them. Needs
    /// `booking:manage`.
    #[serde(default)]
    waive: bool,
}

/// What decides about a cancellation.
struct Found {
    terms: PolicyTerms,
    court_blocked_minutes: u32,
    diary: Diary,
    payments: Vec<Payment>,
    /// Whether whose booking it is is still a member.
    is_member: bool,
}

/// Cancel a booking: one's own or one's child's before it starts, or any with `booking:manage`.
///
/// Its slot is free at once. Everybody who has paid gets their own part back. What goes back of what was paid, and
/// whether it is a strike, is as the venue's policy of this moment says
/// (`GET /v1/venues/{venue_id}/booking-policy`); without one, everything goes back. Of what is not paid yet, what the
/// club would keep has to be paid still, by a payment of purpose `cancellation`; without a policy, nothing.
/// `cancellation` tells what decided. Cancelling it again changes nothing.
#[utoipa::path(
    post,
    path = "/v1/bookings/{booking_id}/cancel",
    tag = "bookings",
    params(("booking_id" = BookingId, Path), Options),
    responses(
        (status = 200, body = Envelope<BookingView>, description = "Cancelled; or as it is, of a dry run."),
        (status = 403, body = Problem, description = "BOOKING_NOT_YOURS, PERMISSION_MISSING: only staff waive."),
        (status = 404, body = Problem, description = "BOOKING_NOT_FOUND."),
        (status = 409, body = Problem, description = "BOOKING_EXPIRED, BOOKING_MISSED, BOOKING_STARTED, CANCELLATION_BLOCKED, BOOKING_CHANGED."),
        (status = 422, body = Problem, description = "QUERY_INVALID."),
    )
)]
pub(crate) async fn cancel(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<BookingId>,
    Params(options): Params<Options>,
) -> Outcome<BookingView> {
    let table = app.tenant_table(&caller)?;
    let once = || Box::pin(give_up(&app, &caller, &table, id, &options));
    let cancelled = in_rounds(ROUNDS, is_race, once).await?;
    Ok(Reply::ok(BookingView::at(cancelled, app.clock().now())))
}

/// The booking, its slots, what was paid and what is held against the member, in one transaction.
async fn give_up(
    app: &App,
    caller: &Caller,
    table: &TenantTable,
    id: BookingId,
    options: &Options,
) -> Result<Booking> {
    let now = app.clock().now();
    let read = booking::booking(table, id).await?;
    let booking = &read;
    check_own(table, caller, booking, now).await?;
    if options.waive {
        caller.require_at(Permission::BookingManage, booking.venue_id)?;
    }
    if booking.status == Status::Cancelled {
        return Ok(read);
    }
    let found = Box::pin(find(table, booking)).await?;
    let verdict = judge(caller, booking, options, &found, now)?;
    let back = payments::goes_back(&found.payments, |left| verdict.share(left));
    let due = payments::still_due(&found.payments, |asked| verdict.keeps(asked));
    let came = verdict.with(back, due);
    if options.dry_run {
        return Ok(Booking { cancellation: Some(came), ..booking.clone() });
    }
    let against = Missable { diary: &found.diary, strikes: found.terms.strikes };
    let to = came.refund_to.unwrap_or_default();
    let mut paperwork = Paperwork::default();
    let share = |paid: &Payment| verdict.share(paid.refundable());
    let keeps = |asked| verdict.keeps(asked);
    let moved = paperwork.give_up(&found.payments, (share, to), keeps, now)?;
    let (payment_id, bills) = moved.paid_by(booking);
    let before = &Booking { payment_id, bills, ..booking.clone() };
    let Changed { booking: cancelled, mut writes } =
        booking::cancel_by_policy(table, before, came, (caller.account(), against), now)?;
    writes.extend(paperwork.writes(table, &app.table().platform())?);
    let told = if options.waive { "booking.cancelled_without_policy" } else { "booking.cancelled" };
    let told = Entry::new(caller.origin(), told, booking.id);
    let told = told.changing(
        &json!({ "status": booking.status }),
        &json!({
            "status": cancelled.status, "cancellation": cancelled.cancellation,
        }),
    )?;
    let is_act = options.waive || booking.account_id != caller.account();
    store(table, is_act.then_some(told), now, writes).await?;
    metrics::counter!("bookings_cancelled").increment(1);
    Ok(cancelled)
}

async fn find(table: &TenantTable, booking: &Booking) -> Result<Found> {
    let (policy, court, diary, payments) = Box::pin(try_join4(
        booking::policy(table, booking.venue_id),
        facilities::court(table, booking.venue_id, booking.court_id),
        booking::diary(table, booking.account_id),
        payments::payments_of(table, booking),
    ))
    .await?;
    let court_blocked_minutes = court.terms.notice.cancel_minutes.minutes().into();
    let terms = policy.terms;
    let may_go_to_wallet = terms.cancellation.goes_to_wallets() && !payments.is_empty();
    let is_member = !may_go_to_wallet
        || identity::store::membership(table, booking.account_id).await?.is_some();
    Ok(Found { terms, court_blocked_minutes, diary, payments, is_member })
}

fn judge(
    caller: &Caller,
    booking: &Booking,
    options: &Options,
    found: &Found,
    now: Timestamp,
) -> Result<Verdict> {
    // Whether it can be given up at all comes before on which terms.
    booking.status.after(booking::Step::Cancel)?;
    let by = if is_staff(caller, booking) {
        Canceller::Staff { waive: options.waive }
    } else {
        Canceller::Player
    };
    let mut verdict =
        found.terms.cancellation.judge(booking, found.court_blocked_minutes, by, now)?;
    let own = found.payments.iter().find(|payment| Some(payment.id) == booking.payment_id);
    if own.is_some_and(|own| own.provider == Provider::Wallet) {
        verdict.to = RefundTo::Wallet;
    } else if !found.is_member {
        // Who has left finds it on their card.
        verdict.to = RefundTo::Card;
    }
    Ok(verdict)
}

fn is_race(error: &Error) -> bool {
    matches!(error.code(), "BOOKING_CHANGED" | "CONCURRENT_CHANGE" | "DIARY_CHANGED")
}
