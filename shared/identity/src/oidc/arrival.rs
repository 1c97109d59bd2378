//! Whose account somebody comes back to.
//!
//! A provider is believed about its own subjects, for good. About addresses a club's provider is believed only
//! where the club has proved that the address's domain is its own: any club can register a provider that says
//! anything. The platform's are believed as far as its operators say, see [`super::Trust`].
//!
//! An address that the provider does not say it has verified is believed nowhere: at many providers people
//! write what they like there, the owner's address for instance. Entra says it once it is told to.

use kernel::{AccountId, Email, Error, Result};

use super::Person;
use crate::Credential;

/// What to do with somebody whom a provider vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arrival {
    /// They have signed in like this before.
    Known(AccountId),
    /// The address is an account's, and theirs: the account gets this identity.
    Found {
        /// Which.
        account_id: AccountId,
        /// The address that proves it.
        email: Email,
        /// Nobody had proved to own the address: identities that were linked before are not its owner's.
        is_unproved: bool,
    },
    /// Nobody has the address: they get an account.
    New {
        /// The address.
        email: Email,
    },
}

/// Decides it: `linked` is the account of their identity, `found` the credential of their address, and
/// `is_vouched` whether the provider is believed about the address.
///
/// Refusals: `SSO_EMAIL_MISSING`, `SSO_EMAIL_UNVERIFIED` (forbidden), `ACCOUNT_EXISTS_LINK_FIRST` (conflict).
pub fn arrive(
    person: &Person,
    linked: Option<AccountId>,
    found: Option<&Credential>,
    is_vouched: bool,
) -> Result<Arrival> {
    if let Some(account) = linked {
        return Ok(Arrival::Known(account));
    }
    let Some(email) = person.email.clone() else {
        return Err(Error::forbidden(
            "SSO_EMAIL_MISSING",
            "the identity provider does not tell your address; allow it, or ask the club",
        ));
    };
    if person.email_verified != Some(true) {
        return Err(Error::forbidden(
            "SSO_EMAIL_UNVERIFIED",
            "the identity provider has not verified your address; verify it there first",
        ));
    }
    let Some(found) = found else { return Ok(Arrival::New { email }) };
    // Whoever has set a password on an address that is not theirs must not get its owner's sign-ins.
    let is_proved = found.verified_at.is_some();
    if is_vouched && (is_proved || found.password_hash.is_none()) {
        let account_id = found.account_id;
        return Ok(Arrival::Found { account_id, email, is_unproved: !is_proved });
    }
    Err(Error::conflict(
        "ACCOUNT_EXISTS_LINK_FIRST",
        "there is an account with your address; log in to it and link this provider there",
    ))
}

#[cfg(test)]
mod tests {
    use kernel::jiff::Timestamp;

    use super::*;
    use crate::{CredentialStatus, Issuer, Reach};

    fn person() -> Person {
        Person {
            issuer: Issuer::parse("https://id.example.org", Reach::Internet).unwrap(),
            subject: "1".to_owned(),
            email: Some("ana@club.example.org".parse().unwrap()),
            email_verified: Some(true),
            names_host: false,
            name: None,
            locale: None,
        }
    }

    fn credential(password: bool, verified: bool) -> Credential {
        Credential {
            account_id: AccountId::new(),
            password_hash: password.then(|| "hash".to_owned()),
            status: CredentialStatus::Active,
            verified_at: verified.then_some(Timestamp::UNIX_EPOCH),
            second_factor: false,
            password_version: 0,
        }
    }

    fn refusal(person: &Person, found: Option<&Credential>, is_vouched: bool) -> &'static str {
        arrive(person, None, found, is_vouched).unwrap_err().code()
    }

    #[test]
    fn who_came_before_is_known_whatever_their_address_is_now() {
        let (account, other) = (AccountId::new(), credential(true, true));
        let nameless = Person { email: None, email_verified: Some(false), ..person() };
        for (person, found) in [(person(), Some(&other)), (nameless, None)] {
            let arrived = arrive(&person, Some(account), found, false).unwrap();
            assert_eq!(arrived, Arrival::Known(account));
        }
    }

    #[test]
    fn an_address_counts_only_where_the_provider_has_verified_it() {
        let unverified = Person { email_verified: Some(false), ..person() };
        assert_eq!(refusal(&unverified, None, true), "SSO_EMAIL_UNVERIFIED");
        assert_eq!(
            refusal(&unverified, Some(&credential(false, true)), true),
            "SSO_EMAIL_UNVERIFIED"
        );
        let silent = Person { email_verified: None, ..person() };
        assert_eq!(refusal(&silent, None, true), "SSO_EMAIL_UNVERIFIED");
        let missing = Person { email: None, ..person() };
        assert_eq!(refusal(&missing, None, true), "SSO_EMAIL_MISSING");
    }

    #[test]
    fn an_account_is_found_by_a_believed_address_alone() {
        for (password, verified, is_vouched, is_found) in [
            (true, true, true, true),
            (false, true, true, true),
            (false, false, true, true),
            (true, false, true, false),
            (true, true, false, false),
            (false, true, false, false),
            (false, false, false, false),
        ] {
            let found = credential(password, verified);
            let case = format!("{password} {verified} {is_vouched}");
            if is_found {
                let arrived = arrive(&person(), None, Some(&found), is_vouched).unwrap();
                let email = person().email.unwrap();
                let account_id = found.account_id;
                let is_unproved = !verified;
                assert_eq!(arrived, Arrival::Found { account_id, email, is_unproved }, "{case}");
            } else {
                let code = refusal(&person(), Some(&found), is_vouched);
                assert_eq!(code, "ACCOUNT_EXISTS_LINK_FIRST", "{case}");
            }
        }
    }

    #[test]
    fn who_is_nobody_yet_gets_an_account() {
        for is_vouched in [true, false] {
            let arrived = arrive(&person(), None, None, is_vouched).unwrap();
            assert_eq!(arrived, Arrival::New { email: person().email.unwrap() });
        }
    }
}
