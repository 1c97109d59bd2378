//! Keys, reads and writes of all that identity keeps; a file for each kind of record.

mod accounts;
mod credentials;
mod domains;
mod erasure;
mod factors;
mod invitations;
mod lockouts;
mod members;
mod oidc;
mod one_time_tokens;
mod policies;
mod rotations;
mod sessions;

pub use accounts::*;
pub use credentials::*;
pub use domains::*;
pub use erasure::*;
pub use factors::*;
pub use invitations::*;
pub use lockouts::*;
pub use members::*;
pub use oidc::*;
pub use one_time_tokens::*;
pub use policies::*;
pub use rotations::*;
pub use sessions::*;
