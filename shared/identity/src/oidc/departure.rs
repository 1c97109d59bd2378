//! Somebody on the way to a provider and back.
//!
//! `state` says where the record lies, which keeps its hash alone. `browser_key` stays with whoever started:
//! without it, a link with somebody else's `state` and `code` would sign its victim in as the attacker
//! (RFC 6749 10.12, login CSRF). Nonce and PKCE verifier never leave the record but to the provider.

use kernel::{
    AccountId, ClubId, Result,
    jiff::{SignedDuration, Timestamp},
    secret,
};
use serde::{Deserialize, Serialize};

use super::{IdentityProvider, Issuer, ProviderRef, RedirectUri};
use crate::DeviceName;

/// How long somebody may be away.
const LIFETIME: SignedDuration = SignedDuration::from_mins(10);
const STATE: &str = "cps_";
const BROWSER: &str = "cpb_";

/// What the way is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Purpose {
    /// To be let in.
    SignIn,
    /// To sign in to this account with it later.
    Link {
        /// Which is signed in.
        account_id: AccountId,
    },
}

/// One departure as it is kept.
#[derive(Clone, Serialize, Deserialize)]
pub struct Departure {
    /// The club that they come to.
    pub club_id: ClubId,
    /// The provider, the club's or the platform's.
    pub provider_id: ProviderRef,
    /// Who that was: under a key of the platform there may be another by now.
    pub issuer: Issuer,
    /// Where they come back to.
    pub redirect_uri: RedirectUri,
    /// What for.
    pub purpose: Purpose,
    /// What their owner calls the device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceName>,
    /// Until when.
    pub expires_at: Timestamp,
    pub(super) nonce: String,
    pub(super) verifier: String,
    browser_hash: String,
}

/// What whoever starts gets.
pub struct Tickets {
    /// Goes to the provider and comes back.
    pub state: String,
    /// Stays in the browser or app that started.
    pub browser_key: String,
}

impl Departure {
    /// Somebody leaves now.
    pub fn new(
        club: ClubId,
        provider: &IdentityProvider,
        redirect_uri: &RedirectUri,
        purpose: Purpose,
        device: Option<DeviceName>,
        now: Timestamp,
    ) -> Result<(Self, Tickets)> {
        let random = |prefix| Ok(secret::write_token(prefix, &secret::random::<32>()?));
        let tickets = Tickets { state: random(STATE)?, browser_key: random(BROWSER)? };
        let departure = Self {
            club_id: club,
            provider_id: provider.reference(),
            issuer: provider.issuer.clone(),
            redirect_uri: redirect_uri.clone(),
            purpose,
            device,
            expires_at: now + LIFETIME,
            nonce: random("")?,
            verifier: random("")?,
            browser_hash: secret::hash(tickets.browser_key.as_bytes()),
        };
        Ok((departure, tickets))
    }

    /// Whether it is the browser that started.
    pub fn is_by(&self, browser_key: &str) -> bool {
        secret::same(&self.browser_hash, &secret::hash(browser_key.as_bytes()))
    }

    /// Whether they were away for too long.
    pub fn is_over(&self, now: Timestamp) -> bool {
        now >= self.expires_at
    }

    /// Seconds until it is over.
    pub fn expires_in(&self, now: Timestamp) -> i64 {
        self.expires_at.duration_since(now).as_secs()
    }
}

/// What is kept of a state; `None` of a text that never was one.
pub(crate) fn state_hash(state: &str) -> Option<String> {
    secret::read_token::<32>(STATE, state)?;
    Some(secret::hash(state.as_bytes()))
}

#[cfg(test)]
mod tests {
    use kernel::IdentityProviderId;

    use super::*;
    use crate::Reach;

    fn departure(now: Timestamp) -> (Departure, Tickets) {
        let redirect: RedirectUri = "https://app.example.org/back".parse().unwrap();
        let provider = IdentityProvider {
            id: IdentityProviderId::new(),
            name: "Club".parse().unwrap(),
            issuer: Issuer::parse("https://id.example.org", Reach::Internet).unwrap(),
            client_id: "club".to_owned(),
            domains: Vec::new(),
            redirect_uris: vec![redirect.clone()],
            enabled: true,
            platform: None,
            created_at: now,
            version: 1,
        };
        Departure::new(ClubId::new(), &provider, &redirect, Purpose::SignIn, None, now).unwrap()
    }

    #[test]
    fn a_departure_is_its_browser_s_for_ten_minutes() {
        let start = Timestamp::UNIX_EPOCH;
        let (departure, tickets) = departure(start);
        assert!(departure.is_by(&tickets.browser_key));
        assert!(!departure.is_by(&tickets.state) && !departure.is_by(""));
        assert_eq!(departure.expires_in(start), 600);
        assert!(!departure.is_over(start + SignedDuration::from_millis(599_999)));
        assert!(departure.is_over(start + LIFETIME));
    }

    #[test]
    fn nothing_kept_brings_anybody_back() {
        let (departure, tickets) = departure(Timestamp::UNIX_EPOCH);
        let kept = serde_json::to_string(&departure).unwrap();
        assert!(!kept.contains(&tickets.state) && !kept.contains(&tickets.browser_key));
        assert!(state_hash(&tickets.state).is_some());
        assert_eq!((state_hash("cps_x"), state_hash(&tickets.browser_key)), (None, None));
        // RFC 7636 4.1.
        assert_eq!(departure.verifier.len(), 43);
    }
}
