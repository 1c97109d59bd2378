//! What the local platform needs beside AWS: stand-ins of the payment provider, of an identity provider and
//! of a resolver.

pub mod dns;
pub mod oidc;
pub mod provider;
