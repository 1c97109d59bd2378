//! Signing in with other identity providers: `OpenID` Connect Core 1.0 and Discovery 1.0 with the
//! authorization code flow (RFC 6749), PKCE (RFC 7636), the issuer in the answer (RFC 9207), and the
//! advice of RFC 9700. The crate `openidconnect` validates tokens; what it leaves to its caller is here.

mod arrival;
mod authority;
mod claims;
mod connection;
mod departure;
mod directory;
mod failure;
mod identity;
mod issuer;
mod person;
mod platform_wide;
mod provider;
mod redirect;

pub use arrival::{Arrival, arrive};
pub use authority::{by_provider_alone, speaks_for_account};
pub use connection::Connection;
pub use departure::{Departure, Purpose, Tickets};
pub use identity::{Identity, IdentityId};
pub use issuer::Issuer;
pub use person::Person;
pub use platform_wide::{PlatformWide, ProviderKey, ProviderRef, Trust};
pub use provider::{ClientSecret, IdentityProvider, ProviderChange, ProviderName, secret_name};
pub use redirect::RedirectUri;

pub(crate) use authority::by_platform_provider;
pub(crate) use departure::state_hash as departure_key;
