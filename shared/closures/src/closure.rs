//! A closure.

use booking::Booking;
use facilities::{Court, Name, Status, Tag, VenueWithCourts, Zone, court_not_found, venue_retired};
use kernel::{
    AccountId, ClosureId, CourtId, LastKey, Result, VenueId,
    jiff::{Timestamp, civil::Date},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    CourtDay, Mode, Phase, Progress, Reason, RefundPolicy, Span, When,
    error::{COURT_DAYS_LIMIT, too_large, without_courts},
    when::court_days,
};

/// Which courts of a venue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = ClosureScope)]
pub enum Scope {
    /// All that take bookings.
    All,
    /// These.
    Courts {
        /// Their ids.
        #[schema(min_items = 1, max_items = 99)]
        court_ids: Vec<CourtId>,
    },
    /// Those of a group that take bookings.
    Group {
        /// Its name.
        group: Tag,
    },
}

/// What somebody asks for.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields are the closure's")]
pub struct Draft {
    pub scope: Scope,
    pub when: When,
    pub reason: Reason,
    pub mode: Mode,
    pub refund: RefundPolicy,
    pub rebook: bool,
}

/// Courts of a venue that are closed for a time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Closure {
    /// Its id.
    pub id: ClosureId,
    /// Where.
    pub venue_id: VenueId,
    /// What the venue was called.
    pub venue_name: Name,
    /// The venue's clock.
    pub time_zone: Zone,
    /// Which courts were asked for.
    pub scope: Scope,
    /// The courts whose days are closed: of one that is made of others, those.
    pub courts: Vec<CourtId>,
    /// When, as it was asked for.
    pub when: When,
    /// Its first instant.
    pub starts_at: Timestamp,
    /// The end of it.
    pub ends_at: Timestamp,
    /// Why, as members read it.
    pub reason: Reason,
    /// What becomes of bookings.
    pub mode: Mode,
    /// What goes back for those that are cancelled.
    pub refund: RefundPolicy,
    /// Whether those whose bookings are cancelled are offered to book again.
    pub rebook: bool,
    /// What is being done about it.
    pub phase: Phase,
    /// Whether the workflow gave up: what is done is done, and resuming goes on.
    #[serde(default)]
    pub stuck: bool,
    /// How often a workflow was started for it.
    pub run: u32,
    /// How far it is.
    pub progress: Progress,
    /// Local days whose bookings are found.
    #[serde(default)]
    pub dates_found: u32,
    /// Court-days that are open again.
    #[serde(default)]
    pub days_lifted: u32,
    /// The last result that is settled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled_to: Option<LastKey>,
    /// When its last day was closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days_closed_at: Option<Timestamp>,
    /// Who closed the courts.
    pub created_by: AccountId,
    /// When.
    pub created_at: Timestamp,
    /// The thread that the request belongs to.
    pub correlation_id: String,
    /// Grows with every change.
    pub version: u64,
}

impl Closure {
    /// A new one: `VENUE_RETIRED`, `COURT_NOT_FOUND`, `CLOSURE_WITHOUT_COURTS`, and what [`When::spans`] refuses.
    pub fn new(
        at: &VenueWithCourts,
        draft: Draft,
        (by, correlation): (AccountId, &str),
        now: Timestamp,
    ) -> Result<Self> {
        if at.venue.status == Status::Retired {
            return Err(venue_retired());
        }
        let courts = courts(at, &draft.scope)?;
        let zone = at.venue.time_zone.rules();
        let spans = draft.when.spans(zone, now)?;
        let days_total = court_days(&spans, &courts, zone)?.len();
        if days_total > COURT_DAYS_LIMIT {
            return Err(too_large());
        }
        let progress = Progress {
            days_total: u32::try_from(days_total).map_err(|_| too_large())?,
            ..Progress::default()
        };
        Ok(Self {
            id: ClosureId::new(),
            venue_id: at.venue.id,
            venue_name: at.venue.name.clone(),
            time_zone: at.venue.time_zone.clone(),
            scope: draft.scope,
            courts,
            when: draft.when,
            starts_at: spans.first().map_or(now, |span| span.starts_at),
            ends_at: spans.last().map_or(now, |span| span.ends_at),
            reason: draft.reason,
            mode: draft.mode,
            refund: draft.refund,
            rebook: draft.rebook,
            phase: Phase::Closing,
            stuck: false,
            run: 1,
            progress,
            dates_found: 0,
            days_lifted: 0,
            settled_to: None,
            days_closed_at: None,
            created_by: by,
            created_at: now,
            correlation_id: correlation.to_owned(),
            version: 1,
        })
    }

    /// The stretches in which its courts are closed, in order.
    pub fn spans(&self) -> Result<Vec<Span>> {
        self.when.spans(self.time_zone.rules(), self.created_at)
    }

    /// Every court-day, by day and court: the same whenever it is asked.
    pub fn court_days(&self) -> Result<Vec<CourtDay>> {
        court_days(&self.spans()?, &self.courts, self.time_zone.rules())
    }

    /// The local days that it touches, in order.
    pub fn dates(&self) -> Result<Vec<Date>> {
        let mut dates: Vec<_> = self.court_days()?.into_iter().map(|day| day.date).collect();
        dates.dedup();
        Ok(dates)
    }

    /// Whether a booking has one of its courts during one of the stretches, and was not over when it was made.
    pub fn meets(&self, booking: &Booking, spans: &[Span]) -> bool {
        booking.courts().iter().any(|court| self.courts.contains(court))
            && booking.ends_at > self.created_at
            && spans
                .iter()
                .any(|span| booking.starts_at < span.ends_at && span.starts_at < booking.ends_at)
    }

    /// Whether all that a booking has is closed: nothing comes free by cancelling it.
    pub fn holds_all_of(&self, booking: &Booking, spans: &[Span]) -> bool {
        booking.courts().iter().all(|court| self.courts.contains(court))
            && spans
                .iter()
                .any(|span| span.starts_at <= booking.starts_at && booking.ends_at <= span.ends_at)
    }

    /// One version on.
    #[must_use]
    pub fn next(&self) -> Self {
        Self { version: self.version + 1, ..self.clone() }
    }

    /// The name of its workflow's execution: one for each time that it is started.
    pub fn execution(&self) -> String {
        format!("{}-{}", self.id, self.run)
    }
}

/// The courts whose days are closed, each once, in order.
fn courts(at: &VenueWithCourts, scope: &Scope) -> Result<Vec<CourtId>> {
    let chosen: Vec<&Court> = match scope {
        Scope::All => at.active_courts().collect(),
        Scope::Group { group } => {
            at.active_courts().filter(|court| court.groups.contains(group)).collect()
        }
        Scope::Courts { court_ids } => {
            let find = |id: &CourtId| at.courts.iter().find(|court| court.id == *id);
            let found = court_ids.iter().map(|id| find(id).ok_or_else(court_not_found));
            found.collect::<Result<_>>()?
        }
    };
    let mut courts: Vec<_> = chosen.iter().flat_map(|court| court.takes()).copied().collect();
    courts.sort_unstable();
    courts.dedup();
    if courts.is_empty() { Err(without_courts()) } else { Ok(courts) }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn court(venue: VenueId, groups: &Value, made_of: &[CourtId], status: &str) -> Court {
        serde_json::from_value(json!({
            "id": CourtId::new(), "venue_id": venue, "name": "Uno", "sport": "padel",
            "surface": "hard", "indoor": false, "durations_minutes": [60], "groups": groups,
            "made_of": made_of, "price_per_hour": { "amount": 100, "currency": "ARS" },
            "status": status, "version": 1, "created_at": "2026-01-01T00:00:00Z",
        }))
        .unwrap()
    }

    fn venue(courts: usize) -> VenueWithCourts {
        let id = VenueId::new();
        let venue = serde_json::from_value(json!({
            "id": id, "name": "Sede", "time_zone": "UTC", "opening_hours": {},
            "start_every_minutes": 30, "status": "active", "version": 1,
            "created_at": "2026-01-01T00:00:00Z",
        }));
        let courts = (0..courts).map(|_| court(id, &json!([]), &[], "active")).collect();
        VenueWithCourts { venue: venue.unwrap(), courts }
    }

    fn closure(at: &VenueWithCourts, scope: Scope, until: &str) -> Result<Closure> {
        let when = When::Once {
            starts_at: "2026-11-21T10:00".parse().unwrap(),
            ends_at: until.parse().unwrap(),
        };
        let (reason, refund) = ("Rain".parse().unwrap(), RefundPolicy::Full);
        let draft = Draft { scope, when, reason, mode: Mode::Cancel, refund, rebook: false };
        Closure::new(at, draft, (AccountId::new(), "c"), "2026-11-21T09:00:00Z".parse().unwrap())
    }

    #[test]
    fn all_groups_and_single_courts_are_found_each_once() {
        let mut at = venue(2);
        let (id, halves) = (at.venue.id, [at.courts[0].id, at.courts[1].id]);
        let indoor = court(id, &json!(["indoor"]), &[], "active");
        let full = court(id, &json!(["big"]), &halves, "active");
        at.courts.extend([indoor.clone(), full.clone()]);
        at.courts.push(court(id, &json!(["indoor"]), &[], "retired"));
        let courts = |scope| closure(&at, scope, "2026-11-21T12:00").map(|it| it.courts);
        assert_eq!(courts(Scope::All).unwrap(), [halves[0], halves[1], indoor.id]);
        let group = |name: &str| Scope::Group { group: name.parse().unwrap() };
        assert_eq!(courts(group("indoor")).unwrap(), [indoor.id]);
        assert_eq!(courts(group("big")).unwrap(), halves);
        assert_eq!(courts(group("none")).unwrap_err().code(), "CLOSURE_WITHOUT_COURTS");
        let chosen = |ids: &[CourtId]| Scope::Courts { court_ids: ids.to_vec() };
        assert_eq!(courts(chosen(&[full.id, halves[0], full.id])).unwrap(), halves);
        let unknown = courts(chosen(&[CourtId::new()]));
        assert_eq!(unknown.unwrap_err().code(), "COURT_NOT_FOUND");
    }

    #[test]
    fn five_thousand_court_days_are_the_most() {
        // From the 21st of November on, with the last day.
        let total = |courts, until| {
            closure(&venue(courts), Scope::All, until).map(|it| it.progress.days_total)
        };
        assert_eq!(total(50, "2027-02-28T12:00").unwrap(), 5_000);
        assert_eq!(total(50, "2027-03-01T12:00").unwrap_err().code(), "CLOSURE_TOO_LARGE");
    }

    #[test]
    fn the_same_court_days_are_counted_whenever_it_is_asked() {
        let closure = closure(&venue(3), Scope::All, "2026-11-23T12:00").unwrap();
        let days = closure.court_days().unwrap();
        assert_eq!((days.len(), closure.dates().unwrap().len()), (9, 3));
        let text = serde_json::to_string(&closure).unwrap();
        let stored: Closure = serde_json::from_str(&text).unwrap();
        assert_eq!(stored.court_days().unwrap(), days);
        assert_eq!(stored, closure);
    }
}
