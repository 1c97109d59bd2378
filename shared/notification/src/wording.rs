//! The texts that notices are told in.

use serde::{Deserialize, Serialize};

use crate::Language;

macro_rules! templates {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// The name of a text that every club has in every language.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Template {
            $($(#[$doc])* $name,)*
        }

        impl Template {
            /// Every template.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Its name in keys.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The three parts, divided by lines, as `templates/` holds them.
            fn source(self, language: Language) -> &'static str {
                match (self, language) {$(
                    (Self::$name, Language::Spanish) => include_str!(concat!("../templates/es/", $text, ".jinja")),
                    (Self::$name, Language::English) => include_str!(concat!("../templates/en/", $text, ".jinja")),
                    (Self::$name, Language::Portuguese) => include_str!(concat!("../templates/pt/", $text, ".jinja")),
                )*}
            }
        }
    };
}

templates! {
    /// The court is theirs.
    BookingConfirmed = "booking_confirmed";
    /// The booking is cancelled.
    BookingCancelled = "booking_cancelled";
    /// The booking is cancelled, because the club closes its court.
    BookingClosedOut = "booking_closed_out";
    /// The court of a booking will be closed, and the booking stays.
    ClosureAnnounced = "closure_announced";
    /// The booking was not paid in time.
    BookingExpired = "booking_expired";
    /// The booking is at another time or on another court.
    BookingMoved = "booking_moved";
    /// Nobody checked in to the booking in time.
    BookingMissed = "booking_missed";
    /// Dates of a series are theirs.
    SeriesBooked = "series_booked";
    /// Dates of a series are at another time or on another court.
    SeriesChanged = "series_changed";
    /// Dates of a series are cancelled.
    SeriesCancelled = "series_cancelled";
    /// The provider did not take the money.
    PaymentDeclined = "payment_declined";
    /// They are asked to pay their part of a booking.
    PaymentAsked = "payment_asked";
    /// They have not paid in time, and owe it.
    PaymentOwed = "payment_owed";
    /// Money was given back.
    PaymentRefunded = "payment_refunded";
    /// The waiting list holds a court for them.
    WaitlistOffer = "waitlist_offer";
    /// A court is free that they wait for.
    WaitlistSlotFree = "waitlist_slot_free";
    /// The waiting list booked a court for them.
    WaitlistBooked = "waitlist_booked";
    /// They are a member now.
    MemberWelcome = "member_welcome";
    /// They are asked to take over their new club.
    OwnerInvitation = "owner_invitation";
    /// They are asked to join a club.
    Invitation = "invitation";
    /// Somebody wants to set a new password.
    PasswordReset = "password_reset";
    /// They are asked to prove that they read this address's mail.
    VerifyEmail = "verify_email";
    /// They are asked to prove that they read the new address's mail.
    EmailChange = "email_change";
    /// Somebody wants to move their account to another address.
    EmailChangeRequested = "email_change_requested";
    /// Their password is another one.
    PasswordChanged = "password_changed";
    /// Their account has another address.
    EmailChanged = "email_changed";
}

impl Template {
    /// Whether the platform says it, about an account, in words that no club changes.
    pub fn is_of_platform(self) -> bool {
        match self {
            Self::PasswordReset
            | Self::VerifyEmail
            | Self::EmailChange
            | Self::EmailChangeRequested
            | Self::PasswordChanged
            | Self::EmailChanged => true,
            Self::BookingConfirmed
            | Self::BookingCancelled
            | Self::BookingClosedOut
            | Self::ClosureAnnounced
            | Self::BookingExpired
            | Self::BookingMoved
            | Self::BookingMissed
            | Self::SeriesBooked
            | Self::SeriesChanged
            | Self::SeriesCancelled
            | Self::PaymentDeclined
            | Self::PaymentAsked
            | Self::PaymentOwed
            | Self::PaymentRefunded
            | Self::WaitlistOffer
            | Self::WaitlistSlotFree
            | Self::WaitlistBooked
            | Self::MemberWelcome
            | Self::OwnerInvitation
            | Self::Invitation => false,
        }
    }
}

/// One notice's text in one language: three templates of Jinja's syntax over the same names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wording {
    /// One line.
    pub subject: String,
    /// The plain-text part.
    pub text: String,
    /// What stands inside the frame of the HTML part. Values are escaped.
    pub html: String,
}

impl Wording {
    /// The words that come with the platform.
    pub fn built_in(template: Template, language: Language) -> Self {
        let source = template.source(language);
        let (subject, rest) = source.split_once("\n--- text\n").unwrap_or((source, ""));
        let (text, html) = rest.split_once("\n--- html\n").unwrap_or((rest, ""));
        Self { subject: subject.into(), text: text.into(), html: html.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_notice_has_all_three_parts_in_every_language() {
        for template in Template::ALL {
            for language in Language::ALL {
                let Wording { subject, text, html } = Wording::built_in(*template, language);
                assert_eq!(subject.lines().count(), 1, "{template:?} {language:?}");
                assert!(
                    text.lines().count() > 3 && html.lines().count() > 2,
                    "{template:?} {language:?}"
                );
                assert!(
                    !text.contains("<p>") && html.starts_with("<p>"),
                    "{template:?} {language:?}"
                );
            }
        }
    }
}
