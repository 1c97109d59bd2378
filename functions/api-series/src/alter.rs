//! Changes dates of a series, many in one transaction, and goes on where an earlier try has stopped.

use std::collections::BTreeMap;

use audit::Entry;
use booking::{Booking, Changed, CourtDays, ExtraWishes, Party, Wish};
use facilities::Court;
use frontdesk::{Agreed, Asked, LookUp, check_movable, check_notice};
use futures::future::try_join_all;
use kernel::{
    CourtId, Error, Kind, Money, Result, SeriesActId, SeriesId,
    jiff::{SignedDuration, Timestamp},
};
use runtime::App;
use serde_json::json;
use series::{
    Came, Mark, Occurrence, Outcome, PaymentTerms, Reason, Scope, Series, Terms, UnderWay,
    change_conflict, event, series_busy, series_changed, series_overtaken,
};
use table::{TenantTable, Together, Write};
use web::Caller;

use crate::{
    change::{Change, Conflicts},
    dates::{Dates, Target, sort, spot_of},
    enquire::{By, Grown, TOGETHER, is_refusal},
    view::SeriesOutcome,
};

/// So often a group is decided again because others booked in between.
const ROUNDS: usize = 6;
/// Longer than any API function may run.
const LEASE: SignedDuration = SignedDuration::from_secs(15);
/// What an audit record adds to a transaction.
const RECORD: usize = 2;

/// Somebody changes a series.
pub(crate) struct Alteration<'a> {
    pub(crate) app: &'a App,
    pub(crate) table: &'a TenantTable,
    pub(crate) caller: &'a Caller,
    pub(crate) by: By,
    pub(crate) act: SeriesActId,
    pub(crate) input: &'a Change,
}

/// What is decided about a date: as it will be, and the writes that make it so.
struct Decided {
    after: Occurrence,
    /// Its booking as it is and as it will be; none where it stays.
    moved: Option<(Booking, Booking)>,
    writes: Vec<Write>,
    found: LookUp,
}

/// As many dates as one transaction holds.
struct Group {
    together: Together,
    moves: Vec<(Booking, Booking)>,
    days: CourtDays,
    done: Vec<Occurrence>,
    is_all: bool,
}

impl Alteration<'_> {
    /// Who plays along, if that shall be another.
    pub(crate) fn party(&self, series: &Series) -> Result<Option<Party>> {
        let named = self.input.participants.clone();
        named.map(|named| frontdesk::named(series.account_id, named)).transpose()
    }

    /// That this request is being carried out, and what the series was before it.
    pub(crate) fn under_way(&self, before: &Terms, now: Timestamp) -> UnderWay {
        let until = now.saturating_add(LEASE).unwrap_or(now);
        UnderWay { act_id: self.act, until, before: before.clone() }
    }

    /// What would come of each date, if nobody else came in between; and whether it is one transaction.
    pub(crate) async fn survey(
        &self,
        series: &Series,
        dates: &Dates,
        now: Timestamp,
    ) -> Result<(Vec<Occurrence>, bool)> {
        let decided = self.decide_all(series, &dates.pending, now).await?;
        let mut all: Vec<_> = decided.iter().map(|one| one.after.clone()).collect();
        all.extend(dates.decided.iter().chain(&dates.open).cloned());
        all.sort_by_key(|one| one.recurrence_id);
        let is_one = self.group(series, dates, decided)?.is_all;
        Ok((all, is_one))
    }

    /// Every date that this request is about, as it is, and what was done with it.
    pub(crate) async fn outcome(
        &self,
        series: &Series,
        tail: Option<&Series>,
    ) -> Result<SeriesOutcome> {
        let (table, now) = (self.table, self.app.clock().now());
        let dates = series::occurrences(table, series.id).await?;
        let mut dates = self.input.scope.of(&dates, self.input.recurrence_id)?;
        let shown = match tail {
            Some(tail) => {
                dates.extend(series::occurrences(table, tail.id).await?);
                series::series(table, tail.id).await?
            }
            None => series.clone(),
        };
        dates.retain(|one| one.outcome != Outcome::Continued);
        let terms = (&series.terms, &series.terms);
        let seen = sort(self, series, dates.clone(), terms, now).await?;
        let mut dates = crate::cancel::merged(dates, &seen.decided);
        dates.sort_by_key(|one| one.recurrence_id);
        Ok(SeriesOutcome::after(shown, dates, self.act, false))
    }

    /// Changes what is left to be changed of a series: of one that nobody has begun to change, to these terms.
    ///
    /// `SERIES_CONFLICT` where one refusal refuses all; `SERIES_CHANGED`, `SERIES_OVERTAKEN`, `SERIES_OVER`,
    /// `SERIES_BUSY`.
    pub(crate) async fn carry_out(
        &self,
        id: SeriesId,
        fresh: Option<(&Series, Terms)>,
    ) -> Result<()> {
        let mut rounds = ROUNDS;
        let mut most = TOGETHER;
        loop {
            let now = self.app.clock().now();
            let series = series::series(self.table, id).await?;
            if series.acts.contains(&self.act) {
                return Ok(());
            }
            let (old, new) = self.terms(&series, fresh.as_ref())?;
            let dates = series::occurrences(self.table, id).await?;
            // All that was carried over is what the request is about.
            let is_rest = self.input.scope == Scope::ThisAndFollowing && series.continues.is_some();
            let is_rest = is_rest && fresh.is_none();
            let scope = if is_rest { Scope::All } else { self.input.scope };
            let dates = scope.of(&dates, self.input.recurrence_id)?;
            let sorted = sort(self, &series, dates, (&old, &new), now).await?;
            let is_this = self.input.scope == Scope::This;
            if is_this && sorted.pending.is_empty() && sorted.open.is_empty() {
                return Ok(());
            }
            match Box::pin(self.write_group((&series, &old, &new), &sorted, most, now)).await {
                Ok(true) => return Ok(()),
                Ok(false) => (rounds, most) = (ROUNDS, TOGETHER),
                Err(error) if error.kind() != Kind::Conflict => return Err(error),
                Err(error) if error.code() == "SERIES_CONFLICT" => {
                    self.step_back(&series).await?;
                    return Err(error);
                }
                Err(error) if rounds == 0 && error.code() == "RESOURCE_TAKEN" => return Err(error),
                Err(_) if rounds == 0 => return Err(series_busy()),
                Err(_) => (rounds, most) = (rounds - 1, most.div_ceil(2)),
            }
        }
    }

    /// Where nothing of the rest of a series is changed after all, it is what it was before the split.
    async fn step_back(&self, series: &Series) -> Result<()> {
        let way = series.under_way.as_ref().filter(|way| way.act_id == self.act);
        let Some(way) = way else { return Ok(()) };
        let after = Series { terms: way.before.clone(), under_way: None, ..series.clone() };
        self.table.write(vec![series::replace(self.table, series, &after)?]).await
    }

    /// What a series was before this request, and what it is after it.
    fn terms(&self, series: &Series, fresh: Option<&(&Series, Terms)>) -> Result<(Terms, Terms)> {
        series.check_changeable()?;
        match (&series.under_way, fresh) {
            (Some(way), _) if way.act_id == self.act => {
                Ok((way.before.clone(), series.terms.clone()))
            }
            (_, Some((seen, new))) if seen.version == series.version => {
                Ok((series.terms.clone(), new.clone()))
            }
            (_, Some(_)) => Err(series_changed()),
            (_, None) => Err(series_overtaken()),
        }
    }

    /// Decides and writes as many as one transaction holds; answers whether that was all.
    async fn write_group(
        &self,
        (series, old, new): (&Series, &Terms, &Terms),
        dates: &Dates,
        most: usize,
        now: Timestamp,
    ) -> Result<bool> {
        let targets = &dates.pending[..dates.pending.len().min(most)];
        let decided = self.decide_all(series, targets, now).await?;
        self.release(&decided, now).await?;
        let group = self.group(series, dates, decided)?;
        if self.input.conflicts == Conflicts::Refuse {
            check_strict(&group)?;
        }
        let Group { together, moves, days, done, is_all } = group;
        let mut writes = together.into_writes();
        writes[0] = self.opening((series, old, new), (&done, is_all), now)?;
        writes.extend(booking::exchange_days(self.table, series.venue_id, &moves, &days, now));
        let names: Vec<_> = done.iter().map(|one| one.recurrence_id.to_string()).collect();
        let told = Entry::new(self.caller.origin(), "series.changed", series.id);
        let told =
            told.making(&json!({ "dates": names, "waived": self.input.waive_difference }))?;
        let is_act = self.input.waive_difference || series.account_id != self.by.account;
        let told = is_act.then_some(told);
        audit::write_telling(self.table, told, now, writes).await?;
        Ok(is_all)
    }

    /// Puts as many together as fit, in their order.
    fn group(&self, series: &Series, dates: &Dates, decided: Vec<Decided>) -> Result<Group> {
        let mut group = Group {
            together: Together::new(),
            moves: Vec::new(),
            days: CourtDays::default(),
            done: Vec::new(),
            is_all: false,
        };
        group.together.take(vec![series::unchanged(self.table, series)]);
        let (wanted, before) = (dates.pending.len() + dates.open.len(), &dates.pending);
        for (one, target) in decided.into_iter().zip(before) {
            let Decided { after, moved, mut writes, found } = one;
            writes.push(series::replace_occurrence(self.table, &target.occurrence, &after)?);
            let is_moved = moved.is_some();
            group.moves.extend(moved);
            let days = booking::exchanged_days(&group.moves);
            if !group.together.take_leaving(days + RECORD, writes) {
                if is_moved {
                    group.moves.pop();
                }
                break;
            }
            group.days.0.extend(found.days.0);
            group.done.push(after);
        }
        if group.done.is_empty() && !before.is_empty() {
            return Err(booking::day_changed());
        }
        let days = booking::exchanged_days(&group.moves);
        if group.done.len() == before.len() {
            for after in &dates.open {
                let write = series::replace_occurrence(self.table, after, after)?;
                if !group.together.take_leaving(days + RECORD, vec![write]) {
                    break;
                }
                group.done.push(after.clone());
            }
        }
        group.is_all = group.done.len() == wanted;
        Ok(group)
    }

    /// The first write of a group: what the series is from now on, or the check that it is still what it was.
    fn opening(
        &self,
        (series, old, new): (&Series, &Terms, &Terms),
        (done, is_all): (&[Occurrence], bool),
        now: Timestamp,
    ) -> Result<Write> {
        if self.input.scope == Scope::This {
            return Ok(series::unchanged(self.table, series));
        }
        let mut after = series.clone().with_terms(new.clone());
        let costs = |one: &Occurrence| one.is_live() && one.price.is_some_and(|it| !it.is_zero());
        if done.iter().any(costs) {
            after.payment_terms = Some(PaymentTerms::AtTheDesk);
        }
        if is_all {
            let after = after.done(self.act);
            let told = (event::CHANGED, Some(self.act));
            return series::replace_telling(self.table, (series, &after), told, now);
        }
        after.under_way = Some(self.under_way(old, now));
        series::replace(self.table, series, &after)
    }

    /// Holds that have ended and are in the way are let go, and everything is read again.
    async fn release(&self, decided: &[Decided], now: Timestamp) -> Result<()> {
        let in_the_way = |one: &Decided| match &one.moved {
            Some((_, after)) => one.found.days.in_the_way(&after.parts, now),
            None => Vec::new(),
        };
        let ended: Vec<_> = decided.iter().flat_map(in_the_way).collect();
        if ended.is_empty() {
            return Ok(());
        }
        booking::release(self.table, &ended, now).await?;
        Err(booking::day_changed())
    }

    /// One round of reads for all of these dates, and what follows from it, one after the other.
    async fn decide_all(
        &self,
        series: &Series,
        targets: &[Target],
        now: Timestamp,
    ) -> Result<Vec<Decided>> {
        let asked = targets.iter().map(|target| self.asked(series, target));
        let asked = asked.collect::<Result<Vec<_>>>()?;
        let found = LookUp::several(self.table, &asked).await?;
        let mut courts: Vec<_> = targets.iter().map(|target| target.booking.court_id).collect();
        courts.sort_unstable();
        courts.dedup();
        let court = async |id: CourtId| {
            let court = facilities::court(self.table, series.venue_id, id).await?;
            Ok::<_, Error>((id, court))
        };
        let courts: BTreeMap<_, _> =
            try_join_all(courts.into_iter().map(court)).await?.into_iter().collect();
        let diary = found.first().map(|first| first.diary.clone());
        let mut grown = Grown::of(diary.unwrap_or_default());
        let mut all = Vec::new();
        for ((target, asked), found) in targets.iter().zip(asked).zip(found) {
            let court = courts.get(&target.booking.court_id);
            let agreed = self.agree(target, (&asked, &found), court, &grown, now);
            let one = self.decide(series, target, (asked, found), agreed, now)?;
            if let Some((before, after)) = &one.moved {
                grown.add(&one.found, Some(before), after);
            }
            all.push(one);
        }
        Ok(all)
    }

    /// What is asked for a date: what this request says, and for the rest what it has.
    fn asked(&self, series: &Series, target: &Target) -> Result<Asked> {
        let Target { booking, to: (spot, _), .. } = target;
        let start = series.start_of(spot.starts_at)?;
        let extras = match &self.input.extras {
            Some(extras) => extras.clone(),
            None => ExtraWishes::again(&booking.extras)?,
        };
        Ok(Asked {
            venue_id: series.venue_id,
            court_id: spot.court_id,
            wish: Wish { start, duration_minutes: spot.duration_minutes },
            account_id: booking.account_id,
            asked_by: self.by.account,
            extras,
            party: self.party(series)?.unwrap_or_else(|| booking.party.clone()),
            series: booking.series,
        })
    }

    /// Whether it may be changed so, after those before it: the refusals of a single booking's move.
    fn agree(
        &self,
        target: &Target,
        (asked, found): (&Asked, &LookUp),
        court: Option<&Court>,
        grown: &Grown,
        now: Timestamp,
    ) -> Result<Agreed> {
        let before = &target.booking;
        check_movable(before, self.by.is_staff, now)?;
        if before.open.is_some() && self.input.participants.is_some() {
            let message = "others have joined it; its players are not changed with the series";
            return Err(Error::conflict("MATCH_OPEN", message));
        }
        let is_bound = !self.by.is_staff && target.is_moved()?;
        if let Some(court) = court.filter(|_| is_bound) {
            check_notice(before, court, now)?;
        }
        let mut agreed = grown.seen(found).without(before).judge(asked, now)?;
        let rises_by = agreed.plan.price.amount - before.price.amount;
        if rises_by > 0 && !self.input.waive_difference {
            let difference = Money::new(rises_by, agreed.plan.price.currency);
            let message =
                "it costs more there, which cannot be paid here; staff waive the difference";
            return Err(Error::conflict("PRICE_RISES", message)
                .with_details(json!({ "difference": difference, "price": agreed.plan.price })));
        }
        if rises_by > 0 {
            agreed.plan.price = before.price;
            agreed.price_lines.clone_from(&before.price_lines);
        }
        Ok(agreed)
    }

    /// The date as it will be.
    fn decide(
        &self,
        series: &Series,
        target: &Target,
        (asked, found): (Asked, LookUp),
        agreed: Result<Agreed>,
        now: Timestamp,
    ) -> Result<Decided> {
        let Target { occurrence, booking: before, to } = target;
        let is_this = self.input.scope == Scope::This;
        let told = (!is_this).then_some(series.id);
        let is_moved = target.is_moved()?;
        let done = agreed
            .and_then(|agreed| found.rearrange(self.table, before, (&asked, agreed), told, now));
        let mut after = occurrence.clone();
        match done {
            Ok(Changed { booking, writes }) => {
                let came = if is_moved { Came::Moved } else { Came::Changed };
                let mark = Mark::of(self.act, came);
                after = after.at(*to).booked(booking.id, booking.price);
                after.outcome = match (is_moved, is_this) {
                    (true, true) => Outcome::Moved,
                    (true, false) => Outcome::Booked,
                    (false, _) => occurrence.outcome,
                };
                let other = is_moved.then(|| spot_of(before)).transpose()?;
                after.mark = Some(Mark { other, price_before: Some(before.price), ..mark });
                Ok(Decided { after, moved: Some((before.clone(), booking)), writes, found })
            }
            Err(error) if is_refusal(&error) => {
                let reason = Reason::of(&error);
                let came = if reason.is_closed() { Came::Closed } else { Came::Conflict };
                if is_moved && !is_this {
                    after.outcome = Outcome::Moved;
                }
                let other = is_moved.then_some(to.0);
                let mark = Mark::of(self.act, came);
                after.mark = Some(Mark { other, reason: Some(reason), ..mark });
                Ok(Decided { after, moved: None, writes: Vec::new(), found })
            }
            Err(error) => Err(error),
        }
    }
}

/// All or nothing is one transaction.
fn check_strict(group: &Group) -> Result<()> {
    let is_refused = |one: &Occurrence| one.mark.as_ref().is_some_and(|it| it.came.is_refusal());
    if group.done.iter().any(is_refused) {
        return Err(change_conflict(&group.done));
    }
    if group.is_all {
        return Ok(());
    }
    Err(too_long())
}

/// 422: all of it or nothing is more than one transaction.
pub(crate) fn too_long() -> Error {
    let message = "so many dates are not changed all or not at all; change them in parts, or around conflicts";
    Error::invalid("SERIES_TOO_LONG", message)
}
