//! Refresh tokens: opaque, good once.
//!
//! `cpr_<base64url of account | session | club | family | secret>`: the ids say where the session's record
//! lies, and for which club it is (zeros for none), so that all that an exchange needs is read at once;
//! the family's 16 bytes stay the same through all generations, the secret's 32 bytes are new in each. So
//! an older token of the family is told from an invented one, and only the former ends the session.

use std::{fmt, str::FromStr};

use kernel::{AccountId, ClubId, Result, SessionId, secret};

const PREFIX: &str = "cpr_";
const ID_BYTES: usize = 16;
const FAMILY_BYTES: usize = 16;
const SECRET_BYTES: usize = 32;
const BYTES: usize = 3 * ID_BYTES + FAMILY_BYTES + SECRET_BYTES;

/// One refresh token.
#[derive(Clone, PartialEq, Eq)]
pub struct RefreshToken([u8; BYTES]);

/// The text is not a refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotARefreshToken;

impl RefreshToken {
    /// The first token of a new family.
    pub fn first(account: AccountId, session: SessionId, club: Option<ClubId>) -> Result<Self> {
        Ok(Self::from_parts(account, session, club, secret::random()?, secret::random()?))
    }

    /// The next token of the same family.
    pub fn next(&self) -> Result<Self> {
        let family = secret::part(&self.0, 3 * ID_BYTES);
        Ok(Self::from_parts(self.account(), self.session(), self.club(), family, secret::random()?))
    }

    fn from_parts(
        account: AccountId,
        session: SessionId,
        club: Option<ClubId>,
        family: [u8; FAMILY_BYTES],
        secret: [u8; SECRET_BYTES],
    ) -> Self {
        let mut bytes = [0; BYTES];
        bytes[..ID_BYTES].copy_from_slice(account.uuid().as_bytes());
        bytes[ID_BYTES..2 * ID_BYTES].copy_from_slice(session.uuid().as_bytes());
        if let Some(club) = club {
            bytes[2 * ID_BYTES..3 * ID_BYTES].copy_from_slice(club.uuid().as_bytes());
        }
        bytes[3 * ID_BYTES..3 * ID_BYTES + FAMILY_BYTES].copy_from_slice(&family);
        bytes[3 * ID_BYTES + FAMILY_BYTES..].copy_from_slice(&secret);
        Self(bytes)
    }

    /// Whose it says it is.
    pub fn account(&self) -> AccountId {
        AccountId::from_uuid(uuid(secret::part(&self.0, 0)))
    }

    /// The session it says it belongs to.
    pub fn session(&self) -> SessionId {
        SessionId::from_uuid(uuid(secret::part(&self.0, ID_BYTES)))
    }

    /// The club it says its session is for.
    pub fn club(&self) -> Option<ClubId> {
        let id = uuid(secret::part(&self.0, 2 * ID_BYTES));
        (!id.is_nil()).then(|| ClubId::from_uuid(id))
    }

    /// What is kept of the token.
    pub(crate) fn hash(&self) -> String {
        secret::hash(&self.0)
    }

    /// What is kept of its family.
    pub(crate) fn family_hash(&self) -> String {
        secret::hash(&self.0[..3 * ID_BYTES + FAMILY_BYTES])
    }

    /// The token's text, for its owner alone.
    pub fn reveal(&self) -> String {
        secret::write_token(PREFIX, &self.0)
    }
}

fn uuid(bytes: [u8; ID_BYTES]) -> uuid::Uuid {
    uuid::Uuid::from_bytes(bytes)
}

impl FromStr for RefreshToken {
    type Err = NotARefreshToken;

    fn from_str(text: &str) -> Result<Self, NotARefreshToken> {
        secret::read_token(PREFIX, text).map(Self).ok_or(NotARefreshToken)
    }
}

impl fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RefreshToken({}, …)", self.session())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_reads_back_and_says_where_its_session_lies() {
        let (account, session, club) = (AccountId::new(), SessionId::new(), ClubId::new());
        let token = RefreshToken::first(account, session, Some(club)).unwrap();
        assert!(token.reveal().starts_with("cpr_"));
        let read: RefreshToken = token.reveal().parse().unwrap();
        assert_eq!(read, token);
        assert_eq!((read.account(), read.session(), read.club()), (account, session, Some(club)));
    }

    #[test]
    fn the_next_token_is_of_the_same_family_with_another_secret() {
        let first = RefreshToken::first(AccountId::new(), SessionId::new(), None).unwrap();
        let next = first.next().unwrap();
        assert_eq!(next.family_hash(), first.family_hash());
        assert_ne!(next.hash(), first.hash());
        let stranger = RefreshToken::first(first.account(), first.session(), None).unwrap();
        assert_ne!(stranger.family_hash(), first.family_hash());
    }

    #[test]
    fn other_texts_are_no_tokens() {
        let text = RefreshToken::first(AccountId::new(), SessionId::new(), None).unwrap().reveal();
        for wrong in [
            "",
            "cpr_",
            "eyJhbGciOiJFUzI1NiJ9.e30.x",
            &text[4..],
            &text[..text.len() - 1],
            &format!("{text}A"),
            &format!("{text}="),
            &text.replacen("cpr_", "cpi_", 1),
            &format!(" {text}"),
        ] {
            assert_eq!(wrong.parse::<RefreshToken>(), Err(NotARefreshToken), "{wrong}");
        }
    }

    #[test]
    fn tokens_do_not_show_in_debug_output() {
        let token = RefreshToken::first(AccountId::new(), SessionId::new(), None).unwrap();
        assert!(!format!("{token:?}").contains(&token.reveal()[70..]));
    }
}
