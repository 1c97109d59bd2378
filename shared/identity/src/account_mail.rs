//! What the platform has to write to an account's owner: the messages of the account mail queue.

use kernel::{AccountId, ClubId, Email, EventId, SessionId, Slug};
use serde::{Deserialize, Serialize};

/// One mail to be written. No token is in it: whoever sends the mail makes the token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountMail {
    /// Names the mail: it goes out once, however often the message comes.
    pub id: EventId,
    /// Of the request that asked for it.
    pub correlation_id: String,
    /// What it is about.
    #[serde(flatten)]
    pub about: MailAbout,
}

impl AccountMail {
    /// A new mail.
    pub fn new(correlation_id: String, about: MailAbout) -> Self {
        Self { id: EventId::new(), correlation_id, about }
    }
}

/// What a mail is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum MailAbout {
    /// Somebody wants to set a new password for this address, which may be nobody's.
    PasswordReset {
        /// The address.
        email: Email,
        /// The club they mean to sign in to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        club: Option<Slug>,
    },
    /// Somebody wants to prove that they read the mail at their address.
    VerifyEmail {
        /// Who.
        account_id: AccountId,
        /// The club they are signed in to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        club_id: Option<ClubId>,
    },
    /// Somebody wants to move to another address, which may be somebody's.
    ChangeEmail {
        /// Who.
        account_id: AccountId,
        /// Where to.
        new_email: Email,
        /// The session that they asked in.
        session_id: SessionId,
        /// The club they are signed in to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        club_id: Option<ClubId>,
    },
    /// A password was changed.
    PasswordChanged {
        /// Whose.
        account_id: AccountId,
    },
    /// An account moved to another address.
    EmailChanged {
        /// Whose.
        account_id: AccountId,
        /// The address before.
        email: Email,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_reads_back_from_its_message() {
        let (account_id, email) = (AccountId::new(), "ana@example.org".parse::<Email>().unwrap());
        for about in [
            MailAbout::PasswordReset { email: email.clone(), club: Some("norte".parse().unwrap()) },
            MailAbout::VerifyEmail { account_id, club_id: Some(ClubId::new()) },
            MailAbout::ChangeEmail {
                account_id,
                new_email: email.clone(),
                session_id: SessionId::new(),
                club_id: None,
            },
            MailAbout::PasswordChanged { account_id },
            MailAbout::EmailChanged { account_id, email },
        ] {
            let mail = AccountMail::new("correlation".to_owned(), about);
            let text = serde_json::to_string(&mail).unwrap();
            assert_eq!(serde_json::from_str::<AccountMail>(&text).unwrap(), mail, "{text}");
        }
    }
}
