//! What there is to say.

use kernel::{
    Money, PersonName,
    jiff::{Timestamp, tz::TimeZone},
};

use crate::{Language, Template};

/// One notice to one person.
#[derive(Debug, Clone)]
pub struct Letter {
    /// Whom it greets.
    pub recipient: PersonName,
    /// What it is written in.
    pub language: Language,
    /// The club's name; of somebody who is in no club, the platform's.
    pub club: String,
    /// Where its times are local: the venue's zone, or the club's.
    pub time_zone: TimeZone,
    /// What it says.
    pub notice: Notice,
}

/// The things that people are told.
#[derive(Debug, Clone)]
pub enum Notice {
    /// The court is theirs.
    BookingConfirmed {
        /// Which.
        booking: BookingFacts,
        /// What they have to pay still, if anything.
        due: Option<Due>,
    },
    /// The booking is cancelled.
    BookingCancelled {
        /// Which.
        booking: BookingFacts,
        /// What will be given back, if anything.
        refund: Option<GivenBack>,
        /// What they have to pay all the same, if anything.
        due: Option<Due>,
    },
    /// The booking is cancelled, because the club closes its court.
    BookingClosedOut {
        /// Which.
        booking: BookingFacts,
        /// Why, in the club's words.
        reason: String,
        /// What will be given back, if anything.
        refund: Option<GivenBack>,
        /// Where to book again, if that is offered.
        rebook: Option<String>,
    },
    /// The court of a booking will be closed, and the booking stays.
    ClosureAnnounced {
        /// Which.
        booking: BookingFacts,
        /// Why, in the club's words.
        reason: String,
    },
    /// The booking was not paid in time.
    BookingExpired(BookingFacts),
    /// The booking is at another time or on another court.
    BookingMoved {
        /// As it is now.
        booking: BookingFacts,
        /// What will be given back because it costs less, if anything.
        refund: Option<GivenBack>,
        /// What they have to pay still, if anything.
        due: Option<Due>,
    },
    /// Nobody checked in to the booking in time.
    BookingMissed(BookingFacts),
    /// Dates of a series are theirs.
    SeriesBooked(SeriesFacts),
    /// Dates of a series are at another time or on another court.
    SeriesChanged(SeriesFacts),
    /// Dates of a series are cancelled.
    SeriesCancelled(SeriesFacts),
    /// The provider did not take the money.
    PaymentDeclined {
        /// For which booking.
        booking: BookingFacts,
        /// Until when the court is kept.
        held_until: Timestamp,
        /// Where to pay again, if that is known.
        checkout: Option<String>,
    },
    /// They have a part in somebody's booking, which they are asked to pay.
    PaymentAsked {
        /// Which booking.
        booking: BookingFacts,
        /// Their part.
        due: Due,
        /// Whether the booking is cancelled, and the part is to be paid all the same.
        is_cancelled: bool,
        /// Where they pay.
        link: String,
    },
    /// They have not paid in time, and owe it.
    PaymentOwed {
        /// For which booking.
        booking: BookingFacts,
        /// How much.
        amount: Money,
        /// Where they pay.
        link: String,
    },
    /// Money was given back.
    PaymentRefunded {
        /// For which booking.
        booking: BookingFacts,
        /// How much, and where it is.
        refund: GivenBack,
    },
    /// The waiting list holds a court for them.
    WaitlistOffer {
        /// Which.
        booking: BookingFacts,
        /// Until when they may accept it.
        held_until: Timestamp,
    },
    /// A court is free that they wait for; whoever books first has it.
    WaitlistSlotFree(BookingFacts),
    /// The waiting list booked a court for them.
    WaitlistBooked(BookingFacts),
    /// They are a member now, and may be asked to prove that they read their address's mail.
    MemberWelcome(Option<TimedLink>),
    /// They are asked to take over their new club.
    OwnerInvitation {
        /// Where they accept.
        link: String,
        /// Until when.
        expires_at: Timestamp,
    },
    /// Somebody wants to set a new password.
    PasswordReset(TimedLink),
    /// They are asked to prove that they read this address's mail.
    VerifyEmail(TimedLink),
    /// They are asked to prove that they read the new address's mail.
    EmailChange(TimedLink),
    /// Somebody wants to move their account to another address; said to the present one.
    EmailChangeRequested,
    /// Their password is another one.
    PasswordChanged,
    /// Their account has another address; said to the one before.
    EmailChanged,
    /// They are asked to join a club.
    Invitation {
        /// Where they accept.
        link: String,
        /// Until when.
        expires_at: Timestamp,
    },
}

/// A link that works until an instant.
#[derive(Debug, Clone)]
pub struct TimedLink {
    /// Where it leads.
    pub link: String,
    /// Until when it works.
    pub expires_at: Timestamp,
}

/// Money that goes back, or has gone.
#[derive(Debug, Clone, Copy)]
pub struct GivenBack {
    /// How much.
    pub amount: Money,
    /// Whether it goes into their wallet at the club, and not back the way it was paid.
    pub to_wallet: bool,
}

/// Money that has to be paid.
#[derive(Debug, Clone, Copy)]
pub struct Due {
    /// How much.
    pub amount: Money,
    /// Until when; `None` for now.
    pub by: Option<Timestamp>,
}

/// A booking as people know it.
#[derive(Debug, Clone)]
pub struct BookingFacts {
    /// The court's name.
    pub court: String,
    /// Its venue's name.
    pub venue: String,
    /// When play begins.
    pub starts_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
    /// What it costs; zero is not mentioned.
    pub price: Money,
}

/// Dates of a series as people know them.
#[derive(Debug, Clone)]
pub struct SeriesFacts {
    /// The court's name.
    pub court: String,
    /// Its venue's name.
    pub venue: String,
    /// Those that it is about, by date.
    pub dates: Vec<SeriesDate>,
    /// Those that were asked for and could not be, each with the reason.
    pub left_out: Vec<(SeriesDate, LeftOut)>,
    /// What the dates cost together; zero is not mentioned.
    pub price: Money,
}

/// A date of a series.
#[derive(Debug, Clone, Copy)]
pub struct SeriesDate {
    /// When play begins.
    pub starts_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
}

/// Why a date could not be what was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftOut {
    /// Somebody else has the court.
    Taken,
    /// The venue or the court is closed then.
    Closed,
    /// It is too late for it.
    TooLate,
    /// A rule of the club forbids it.
    Rules,
}

impl Notice {
    pub(crate) fn series(&self) -> Option<&SeriesFacts> {
        match self {
            Self::SeriesBooked(series)
            | Self::SeriesChanged(series)
            | Self::SeriesCancelled(series) => Some(series),
            _ => None,
        }
    }

    /// Which wording says it.
    pub fn template(&self) -> Template {
        match self {
            Self::BookingConfirmed { .. } => Template::BookingConfirmed,
            Self::BookingCancelled { .. } => Template::BookingCancelled,
            Self::BookingClosedOut { .. } => Template::BookingClosedOut,
            Self::ClosureAnnounced { .. } => Template::ClosureAnnounced,
            Self::BookingExpired(_) => Template::BookingExpired,
            Self::BookingMoved { .. } => Template::BookingMoved,
            Self::BookingMissed(_) => Template::BookingMissed,
            Self::SeriesBooked(_) => Template::SeriesBooked,
            Self::SeriesChanged(_) => Template::SeriesChanged,
            Self::SeriesCancelled(_) => Template::SeriesCancelled,
            Self::PaymentDeclined { .. } => Template::PaymentDeclined,
            Self::PaymentAsked { .. } => Template::PaymentAsked,
            Self::PaymentOwed { .. } => Template::PaymentOwed,
            Self::PaymentRefunded { .. } => Template::PaymentRefunded,
            Self::WaitlistOffer { .. } => Template::WaitlistOffer,
            Self::WaitlistSlotFree(_) => Template::WaitlistSlotFree,
            Self::WaitlistBooked(_) => Template::WaitlistBooked,
            Self::MemberWelcome(_) => Template::MemberWelcome,
            Self::OwnerInvitation { .. } => Template::OwnerInvitation,
            Self::PasswordReset(_) => Template::PasswordReset,
            Self::VerifyEmail(_) => Template::VerifyEmail,
            Self::EmailChange(_) => Template::EmailChange,
            Self::EmailChangeRequested => Template::EmailChangeRequested,
            Self::PasswordChanged => Template::PasswordChanged,
            Self::EmailChanged => Template::EmailChanged,
            Self::Invitation { .. } => Template::Invitation,
        }
    }

    pub(crate) fn booking(&self) -> Option<&BookingFacts> {
        match self {
            Self::BookingConfirmed { booking, .. }
            | Self::BookingCancelled { booking, .. }
            | Self::BookingClosedOut { booking, .. }
            | Self::ClosureAnnounced { booking, .. }
            | Self::BookingExpired(booking)
            | Self::BookingMoved { booking, .. }
            | Self::BookingMissed(booking)
            | Self::PaymentDeclined { booking, .. }
            | Self::PaymentAsked { booking, .. }
            | Self::PaymentOwed { booking, .. }
            | Self::PaymentRefunded { booking, .. }
            | Self::WaitlistOffer { booking, .. }
            | Self::WaitlistSlotFree(booking)
            | Self::WaitlistBooked(booking) => Some(booking),
            Self::SeriesBooked(_)
            | Self::SeriesChanged(_)
            | Self::SeriesCancelled(_)
            | Self::MemberWelcome(_)
            | Self::OwnerInvitation { .. }
            | Self::Invitation { .. }
            | Self::PasswordReset(_)
            | Self::VerifyEmail(_)
            | Self::EmailChange(_)
            | Self::EmailChangeRequested
            | Self::PasswordChanged
            | Self::EmailChanged => None,
        }
    }
}
