//! What people are told by e-mail, in which words, and that each is told once.
//!
//! Words: a *notice* is what there is to say; a *wording* is a club's text for one notice in one
//! language; a *delivery* is the record that one notice about one subject was sent to its recipient.
//!
//! | question | keys | items read |
//! |---|---|---|
//! | a club's wording of a notice | `T#<club>#SETTINGS` / `TEMPLATE#<notice>#<language>` | 1 |
//! | was this told already, and may I tell it | `T#<club>#NOTIFICATION#<subject>#<notice>` / `NOTIFICATION` | 1 (conditional update) |
//! | the same of an account, whatever its clubs | `P#NOTIFICATION#<subject>#<notice>` / `NOTIFICATION` | 1 (conditional update) |
//!
//! A message is sent between two writes, [`claim`] and [`settle`], with nothing else between them but the
//! making of the token that some mails carry:
//!
//! - whoever finds the delivery sent or failed sends nothing;
//! - whoever finds it claimed is told to come back later;
//! - a claim whose holder died lapses after [`LEASE_SECONDS`], and the next delivery sends.
//!
//! So a person gets a message twice only where a process dies, or the mail service's or the table's
//! answer is lost, after the mail service took the message and before [`settle`] has written. No e-mail
//! service offers a key against that. Deliveries are kept for [`KEPT_DAYS`] days.
//!
//! Invariants: knows no other context and no mail service; publishes no event; a delivery holds no
//! name, address or text of anybody.

mod language;
mod notice;
mod render;
mod store;
mod wording;
mod words;

pub use language::Language;
pub use notice::{
    BookingFacts, Due, GivenBack, LeftOut, Letter, Notice, SeriesDate, SeriesFacts, TimedLink,
};
pub use render::{Rendered, render};
pub use store::{
    Claim, KEPT_DAYS, LEASE_SECONDS, claim, claim_of_platform, default_templates, remove_templates,
    settle, wording,
};
pub use wording::{Template, Wording};
