//! The HTTP edge: who calls, what they send, what they get back.
//!
//! Invariants: one status map (`reply`); knows no AWS SDK of its own; uses the table only for
//! idempotency records. A handler on a route with a permission runs only for a caller who has it.

mod body;
mod caller;
mod cursor;
mod edge;
mod idempotency;
mod layers;
mod reply;
mod routes;
pub mod token;

pub use body::{Body, Id, Ids, IfMatch, Params};
pub use caller::{Caller, ClientAddress, Correlation};
pub use edge::{Edge, EdgeKeys, EdgeKeysDocument};
pub use layers::{RequestFacts, Summary};
pub use reply::{Envelope, Failure, Outcome, PageEnvelope, Problem, Reply};
pub use routes::{Access, Route, Routes};
