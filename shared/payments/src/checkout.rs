//! Where a payment is paid.

use booking::Booking;
use kernel::{Error, Kind, Result};

use table::Write;

use crate::{CheckoutOrder, Desk, Payment, Status, Watch, bill::bill_closed, store};

/// So often it is noted anew because something else changed the payment.
const ROUNDS: usize = 4;

impl Desk<'_> {
    /// Where the payment is paid; makes the page if there is none yet.
    ///
    /// 409 where it cannot be paid any more. A provider that does not answer is `unavailable`, and asking
    /// again is safe: the same payment always gets the same page.
    pub async fn checkout(
        &self,
        payment: &Payment,
        booking: &Booking,
        public_base_url: &str,
    ) -> Result<String> {
        if payment.status.is_paid() {
            return Err(Error::conflict("PAYMENT_ALREADY_MADE", "this was paid already"));
        }
        if payment.is_closed() {
            return Err(bill_closed());
        }
        if payment.status == Status::Abandoned || payment.expires_at <= self.clock.now() {
            return Err(Error::conflict("CHECKOUT_EXPIRED", "the time to pay is over; book again"));
        }
        if let Some(url) = &payment.checkout_url {
            return Ok(url.clone());
        }
        let order = CheckoutOrder {
            payment: payment.id,
            title: title(booking),
            price: payment.amount,
            expires_at: payment.expires_at,
            club: payment.club_id,
            public_base_url: public_base_url.to_owned(),
        };
        let made = self.provider.create_checkout(&order).await.map_err(Error::from)?;
        self.note(payment.clone(), &made.url).await?;
        Ok(made.url)
    }

    /// Notes where it is paid, whatever else happens to it at this moment: what was shown to nobody falls due without
    /// asking the provider.
    async fn note(&self, mut payment: Payment, url: &str) -> Result<()> {
        for _ in 0..ROUNDS {
            match self.table.write(vec![self.shown(&payment, url)?]).await {
                Err(error) if error.kind() == Kind::Conflict => {}
                noted => return noted,
            }
            payment = store::payment(self.table, payment.id).await?;
            if payment.is_closed() {
                return Err(bill_closed());
            }
            // Somebody made the same page at the same moment, or paid it: the link is right all the same.
            if payment.checkout_url.is_some() || payment.status.is_paid() {
                return Ok(());
            }
        }
        Err(Error::unavailable("PAYMENT_BUSY", "the payment is being changed by others; try again"))
    }

    /// The payment that was shown to its payer. A debt's deadline is over: should its webhook be lost, it is asked about
    /// all the same.
    fn shown(&self, payment: &Payment, url: &str) -> Result<Write> {
        let now = self.clock.now();
        let mut next = Payment {
            checkout_url: Some(url.to_owned()),
            version: payment.version + 1,
            updated_at: now,
            ..payment.clone()
        };
        if payment.is_owed() && payment.watch.is_none() {
            next.watch = Some(Watch::pending(now));
        }
        store::save(self.table, self.platform, &next, &[])
    }
}

/// What the payer reads: which court, where, when by the venue's clock.
fn title(booking: &Booking) -> String {
    let start = booking.time_zone.rules().to_datetime(booking.starts_at);
    let (court, venue) = (booking.court_name.as_str(), booking.venue_name.as_str());
    format!("{court}, {venue}, {}", start.strftime("%Y-%m-%d %H:%M"))
}
