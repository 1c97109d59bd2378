//! Sessions: how long a sign-in lasts, and what a refresh token is worth.

use kernel::{
    AccountId, ClubId, Method, Result, SessionId, TextError,
    jiff::{SignedDuration, Timestamp},
    secret, text_value,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::RefreshToken;

/// A session that nobody uses ends after this.
const IDLE: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Every session ends after this.
const LONGEST: SignedDuration = SignedDuration::from_hours(90 * 24);
/// A token that comes again this soon after its exchange is refused, and not yet taken for stolen: clients
/// that refresh from two places at once are more common than thieves, who get nothing either way.
const OVERLAP: SignedDuration = SignedDuration::from_secs(10);

/// What a session's owner knows its device by: 1 to 100 characters, no control characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, min_length = 1, max_length = 100)]
pub struct DeviceName(String);

text_value! { DeviceName(parse_device); }

fn parse_device(text: &str) -> Result<String, TextError> {
    let text = text.trim();
    let fits = (1..=100).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    fits.then(|| text.to_owned())
        .ok_or(TextError("must have 1 to 100 characters and no control characters"))
}

/// How and when somebody proved who they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// With what (RFC 8176).
    pub methods: Vec<Method>,
    /// When, last.
    pub at: Timestamp,
    /// Whether the account has a second factor, given here or not.
    #[serde(default)]
    pub second_factor: bool,
}

impl Proof {
    /// By these methods, now.
    pub fn by(methods: &[Method], second_factor: bool, now: Timestamp) -> Self {
        Self { methods: methods.to_vec(), at: now, second_factor }
    }

    /// The proof with one more method, now.
    #[must_use]
    pub fn and(&self, method: Method, now: Timestamp) -> Self {
        let mut methods = self.methods.clone();
        if !methods.contains(&method) {
            methods.push(method);
        }
        Self { methods, at: now, ..*self }
    }
}

/// One sign-in as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The id.
    pub id: SessionId,
    /// Whose it is.
    pub account_id: AccountId,
    /// The club it is for; `None` of a platform operator's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub club_id: Option<ClubId>,
    /// Of all its tokens.
    pub family_hash: String,
    /// Of the one token that is good.
    pub refresh_hash: String,
    /// Of the token before it, and when that was exchanged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Exchanged>,
    /// Which token of the family that is, from 1.
    pub generation: u64,
    /// How it was proved.
    pub proof: Proof,
    /// What its owner knows the device by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceName>,
    /// When it began.
    pub created_at: Timestamp,
    /// When a token of it was issued last.
    pub last_used_at: Timestamp,
    /// When it ends, if it is not used before.
    pub expires_at: Timestamp,
    /// When it was ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
}

/// A token that was good once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchanged {
    /// Of the token.
    pub refresh_hash: String,
    /// When it was exchanged for the next.
    pub at: Timestamp,
}

/// What a token is worth to a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is the good one.
    Good,
    /// It never belonged to this session.
    Foreign,
    /// It was exchanged a moment ago: its owner's own second request, most likely.
    Overlapping,
    /// It was good once: somebody has a copy.
    Reused,
    /// The session was ended.
    Revoked,
    /// The session's time is over.
    Expired,
}

impl Session {
    /// A new session, and its first token.
    pub fn open(
        account: AccountId,
        club: Option<ClubId>,
        proof: Proof,
        device: Option<DeviceName>,
        now: Timestamp,
    ) -> Result<(Self, RefreshToken)> {
        let id = SessionId::new();
        let token = RefreshToken::first(account, id, club)?;
        let session = Self {
            id,
            account_id: account,
            club_id: club,
            family_hash: token.family_hash(),
            refresh_hash: token.hash(),
            previous: None,
            generation: 1,
            proof,
            device,
            created_at: now,
            last_used_at: now,
            expires_at: now + IDLE,
            revoked_at: None,
        };
        Ok((session, token))
    }

    /// Whether it can still be refreshed.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }

    /// What this token is worth now.
    pub fn judge(&self, token: &RefreshToken, now: Timestamp) -> Verdict {
        if !secret::same(&self.family_hash, &token.family_hash()) {
            return Verdict::Foreign;
        }
        if self.revoked_at.is_some() {
            return Verdict::Revoked;
        }
        if now >= self.expires_at {
            return Verdict::Expired;
        }
        let hash = token.hash();
        if secret::same(&self.refresh_hash, &hash) {
            return Verdict::Good;
        }
        let overlaps = |before: &Exchanged| {
            secret::same(&before.refresh_hash, &hash) && now.duration_since(before.at) <= OVERLAP
        };
        if self.previous.as_ref().is_some_and(overlaps) {
            Verdict::Overlapping
        } else {
            Verdict::Reused
        }
    }

    /// The session after its good token was used, and the token that is good from then on.
    pub fn rotated(&self, token: &RefreshToken, now: Timestamp) -> Result<(Self, RefreshToken)> {
        let next = token.next()?;
        let session = Self {
            refresh_hash: next.hash(),
            previous: Some(Exchanged { refresh_hash: self.refresh_hash.clone(), at: now }),
            generation: self.generation + 1,
            last_used_at: now,
            expires_at: (now + IDLE).min(self.created_at + LONGEST),
            ..self.clone()
        };
        Ok((session, next))
    }

    /// How long the good token stays good if it is not used, in seconds.
    pub fn expires_in(&self, now: Timestamp) -> i64 {
        self.expires_at.duration_since(now).as_secs()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::UNIX_EPOCH;

    fn days(days: i64) -> Timestamp {
        START + SignedDuration::from_hours(24 * days)
    }

    fn opened() -> (Session, RefreshToken) {
        let proof = Proof::by(&[Method::Pwd], false, START);
        Session::open(AccountId::new(), Some(ClubId::new()), proof, None, START).unwrap()
    }

    #[test]
    fn a_token_is_good_once_and_then_a_sign_of_theft() {
        let (session, first) = opened();
        assert_eq!(session.judge(&first, START), Verdict::Good);
        let (session, second) = session.rotated(&first, START).unwrap();
        assert_eq!(session.judge(&second, START), Verdict::Good);
        assert_eq!(session.judge(&first, START + OVERLAP), Verdict::Overlapping);
        let later = START + OVERLAP + SignedDuration::from_millis(1);
        assert_eq!(session.judge(&first, later), Verdict::Reused);
        let (session, _) = session.rotated(&second, START).unwrap();
        assert_eq!(session.judge(&first, START), Verdict::Reused, "any older generation");
        assert_eq!(session.generation, 3);
    }

    #[test]
    fn an_invented_token_is_not_a_reused_one() {
        let (session, token) = opened();
        let invented = RefreshToken::first(token.account(), token.session(), None).unwrap();
        assert_eq!(session.judge(&invented, START), Verdict::Foreign);
    }

    #[test]
    fn a_session_ends_thirty_days_after_its_last_use() {
        let (session, token) = opened();
        assert_eq!(session.judge(&token, days(30) - SignedDuration::from_secs(1)), Verdict::Good);
        assert_eq!(session.judge(&token, days(30)), Verdict::Expired);
        let (session, token) = session.rotated(&token, days(20)).unwrap();
        assert_eq!(session.judge(&token, days(49)), Verdict::Good);
        assert_eq!(session.judge(&token, days(50)), Verdict::Expired);
    }

    #[test]
    fn no_session_lasts_longer_than_ninety_days() {
        let (mut session, mut token) = opened();
        for day in [25, 50, 75] {
            (session, token) = session.rotated(&token, days(day)).unwrap();
        }
        assert_eq!(session.expires_at, days(90));
        assert_eq!(session.expires_in(days(89)), 24 * 3600);
    }

    #[test]
    fn an_ended_session_takes_no_token() {
        let (session, token) = opened();
        let session = Session { revoked_at: Some(START), ..session };
        assert_eq!(session.judge(&token, START), Verdict::Revoked);
    }

    #[test]
    fn nothing_kept_reveals_a_token() {
        let (session, token) = opened();
        let kept = serde_json::to_string(&session).unwrap();
        let text = token.reveal();
        // The ids are no secret; everything after them is.
        assert!(!kept.contains(&text[4 + 64..]));
    }
}
