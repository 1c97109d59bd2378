//! Where a payment is paid.

use booking::Booking;
use kernel::{Error, Kind, Result};

use crate::{CheckoutOrder, Desk, Payment, Status, store};

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
        let note = store::note_checkout(self.table, payment, &made.url, self.clock.now());
        match self.table.write(vec![note]).await {
            // Somebody made the same page at the same moment, or paid it: the link is right all the same.
            Err(error) if error.kind() != Kind::Conflict => Err(error),
            _ => Ok(made.url),
        }
    }
}

/// What the payer reads: which court, where, when by the venue's clock.
fn title(booking: &Booking) -> String {
    let start = booking.time_zone.rules().to_datetime(booking.starts_at);
    let (court, venue) = (booking.court_name.as_str(), booking.venue_name.as_str());
    format!("{court}, {venue}, {}", start.strftime("%Y-%m-%d %H:%M"))
}
