//! A member's place in the waiting list of a venue's day.

use booking::{Freed, Party};
use facilities::{Court, Tag};
use kernel::{
    AccountId, BookingId, CourtId, Result, Role, Sport, TimeOfDay, VenueId, WaitlistEntryId,
    jiff::{Timestamp, civil::Date},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Place, error::entry_ended};

/// Which courts would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WantedCourts)]
pub enum Wanted {
    /// Whichever.
    Any,
    /// Those of a group.
    Group(Tag),
    /// Those for a sport.
    Sport(Sport),
    /// These: 1 to 20.
    CourtIds(Vec<CourtId>),
}

impl Wanted {
    /// The most courts that are named one by one.
    pub const MAX: usize = 20;

    /// Whether a court would do.
    pub fn has(&self, court: &Court) -> bool {
        match self {
            Self::Any => true,
            Self::Group(group) => court.groups.contains(group),
            Self::Sport(sport) => court.sport == *sport,
            Self::CourtIds(ids) => ids.contains(&court.id),
        }
    }

    /// The same wish in the same words: ids in order, each once. None where it names none or too many.
    pub(crate) fn tidy(self) -> Option<Self> {
        let Self::CourtIds(mut ids) = self else { return Some(self) };
        ids.sort_unstable();
        ids.dedup();
        (1..=Self::MAX).contains(&ids.len()).then_some(Self::CourtIds(ids))
    }
}

/// How an entry stands, as it is stored; see [`Entry::waits`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WaitlistStatus)]
pub enum Status {
    /// They wait, or have an offer.
    Waiting,
    /// They have their court.
    Fulfilled,
    /// They wait no more.
    Left,
    /// Its deadline is over. Never stored.
    Expired,
}

/// An offer that may still be accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveOffer {
    /// The booking that is held for them.
    pub booking_id: BookingId,
    /// Until when.
    pub until: Timestamp,
}

/// A time on courts that they were offered or told of: once is enough.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Which courts it took.
    pub courts: Vec<CourtId>,
    /// From when.
    pub starts_at: Timestamp,
    /// Until when.
    pub ends_at: Timestamp,
}

/// One member's wish for one local day of a venue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Its id.
    pub id: WaitlistEntryId,
    /// Its number on that day: who joined before has a lower one.
    pub number: u64,
    /// Who waits.
    pub account_id: AccountId,
    /// Where.
    pub venue_id: VenueId,
    /// On which local day.
    pub date: Date,
    /// For which courts.
    pub courts: Wanted,
    /// Play begins at this time of that day, or later.
    pub from: TimeOfDay,
    /// And is over at this one.
    pub until: TimeOfDay,
    /// How long they want to play.
    pub duration_minutes: u16,
    /// From then on they are not to be bothered.
    pub expires_at: Timestamp,
    /// Who plays along.
    #[serde(default, skip_serializing_if = "Party::is_alone")]
    pub party: Party,
    /// What they were in the club when they joined: their priority, where the venue has one.
    #[serde(default)]
    pub roles: Vec<Role>,
    /// When they joined.
    pub joined_at: Timestamp,
    /// How it stands.
    pub status: Status,
    /// The last offer, live or lapsed: its booking knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<LiveOffer>,
    /// What they were offered or told of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<Told>,
    /// The booking that fulfilled it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub booking_id: Option<BookingId>,
    /// When it was fulfilled or left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// Grows with every change.
    pub version: u64,
}

impl Entry {
    /// Who was offered or told so often is left alone: an item has a limit, and so has patience.
    pub const TOLD_MOST: usize = 50;

    /// Whether they wait now.
    pub fn waits(&self, now: Timestamp) -> bool {
        self.status == Status::Waiting && now < self.expires_at
    }

    /// How it stands now.
    pub fn standing(&self, now: Timestamp) -> Status {
        match self.status {
            Status::Waiting if now >= self.expires_at => Status::Expired,
            status => status,
        }
    }

    /// Whether they were offered or told of any of this before.
    pub fn knows(&self, place: &Place) -> bool {
        self.told.len() >= Self::TOLD_MOST || self.told.iter().any(|told| told.meets(place))
    }

    /// Whether both could be content with the same court at the same time.
    pub(crate) fn rivals(&self, other: &Self, courts: &[Court]) -> bool {
        self.from < other.until
            && other.from < self.until
            && courts.iter().any(|court| self.courts.has(court) && other.courts.has(court))
    }

    /// After an offer.
    #[must_use]
    pub fn offered(&self, place: &Place, offer: LiveOffer) -> Self {
        Self { offer: Some(offer), ..self.told_of(place) }
    }

    /// After they were told of a place.
    #[must_use]
    pub fn told_of(&self, place: &Place) -> Self {
        let mut next = self.next();
        next.told.push(Told {
            courts: place.takes.clone(),
            starts_at: place.starts_at,
            ends_at: place.ends_at,
        });
        next
    }

    /// After they got their court. `WAITLIST_ENTRY_ENDED` where it ended otherwise.
    pub fn fulfilled(&self, booking: BookingId, now: Timestamp) -> Result<Self> {
        self.ended(Status::Fulfilled, now).map(|next| Self {
            offer: None,
            booking_id: Some(booking),
            ..next
        })
    }

    /// After they declined an offer.
    #[must_use]
    pub fn declined(&self) -> Self {
        Self { offer: None, ..self.next() }
    }

    /// After they left. `WAITLIST_ENTRY_ENDED` where it has ended otherwise.
    pub fn left(&self, now: Timestamp) -> Result<Self> {
        self.ended(Status::Left, now).map(|next| Self { offer: None, ..next })
    }

    fn ended(&self, status: Status, now: Timestamp) -> Result<Self> {
        if self.status != Status::Waiting {
            return Err(entry_ended());
        }
        Ok(Self { status, ended_at: Some(now), ..self.next() })
    }

    fn next(&self) -> Self {
        Self { version: self.version + 1, ..self.clone() }
    }
}

impl Told {
    fn meets(&self, place: &Place) -> bool {
        self.starts_at < place.ends_at
            && place.starts_at < self.ends_at
            && self.courts.iter().any(|court| place.takes.contains(court))
    }
}

/// Whether a place has any of the time that came free, the buffers around it included.
pub(crate) fn touches(freed: &Freed, court: &Court, (from, until): (Timestamp, Timestamp)) -> bool {
    let terms = &court.terms;
    let buffers = terms.buffer_before_minutes.minutes() + terms.buffer_after_minutes.minutes();
    let pad = kernel::jiff::SignedDuration::from_mins(i64::from(buffers));
    let begins = freed.starts_at.saturating_sub(pad).unwrap_or(freed.starts_at);
    let ends = freed.ends_at.saturating_add(pad).unwrap_or(freed.ends_at);
    begins < until && from < ends && court.takes().iter().any(|own| freed.courts.contains(own))
}
