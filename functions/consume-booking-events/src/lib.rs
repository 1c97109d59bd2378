//! Called by the booking events queue, which the events topic fills.
//!
//! | event | what follows |
//! |---|---|
//! | `booking.held` | a message to the hold expiry queue that appears when the hold ends |
//! | `payment.refund_requested` | the provider gives the money back, and that is booked |
//!
//! Both may be done again: a hold ends once, and a refund has one id here and at the provider. An event
//! that cannot be read, or that nobody here knows, fails alone and ends in the dead-letter queue.

mod hold;
mod refund;

use kernel::{Error, Event, Result};
use runtime::{App, Message};

/// Does what follows from one event.
pub async fn handle(app: App, message: Message) -> Result<()> {
    let event: Event = message.json()?;
    match event.kind.as_str() {
        booking::HELD => hold::schedule_end(&app, &event).await,
        payments::event::REFUND_REQUESTED => refund::carry_out(&app, &event).await,
        _ => {
            Err(Error::malformed("EVENT_UNKNOWN", "nothing here follows from events of this type"))
        }
    }
}
