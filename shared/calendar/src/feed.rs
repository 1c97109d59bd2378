//! Feeds: calendars that other programs subscribe to. Their address is their password: in base64url the feed's
//! id, its club and 32 random bytes, of which only the hash is kept.

use std::str::FromStr;

use booking::Booking;
use kernel::{
    AccountId, ClubId, CourtId, Error, FeedId, LocalDate, Result, VenueId,
    jiff::{Timestamp, tz::TimeZone},
    secret::{self, ClubSecret},
};
use serde::{Deserialize, Serialize};

/// The most feeds that an account has in a club.
pub const FEEDS_LIMIT: u64 = 20;

/// What addresses of calendars end with: some programs go by it.
const ENDING: &str = ".ics";

/// Whose bookings a feed shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "scope", rename_all = "snake_case")]
pub enum Scope {
    /// Those of whose feed it is.
    MyBookings,
    /// Those of a child for whom they act.
    ChildBookings {
        /// Which.
        child_id: AccountId,
    },
    /// Everybody's on a court: for staff.
    Court {
        /// Where.
        venue_id: VenueId,
        /// Which.
        court_id: CourtId,
        /// The courts whose days it takes.
        takes: Vec<CourtId>,
    },
    /// Everybody's at a venue: for staff.
    Venue {
        /// Which.
        venue_id: VenueId,
    },
}

impl Scope {
    /// The venue of a staff's feed.
    pub fn venue(&self) -> Option<VenueId> {
        match self {
            Self::MyBookings | Self::ChildBookings { .. } => None,
            Self::Court { venue_id, .. } | Self::Venue { venue_id } => Some(*venue_id),
        }
    }

    /// Whether a booking of the venue, or of the member, is shown.
    pub fn shows(&self, booking: &Booking) -> bool {
        match self {
            Self::MyBookings | Self::ChildBookings { .. } | Self::Venue { .. } => true,
            Self::Court { court_id, takes, .. } => is_on(booking, *court_id, takes),
        }
    }
}

/// Whether a booking takes a court or any of those that it is made of: a full court's is one of its halves', too.
pub(crate) fn is_on(booking: &Booking, court: CourtId, takes: &[CourtId]) -> bool {
    booking.court_id == court || booking.courts().iter().any(|taken| takes.contains(taken))
}

/// A feed as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feed {
    /// Its id.
    pub id: FeedId,
    /// Whose it is. It shows what they may see at the moment at which it is read.
    pub account_id: AccountId,
    /// What it shows.
    #[serde(flatten)]
    pub scope: Scope,
    /// Of its address.
    pub hash: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// The last day, in UTC, on which somebody read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_on: Option<LocalDate>,
}

impl Feed {
    /// What is kept of a fresh feed.
    pub fn new(text: &FeedText, account_id: AccountId, scope: Scope, now: Timestamp) -> Self {
        let (id, hash) = (text.id(), text.hash());
        Self { id, account_id, scope, hash, created_at: now, last_used_on: None }
    }

    /// Whether it has this address: else `not_found`, `FEED_NOT_FOUND`.
    pub fn check(&self, text: &FeedText) -> Result<()> {
        if secret::same(&self.hash, &text.hash()) { Ok(()) } else { Err(feed_not_found()) }
    }

    /// The day that is to be noted as its last, if it is not yet.
    pub fn used_on(&self, now: Timestamp) -> Option<LocalDate> {
        let today = LocalDate::from(TimeZone::UTC.to_datetime(now).date());
        (self.last_used_on != Some(today)).then_some(today)
    }
}

/// 404: no such feed, or not this one's address any more.
pub fn feed_not_found() -> Error {
    Error::not_found("FEED_NOT_FOUND", "there is no such calendar feed; make one in the club's app")
}

/// The last part of a feed's address, which a program presents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedText(ClubSecret);

impl FeedText {
    /// A fresh one of a club.
    pub fn new(club: ClubId) -> Result<Self> {
        ClubSecret::new(FeedId::new().uuid(), club).map(Self)
    }

    /// Which feed.
    pub fn id(&self) -> FeedId {
        FeedId::from_uuid(self.0.id())
    }

    /// Whose club's.
    pub fn club(&self) -> ClubId {
        self.0.club()
    }

    /// The whole text; shown once.
    pub fn reveal(&self) -> String {
        self.0.reveal() + ENDING
    }

    fn hash(&self) -> String {
        secret::hash(self.reveal().as_bytes())
    }
}

impl FromStr for FeedText {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let secret = text.strip_suffix(ENDING).and_then(ClubSecret::read);
        secret.map(Self).ok_or_else(feed_not_found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text_samples;

    #[test]
    fn an_address_reads_back_and_shows_nothing_of_its_secret() {
        let text = FeedText::new(ClubId::new()).unwrap();
        let shown = text.reveal();
        let read: FeedText = shown.parse().unwrap();
        assert_eq!((read, read.id(), read.club()), (text, text.id(), text.club()));
        assert!(!format!("{text:?}").contains(&shown[50..60]));
        let now = Timestamp::UNIX_EPOCH;
        let feed = Feed::new(&text, AccountId::new(), Scope::MyBookings, now);
        assert!(!serde_json::to_string(&feed).unwrap().contains(&shown[10..]));
        let bare = shown.trim_end_matches(ENDING);
        for wrong in ["", ENDING, bare, &shown[1..], &format!("A{shown}"), &format!("{shown}/x")] {
            assert_eq!(wrong.parse::<FeedText>().unwrap_err().code(), "FEED_NOT_FOUND", "{wrong}");
        }
    }

    #[test]
    fn another_secret_under_the_same_id_is_no_address() {
        let text = FeedText::new(ClubId::new()).unwrap();
        let feed = Feed::new(&text, AccountId::new(), Scope::MyBookings, Timestamp::UNIX_EPOCH);
        let guess = FeedText(ClubSecret::new(text.id().uuid(), text.club()).unwrap());
        assert_eq!(feed.check(&guess).unwrap_err().code(), "FEED_NOT_FOUND");
        feed.check(&text).unwrap();
    }

    #[test]
    fn a_feed_is_kept_with_its_scope_beside_its_other_fields() {
        let text = FeedText::new(ClubId::new()).unwrap();
        let scope = Scope::Court {
            venue_id: VenueId::new(),
            court_id: CourtId::new(),
            takes: vec![CourtId::new()],
        };
        let feed = Feed::new(&text, AccountId::new(), scope, Timestamp::UNIX_EPOCH);
        let kept = serde_json::to_value(&feed).unwrap();
        assert_eq!(kept["scope"], "court");
        assert_eq!(serde_json::from_value::<Feed>(kept).unwrap(), feed);
    }

    #[test]
    fn its_last_use_is_noted_once_a_day() {
        let text = FeedText::new(ClubId::new()).unwrap();
        let now = "2026-11-20T23:59:59Z".parse().unwrap();
        let mut feed = Feed::new(&text, AccountId::new(), Scope::MyBookings, now);
        let today = feed.used_on(now);
        assert_eq!(today.map(|day| day.to_string()).as_deref(), Some("2026-11-20"));
        feed.last_used_on = today;
        assert_eq!(feed.used_on(now), None);
        assert!(feed.used_on("2026-11-21T00:00:00Z".parse().unwrap()).is_some());
    }

    #[test]
    fn a_full_court_s_booking_is_on_its_halves_and_theirs_on_it() {
        let (full, left, right) = (CourtId::new(), CourtId::new(), CourtId::new());
        let sample = text_samples::booking("America/Lima", "2026-11-21T18:00-05", 60);
        let of_full = Booking { court_id: full, takes: vec![left, right], ..sample.clone() };
        let of_left = Booking { court_id: left, takes: Vec::new(), ..sample };
        assert!(is_on(&of_full, left, &[left]) && is_on(&of_full, full, &[left, right]));
        assert!(is_on(&of_left, full, &[left, right]) && !is_on(&of_left, right, &[right]));
    }
}
