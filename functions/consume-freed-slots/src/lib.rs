//! Called by the freed slots queue, which the events topic fills: a court that came free goes to who waits for it.
//!
//! | event | what follows |
//! |---|---|
//! | `booking.cancelled`, `.expired`, `.moved`, `.missed`, `closure.lifted` | the freed time is offered |
//! | `waitlist.joined` | what came free while they joined is offered |
//! | `booking.confirmed` | an offer that was paid has fulfilled its entry |
//!
//! Twice, late or out of order it changes nothing: what is offered is what is free when it is looked at, the slots
//! decide who has it, and an entry knows what it was offered. Nobody is offered what they may not book.

mod candidate;
mod give;
mod hand_on;
mod settle;

use booking::Freed;
use kernel::{Error, Event, Result, Tenant};
use runtime::{App, Message};
use serde::Deserialize;

/// A court is not closed any more. The context of closures publishes it.
const CLOSURE_LIFTED: &str = "closure.lifted";

/// What all the facts that free courts have in common.
#[derive(Deserialize)]
struct Fact {
    freed: Option<Freed>,
}

/// Does what follows from one event.
pub async fn handle(app: App, message: Message) -> Result<()> {
    let event: Event = message.json()?;
    let table = app.table().tenant(&Tenant::from_event(&event));
    match event.kind.as_str() {
        booking::CANCELLED
        | booking::EXPIRED
        | booking::MOVED
        | booking::MISSED
        | CLOSURE_LIFTED => match event.data::<Fact>()?.freed {
            Some(freed) => hand_on::freed(&app, &table, &freed).await,
            None => Ok(()),
        },
        waitlist::JOINED => {
            let fact: waitlist::Joined = event.data()?;
            hand_on::joined(&app, &table, fact.entry_id).await
        }
        booking::CONFIRMED => settle::confirmed(&app, &table, &event).await,
        _ => Err(Error::malformed("EVENT_UNKNOWN", "events of this type free no court")),
    }
}
