//! Gives the courts of dates back, many in one transaction, each as the venue's policy says of a single booking.

use std::collections::BTreeMap;

use audit::Entry;
use booking::{
    Booking, Cancellation, CancellationRule, Canceller, Diary, Missable, PolicyTerms, RefundTo,
    Status, Strike, StrikeKind,
};
use facilities::Court;
use futures::future::{try_join, try_join_all, try_join3};
use kernel::{
    AccountId, Clock, CourtId, Error, Kind, PaymentId, Result, SeriesActId, SeriesId,
    jiff::Timestamp,
};
use payments::{Paperwork, Payment, Provider};
use serde_json::json;
use series::{Came, Mark, Occurrence, Outcome, Reason, Series, series_busy};
use table::{TenantTable, Together, Write};
use web::Caller;

use crate::enquire::{By, TOGETHER};

/// So often a group is read again because others changed it in between.
const ROUNDS: usize = 6;
/// What an audit record adds to a transaction.
const RECORD: usize = 2;

/// Somebody gives dates of a series up.
pub(crate) struct GivingUp<'a> {
    pub(crate) app: &'a runtime::App,
    pub(crate) table: &'a TenantTable,
    pub(crate) caller: &'a Caller,
    pub(crate) by: By,
    pub(crate) act: SeriesActId,
    /// Whether the member is spared the policy.
    pub(crate) waive: bool,
    /// The series that tells its member; none where one date tells by itself.
    pub(crate) told: Option<SeriesId>,
}

/// What decides about giving up dates.
struct Found {
    bookings: Vec<Booking>,
    courts: BTreeMap<CourtId, Court>,
    payments: BTreeMap<PaymentId, Payment>,
    terms: PolicyTerms,
    diary: Diary,
}

impl Found {
    fn payments_of(&self, booking: &Booking) -> Vec<Payment> {
        payments::ids_of(booking).filter_map(|id| self.payments.get(&id).cloned()).collect()
    }
}

impl GivingUp<'_> {
    /// What would come of these dates; those that have no court stay as they are.
    pub(crate) async fn foresee(
        &self,
        series: &Series,
        dates: &[Occurrence],
    ) -> Result<Vec<Occurrence>> {
        let now = self.app.clock().now();
        let live: Vec<_> = dates.iter().filter(|one| one.is_live()).cloned().collect();
        let found = self.find(series, &live).await?;
        let judged = live.iter().zip(&found.bookings);
        let judged = judged.map(|(one, booking)| self.judge(&found, one, booking, now));
        let mut all = judged.collect::<Result<Vec<_>>>()?;
        all.extend(dates.iter().filter(|one| !one.is_live()).map(|one| self.as_it_is(one)));
        all.sort_by_key(|one| one.recurrence_id);
        Ok(all)
    }

    /// A date without a court, and what is to say of it.
    fn as_it_is(&self, one: &Occurrence) -> Occurrence {
        let came = match one.outcome {
            Outcome::Cancelled => Came::GivenUp,
            _ => Came::NotBooked,
        };
        let mark = one.marked_by(self.act).cloned();
        Occurrence { mark: mark.or(Some(Mark::of(self.act, came))), ..one.clone() }
    }

    /// Gives these dates up, those that it may. Whoever died over it repeats it: what is given back already stays so.
    pub(crate) async fn give_up(&self, series: &Series, named: &[Occurrence]) -> Result<()> {
        let mut rounds = ROUNDS;
        loop {
            let stored = series::occurrences(self.table, series.id).await?;
            let is_named = |one: &Occurrence| {
                named.iter().any(|other| other.recurrence_id == one.recurrence_id)
            };
            let is_left = |one: &Occurrence| one.is_live() && one.marked_by(self.act).is_none();
            let mut left: Vec<_> =
                stored.into_iter().filter(|one| is_named(one) && is_left(one)).collect();
            left.truncate(TOGETHER);
            if left.is_empty() {
                return Ok(());
            }
            match self.give_up_group(series, &left).await {
                Ok(()) => rounds = ROUNDS,
                Err(error) if error.kind() == Kind::Conflict && rounds > 0 => rounds -= 1,
                Err(error) if error.kind() == Kind::Conflict => return Err(series_busy()),
                Err(error) => return Err(error),
            }
        }
    }

    /// As many of them as one transaction holds.
    async fn give_up_group(&self, series: &Series, dates: &[Occurrence]) -> Result<()> {
        let now = self.app.clock().now();
        let mut found = self.find(series, dates).await?;
        let (mut together, mut done) = (Together::new(), Vec::new());
        for (place, before) in dates.iter().enumerate() {
            let booking = found.bookings[place].clone();
            let after = self.judge(&found, before, &booking, now)?;
            let mut writes = vec![series::replace_occurrence(self.table, before, &after)?];
            let came = after.mark.as_ref().and_then(|mark| mark.cancellation.clone());
            let struck = came.as_ref().is_some_and(|came| came.strike);
            if let Some(came) = came {
                writes.extend(self.cancel(&found, &booking, came, now)?);
            }
            if !together.take_leaving(RECORD, writes) {
                continue;
            }
            done.push(before.recurrence_id.to_string());
            if struck {
                // Two strikes at once are two.
                let strike =
                    Strike { booking_id: booking.id, kind: StrikeKind::LateCancellation, at: now };
                found.diary.strikes.push(strike);
            }
        }
        let action =
            if self.waive { "series.cancelled_without_policy" } else { "series.cancelled" };
        let told = Entry::new(self.caller.origin(), action, series.id);
        let told = told.making(&json!({ "dates": done }))?;
        let is_act = self.waive || series.account_id != self.by.account;
        let writes = together.into_writes();
        audit::write_telling(self.table, is_act.then_some(told), now, writes).await
    }

    /// The writes that give one up, and what was paid for it.
    fn cancel(
        &self,
        found: &Found,
        booking: &Booking,
        came: Cancellation,
        now: Timestamp,
    ) -> Result<Vec<Write>> {
        let against = Missable { diary: &found.diary, strikes: found.terms.strikes };
        let (payments, to) = (found.payments_of(booking), came.refund_to.unwrap_or_default());
        let terms = came.clone();
        let by = (self.by.account, against, self.told);
        let share = |paid: &Payment| terms.share(paid.refundable());
        let mut paperwork = Paperwork::default();
        let moved = paperwork.give_up(&payments, (share, to), |asked| terms.keeps(asked), now)?;
        let (payment_id, bills) = moved.paid_by(booking);
        let before = &Booking { payment_id, bills, ..booking.clone() };
        let mut writes = booking::cancel_date(self.table, before, came, by, now)?.writes;
        writes.extend(paperwork.writes(self.table, &self.app.table().platform())?);
        Ok(writes)
    }

    /// One round for the bookings, another for what they say is needed.
    async fn find(&self, series: &Series, dates: &[Occurrence]) -> Result<Found> {
        let table = self.table;
        let bookings = bookings_of(table, dates).await?;
        let mut courts: Vec<_> = bookings.iter().map(|booking| booking.court_id).collect();
        courts.sort_unstable();
        courts.dedup();
        let court = async |id: CourtId| {
            Ok::<_, Error>((id, facilities::court(table, series.venue_id, id).await?))
        };
        let payment =
            async |id: PaymentId| Ok::<_, Error>((id, payments::payment(table, id).await?));
        let paid = bookings.iter().flat_map(payments::ids_of);
        let (policy, diary, (courts, payments)) = Box::pin(try_join3(
            booking::policy(table, series.venue_id),
            booking::diary(table, series.account_id),
            try_join(try_join_all(courts.into_iter().map(court)), try_join_all(paid.map(payment))),
        ))
        .await?;
        let (courts, payments) = (courts.into_iter().collect(), payments.into_iter().collect());
        Ok(Found { bookings, courts, payments, terms: policy.terms, diary })
    }

    /// What comes of a date: given up, blocked, or over already.
    fn judge(
        &self,
        found: &Found,
        before: &Occurrence,
        booking: &Booking,
        now: Timestamp,
    ) -> Result<Occurrence> {
        let marked = |came| Mark::of(self.act, came);
        let stays = match booking.status {
            Status::Cancelled | Status::Expired => {
                let outcome = Outcome::Cancelled;
                let mark = Some(marked(Came::GivenUp));
                return Ok(Occurrence { outcome, mark, ..before.clone() });
            }
            Status::NoShow => Some(Came::Missed),
            _ if booking.has_started(now) => Some(Came::Past),
            Status::Held | Status::Confirmed | Status::CheckedIn => None,
        };
        if let Some(came) = stays {
            return Ok(Occurrence { mark: Some(marked(came)), ..before.clone() });
        }
        let by = if self.by.is_staff {
            Canceller::Staff { waive: self.waive }
        } else {
            Canceller::Player
        };
        let court = found.courts.get(&booking.court_id);
        let blocked = court.map_or(0, |court| court.terms.notice.cancel_minutes.minutes().into());
        match found.terms.cancellation.judge(booking, blocked, by, now) {
            Ok(mut verdict) => {
                let own = booking.payment_id.and_then(|id| found.payments.get(&id));
                if own.is_some_and(|own| own.provider == Provider::Wallet) {
                    verdict.to = RefundTo::Wallet;
                }
                let payments = found.payments_of(booking);
                let refund = payments::goes_back(&payments, |left| verdict.share(left));
                let due = payments::still_due(&payments, |asked| verdict.keeps(asked));
                let cancellation = Some(verdict.with(refund, due));
                let mark = Some(Mark { cancellation, ..marked(Came::Cancelled) });
                Ok(Occurrence { outcome: Outcome::Cancelled, mark, ..before.clone() })
            }
            Err(error) if error.kind() == Kind::Conflict => {
                let mark = Mark { reason: Some(Reason::of(&error)), ..marked(Came::Blocked) };
                Ok(Occurrence { mark: Some(mark), ..before.clone() })
            }
            Err(error) => Err(error),
        }
    }
}

/// The bookings of dates that have or had a court.
pub(crate) async fn bookings_of(table: &TenantTable, dates: &[Occurrence]) -> Result<Vec<Booking>> {
    let missing = || Error::internal("a date with a court has no booking");
    let ids = dates.iter().map(|one| one.booking_id.ok_or_else(missing));
    booking::bookings(table, &ids.collect::<Result<Vec<_>>>()?).await
}

/// Takes back what was booked of a series that comes to nothing. Nobody was told of it, and nobody is.
pub(crate) async fn take_back(
    table: &TenantTable,
    clock: &Clock,
    by: AccountId,
    mut pending: Vec<Occurrence>,
) -> Result<()> {
    let mut rounds = ROUNDS;
    while !pending.is_empty() {
        match take_back_group(table, clock.now(), by, &pending).await {
            Ok(()) => rounds = ROUNDS,
            Err(error) if error.kind() == Kind::Conflict && rounds > 0 => rounds -= 1,
            Err(error) => return Err(error),
        }
        let stored = series::occurrences(table, pending[0].series_id).await?;
        pending.retain(|one| {
            let now = stored.iter().find(|other| other.recurrence_id == one.recurrence_id);
            now.is_some_and(Occurrence::is_live)
        });
    }
    Ok(())
}

async fn take_back_group(
    table: &TenantTable,
    now: Timestamp,
    by: AccountId,
    pending: &[Occurrence],
) -> Result<()> {
    let dates = &pending[..pending.len().min(TOGETHER)];
    let bookings = bookings_of(table, dates).await?;
    let mut together = Together::new();
    for (before, booking) in dates.iter().zip(bookings) {
        let after = Occurrence { outcome: Outcome::Cancelled, ..before.clone() };
        let mut writes = vec![series::replace_occurrence(table, before, &after)?];
        if booking.status.has_slots() {
            let rule = CancellationRule::Waived;
            let came = Cancellation {
                rule,
                refund_percent: 100,
                refund: None,
                refund_to: None,
                still_due: None,
                strike: false,
            };
            let against = Missable { diary: &Diary::default(), strikes: None };
            let by = (by, against, Some(before.series_id));
            writes.extend(booking::cancel_date(table, &booking, came, by, now)?.writes);
        }
        together.take(writes);
    }
    table.write(together.into_writes()).await
}
