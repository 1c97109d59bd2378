//! The decision, and what it writes.

use booking::{Booking, Payable, Plan, plan};
use kernel::{BookingId, Result, jiff::Timestamp};
use table::{TenantTable, Write};

use crate::{Asked, LookUp};

/// What the rules allow, and what it costs.
#[derive(Debug, Clone)]
pub struct Agreed {
    /// When, which slots, and how much.
    pub plan: Plan,
}

/// A booking, and the writes that make it: one transaction, with what others add to it.
pub struct Booked {
    /// As it will be.
    pub booking: Booking,
    /// All of them or none.
    pub writes: Vec<Write>,
}

impl LookUp {
    /// Whether they may have it. `BOOKING_SUSPENDED` where too much is held against them; staff book for them
    /// all the same.
    pub fn judge(&self, asked: &Asked, now: Timestamp) -> Result<Agreed> {
        if asked.asked_by == asked.account_id {
            self.diary.check_suspension(now)?;
        }
        let plan = plan(&self.venue, &self.court, asked.wish, now)?;
        Ok(Agreed { plan })
    }

    /// The booking and its writes: held where there is something to pay, confirmed at once where there is not.
    ///
    /// `SLOT_TAKEN`, `COURT_CLOSED`, or something that [`booking::may_be_repeated`].
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
        booking.party = asked.party.clone();
        booking.series = asked.series;
        booking.made_by = (asked.asked_by != asked.account_id).then_some(asked.asked_by);
        booking.terms = self.policy.of_court(&self.court);
        booking.make_codes()?;
        let found = (&self.days, &self.diary);
        let writes = booking::book(table, &booking, place, found, now).await?;
        Ok(Booked { booking, writes })
    }
}
