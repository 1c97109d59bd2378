//! `settle`: what the closure's mode says, done to each affected booking once.

use booking::{Booking, Changed, RefundTo};
use closures::{
    ANNOUNCED, Affected, Announced, Mode, Outcome, Phase, Span, VERSION, is_race, store,
};
use futures::{StreamExt, TryStreamExt, stream};
use kernel::{Error, Event, Kind, Money, PageLimit, PageRequest, Result};
use payments::{Paperwork, Payment};
use table::Write;

use crate::work::{AT_ONCE, Work};

/// Bookings of one call.
const CHUNK: u8 = 50;
/// So often it is decided again because the booking or its payment changed under it.
const ROUNDS: usize = 8;

/// Settles the next bookings, and counts them once all of the chunk are.
pub(crate) async fn settle(work: &Work) -> Result<bool> {
    let limit = PageLimit::new(CHUNK).unwrap_or_default();
    let request = PageRequest { limit, after: work.closure.settled_to.clone() };
    let page = store::results(&work.table, work.closure.id, request).await?;
    let spans = work.closure.spans()?;
    let settling = page.items.into_iter().map(|found| settle_one(work, &spans, found));
    let outcomes: Vec<_> = stream::iter(settling).buffer_unordered(AT_ONCE).try_collect().await?;
    let count = |failed: bool| {
        let counted = outcomes.iter().filter(|one| (**one == Outcome::Failed) == failed);
        u32::try_from(counted.count()).unwrap_or_default()
    };
    let mut next = work.closure.next();
    next.progress.done += count(false);
    next.progress.failed += count(true);
    next.settled_to = page.next;
    if next.settled_to.is_none() {
        next.phase = Phase::Closed;
    }
    work.save(&next).await?;
    Ok(next.phase == Phase::Settling)
}

/// What became of it. One booking that cannot be settled is noted and keeps no other waiting.
async fn settle_one(work: &Work, spans: &[Span], mut found: Affected) -> Result<Outcome> {
    let mut rounds = ROUNDS;
    while found.outcome.is_open() {
        rounds -= 1;
        match try_to_settle(work, spans, found.clone()).await {
            Ok(outcome) => return Ok(outcome),
            Err(error) if rounds > 0 && is_race(&error) => {
                // Perhaps another call has settled it.
                let now = store::result(&work.table, work.closure.id, found.booking_id).await?;
                found = now.unwrap_or(found);
            }
            Err(error) if error.is_transient() || error.kind() == Kind::Internal => {
                return Err(error);
            }
            Err(error) => return give_up(work, found, &error).await,
        }
    }
    Ok(found.outcome)
}

async fn give_up(work: &Work, found: Affected, error: &Error) -> Result<Outcome> {
    tracing::error!(
        closure.id = %work.closure.id, booking.id = %found.booking_id, error = ?error,
        "a booking of closed courts is not settled"
    );
    let failed = found.failed(error.code());
    let write = store::settle(&work.table, work.closure.id, &failed, &[])?;
    work.table.write(vec![write]).await?;
    Ok(Outcome::Failed)
}

/// The booking, its slots, what goes back, the result and what is told, in one transaction.
async fn try_to_settle(work: &Work, spans: &[Span], found: Affected) -> Result<Outcome> {
    let booking = booking::booking(&work.table, found.booking_id).await?;
    // Whoever was rained out is cancelled and refunded, even if their time is over by now.
    let is_there = booking.status.has_slots() && work.closure.meets(&booking, spans);
    let (mut writes, mut events) = (Vec::new(), Vec::new());
    let settled = match work.closure.mode {
        _ if !is_there => found.settled(Outcome::Gone, None),
        Mode::BookAround => found.settled(Outcome::Kept, None),
        Mode::Notify => {
            events.push(announcement(work, &booking)?);
            found.settled(Outcome::Told, None)
        }
        Mode::Cancel => {
            let refund = cancel(work, spans, &booking, &mut writes).await?;
            found.settled(Outcome::Cancelled, refund)
        }
    };
    let outcome = settled.outcome;
    writes.push(store::settle(&work.table, work.closure.id, &settled, &events)?);
    work.table.write(writes).await?;
    if outcome == Outcome::Cancelled {
        metrics::counter!("bookings_cancelled_by_closure").increment(1);
    }
    Ok(outcome)
}

async fn cancel(
    work: &Work,
    spans: &[Span],
    booking: &Booking,
    writes: &mut Vec<Write>,
) -> Result<Option<Money>> {
    let closed = (work.closure.id, work.closure.holds_all_of(booking, spans));
    let by = work.closure.created_by;
    let Changed { writes: cancelled, .. } =
        booking::cancel_for_closure(&work.table, booking, by, closed, work.now)?;
    writes.extend(cancelled);
    let payments = payments::payments_of(&work.table, booking).await?;
    let goes_back = |paid: &Payment| work.closure.refund.of(paid.amount, paid.refundable());
    let mut paperwork = Paperwork::default();
    // The club's doing: it goes back the way it came, and nobody has to pay any more.
    paperwork.give_up(&payments, (goes_back, RefundTo::Card), |_| 0, work.now)?;
    writes.extend(paperwork.writes(&work.table, &work.platform)?);
    let amount = payments.iter().map(goes_back).sum();
    Ok((amount > 0).then(|| Money::new(amount, booking.price.currency)))
}

fn announcement(work: &Work, booking: &Booking) -> Result<Event> {
    let fact = Announced { closure_id: work.closure.id, booking_id: booking.id };
    work.table.event(ANNOUNCED, VERSION, work.now, &fact)
}
