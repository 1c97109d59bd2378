//! The decision, and what it writes.

use booking::{Booking, Offered, Payable, Plan, plan};
use kernel::{BookingId, Result, jiff::Timestamp};
use table::{TenantTable, Write};

use crate::{Asked, LookUp};

/// What the rules allow, and what it costs.
#[derive(Debug, Clone)]
pub struct Agreed {
    /// When, which slots, and how much.
    pub plan: Plan,
    /// That the waiting list gives it, if it does.
    pub offered: Option<Offered>,
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
        let plan = plan(&self.venue, &self.court, asked.wish, now)?;
        Ok(Agreed { plan, offered: None })
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
        if let Some(offered) = agreed.offered {
            booking = booking.offered(offered);
        }
        let found = (&self.days, &self.diary);
        let writes = booking::book(table, &booking, place, found, now).await?;
        Ok(Booked { booking, writes })
    }
}
