//! For tests alone: an application over an embedded DynamoDB of its own, and what surrounds it.
//!
//! The real AWS SDK speaks HTTP on loopback to both: DynamoDB is `dynoxide`, the other services are one
//! stand-in that records what it is asked ([`Cloud`]); the deployed template is tested on the local platform.
#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::disallowed_methods,
    reason = "a test that cannot be set up must stop at once, and its servers live as long as it"
)]

mod answer;
mod app;
mod cloud;
mod database;
mod flaky;
mod gate;
mod keys;
mod objects;
mod rush;
mod secrets;

pub use answer::Answer;
pub use app::{Call, TestApp};
pub use cloud::{Cloud, Mail, Sent, Service};
pub use database::Database;
pub use flaky::Flaky;
pub use gate::Passed;
pub use keys::Keys;
pub use objects::Object;
pub use rush::{Ask, Rush, Slot};
