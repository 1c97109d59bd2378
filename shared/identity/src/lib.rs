//! Who somebody is: addresses and passwords, accounts, memberships, invitations, sessions.
//!
//! Words: an *account* is a person, global to the platform; a *credential* is how one proves to be it (an
//! e-mail address with a password); a *membership* is an account's place in one club, with its roles; an
//! *invitation* promises roles to whoever reads the mail at an address; a *session* is one sign-in, a
//! family of refresh tokens of which the newest alone is good; a *second factor* is an authenticator app
//! that an account has beside its password, with *recovery codes* for the day it is lost; a *challenge* is
//! a sign-in that waits for it; a *lockout* counts the failures of an address; a
//! *one-time token* proves that somebody got a mail.
//!
//! | question | keys | items read |
//! |---|---|---|
//! | Whose address is this, and which password? | `P#EMAIL#<email>` / `EMAIL` | 1 |
//! | Who is this account? | `P#ACC#<account>` / `ACCOUNT` | 1 |
//! | Which authenticator has this account, and which codes were used? | `P#ACC#<account>` / `MFA#TOTP` | 1 |
//! | May this address try to sign in? | `P#EMAIL#<email>` / `LOCKOUT`, `P#ADDRESS#<hash>` / `LOCKOUT` | 2, in one batch with the credential |
//! | Whom does this club ask for a second factor? | `T#<club>#SETTINGS` / `SIGN_IN_POLICY` | 1 |
//! | Is this session still good? | `P#ACC#<account>` / `SES#<session>` | 1 |
//! | Is this token of a mail good, and may another mail go out? | `P#ACC#<account>` / `OTT#<purpose>` | 1 |
//! | Which sessions are open? | `P#ACC#<account>` → `SES#…` | sessions |
//! | What is this account in this club? | `T#<club>#MEMBER#<account>` / `MEMBER` | 1 |
//! | Which clubs is this account in? | gsi1 `P#ACC#<account>` → `CLUB#<club>` | memberships |
//! | Which domains does this club say are its own? | gsi1 `T#<club>#DOMAINS` | one page |
//! | Whose is this address's domain, and which provider signs its people in? | `P#DOMAIN#<domain>` / `DOMAIN` | 1 |
//! | Which providers has this club? | gsi1 `T#<club>#IDPS` | one page |
//! | What is this provider? | `T#<club>#IDP#<provider>` / `IDP` | 1 |
//! | Which providers has the platform, by key? | gsi1 `P#IDPS` | one page |
//! | What is the platform's provider of this key? | `P#IDP#<key>` / `IDP` | 1 |
//! | Who left with this state? | `P#SSO#<hash of state>` / `SSO` | 1 |
//! | Whose account is this subject of this issuer? | `P#IDENTITY#<hash>` / `IDENTITY` | 1 |
//! | What else does this account sign in with? | gsi1 `P#ACC#<account>` → `IDENTITY#<hash>` | its identities |
//! | Which members have a name that begins so? | gsi2 `T#<club>#MEMBERS` → `<folded name>#<account>` | one page |
//! | How many owners can act for the club? | `T#<club>#OWNERS` / `OWNERS` | 1 |
//! | Is this rotation of the signing keys told? | `P#SIGNING_KEYS` / `ROTATION#<token>` | 0, a condition |
//! | Which invitations are open, oldest first? | gsi1 `T#<club>#INVITATIONS` → `<made at>#<invitation>` | one page |
//! | What is this address invited to be? | gsi2 `T#<club>#INVITED` → `<address>#<invitation>` | its open invitations |
//! | What does this invitation promise? | `T#<club>#INVITATION#<invitation>` / `INVITATION` | 1 |
//!
//! Invariants: passwords, opaque tokens and recovery codes are kept as hashes alone, authenticators' secrets
//! encrypted for their account; no code is good twice; a token says where its record lies, so that finding
//! it needs no query; an unknown address is counted, and costs, as a known one; an address that nobody
//! has proved to own gives no rights but a member's; a club that was opened has an owner who can act for it;
//! a club's identity provider is believed about its own subjects, and about addresses only where the club has
//! proved that the domain is its own; the platform's is believed about addresses as far as its operators say.

mod access_token;
mod account;
mod account_mail;
mod actor;
mod admission;
mod challenge;
mod common_passwords;
mod domain;
mod ending;
mod event;
mod factor_key;
mod fetch;
mod folded;
mod footing;
pub mod grants;
mod import;
mod invitation;
mod lockout;
mod oidc;
mod one_time_token;
mod password;
mod policy;
mod recovery_code;
mod refresh_token;
mod session;
mod sign_in;
mod signing_key;
mod signing_keys;
pub mod store;
mod tokens;
mod totp;
#[cfg(test)]
mod vectors;

pub use access_token::Grant;
pub use account::{
    Account, Credential, CredentialStatus, Membership, MembershipStatus, ProfileChange,
};
pub use account_mail::{AccountMail, MailAbout};
pub use actor::Actor;
pub use admission::{Admitted, Rights, admit, takes_people};
pub use challenge::{Challenge, Purpose as ChallengePurpose};
pub use domain::{ClubDomain, DomainOwner, DomainStatus, MailDomain, texts as txt_records};
pub use ending::{Ending, write_ahead};
pub use event::{InvitationCreated, MemberRegistered};
pub use factor_key::FactorKey;
pub use fetch::Reach;
pub use folded::FoldedName;
pub use footing::{Footing, wrong_credentials};
pub use grants::Placement;
pub use import::{ExternalId, ImportedHash};
pub use invitation::{Invitation, InvitationToken};
pub use lockout::{Guarded, Lockout};
pub use oidc::{
    Arrival, ClientSecret, Connection, Departure, Identity, IdentityId, IdentityProvider, Issuer,
    Person, PlatformWide, ProviderChange, ProviderKey, ProviderName, ProviderRef, Purpose,
    RedirectUri, Tickets, Trust, arrive, by_provider_alone, secret_name as client_secret_name,
    speaks_for_account,
};
pub use one_time_token::{MailedToken, OneTimeToken, TokenMail, TokenPurpose};
pub use password::{
    Password, PasswordCost, Verified, rehash as rehash_password, verify as verify_password,
};
pub use policy::{RegistrationPolicy, SecondFactorDemand, SecondFactorPolicy, SignInPolicy};
pub use recovery_code::RecoveryCode;
pub use refresh_token::RefreshToken;
pub use session::{DeviceName, Exchanged, Proof, Session, Verdict};
pub use sign_in::{Door, Entrant, Prepared};
pub use signing_key::SigningKey;
pub use signing_keys::{RetiredKey, SigningKeys};
pub use tokens::Tokens;
pub use totp::{
    TotpFactor, TotpSecret, missing as second_factor_missing,
    not_enrolled as second_factor_not_enrolled,
};
