//! The decision, and what it writes.

use booking::{Booking, Extra, Payable, Plan, extras, plan, with_extras};
use kernel::{BookingId, Result, jiff::Timestamp};
use table::{TenantTable, Write};

use crate::{Asked, LookUp};

/// What the rules allow, and what it costs.
#[derive(Debug, Clone)]
pub struct Agreed {
    /// When, which slots, and how much.
    pub plan: Plan,
    /// What they have beside the court; its price is a part of the plan's.
    pub extras: Vec<Extra>,
}

/// A booking, and the writes that make it: one transaction, with what others add to it.
pub struct Booked {
    /// As it will be.
    pub booking: Booking,
    /// All of them or none.
    pub writes: Vec<Write>,
}

impl LookUp {
    /// Whether they may have it.
    pub fn judge(&self, asked: &Asked, now: Timestamp) -> Result<Agreed> {
        let place = (&self.venue, &self.court);
        let mut plan = plan(place.0, place.1, asked.wish, now)?;
        let extras = extras(&self.resources, &asked.extras, place, &plan)?;
        plan.price = with_extras(plan.price, &extras)?;
        Ok(Agreed { plan, extras })
    }

    /// The booking and its writes: held where there is something to pay, confirmed at once where there is not.
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
        booking.party = asked.party.clone();
        booking.series = asked.series;
        booking.made_by = (asked.asked_by != asked.account_id).then_some(asked.asked_by);
        let found = (&self.days, &self.diary, self.resources.as_slice());
        let writes = booking::book(table, &booking, place, found, now).await?;
        Ok(Booked { booking, writes })
    }
}
