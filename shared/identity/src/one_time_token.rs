//! One-time tokens: what proves that somebody reads the mail at an address.
//!
//! `cpo_<base64url of account | mail | secret>`: the account says where the token's record lies, the mail
//! which message carried it. It exists in that mail alone; kept is a hash, of the newest token of each
//! purpose. A record also remembers when its mails went out: whoever asks again and again fills nobody's
//! mailbox.

use std::{fmt, str::FromStr};

use kernel::{
    AccountId, Email, Error, EventId, Result, SessionId,
    jiff::{SignedDuration, Timestamp},
    secret,
};
use serde::{Deserialize, Serialize};

const PREFIX: &str = "cpo_";
const ID_BYTES: usize = 16;
const BYTES: usize = 2 * ID_BYTES + 32;
/// The least time between two mails to one account for one purpose.
const PAUSE: SignedDuration = SignedDuration::from_mins(1);
/// The most such mails within [`WINDOW`].
const MAILS_LIMIT: usize = 5;
const WINDOW: SignedDuration = SignedDuration::from_hours(1);

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenPurpose {
    /// To set a password without knowing the old one; for 30 minutes.
    Reset,
    /// To prove that the account's address is read by its owner; for 7 days.
    Verify,
    /// To move the account to the address that the mail went to; for 24 hours.
    ChangeEmail,
}

impl TokenPurpose {
    /// Every purpose.
    pub const ALL: [Self; 3] = [Self::Reset, Self::Verify, Self::ChangeEmail];

    /// Its name in keys and links.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reset => "reset",
            Self::Verify => "verify",
            Self::ChangeEmail => "change_email",
        }
    }

    /// Until when a token is good that is made now.
    pub fn ends(self, now: Timestamp) -> Timestamp {
        now + self.lifetime()
    }

    fn lifetime(self) -> SignedDuration {
        match self {
            Self::Reset => SignedDuration::from_mins(30),
            Self::Verify => SignedDuration::from_hours(7 * 24),
            Self::ChangeEmail => SignedDuration::from_hours(24),
        }
    }

    /// It was never sent, was used, or a newer one took its place: nobody is told which.
    pub fn refused(self) -> Error {
        let code = match self {
            Self::Reset => "RESET_TOKEN_INVALID",
            Self::Verify => "VERIFICATION_TOKEN_INVALID",
            Self::ChangeEmail => "EMAIL_CHANGE_TOKEN_INVALID",
        };
        let message = "this token is not good, or was used before; copy it whole from the latest \
                       mail, or ask for a new one";
        Error::invalid(code, message)
    }

    fn expired(self) -> Error {
        let code = match self {
            Self::Reset => "RESET_TOKEN_EXPIRED",
            Self::Verify => "VERIFICATION_TOKEN_EXPIRED",
            Self::ChangeEmail => "EMAIL_CHANGE_TOKEN_EXPIRED",
        };
        Error::invalid(code, "this token has expired; ask for a new one")
    }
}

/// What a mail carries.
#[derive(Clone, PartialEq, Eq)]
pub struct OneTimeToken([u8; BYTES]);

impl OneTimeToken {
    fn new(account: AccountId, mail: EventId) -> Result<Self> {
        let mut bytes = [0; BYTES];
        bytes[..ID_BYTES].copy_from_slice(account.uuid().as_bytes());
        bytes[ID_BYTES..2 * ID_BYTES].copy_from_slice(mail.uuid().as_bytes());
        bytes[2 * ID_BYTES..].copy_from_slice(&secret::random::<32>()?);
        Ok(Self(bytes))
    }

    /// Whose it says it is.
    pub fn account(&self) -> AccountId {
        AccountId::from_uuid(uuid::Uuid::from_bytes(secret::part(&self.0, 0)))
    }

    /// The token's text, for the mail alone.
    pub fn reveal(&self) -> String {
        secret::write_token(PREFIX, &self.0)
    }

    /// The address that the mail names. What follows the `#` reaches no server and no log.
    pub fn link(&self, public_base_url: &str, purpose: TokenPurpose) -> String {
        format!("{public_base_url}/docs#{}={}", purpose.as_str(), self.reveal())
    }

    fn hash(&self) -> String {
        secret::hash(&self.0)
    }
}

/// The text is not a one-time token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAOneTimeToken;

impl FromStr for OneTimeToken {
    type Err = NotAOneTimeToken;

    fn from_str(text: &str) -> Result<Self, NotAOneTimeToken> {
        secret::read_token(PREFIX, text).map(Self).ok_or(NotAOneTimeToken)
    }
}

impl fmt::Debug for OneTimeToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OneTimeToken({}, …)", self.account())
    }
}

/// A mail that is to carry a token.
#[derive(Debug, Clone)]
pub struct TokenMail {
    /// Names the mail.
    pub id: EventId,
    /// What the token is for.
    pub purpose: TokenPurpose,
    /// Whose it will be.
    pub account_id: AccountId,
    /// Where the mail goes.
    pub email: Email,
    /// The session that asked for it; the token is worth nothing once that is ended.
    pub session_id: Option<SessionId>,
}

/// What is kept of an account's tokens of one purpose: the newest, and when mails went out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailedToken {
    /// Whose it is.
    pub account_id: AccountId,
    /// The mail that carries it.
    pub mail_id: EventId,
    /// Where that went.
    pub email: Email,
    /// The session that must still be open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<SessionId>,
    /// Of the token; `None` once it was used or withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_hash: Option<String>,
    /// Until when it is good.
    pub expires_at: Timestamp,
    /// When mails went out within an hour, latest last.
    pub mailed_at: Vec<Timestamp>,
    /// Grows with every change.
    pub version: u64,
}

impl MailedToken {
    /// Whether this mail may go out now, after those before. A mail that is tried again is the same mail.
    pub fn admits(before: Option<&Self>, mail: EventId, now: Timestamp) -> bool {
        before.is_none_or(|before| {
            let recent = before.within_window(now);
            let rested = recent.last().is_none_or(|last| now.duration_since(*last) >= PAUSE);
            before.mail_id == mail || (rested && recent.len() < MAILS_LIMIT)
        })
    }

    /// A new token for this mail, in place of the one before.
    pub fn mint(
        before: Option<&Self>,
        mail: &TokenMail,
        now: Timestamp,
    ) -> Result<(Self, OneTimeToken)> {
        let token = OneTimeToken::new(mail.account_id, mail.id)?;
        let mut mailed_at = before.map(|before| before.within_window(now)).unwrap_or_default();
        if before.is_none_or(|before| before.mail_id != mail.id) {
            mailed_at.push(now);
        }
        let record = Self {
            account_id: mail.account_id,
            mail_id: mail.id,
            email: mail.email.clone(),
            session_id: mail.session_id,
            token_hash: Some(token.hash()),
            expires_at: mail.purpose.ends(now),
            mailed_at,
            version: before.map_or(1, |before| before.version + 1),
        };
        Ok((record, token))
    }

    fn within_window(&self, now: Timestamp) -> Vec<Timestamp> {
        let recent = self.mailed_at.iter().filter(|at| now.duration_since(**at) < WINDOW);
        recent.copied().collect()
    }

    /// Whether the token is good now: else `invalid`, with a code of its purpose.
    pub fn check(&self, token: &OneTimeToken, purpose: TokenPurpose, now: Timestamp) -> Result<()> {
        let hash = token.hash();
        if !self.token_hash.as_ref().is_some_and(|kept| secret::same(kept, &hash)) {
            return Err(purpose.refused());
        }
        if now >= self.expires_at {
            return Err(purpose.expired());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::UNIX_EPOCH;

    fn seconds(seconds: i64) -> Timestamp {
        START + SignedDuration::from_secs(seconds)
    }

    fn mint(before: Option<&MailedToken>, now: Timestamp) -> (MailedToken, OneTimeToken) {
        let account = before.map_or_else(AccountId::new, |before| before.account_id);
        MailedToken::mint(before, &mail(account, EventId::new()), now).unwrap()
    }

    fn mail(account_id: AccountId, id: EventId) -> TokenMail {
        let email = "ana@example.org".parse().unwrap();
        TokenMail { id, purpose: TokenPurpose::Reset, account_id, email, session_id: None }
    }

    fn check(kept: &MailedToken, token: &OneTimeToken, now: Timestamp) -> &'static str {
        let outcome = kept.check(token, TokenPurpose::Reset, now);
        outcome.map_or_else(|error| error.code(), |()| "good")
    }

    #[test]
    fn a_token_is_good_until_it_expires() {
        let (kept, token) = mint(None, START);
        let read: OneTimeToken = token.reveal().parse().unwrap();
        assert_eq!((&read, read.account()), (&token, kept.account_id));
        assert_eq!(check(&kept, &read, seconds(1_799)), "good");
        assert_eq!(check(&kept, &read, seconds(1_800)), "RESET_TOKEN_EXPIRED");
    }

    #[test]
    fn each_purpose_has_its_own_lifetime() {
        let hours = |purpose: TokenPurpose| purpose.lifetime().as_secs_f64() / 3_600.0;
        let all = TokenPurpose::ALL.map(|purpose| (purpose.as_str(), hours(purpose)));
        assert_eq!(all, [("reset", 0.5), ("verify", 168.0), ("change_email", 24.0)]);
    }

    #[test]
    fn the_newest_alone_is_good_and_an_invented_one_is_not() {
        let (first, old) = mint(None, START);
        let (second, new) = mint(Some(&first), seconds(60));
        assert_eq!(check(&second, &new, seconds(60)), "good");
        assert_eq!(check(&second, &old, seconds(60)), "RESET_TOKEN_INVALID");
        let invented = OneTimeToken::new(second.account_id, second.mail_id).unwrap();
        assert_eq!(check(&second, &invented, seconds(60)), "RESET_TOKEN_INVALID");
        let used = MailedToken { token_hash: None, ..second };
        assert_eq!(check(&used, &new, seconds(60)), "RESET_TOKEN_INVALID");
    }

    #[test]
    fn one_mail_a_minute_and_five_an_hour_go_out() {
        let admits =
            |kept: &MailedToken, now| MailedToken::admits(Some(kept), EventId::new(), seconds(now));
        let (mut kept, _) = mint(None, START);
        assert!(!admits(&kept, 59) && admits(&kept, 60));
        for number in 1..5 {
            (kept, _) = mint(Some(&kept), seconds(60 * number));
        }
        assert!(!admits(&kept, 300) && !admits(&kept, 3_599));
        assert!(admits(&kept, 3_600), "the first is an hour ago");
        (kept, _) = mint(Some(&kept), seconds(3_600));
        assert_eq!(kept.mailed_at.len(), 5);
        assert!(admits(&kept, 3_660) && MailedToken::admits(None, EventId::new(), START));
    }

    #[test]
    fn a_mail_that_is_tried_again_is_counted_once() {
        let (kept, _) = mint(None, START);
        assert!(MailedToken::admits(Some(&kept), kept.mail_id, START));
        let same = mail(kept.account_id, kept.mail_id);
        let (again, token) = MailedToken::mint(Some(&kept), &same, seconds(5)).unwrap();
        assert_eq!((again.mailed_at.len(), again.version), (1, 2));
        assert_eq!(check(&again, &token, seconds(5)), "good");
    }

    #[test]
    fn other_texts_are_no_tokens_and_none_shows_in_debug_output() {
        let (kept, token) = mint(None, START);
        let text = token.reveal();
        for wrong in ["", "cpo_", &text[4..], &format!("{text}A"), &text.replacen("cpo", "cpr", 1)]
        {
            assert_eq!(wrong.parse::<OneTimeToken>(), Err(NotAOneTimeToken), "{wrong}");
        }
        // The ids are no secret; everything after them is.
        let secret = &text[4 + 43..];
        assert!(!format!("{token:?}").contains(secret));
        assert!(!serde_json::to_string(&kept).unwrap().contains(secret));
    }
}
