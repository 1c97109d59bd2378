//! What a club writes down: the rules of a venue.

use facilities::Tag;
use kernel::{
    Role, Sport,
    jiff::civil::{Date, Weekday},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The rules of a venue, one item. A venue without one has the default: opening hours, durations, the grid and
/// a year ahead.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleBook {
    /// What is asked of a booking.
    pub rules: Rules,
    /// Grows with every change; zero where there is none yet.
    pub version: u64,
}

/// What is asked of a booking, beside what its venue and court say themselves. Where several lines of a list are
/// for somebody, all of them hold: the strictest wins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = BookingRules)]
pub struct Rules {
    /// On which day a week of a quota begins.
    pub first_weekday: FirstWeekday,
    /// Notice in the place of the court's own.
    pub notice: Vec<NoticeRule>,
    /// How far ahead one books.
    pub windows: Vec<WindowRule>,
    /// How long a booking may be, within what its court allows.
    pub durations: Vec<DurationRule>,
    /// How much one books in a period.
    pub quotas: Vec<QuotaRule>,
    /// How many bookings one has before one that is not over.
    pub concurrent: Vec<ConcurrentRule>,
    /// How many guests one brings.
    pub guests: Vec<GuestRule>,
    /// How well one plays.
    pub levels: Vec<LevelRule>,
    /// How old one is.
    pub ages: Vec<AgeRule>,
    /// Whether members who play along must fit as well: none of them suspended, each of the level and the age that
    /// is asked of somebody like them.
    pub participants_must_fit: bool,
    /// Whether a member may have two bookings at the same time.
    pub may_overlap: bool,
    /// Whether a member who owes something may book.
    pub debtors_may_book: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            first_weekday: FirstWeekday::default(),
            notice: Vec::new(),
            windows: Vec::new(),
            durations: Vec::new(),
            quotas: Vec::new(),
            concurrent: Vec::new(),
            guests: Vec::new(),
            levels: Vec::new(),
            ages: Vec::new(),
            participants_must_fit: false,
            may_overlap: true,
            debtors_may_book: false,
        }
    }
}

/// Whom a rule is for: everybody who has one of the roles, and none of the excepted ones.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = RuleAudience)]
pub struct Whom {
    /// Any role, if empty.
    pub roles: Vec<Role>,
    /// Who is let off.
    pub except_roles: Vec<Role>,
}

impl Whom {
    /// Whether it is for somebody with these roles.
    pub fn has(&self, roles: &[Role]) -> bool {
        let any = |of: &[Role]| of.iter().any(|role| roles.contains(role));
        (self.roles.is_empty() || any(&self.roles)) && !any(&self.except_roles)
    }
}

/// Which bookings a rule is about. All of what is given must fit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = RuleScope)]
pub struct Scope {
    /// On a court of one of these groups; on any, if empty.
    pub groups: Vec<Tag>,
    /// With at least some minutes in these named hours of the venue, `prime_time` say; at any time, if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<Tag>,
}

/// A day on which weeks begin.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "days need no explanation")]
pub enum FirstWeekday {
    #[default]
    Monday,
    Saturday,
    Sunday,
}

impl FirstWeekday {
    fn day(self) -> Weekday {
        match self {
            Self::Monday => Weekday::Monday,
            Self::Saturday => Weekday::Saturday,
            Self::Sunday => Weekday::Sunday,
        }
    }
}

/// Notice for some: it takes the place of what the court says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoticeRule {
    /// For whom.
    #[serde(rename = "for", default)]
    pub whom: Whom,
    /// So long before the start at the latest; 0 is until the start.
    #[schema(maximum = 43200)]
    pub minutes: u32,
}

/// How far ahead some may book.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WindowRule {
    /// For whom.
    #[serde(rename = "for", default)]
    pub whom: Whom,
    /// Since when.
    pub opens: WindowOpens,
}

/// When a time can be booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum WindowOpens {
    /// All of a day opens at once.
    DaysAhead {
        /// So many days before, on the venue's calendar; 0 is the day itself.
        #[schema(maximum = 365)]
        days: u16,
        /// At this time on the venue's clock, or the first that it shows after it.
        #[serde(default)]
        at: OpeningTime,
    },
    /// Each start opens by itself.
    HoursAhead {
        /// Exactly so many hours before, whatever clocks do.
        #[schema(maximum = 8760)]
        hours: u16,
    },
}

/// `00:00` unless it is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "kernel::TimeOfDay", into = "kernel::TimeOfDay")]
#[schema(value_type = String, example = "08:00")]
pub struct OpeningTime(kernel::jiff::civil::Time);

impl OpeningTime {
    pub(super) fn civil(self) -> kernel::jiff::civil::Time {
        self.0
    }
}

impl Default for OpeningTime {
    fn default() -> Self {
        Self(kernel::jiff::civil::Time::midnight())
    }
}

impl TryFrom<kernel::TimeOfDay> for OpeningTime {
    type Error = &'static str;

    fn try_from(time: kernel::TimeOfDay) -> Result<Self, Self::Error> {
        time.civil().map(Self).ok_or("must be before 24:00")
    }
}

impl From<OpeningTime> for kernel::TimeOfDay {
    fn from(time: OpeningTime) -> Self {
        // It came from such a text.
        let text = time.0.strftime("%H:%M").to_string();
        Self::try_from(text).unwrap_or(Self::MIDNIGHT)
    }
}

/// How long a booking may be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DurationRule {
    /// For whom.
    #[serde(rename = "for", default)]
    pub whom: Whom,
    /// About which bookings.
    #[serde(default)]
    pub scope: Scope,
    /// At least, if given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_minutes: Option<u16>,
    /// At most, if given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_minutes: Option<u16>,
}

/// How much one books in a period. The booking that is asked for counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuotaRule {
    /// What it is called when it refuses.
    pub name: Tag,
    /// For whom.
    #[serde(rename = "for", default)]
    pub whom: Whom,
    /// Which bookings count.
    #[serde(default)]
    pub scope: Scope,
    /// How much.
    pub most: Amount,
    /// In which time.
    pub per: Period,
    /// Whose bookings are counted together.
    #[serde(default)]
    pub of: CountedFor,
    /// Whether bookings that are over still count.
    #[serde(default = "yes")]
    pub past_counts: bool,
}

fn yes() -> bool {
    true
}

/// A limit, itself allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = QuotaAmount)]
pub enum Amount {
    /// So many bookings.
    Bookings {
        /// How many.
        count: u32,
    },
    /// So much time; with named hours, the time within them alone.
    Minutes {
        /// How many.
        count: u32,
    },
}

/// A time on the venue's calendar. A booking lies in the one in which it starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = QuotaPeriod)]
#[expect(missing_docs, reason = "periods need no explanation")]
pub enum Period {
    Day,
    Week,
    Month,
}

impl Period {
    /// The first day of the one that a day lies in.
    pub(super) fn first(self, date: Date, weeks_begin: FirstWeekday) -> Date {
        match self {
            Self::Day => date,
            Self::Week => {
                let since = date.weekday().since(weeks_begin.day());
                date.checked_sub(kernel::jiff::Span::new().days(since)).unwrap_or(date)
            }
            Self::Month => date.first_of_month(),
        }
    }
}

/// Whose bookings are counted together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CountedFor {
    /// The member's own.
    #[default]
    Member,
    /// Those of guardians and children, too.
    Family,
}

/// How many bookings one has that are not over, the one that is asked for included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConcurrentRule {
    /// For whom.
    #[serde(rename = "for", default)]
    pub whom: Whom,
    /// Which bookings count.
    #[serde(default)]
    pub scope: Scope,
    /// At most.
    pub most: u32,
    /// Whose bookings are counted together.
    #[serde(default)]
    pub of: CountedFor,
}

/// How many guests one brings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GuestRule {
    /// For whom.
    #[serde(rename = "for", default)]
    pub whom: Whom,
    /// To one booking, if given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most_per_booking: Option<u32>,
    /// In a month of the venue's calendar, to all bookings together, if given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most_per_month: Option<u32>,
}

/// How well one plays to book a court of a sport. Whose level nobody knows may not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LevelRule {
    /// For whom.
    #[serde(rename = "for", default)]
    pub whom: Whom,
    /// About which bookings.
    #[serde(default)]
    pub scope: Scope,
    /// On courts of this sport.
    pub sport: Sport,
    /// At least, in hundredths: 325 is a level of 3.25.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 700)]
    pub min_hundredths: Option<u16>,
    /// At most, in hundredths.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 700)]
    pub max_hundredths: Option<u16>,
}

/// How old one is on the day of the booking. Whose age nobody knows may not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgeRule {
    /// For whom.
    #[serde(rename = "for", default)]
    pub whom: Whom,
    /// About which bookings.
    #[serde(default)]
    pub scope: Scope,
    /// At least, in full years.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_years: Option<u16>,
    /// At most, in full years.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_years: Option<u16>,
}
