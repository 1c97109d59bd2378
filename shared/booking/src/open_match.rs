//! Matches that members join: a booking whose owner has opened it.

use kernel::{
    AccountId, Error, Result, Sport,
    jiff::{SignedDuration, Timestamp},
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{Booking, Party, Status};

/// Until so long before the start, who has joined may leave.
const LEAVE_BEFORE: SignedDuration = SignedDuration::from_hours(24);

/// What an open match offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenMatch {
    /// What is played.
    pub sport: Sport,
    /// How many may join.
    pub places: u8,
    /// Who has joined, in order.
    #[serde(default)]
    pub joined: Vec<AccountId>,
    /// The levels that fit, in hundredths, both inclusive.
    pub levels: (u16, u16),
    /// Since when it is open.
    pub opened_at: Timestamp,
}

impl OpenMatch {
    /// How many places are left.
    pub fn places_left(&self) -> usize {
        usize::from(self.places).saturating_sub(self.joined.len())
    }
}

impl Booking {
    /// The booking as an open match; there is no way back. `capacity` is how many play on its court at most.
    ///
    /// 409 where it is not confirmed, has begun or is open already, 422 `TOO_MANY_PLACES`.
    pub fn opened(
        &self,
        open: OpenMatch,
        capacity: Option<usize>,
        now: Timestamp,
    ) -> Result<Booking> {
        self.check_playable(now)?;
        if self.open.is_some() {
            return Err(Error::conflict("MATCH_OPEN", "the booking is an open match already"));
        }
        let players = 1 + self.party.participants().len();
        let most = capacity.unwrap_or(Party::MAX + 1).min(Party::MAX + 1).saturating_sub(players);
        if usize::from(open.places) > most {
            return Err(Error::invalid(
                "TOO_MANY_PLACES",
                format!("the court has room for {most} more"),
            )
            .with_details(json!({ "most": most })));
        }
        Ok(Self { open: Some(open), version: self.version + 1, ..self.clone() })
    }

    /// The booking with one more player: 409 `MATCH_FULL`, `ALREADY_PLAYING`, 422 `LEVEL_UNKNOWN`,
    /// `LEVEL_OUT_OF_RANGE`.
    pub fn joined(
        &self,
        account: AccountId,
        level: Option<u16>,
        now: Timestamp,
    ) -> Result<Booking> {
        self.check_playable(now)?;
        let mut open = self.open.clone().ok_or_else(not_open)?;
        if self.is_played_by(account) {
            return Err(Error::conflict("ALREADY_PLAYING", "they play in this match already"));
        }
        let (from, to) = open.levels;
        match level {
            _ if (from, to) == (0, u16::MAX) => {}
            None => {
                let message = "the match asks for a level; say yours in your sports first";
                return Err(Error::invalid("LEVEL_UNKNOWN", message));
            }
            Some(level) if (from..=to).contains(&level) => {}
            Some(_) => {
                let message = "their level is not one that the match asks for";
                return Err(Error::invalid("LEVEL_OUT_OF_RANGE", message));
            }
        }
        let party = self.party.with(account).filter(|_| open.places_left() > 0);
        let party =
            party.ok_or_else(|| Error::conflict("MATCH_FULL", "the last place is taken"))?;
        open.joined.push(account);
        Ok(Self { open: Some(open), party, version: self.version + 1, ..self.clone() })
    }

    /// The booking without a player who had joined: 409 `NOT_JOINED`, `TOO_LATE_TO_LEAVE`.
    pub fn left(&self, account: AccountId, now: Timestamp) -> Result<Booking> {
        self.check_playable(now)?;
        let mut open = self.open.clone().ok_or_else(not_open)?;
        if !open.joined.contains(&account) {
            return Err(Error::conflict("NOT_JOINED", "they have not joined this match"));
        }
        if self.starts_at.duration_since(now) < LEAVE_BEFORE {
            let message = "players leave until 24 hours before the start; ask the club";
            return Err(Error::conflict("TOO_LATE_TO_LEAVE", message));
        }
        open.joined.retain(|one| *one != account);
        let party = self.party.without(account);
        Ok(Self { open: Some(open), party, version: self.version + 1, ..self.clone() })
    }

    /// The booking without a member whom its owner had named: 404 `NOT_PLAYING`, 409 where it has begun, or they have
    /// joined by themselves.
    pub fn without_participant(&self, account: AccountId, now: Timestamp) -> Result<Booking> {
        self.check_playable(now)?;
        if !self.party.members().any(|one| one == account) {
            return Err(Error::not_found("NOT_PLAYING", "they do not play along"));
        }
        if self.open.as_ref().is_some_and(|open| open.joined.contains(&account)) {
            let message = "they have joined the match by themselves, and leave it so";
            return Err(Error::conflict("HAS_JOINED", message));
        }
        let party = self.party.without(account);
        Ok(Self { party, version: self.version + 1, ..self.clone() })
    }

    fn check_playable(&self, now: Timestamp) -> Result<()> {
        if self.status != Status::Confirmed {
            // The refusal names how it stands.
            self.status.after(crate::Step::Move)?;
        }
        if self.has_started(now) {
            return Err(Error::conflict("BOOKING_STARTED", "the match has begun"));
        }
        Ok(())
    }
}

fn not_open() -> Error {
    Error::conflict("MATCH_NOT_OPEN", "the booking is not an open match")
}

#[cfg(test)]
mod tests {
    use kernel::{BookingId, jiff::ToSpan};

    use super::*;
    use crate::{Wish, plan, samples};

    fn now() -> Timestamp {
        "2026-11-21T12:00:00Z".parse().unwrap()
    }

    fn booking() -> Booking {
        let venue = samples::venue("America/Argentina/Buenos_Aires", &[("08:00", "23:00")], 30);
        let court = samples::court(&venue, &[60]);
        let wish = Wish { start: "2026-11-25T18:00".parse().unwrap(), duration_minutes: 60 };
        let plan = plan(&venue, &court, wish, now()).unwrap();
        Booking::new(BookingId::new(), AccountId::new(), (&venue, &court), plan, None, now())
    }

    fn offer(places: u8, levels: (u16, u16)) -> OpenMatch {
        OpenMatch { sport: Sport::Padel, places, joined: Vec::new(), levels, opened_at: now() }
    }

    fn code<T: std::fmt::Debug>(result: Result<T>) -> &'static str {
        result.unwrap_err().code()
    }

    #[test]
    fn a_match_fills_up_and_empties_again() {
        let any = (0, u16::MAX);
        let open = booking().opened(offer(2, any), Some(4), now()).unwrap();
        assert_eq!(code(open.opened(offer(1, any), Some(4), now())), "MATCH_OPEN");
        let (ana, ben, eve) = (AccountId::new(), AccountId::new(), AccountId::new());
        let one = open.joined(ana, None, now()).unwrap();
        assert_eq!(code(one.joined(ana, None, now())), "ALREADY_PLAYING");
        assert_eq!(code(one.joined(one.account_id, None, now())), "ALREADY_PLAYING");
        let two = one.joined(ben, None, now()).unwrap();
        assert_eq!(code(two.joined(eve, None, now())), "MATCH_FULL");
        let again = two.left(ana, now()).unwrap();
        assert!(!again.is_played_by(ana) && again.is_played_by(ben));
        assert_eq!(code(again.left(ana, now())), "NOT_JOINED");
        assert!(again.joined(eve, None, now()).is_ok());
        let last = two.starts_at - 24.hours();
        assert!(two.left(ben, last).is_ok());
        assert_eq!(code(two.left(ben, last + 1.seconds())), "TOO_LATE_TO_LEAVE");
        assert_eq!(code(two.left(ben, two.starts_at)), "BOOKING_STARTED");
    }

    #[test]
    fn levels_and_room_are_checked() {
        let booking = booking();
        assert_eq!(code(booking.opened(offer(4, (0, 700)), Some(4), now())), "TOO_MANY_PLACES");
        assert_eq!(code(booking.joined(AccountId::new(), None, now())), "MATCH_NOT_OPEN");
        let open = booking.opened(offer(3, (200, 350)), Some(4), now()).unwrap();
        let join = |level| open.joined(AccountId::new(), level, now());
        assert_eq!(code(join(None)), "LEVEL_UNKNOWN");
        for outside in [199, 351] {
            assert_eq!(code(join(Some(outside))), "LEVEL_OUT_OF_RANGE");
        }
        assert!(join(Some(200)).is_ok() && join(Some(350)).is_ok());
        let cancelled = Booking { status: Status::Cancelled, ..open };
        assert_eq!(code(cancelled.joined(AccountId::new(), Some(300), now())), "BOOKING_CANCELLED");
    }
}
