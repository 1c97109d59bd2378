//! Who somebody is: addresses and passwords, accounts, memberships, invitations, sessions.
//!
//! Words: an *account* is a person, global to the platform; a *credential* is how one proves to be it (an
//! e-mail address with a password); a *membership* is an account's place in one club, with its roles; an
//! *invitation* promises roles to whoever reads the mail at an address; a *session* is one sign-in, a
//! family of refresh tokens of which the newest alone is good.
//!
//! | question | keys | items read |
//! |---|---|---|
//! | Whose address is this, and which password? | `P#EMAIL#<email>` / `EMAIL` | 1 |
//! | Who is this account? | `P#ACC#<account>` / `ACCOUNT` | 1 |
//! | Is this session still good? | `P#ACC#<account>` / `SES#<session>` | 1 |
//! | What is this account in this club? | `T#<club>#MEMBER#<account>` / `MEMBER` | 1 |
//! | Which clubs is this account in? | gsi1 `P#ACC#<account>` → `CLUB#<club>` | memberships |
//! | What does this invitation promise? | `T#<club>#INVITATION#<invitation>` / `INVITATION` | 1 |
//!
//! Invariants: passwords and opaque tokens are kept as hashes alone; a token says where its record lies,
//! so that finding it needs no query; an address that nobody has proved to own gives no rights but a
//! member's.

mod access_token;
mod account;
mod event;
mod invitation;
mod password;
mod refresh_token;
mod secret;
mod session;
mod signing_key;
pub mod store;

pub use access_token::Grant;
pub use account::{
    Account, Credential, CredentialStatus, Membership, MembershipStatus, ProfileChange,
};
pub use event::MemberRegistered;
pub use invitation::{Invitation, InvitationToken};
pub use password::{Password, verify as verify_password};
pub use refresh_token::RefreshToken;
pub use session::{Session, Verdict};
pub use signing_key::SigningKey;
