//! Keys, reads and writes of credentials, accounts, memberships, invitations and sessions.

mod accounts;
mod invitations;
mod members;
mod sessions;

pub use accounts::{
    account, change_profile, claim_account, create_account, credential, email_taken,
    invite_account, remove_invited_account, set_operator,
};
pub use invitations::{accept, add_token, invitation, invite, withdraw};
pub use members::{expel, join, membership, memberships, rename};
pub use sessions::{Rotation, open_session, revoke, rotate, session};
