//! The decision, and what it writes.

use booking::{Booking, Payable, Plan, plan};
use kernel::{BookingId, Result, jiff::Timestamp};
use pricing::{Occasion, PriceLine, Quote, charge};
use table::{TenantTable, Write};

use crate::{Asked, LookUp};

/// What the rules allow, and what it costs.
#[derive(Debug, Clone)]
pub struct Agreed {
    /// When, which slots, and how much.
    pub plan: Plan,
    /// What the price is made of: its lines sum to the plan's price.
    pub price_lines: Vec<PriceLine>,
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
        let Quote { lines, total } = self.price(asked, &plan, now)?;
        Ok(Agreed { plan: Plan { price: total, ..plan }, price_lines: lines })
    }

    /// What it costs, by the venue's price book or the court's own price: `NO_PRICE`.
    pub fn price(&self, asked: &Asked, plan: &Plan, now: Timestamp) -> Result<Quote> {
        let occasion = Occasion {
            venue: &self.venue,
            court: &self.court,
            from: plan.starts_at,
            until: plan.ends_at,
            roles: &asked.roles,
            guests: asked.party.guests(),
            now,
        };
        charge(self.price_book.as_ref(), &occasion)
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
        booking.price_lines = agreed.price_lines;
        booking.party = asked.party.clone();
        booking.series = asked.series;
        booking.made_by = (asked.asked_by != asked.account_id).then_some(asked.asked_by);
        let found = (&self.days, &self.diary);
        let writes = booking::book(table, &booking, place, found, now).await?;
        Ok(Booked { booking, writes })
    }
}
