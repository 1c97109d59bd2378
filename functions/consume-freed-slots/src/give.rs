//! One place to one who waits: as an offer, a booking, or news, as the venue has it.

use booking::{Offered, Payable, Wish};
use frontdesk::{Agreed, Asked, Booked, LookUp};
use kernel::{
    BookingId, Error, Kind, PaymentId, Result, in_rounds,
    jiff::{SignedDuration, Timestamp},
};
use payments::Payment;
use table::Write;
use waitlist::{Entry, LiveOffer, Mode, OfferFact, Place, SlotFact};

use crate::candidate::Desk;

/// So many places are tried for one who may not have the first.
const PLACES_TRIED: usize = 6;
/// So often a place is tried again because something changed under it.
const TRIES: usize = 4;

/// What came of it.
pub(crate) enum Given {
    /// They were offered, booked or told one of the places.
    Told,
    /// They may not have any.
    Nothing,
    /// The entry, or a court's day, is not what it was.
    Changed,
}

/// Gives the first of the places that they may have.
pub(crate) async fn give(desk: &Desk<'_>, entry: &Entry, places: &[Place]) -> Result<Given> {
    for place in places.iter().take(PLACES_TRIED) {
        let once = || give_one(desk, entry, place);
        match in_rounds(TRIES, booking::may_be_repeated, once).await {
            Ok(()) => return Ok(Given::Told),
            Err(error) if is_change(&error) => return Ok(Given::Changed),
            Err(error) if is_refusal(&error) => {
                tracing::info!(entry.id = %entry.id, code = error.code(), "not for them");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(Given::Nothing)
}

fn is_change(error: &Error) -> bool {
    error.code() == waitlist::entry_changed().code() || booking::may_be_repeated(error)
}

/// A rule says no, or somebody has the slots: nothing that another try would change.
fn is_refusal(error: &Error) -> bool {
    use Kind as K;
    matches!(error.kind(), K::Forbidden | K::NotFound | K::Conflict | K::Invalid)
}

/// One round of reads, the decision, one transaction.
async fn give_one(desk: &Desk<'_>, entry: &Entry, place: &Place) -> Result<()> {
    let now = desk.app.clock().now();
    let zone = desk.venue.venue.time_zone.rules();
    let asked = Asked {
        venue_id: entry.venue_id,
        court_id: place.court_id,
        wish: Wish { start: place.start(zone)?, duration_minutes: entry.duration_minutes },
        account_id: entry.account_id,
        asked_by: entry.account_id,
        extras: booking::ExtraWishes::default(),
        party: entry.party.clone(),
        series: None,
    };
    let found = LookUp::of(desk.table, &asked).await?;
    let agreed = found.judge(&asked, now)?;
    if desk.policy.terms.mode == Mode::Broadcast {
        return tell(desk, entry, place, now).await;
    }
    let (agreed, payable) = promised(desk, entry, agreed, now);
    let ids = (BookingId::new(), payable);
    let Booked { booking, mut writes } = found.book(desk.table, &asked, agreed, ids, now).await?;
    // The checkout of what costs something is opened when they ask for it.
    let club = desk.table.tenant().club();
    if let Some(payment) = Payment::of_booking(&booking, booking.price, club, now) {
        writes.push(payments::create(desk.table, &desk.app.table().platform(), &payment)?);
    }
    writes.extend(noted(desk, entry, place, &booking, now)?);
    desk.table.write(writes).await?;
    metrics::counter!("waitlist_offers").increment(1);
    Ok(())
}

/// Until when they may say yes, and how it will be paid: what costs nothing may be theirs at once.
fn promised(
    desk: &Desk<'_>,
    entry: &Entry,
    mut agreed: Agreed,
    now: Timestamp,
) -> (Agreed, Option<Payable>) {
    let terms = &desk.policy.terms;
    let costs_something = !agreed.plan.price.is_zero();
    let minutes = SignedDuration::from_mins(i64::from(terms.offer_minutes.get()));
    // Nobody accepts what has begun.
    let until = now.saturating_add(minutes).unwrap_or(now).min(agreed.plan.starts_at);
    let at_once = terms.mode == Mode::BookAtOnce && !costs_something;
    agreed.offered = Some(Offered { entry_id: entry.id, until: (!at_once).then_some(until) });
    let hold_seconds = u32::try_from(until.duration_since(now).as_secs()).unwrap_or_default();
    let payable = costs_something.then(|| Payable { payment: PaymentId::new(), hold_seconds });
    (agreed, payable)
}

/// What the entry says of it, and the news.
fn noted(
    desk: &Desk<'_>,
    entry: &Entry,
    place: &Place,
    booking: &booking::Booking,
    now: Timestamp,
) -> Result<Vec<Write>> {
    let Some(until) = booking.hold_expires_at else {
        let after = entry.told_of(place).fulfilled(booking.id, now)?;
        let saved = waitlist::save(desk.table, entry, &after, &[])?;
        return Ok(vec![saved, waitlist::release(desk.table, entry)]);
    };
    let after = entry.offered(place, LiveOffer { booking_id: booking.id, until });
    let fact = OfferFact { entry_id: entry.id, booking_id: booking.id };
    let fact = desk.table.event(waitlist::OFFERED, waitlist::VERSION, now, &fact)?;
    Ok(vec![waitlist::save(desk.table, entry, &after, &[fact])?])
}

async fn tell(desk: &Desk<'_>, entry: &Entry, place: &Place, now: Timestamp) -> Result<()> {
    let fact = SlotFact {
        entry_id: entry.id,
        court_id: place.court_id,
        starts_at: place.starts_at,
        ends_at: place.ends_at,
    };
    let fact = desk.table.event(waitlist::SLOT_FREE, waitlist::VERSION, now, &fact)?;
    let write = waitlist::save(desk.table, entry, &entry.told_of(place), &[fact])?;
    desk.table.write(vec![write]).await
}
