//! A booking and its life.

use facilities::{Court, Name, Venue, Zone};
use kernel::{
    AccountId, BookingId, CourtId, Money, PaymentId, Result, SeriesId, VenueId, WaitlistEntryId,
    jiff::{
        SignedDuration, Timestamp,
        civil::{Date, DateTime},
    },
};
use pricing::PriceLine;
use serde::{Deserialize, Serialize};

use crate::{
    AccessCode, BookingTerms, Cancellation, CheckInCode, Extra, OpenMatch, Part, Party, Plan,
    RuleName, Slots, Status, Step,
    local_day::day_of,
    policy::{earlier, later},
};

/// So many of its earlier times and courts a booking remembers.
const MOVES_KEPT: usize = 10;

/// Where a booking was before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MovedFrom {
    /// On which court.
    pub court_id: CourtId,
    /// From when.
    pub starts_at: Timestamp,
    /// Until when.
    pub ends_at: Timestamp,
    /// Until when it was there.
    pub moved_at: Timestamp,
    /// Who moved it.
    pub moved_by: AccountId,
}

/// When a booking's code opens the door, and its court has light.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccessWindow {
    /// The code works from then on.
    pub valid_from: Timestamp,
    /// And until then.
    pub valid_until: Timestamp,
    /// When light goes on and off, where the court has lights.
    pub lights: Option<(Timestamp, Timestamp)>,
}

/// The occurrence of a series that a booking is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct InSeries {
    /// Which series.
    pub series_id: SeriesId,
    /// The local start that the rule gave it: iCalendar's RECURRENCE-ID. It stays when the booking is moved.
    pub recurrence_id: DateTime,
}

/// A court for a time, for somebody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Booking {
    /// Its id.
    pub id: BookingId,
    /// Whose it is.
    pub account_id: AccountId,
    /// Where.
    pub venue_id: VenueId,
    /// What the venue was called when it was booked.
    pub venue_name: Name,
    /// On which court.
    pub court_id: CourtId,
    /// What the court was called when it was booked.
    pub court_name: Name,
    /// The courts whose days it takes slots of, if others than its own: those that its court is made of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub takes: Vec<CourtId>,
    /// The venue's clock.
    pub time_zone: Zone,
    /// When it begins.
    pub starts_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
    /// The slots it takes, by local day, buffers included.
    pub parts: Vec<Part>,
    /// What it costs, extras included.
    pub price: Money,
    /// What is booked beside the court.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extras: Vec<Extra>,
    /// What the price is made of: its lines and the extras sum to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub price_lines: Vec<PriceLine>,
    /// How it stands.
    pub status: Status,
    /// Who plays, beside whose it is.
    #[serde(default, skip_serializing_if = "Party::is_alone")]
    pub party: Party,
    /// The series it belongs to, and as which occurrence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series: Option<InSeries>,
    /// The place in a waiting list that it came from: while it is held, an offer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<WaitlistEntryId>,
    /// Who made it, where that is not whose it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_by: Option<AccountId>,
    /// The rules that staff have overridden for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overridden: Vec<RuleName>,
    /// Grows whenever its time or court changes, or it is cancelled: iCalendar's SEQUENCE (RFC 5545 3.8.7.4).
    #[serde(default)]
    pub sequence: u32,
    /// Until when an unpaid booking keeps its slots; only while held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold_expires_at: Option<Timestamp>,
    /// The payment that confirms it, or that is paid later; none where it is free of charge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_id: Option<PaymentId>,
    /// What is to be paid beside that, one payment each: players' shares, and what a move made dearer. Who owes how
    /// much, and what became of it, the payments say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bills: Vec<PaymentId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was confirmed, if ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed_at: Option<Timestamp>,
    /// When its hold ended unpaid, if ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expired_at: Option<Timestamp>,
    /// When they checked in, if ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked_in_at: Option<Timestamp>,
    /// When it was found that nobody came, if ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missed_at: Option<Timestamp>,
    /// When it was cancelled, if ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled_at: Option<Timestamp>,
    /// Who cancelled it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled_by: Option<AccountId>,
    /// What its venue asks of it.
    #[serde(default, skip_serializing_if = "BookingTerms::is_nothing")]
    pub terms: BookingTerms,
    /// What its players show at the desk, once it is confirmed and where they check in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check_in_code: Option<CheckInCode>,
    /// What opens the door to them, once it is confirmed and where a code does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_code: Option<AccessCode>,
    /// Where it was before, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moved_from: Vec<MovedFrom>,
    /// What came of its cancellation, by the venue's policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancellation: Option<Cancellation>,
    /// What it offers to others, if it is an open match.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open: Option<OpenMatch>,
    /// Grows with every change.
    pub version: u64,
}

/// The waiting list's part in a booking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offered {
    /// Who waited.
    pub entry_id: WaitlistEntryId,
    /// Until when they may say yes, whatever it costs; none where it is theirs at once.
    pub until: Option<Timestamp>,
}

/// How the booking will be paid.
#[derive(Debug, Clone, Copy)]
pub struct Payable {
    /// By this payment.
    pub payment: PaymentId,
    /// Within this time.
    pub hold_seconds: u32,
}

impl Booking {
    /// A new booking: held where there is something to pay, confirmed at once where there is not.
    pub fn new(
        id: BookingId,
        account: AccountId,
        (venue, court): (&Venue, &Court),
        plan: Plan,
        payable: Option<Payable>,
        now: Timestamp,
    ) -> Self {
        // Whole seconds: the hold on the court's day and the one told to the player are the same instant.
        let until = |payable: Payable| {
            let end = now.saturating_add(SignedDuration::from_secs(payable.hold_seconds.into()));
            end.ok().and_then(|end| Timestamp::from_second(end.as_second()).ok())
        };
        let status = if payable.is_some() { Status::Held } else { Status::Confirmed };
        Self {
            id,
            account_id: account,
            venue_id: venue.id,
            venue_name: venue.name.clone(),
            court_id: court.id,
            court_name: court.name.clone(),
            takes: court.made_of.clone(),
            time_zone: venue.time_zone.clone(),
            starts_at: plan.starts_at,
            ends_at: plan.ends_at,
            parts: plan.parts,
            price: plan.price,
            extras: Vec::new(),
            price_lines: Vec::new(),
            status,
            party: Party::default(),
            series: None,
            offer: None,
            made_by: None,
            overridden: Vec::new(),
            sequence: 0,
            hold_expires_at: payable.and_then(until),
            payment_id: payable.map(|payable| payable.payment),
            bills: Vec::new(),
            created_at: now,
            confirmed_at: payable.is_none().then_some(now),
            expired_at: None,
            checked_in_at: None,
            missed_at: None,
            cancelled_at: None,
            cancelled_by: None,
            terms: BookingTerms::default(),
            check_in_code: None,
            access_code: None,
            moved_from: Vec::new(),
            cancellation: None,
            open: None,
            version: 1,
        }
    }

    /// The same as an offer: held until its end, even where there is nothing to pay.
    #[must_use]
    pub fn offered(mut self, offered: Offered) -> Self {
        self.offer = Some(offered.entry_id);
        if let Some(until) = offered.until {
            self.status = Status::Held;
            self.hold_expires_at = Timestamp::from_second(until.as_second()).ok();
            self.confirmed_at = None;
        }
        self
    }

    /// The local day it is listed under: the one it starts on.
    pub fn date(&self) -> Date {
        let zone = self.time_zone.rules();
        day_of(zone, self.starts_at).unwrap_or_else(|_| zone.to_datetime(self.starts_at).date())
    }

    /// The courts whose days it takes slots of.
    pub fn courts(&self) -> &[CourtId] {
        if self.takes.is_empty() { std::slice::from_ref(&self.court_id) } else { &self.takes }
    }

    /// The slots that it takes of a court's day.
    pub(crate) fn slots_on(&self, court: CourtId, date: Date) -> Slots {
        let parts = self.parts.iter().filter(|part| part.date == date);
        let parts = parts.filter(|_| self.courts().contains(&court));
        parts.fold(Slots::default(), |slots, part| slots.with(part.slots()))
    }

    /// Whether its hold has ended and nobody has released it yet.
    pub fn hold_has_ended(&self, now: Timestamp) -> bool {
        self.status == Status::Held && self.hold_expires_at.is_none_or(|until| until <= now)
    }

    /// Whether play has begun.
    pub fn has_started(&self, now: Timestamp) -> bool {
        self.starts_at <= now
    }

    /// Whether it is over and was neither given up nor missed: what people call completed. It is no state that is
    /// stored, because nothing happens then.
    pub fn is_completed(&self, now: Timestamp) -> bool {
        matches!(self.status, Status::Confirmed | Status::CheckedIn) && self.ends_at <= now
    }

    /// The members who play: whose it is, and who plays along.
    pub fn players(&self) -> impl Iterator<Item = AccountId> {
        std::iter::once(self.account_id).chain(self.party.members())
    }

    /// Whether this member plays.
    pub fn is_played_by(&self, account: AccountId) -> bool {
        self.players().any(|player| player == account)
    }

    /// When who has not checked in has missed it, where the venue asks that of them; only while confirmed.
    pub fn check_in_deadline(&self) -> Option<Timestamp> {
        let terms = self.terms.check_in.filter(|terms| terms.required)?;
        let (_, closes) = terms.window(self.starts_at, self.ends_at);
        (self.status == Status::Confirmed).then_some(closes)
    }

    /// When its code works, if it has one.
    pub fn access_window(&self) -> Option<AccessWindow> {
        let access = self.terms.access?;
        let span = |before, after| (earlier(self.starts_at, before), later(self.ends_at, after));
        let (valid_from, valid_until) = span(access.before_minutes, access.after_minutes);
        let lights = span(access.lights_before_minutes, access.lights_after_minutes);
        Some(AccessWindow { valid_from, valid_until, lights: self.terms.lights.then_some(lights) })
    }

    /// Makes the codes that a confirmed booking has by its terms, and does not have yet.
    pub fn make_codes(&mut self) -> Result<()> {
        if self.status != Status::Confirmed {
            return Ok(());
        }
        if self.terms.check_in.is_some() && self.check_in_code.is_none() {
            self.check_in_code = Some(CheckInCode::make()?);
        }
        if self.terms.access.is_some() && self.access_code.is_none() {
            self.access_code = Some(AccessCode::make()?);
        }
        Ok(())
    }

    /// The booking at another time or on another court of its venue, at the plan's price: what
    /// [`crate::relocate`] stores. `BOOKING_HELD` and so on where it is not confirmed.
    pub fn moved(
        &self,
        (court, terms): (&Court, BookingTerms),
        plan: Plan,
        by: AccountId,
        now: Timestamp,
    ) -> Result<Self> {
        let mut next = self.stepped(Step::Move, now)?;
        let (court_id, starts_at, ends_at) = (self.court_id, self.starts_at, self.ends_at);
        next.moved_from.push(MovedFrom {
            court_id,
            starts_at,
            ends_at,
            moved_at: now,
            moved_by: by,
        });
        let surplus = next.moved_from.len().saturating_sub(MOVES_KEPT);
        next.moved_from.drain(..surplus);
        (next.court_id, next.court_name) = (court.id, court.name.clone());
        (next.takes, next.terms) = (court.made_of.clone(), terms);
        (next.starts_at, next.ends_at) = (plan.starts_at, plan.ends_at);
        (next.parts, next.price) = (plan.parts, plan.price);
        next.make_codes()?;
        Ok(next)
    }

    /// The same for other players and with other extras, or elsewhere: what [`crate::rearrange`] stores. Its
    /// `sequence` grows only where its time or court is another.
    pub fn rearranged(
        &self,
        (court, terms): (&Court, BookingTerms),
        (plan, party, extras): (Plan, Party, Vec<Extra>),
        by: AccountId,
        now: Timestamp,
    ) -> Result<Self> {
        let is_there = (court.id, plan.starts_at, plan.ends_at)
            == (self.court_id, self.starts_at, self.ends_at);
        let mut next = if is_there {
            self.status.after(Step::Move)?;
            Self { price: plan.price, version: self.version + 1, ..self.clone() }
        } else {
            self.moved((court, terms), plan, by, now)?
        };
        (next.party, next.extras) = (party, extras);
        Ok(next)
    }

    /// The booking after a step.
    pub(crate) fn stepped(&self, step: Step, now: Timestamp) -> Result<Self> {
        let status = self.status.after(step)?;
        let mut next =
            Self { status, hold_expires_at: None, version: self.version + 1, ..self.clone() };
        match step {
            Step::Confirm | Step::Reclaim => next.confirmed_at = Some(now),
            Step::Expire => next.expired_at = Some(now),
            Step::Cancel => {
                next.cancelled_at = Some(now);
                next.sequence += 1;
            }
            Step::Move => next.sequence += 1,
            Step::CheckIn => next.checked_in_at = Some(now),
            Step::Miss => next.missed_at = Some(now),
        }
        next.make_codes()?;
        Ok(next)
    }
}
