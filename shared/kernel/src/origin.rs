//! Where an act comes from.

use uuid::Uuid;

use crate::{AccountId, SessionId};

/// Who acts, from where: what an audit log wants to know of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Whose token it was.
    pub account: AccountId,
    /// In which session; none where a program or the platform acts.
    pub session: Option<SessionId>,
    /// The client's address as the gateway saw it; empty where there is no gateway. Personal data.
    pub address: String,
    /// Ties together everything that the request sets off.
    pub correlation: String,
}

impl Origin {
    /// The platform itself, by no request: its account is the one of 128 zero bits, which nobody has.
    pub fn platform(correlation: impl Into<String>) -> Self {
        let account = AccountId::from_uuid(Uuid::nil());
        Self { account, session: None, address: String::new(), correlation: correlation.into() }
    }
}
