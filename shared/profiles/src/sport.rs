//! What somebody plays, with which hand, where, and how well.
//!
//! Levels go from 0.00 to 7.00, in the manner of Playtomic: one sets one's own by self-assessment once,
//! and the next level comes from a coach (or, later, from matches). Beside it stands how reliable it is.

use kernel::{AccountId, Error, Result, Sport, TextError, jiff::Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How reliable somebody's own word is, and a coach's, in percent.
const SELF_RELIABILITY_PERCENT: u8 = 0;
const COACH_RELIABILITY_PERCENT: u8 = 60;
const HIGHEST_LEVEL_HUNDREDTHS: u16 = 700;

/// How well somebody plays: 0.00 to 7.00, in hundredths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "f64", into = "f64")]
#[schema(value_type = f64, minimum = 0, maximum = 7, multiple_of = 0.01, example = 3.25)]
pub struct Level(u16);

impl Level {
    /// In hundredths.
    pub fn hundredths(self) -> u16 {
        self.0
    }
}

impl TryFrom<f64> for Level {
    type Error = &'static str;

    fn try_from(level: f64) -> Result<Self, Self::Error> {
        const WRONG: &str = "must be from 0 to 7 with at most two decimal places, such as 3.25";
        let hundredths = (0..=HIGHEST_LEVEL_HUNDREDTHS)
            .find(|hundredths| (f64::from(*hundredths) / 100.0 - level).abs() < 1e-9);
        hundredths.map(Self).ok_or(WRONG)
    }
}

impl From<Level> for f64 {
    fn from(level: Level) -> Self {
        Self::from(level.0) / 100.0
    }
}

/// The hand that holds the racket, or the foot that kicks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "sides need no explanation")]
pub enum Hand {
    Left,
    Right,
    Both,
}

/// Where one plays, in the sport's words: `drive`, `goalkeeper`; 1 to 30 of `a-z0-9_`, a letter first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, pattern = "^[a-z][a-z0-9_]{0,29}$", example = "goalkeeper")]
pub struct Position(String);

impl Position {
    /// Most positions of one person in one sport.
    pub const LIMIT: usize = 5;
}

kernel::text_value! {
    Position(parse_position);
}

fn parse_position(text: &str) -> Result<String, TextError> {
    let fits = (1..=30).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    fits.then(|| text.to_owned())
        .ok_or(TextError("must have 1 to 30 of a-z, 0-9 and _, and start with a letter"))
}

/// Where a level comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LevelSource {
    /// The player's own word.
    #[serde(rename = "self")]
    Own,
    /// The club's coaches.
    Coach,
    /// Results.
    Match,
}

/// A level with its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessment {
    level_hundredths: u16,
    /// Where it comes from.
    pub source: LevelSource,
    /// How reliable it is, 0 to 100.
    pub reliability_percent: u8,
    /// Since when.
    pub assessed_at: Timestamp,
    /// Who assessed.
    pub assessed_by: AccountId,
}

impl Assessment {
    /// The level.
    pub fn level(&self) -> Level {
        Level(self.level_hundredths)
    }
}

/// What somebody says, or the staff says, of one sport. Hand and positions replace what was there.
#[derive(Debug, Clone, Default)]
pub struct SportChange {
    /// The level; `None` leaves it as it is.
    pub level: Option<Level>,
    /// The hand.
    pub hand: Option<Hand>,
    /// Where they play.
    pub positions: Vec<Position>,
}

/// One sport of one person. One that is no longer played keeps its assessment, for when it is again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SportPreference {
    /// The sport.
    pub sport: Sport,
    /// The hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hand: Option<Hand>,
    /// Where they play.
    pub positions: Vec<Position>,
    /// How well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assessment: Option<Assessment>,
    /// Whether it is played at present.
    pub is_played: bool,
    /// Grows with every change; 0 of one that was never written.
    pub version: u64,
}

impl SportPreference {
    /// Nothing said yet.
    pub fn empty(sport: Sport) -> Self {
        Self {
            sport,
            hand: None,
            positions: Vec::new(),
            assessment: None,
            is_played: false,
            version: 0,
        }
    }

    /// After a change by the person themselves, or by whoever acts for them. Who was assessed already
    /// does not assess themselves again: `conflict`, `LEVEL_ALREADY_ASSESSED`.
    pub fn by_themselves(
        &self,
        change: SportChange,
        by: AccountId,
        now: Timestamp,
    ) -> Result<Self> {
        let assessment = match (self.assessment, change.level) {
            (Some(known), Some(level)) if known.level() != level => return Err(already_assessed()),
            (None, Some(level)) => {
                Some(assessed(level, LevelSource::Own, SELF_RELIABILITY_PERCENT, by, now))
            }
            (known, _) => known,
        };
        Ok(self.with(change, assessment))
    }

    /// After a change by the club's staff, at any time.
    #[must_use]
    pub fn by_staff(&self, change: SportChange, by: AccountId, now: Timestamp) -> Self {
        let assess =
            |level| assessed(level, LevelSource::Coach, COACH_RELIABILITY_PERCENT, by, now);
        let assessment = change.level.map(assess).or(self.assessment);
        self.with(change, assessment)
    }

    fn with(&self, change: SportChange, assessment: Option<Assessment>) -> Self {
        Self {
            sport: self.sport,
            hand: change.hand,
            positions: change.positions,
            assessment,
            is_played: true,
            version: self.version + 1,
        }
    }
}

fn assessed(
    level: Level,
    source: LevelSource,
    reliability_percent: u8,
    by: AccountId,
    now: Timestamp,
) -> Assessment {
    let level_hundredths = level.hundredths();
    Assessment { level_hundredths, source, reliability_percent, assessed_at: now, assessed_by: by }
}

/// `conflict`, `LEVEL_ALREADY_ASSESSED`.
pub(crate) fn already_assessed() -> Error {
    Error::conflict(
        "LEVEL_ALREADY_ASSESSED",
        "a self-assessment cannot be taken again; leave the level out, or ask a coach of the club",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn level(level: f64) -> Level {
        Level::try_from(level).unwrap()
    }

    fn change(at: Option<f64>) -> SportChange {
        SportChange { level: at.map(level), hand: Some(Hand::Left), positions: Vec::new() }
    }

    #[test]
    fn levels_have_two_places_from_0_to_7() {
        for (given, hundredths) in [(0.0, 0), (3.25, 325), (5.1, 510), (0.29, 29), (7.0, 700)] {
            assert_eq!(level(given).hundredths(), hundredths);
            assert!((f64::from(level(given)) - given).abs() < f64::EPSILON);
        }
        for wrong in [-0.01, 7.01, 3.255, f64::NAN, f64::INFINITY] {
            assert!(Level::try_from(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn one_assesses_oneself_once() {
        let me = AccountId::new();
        let first = SportPreference::empty(Sport::Padel).by_themselves(change(None), me, NOW);
        let first = first.unwrap();
        assert_eq!((first.assessment, first.is_played, first.version), (None, true, 1));
        let second = first.by_themselves(change(Some(3.25)), me, NOW).unwrap();
        let assessment = second.assessment.unwrap();
        assert_eq!((assessment.level(), assessment.source), (level(3.25), LevelSource::Own));
        assert_eq!(assessment.reliability_percent, 0);
        let error = second.by_themselves(change(Some(4.0)), me, NOW).unwrap_err();
        assert_eq!(error.code(), "LEVEL_ALREADY_ASSESSED");
        for harmless in [None, Some(3.25)] {
            let third = second.by_themselves(change(harmless), AccountId::new(), NOW).unwrap();
            assert_eq!(third.assessment, second.assessment);
        }
    }

    #[test]
    fn staff_assesses_at_any_time_and_its_word_stands() {
        let (me, coach) = (AccountId::new(), AccountId::new());
        let own = SportPreference::empty(Sport::Tennis).by_themselves(change(Some(6.0)), me, NOW);
        let staffed = own.unwrap().by_staff(change(Some(2.5)), coach, NOW);
        let assessment = staffed.assessment.unwrap();
        assert_eq!((assessment.source, assessment.assessed_by), (LevelSource::Coach, coach));
        assert_eq!(assessment.reliability_percent, 60);
        assert!(staffed.by_themselves(change(Some(6.0)), me, NOW).is_err());
        assert_eq!(staffed.by_staff(change(None), coach, NOW).assessment, staffed.assessment);
    }

    #[test]
    fn positions_are_plain_words() {
        assert!("goalkeeper".parse::<Position>().is_ok());
        for wrong in ["", "Drive", "left wing", "1st", &"x".repeat(31)] {
            assert!(wrong.parse::<Position>().is_err(), "{wrong}");
        }
    }
}
