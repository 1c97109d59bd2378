//! The waiting list: who gets a court that comes free.
//!
//! Words: an *entry* is one member's wish for one local day of a venue; a *place* is a court and a start that
//! would fulfil it; an *offer* is a booking held in the member's name until they accept or decline it; an offer
//! that nobody answers *lapses*; who joins first has the lower *number*.
//!
//! | question | key | items read |
//! |---|---|---|
//! | who waits for a venue's day, and its lottery | `WAITLIST#<venue>#<date>` → `DAY`, `ENTRY#<entry>` | 1 + entries, one query |
//! | an entry by its id | `WAITLISTENTRY#<entry>` / `ENTRY`, then the entry | 2 |
//! | how many entries a member has | `WAITER#<account>` / `WAITER` | 1 |
//! | an account's entries | first index, `WAITER#<account>` → `<date>#<entry>` | a page |
//! | how a venue's list works | `WAITLISTPOLICY#<venue>` / `POLICY` | 1 |
//!
//! A day's item counts who joined: its version is a condition of every joining, so that numbers are one row, caps
//! hold, and a lottery is drawn among a fixed set. An entry names every place that it was offered or told of.
//!
//! Invariants: an entry has one live offer at most, and is never offered or told of the same time on the same
//! court twice; the seed of a lottery is published as its hash before anybody can know the order; what is ended
//! is kept for thirty days; knows nothing of rules, prices and payments: who offers asks the front desk.

mod admit;
mod entry;
mod error;
mod event;
mod leave;
mod lottery;
mod order;
mod place;
mod policy;
#[cfg(test)]
mod samples;
mod store;

pub use admit::{Wish, admit};
pub use entry::{Entry, LiveOffer, Status, Told, Wanted};
pub use error::{
    entry_changed, entry_ended, entry_not_found, offer_ended, offer_not_found, slot_free,
};
pub use event::{JOINED, Joined, OFFERED, OfferFact, SLOT_FREE, SlotFact, VERSION};
pub use leave::leave;
pub use lottery::Lottery;
pub use order::{in_order, position};
pub use place::{Place, places};
pub use policy::{Cap, MemberCap, Mode, OfferMinutes, Order, PolicyTerms, WaitlistPolicy};
pub use store::{
    Day, DayList, Waiter, change_policy, day_list, draw, entries_of_account, entry, join, policy,
    release, save, venue_day, waiter,
};
