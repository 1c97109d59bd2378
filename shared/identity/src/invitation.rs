//! Invitations: roles for whoever reads the mail at an address.
//!
//! The token is `cpi_<base64url of invitation | secret>`: it says where the invitation lies, and proves
//! that its bearer got the mail. It exists in mails alone; kept are hashes. There may be several: a mail
//! that is sent again has a token of its own, and the one sent before stays good.

use std::{collections::BTreeMap, fmt, str::FromStr};

use kernel::{
    AccountId, Email, Error, InvitationId, PersonName, Result, Role, VenueId,
    jiff::{SignedDuration, Timestamp},
    secret,
};
use serde::{Deserialize, Serialize};

use crate::Membership;

const PREFIX: &str = "cpi_";
const ID_BYTES: usize = 16;
const BYTES: usize = ID_BYTES + 32;
/// How long an invitation can be accepted.
const LIFETIME: SignedDuration = SignedDuration::from_hours(14 * 24);
/// How many mails of one invitation stay good, the latest.
const TOKENS_LIMIT: usize = 8;

/// A promise of roles in a club.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// The id.
    pub id: InvitationId,
    /// Whom it is for.
    pub email: Email,
    /// How the mail greets them; by their address, where nobody said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<PersonName>,
    /// What they will be in the whole club.
    pub roles: Vec<Role>,
    /// The account that accepting it gives a sign-in to, where it has none yet: a child's. Of any other
    /// invitation `None`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_id: Option<AccountId>,
    /// What more they will be at single venues.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub venue_roles: BTreeMap<VenueId, Vec<Role>>,
    /// Who asked them; `None` where the platform did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invited_by: Option<AccountId>,
    /// Of the tokens that were sent.
    pub token_hashes: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it can be accepted.
    pub expires_at: Timestamp,
    /// When it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted_at: Option<Timestamp>,
    /// When the club took it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
    /// Grows with every change.
    pub version: u64,
}

impl Invitation {
    /// An invitation that nobody has been told of.
    pub fn new(id: InvitationId, email: Email, roles: Vec<Role>, now: Timestamp) -> Self {
        Self {
            id,
            email,
            name: None,
            roles,
            account_id: None,
            venue_roles: BTreeMap::new(),
            invited_by: None,
            token_hashes: Vec::new(),
            created_at: now,
            expires_at: now + LIFETIME,
            accepted_at: None,
            revoked_at: None,
            version: 1,
        }
    }

    /// The same, for an account that exists and has no sign-in yet.
    #[must_use]
    pub fn for_account(self, account: AccountId) -> Self {
        Self { account_id: Some(account), ..self }
    }

    /// How the mail greets them.
    pub fn greeted(&self) -> Result<PersonName> {
        let local = self.email.as_str().split('@').next().unwrap_or_default();
        let by_address = || local.parse();
        self.name
            .clone()
            .map_or_else(by_address, Ok)
            .map_err(|cause| Error::internal("an address greets nobody").with_source(cause))
    }

    /// The member that whoever accepts it becomes.
    #[must_use]
    pub fn place(&self, member: Membership) -> Membership {
        Membership { roles: self.roles.clone(), venue_roles: self.venue_roles.clone(), ..member }
    }

    /// Whether it may still be accepted at some time: else `conflict`, `INVITATION_USED`, or `invalid`,
    /// `INVITATION_REVOKED`.
    pub fn open(&self) -> Result<()> {
        if self.accepted_at.is_some() {
            return Err(used());
        }
        if self.revoked_at.is_some() {
            return Err(revoked());
        }
        Ok(())
    }

    /// Whether it can be accepted at this time.
    pub fn is_open_at(&self, now: Timestamp) -> bool {
        self.open().is_ok() && now < self.expires_at
    }

    /// The invitation with its whole time before it once more, for another mail.
    pub fn renewed(&self, now: Timestamp) -> Result<Self> {
        self.open()?;
        Ok(Self { expires_at: now + LIFETIME, version: self.version + 1, ..self.clone() })
    }

    /// The invitation with one more token to send.
    pub fn with_token(&self) -> Result<(Self, InvitationToken)> {
        let token = InvitationToken::new(self.id)?;
        let mut changed = Self { version: self.version + 1, ..self.clone() };
        changed.token_hashes.push(token.hash());
        let surplus = changed.token_hashes.len().saturating_sub(TOKENS_LIMIT);
        changed.token_hashes.drain(..surplus);
        Ok((changed, token))
    }

    /// Whether the bearer of this token may accept it for this address now.
    ///
    /// A token that was never sent hears `INVITATION_UNKNOWN` like one of no invitation at all.
    pub fn check(&self, token: &InvitationToken, email: &Email, now: Timestamp) -> Result<()> {
        let hash = token.hash();
        if !self.token_hashes.iter().any(|sent| secret::same(sent, &hash)) {
            return Err(unknown());
        }
        self.open()?;
        if now >= self.expires_at {
            let message = "this invitation has expired; ask for a new one";
            return Err(Error::invalid("INVITATION_EXPIRED", message));
        }
        if *email != self.email {
            return Err(Error::invalid(
                "INVITATION_FOR_ANOTHER_ADDRESS",
                "this invitation was sent to another address; register with that one",
            ));
        }
        Ok(())
    }
}

/// There is no such invitation.
pub(crate) fn unknown() -> Error {
    Error::invalid(
        "INVITATION_UNKNOWN",
        "this is not an invitation of that club; copy it whole from the latest mail",
    )
}

/// Somebody accepted it before.
pub(crate) fn used() -> Error {
    Error::conflict("INVITATION_USED", "this invitation was accepted before; log in")
}

/// The club took it back.
pub(crate) fn revoked() -> Error {
    let message = "the club has taken this invitation back; ask for a new one";
    Error::invalid("INVITATION_REVOKED", message)
}

/// What an invitation's mail carries.
#[derive(Clone, PartialEq, Eq)]
pub struct InvitationToken([u8; BYTES]);

impl InvitationToken {
    fn new(invitation: InvitationId) -> Result<Self> {
        let mut bytes = [0; BYTES];
        bytes[..ID_BYTES].copy_from_slice(invitation.uuid().as_bytes());
        bytes[ID_BYTES..].copy_from_slice(&secret::random::<32>()?);
        Ok(Self(bytes))
    }

    /// The invitation it says it is of.
    pub fn invitation(&self) -> InvitationId {
        InvitationId::from_uuid(uuid::Uuid::from_bytes(secret::part(&self.0, 0)))
    }

    /// The token's text, for the mail alone.
    pub fn reveal(&self) -> String {
        secret::write_token(PREFIX, &self.0)
    }

    fn hash(&self) -> String {
        secret::hash(&self.0)
    }
}

impl FromStr for InvitationToken {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        secret::read_token(PREFIX, text).map(Self).ok_or_else(unknown)
    }
}

impl fmt::Debug for InvitationToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InvitationToken({}, …)", self.invitation())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::UNIX_EPOCH;

    fn email(text: &str) -> Email {
        text.parse().unwrap()
    }

    fn sent() -> (Invitation, InvitationToken) {
        let invitation = Invitation::new(
            InvitationId::new(),
            email("olga@example.org"),
            vec![Role::Owner],
            START,
        );
        invitation.with_token().unwrap()
    }

    fn check(invitation: &Invitation, token: &InvitationToken, now: Timestamp) -> &'static str {
        let outcome = invitation.check(token, &email("olga@example.org"), now);
        outcome.map_or_else(|error| error.code(), |()| "good")
    }

    #[test]
    fn the_token_of_the_mail_is_good_until_it_expires() {
        let (invitation, token) = sent();
        let token: InvitationToken = token.reveal().parse().unwrap();
        assert_eq!(token.invitation(), invitation.id);
        let end = invitation.expires_at;
        assert_eq!(check(&invitation, &token, START), "good");
        assert_eq!(check(&invitation, &token, end - SignedDuration::from_secs(1)), "good");
        assert_eq!(check(&invitation, &token, end), "INVITATION_EXPIRED");
    }

    #[test]
    fn a_mail_sent_again_leaves_the_first_one_good() {
        let (invitation, first) = sent();
        let (invitation, second) = invitation.with_token().unwrap();
        assert_eq!(check(&invitation, &first, START), "good");
        assert_eq!(check(&invitation, &second, START), "good");
        let mut many = invitation;
        for _ in 0..20 {
            many = many.with_token().unwrap().0;
        }
        assert_eq!(many.token_hashes.len(), TOKENS_LIMIT);
        assert_eq!(check(&many, &first, START), "INVITATION_UNKNOWN");
    }

    #[test]
    fn another_s_or_an_invented_token_is_unknown() {
        let (invitation, _) = sent();
        let (_, other) = sent();
        let invented = InvitationToken::new(invitation.id).unwrap();
        assert_eq!(check(&invitation, &other, START), "INVITATION_UNKNOWN");
        assert_eq!(check(&invitation, &invented, START), "INVITATION_UNKNOWN");
        let unreadable = "cpi_AAAA".parse::<InvitationToken>().unwrap_err();
        assert_eq!(unreadable.code(), "INVITATION_UNKNOWN");
    }

    #[test]
    fn it_is_for_its_address_and_accepted_once() {
        let (invitation, token) = sent();
        let refused = invitation.check(&token, &email("eve@example.org"), START).unwrap_err();
        assert_eq!(refused.code(), "INVITATION_FOR_ANOTHER_ADDRESS");
        let revoked = Invitation { revoked_at: Some(START), ..invitation.clone() };
        assert_eq!(check(&revoked, &token, START), "INVITATION_REVOKED");
        assert_eq!(revoked.renewed(START).unwrap_err().code(), "INVITATION_REVOKED");
        let accepted = Invitation { accepted_at: Some(START), ..invitation };
        assert_eq!(check(&accepted, &token, START), "INVITATION_USED");
        assert_eq!(accepted.renewed(START).unwrap_err().code(), "INVITATION_USED");
    }

    #[test]
    fn another_mail_gives_the_whole_time_again() {
        let (invitation, token) = sent();
        let late = invitation.expires_at;
        let renewed = invitation.renewed(late).unwrap();
        assert_eq!(check(&renewed, &token, late), "good");
        assert_eq!(renewed.version, invitation.version + 1);
    }

    #[test]
    fn whoever_has_no_name_yet_is_greeted_by_their_address() {
        let (invitation, _) = sent();
        assert_eq!(invitation.greeted().unwrap().as_str(), "olga");
        let named = Invitation { name: Some("Olga Pérez".parse().unwrap()), ..invitation };
        assert_eq!(named.greeted().unwrap().as_str(), "Olga Pérez");
    }
}
