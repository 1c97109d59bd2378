//! The HTTP edge: who calls, what they send, what they get back.
//!
//! Invariants: one status map (`reply`); knows no AWS SDK of its own; uses the table only for
//! its own records: idempotency, limits, clubs' standing, API keys. A handler on a route with a permission
//! runs only for a caller who has it, is in good standing and within its limits.

mod admission;
pub mod api_key;
mod body;
mod bucket;
mod caller;
mod cursor;
mod describe;
mod edge;
mod idempotency;
mod layers;
pub mod limits;
mod reply;
mod routes;
pub mod standing;
pub mod token;
mod turn;
mod whom;

pub use admission::at_gateway;
pub use body::{Body, Id, Ids, IfMatch, Params};
pub use caller::{Caller, ClientAddress, Correlation};
pub use edge::{Edge, EdgeKeys, EdgeKeysDocument};
pub use idempotency::RequestKey;
pub use layers::{RequestFacts, Summary};
pub use limits::{Limits, RateTier};
pub use reply::{Envelope, Failure, Outcome, PageEnvelope, Problem, Reply};
pub use routes::{Access, Route, Routes};
pub use turn::Turn;
pub use whom::Whom;
