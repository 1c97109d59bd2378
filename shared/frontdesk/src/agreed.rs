//! The decision, and what it writes.

use booking::{
    Booking, Extra, InUse, Offered, Payable, Plan, RuleName, Ruling, Situation, diary_unchanged,
    extras, ruling, with_extras,
};
use kernel::{BookingId, PaymentId, Result, jiff::Timestamp};
use pricing::{Occasion, PriceLine, Quote, charge};
use table::{TenantTable, Write};

use crate::{Asked, LookUp};

/// What the rules allow, and what it costs.
#[derive(Debug, Clone)]
pub struct Agreed {
    /// When, which slots, and how much.
    pub plan: Plan,
    /// What they have beside the court; its price is a part of the plan's.
    pub extras: Vec<Extra>,
    /// The rules that were overridden for it, each once.
    pub overridden: Vec<RuleName>,
    /// What the price is made of: its lines and the extras sum to the plan's price.
    pub price_lines: Vec<PriceLine>,
    /// That the waiting list gives it, if it does.
    pub offered: Option<Offered>,
    /// How it is paid, where that is not by one payment at once; of a move, where that changes.
    pub paid_by: Option<PaidBy>,
}

/// The payments of a booking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaidBy {
    /// The one that is not a bill, or is paid later.
    pub payment: Option<PaymentId>,
    /// The others.
    pub bills: Vec<PaymentId>,
}

impl PaidBy {
    /// A booking that is paid so.
    pub(crate) fn note(self, booking: &mut Booking) {
        (booking.payment_id, booking.bills) = (self.payment, self.bills);
    }
}

/// A booking, and the writes that make it: one transaction, with what others add to it.
pub struct Booked {
    /// As it will be.
    pub booking: Booking,
    /// All of them or none.
    pub writes: Vec<Write>,
}

impl LookUp {
    /// What every rule says. An error is a time that the venue's clock does not show.
    pub fn ruling(&self, asked: &Asked, now: Timestamp) -> Result<Ruling> {
        ruling(&Situation {
            venue: &self.venue,
            court: &self.court,
            wish: asked.wish,
            party: &asked.party,
            rules: &self.rules.rules,
            person: &self.person,
            players: &self.players,
            days: &self.days,
            diary: &self.diary,
            family: &self.family.diaries,
            now,
        })
    }

    /// Whether they may have it: the first reason against it, and all of them under `details.reasons`.
    pub fn judge(&self, asked: &Asked, now: Timestamp) -> Result<Agreed> {
        self.judge_overriding(asked, &[], now)
    }

    /// The same, whatever these rules say, where they can be overridden. Whoever calls has asked whether they may.
    pub fn judge_overriding(
        &self,
        asked: &Asked,
        overrides: &[RuleName],
        now: Timestamp,
    ) -> Result<Agreed> {
        let (plan, overridden) = self.ruling(asked, now)?.allow(overrides)?;
        self.priced(asked, plan, now).map(|agreed| Agreed { overridden, ..agreed })
    }

    /// A plan with what it costs, extras included, by the venue's price book or the court's own price: `NO_PRICE`,
    /// and the refusals of [`booking::extras`].
    pub fn priced(&self, asked: &Asked, plan: Plan, now: Timestamp) -> Result<Agreed> {
        let occasion = Occasion {
            venue: &self.venue,
            court: &self.court,
            from: plan.starts_at,
            until: plan.ends_at,
            roles: &self.person.roles,
            guests: asked.party.guests(),
            now,
        };
        let Quote { lines, total } = charge(self.price_book.as_ref(), &occasion)?;
        let place = (&self.venue, &self.court);
        // What ended holds in its way have is free once the booking lets them go: its transaction decides then.
        let nothing = InUse::default();
        let is_free = self.days.in_the_way(&plan.parts, now).is_empty();
        let in_use = if is_free { &self.in_use } else { &nothing };
        let extras = extras(&self.resources, &asked.extras, place, (&plan, in_use))?;
        let plan = Plan { price: with_extras(total, &extras)?, ..plan };
        Ok(Agreed {
            plan,
            extras,
            overridden: Vec::new(),
            price_lines: lines,
            offered: None,
            paid_by: None,
        })
    }

    /// The booking and its writes: held where something is to be paid, confirmed at once where nothing is.
    /// The diaries that decided must still be as they were read.
    ///
    /// `SLOT_TAKEN`, `COURT_CLOSED`, `RESOURCE_TAKEN`, or something that [`booking::may_be_repeated`].
    pub async fn book(
        &self,
        table: &TenantTable,
        asked: &Asked,
        agreed: Agreed,
        (id, payable): (BookingId, Option<Payable>),
        now: Timestamp,
    ) -> Result<Booked> {
        let place = (&self.venue, &self.court);
        let mut booking = Booking::new(id, asked.account_id, place, agreed.plan, payable, now);
        booking.extras = agreed.extras;
        booking.price_lines = agreed.price_lines;
        booking.party = asked.party.clone();
        booking.series = asked.series;
        booking.made_by = (asked.asked_by != asked.account_id).then_some(asked.asked_by);
        booking.overridden = agreed.overridden;
        booking.terms = self.policy.of_court(&self.court);
        if let Some(paid_by) = agreed.paid_by {
            paid_by.note(&mut booking);
        }
        booking.make_codes()?;
        if let Some(offered) = agreed.offered {
            booking = booking.offered(offered);
        }
        let found = (&self.days, &self.diary, self.resources.as_slice());
        let mut writes = booking::book(table, &booking, place, found, now).await?;
        writes.extend(self.family_unchanged(table));
        Ok(Booked { booking, writes })
    }

    /// Checks that what the family has booked is still as it was read: of every transaction that books by it. None
    /// where no rule counts a family's bookings together.
    pub fn family_unchanged(&self, table: &TenantTable) -> impl Iterator<Item = Write> {
        let family = self.family.accounts.iter().zip(&self.family.diaries);
        family.map(|(account, diary)| diary_unchanged(table, *account, diary))
    }
}
