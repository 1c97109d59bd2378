//! A series and its dates, as callers see them.

use booking::{Participant, Status as BookingStatus, local_text};
use facilities::Zone;
use kernel::{
    AccountId, BookingId, CourtId, Error, Money, Permission, Result, SeriesId, VenueId,
    jiff::SignedDuration, timestamp_text,
};
use serde::Serialize;
use series::{
    Adjusted, Occurrence, OnConflict, Outcome, PaymentTerms, Reason, Rule, Series, Status,
};
use utoipa::ToSchema;
use web::Caller;

/// A series.
#[derive(Serialize, ToSchema)]
pub(crate) struct SeriesView {
    id: SeriesId,
    /// Whose bookings they are.
    account_id: AccountId,
    /// Who made it, where that is somebody else.
    made_by: Option<AccountId>,
    venue_id: VenueId,
    court_id: CourtId,
    time_zone: Zone,
    rrule: Rule,
    /// The first local time, on the venue's clock.
    starts_at: String,
    duration_minutes: u16,
    /// The local times that are left out.
    exdates: Vec<String>,
    on_conflict: OnConflict,
    participants: Vec<Participant>,
    /// Null where it costs nothing.
    payment_terms: Option<PaymentTerms>,
    status: Status,
    #[schema(format = DateTime)]
    created_at: String,
}

impl From<Series> for SeriesView {
    fn from(series: Series) -> Self {
        Self {
            id: series.id,
            account_id: series.account_id,
            made_by: series.made_by,
            venue_id: series.venue_id,
            court_id: series.court_id,
            starts_at: series.starts_at.to_string(),
            duration_minutes: series.duration_minutes,
            exdates: series.exdates.iter().map(ToString::to_string).collect(),
            on_conflict: series.on_conflict,
            participants: series.party.participants().to_vec(),
            payment_terms: series.payment_terms,
            status: series.status,
            created_at: timestamp_text(series.created_at),
            time_zone: series.time_zone,
            rrule: series.rule,
        }
    }
}

/// A date of a series.
#[derive(Serialize, ToSchema)]
pub(crate) struct OccurrenceView {
    /// Its name: the local start that the rule gave it.
    recurrence_id: String,
    outcome: Outcome,
    court_id: CourtId,
    /// On the venue's clock, with its offset; where it is not booked, as it would have been.
    #[schema(format = DateTime)]
    starts_at: String,
    #[schema(format = DateTime)]
    ends_at: String,
    /// Null unless the clocks skip its local time or show it twice.
    adjusted: Option<Adjusted>,
    /// Null where it never had one.
    booking_id: Option<BookingId>,
    /// How the booking stands now; only where a list of dates is read.
    #[serde(skip_serializing_if = "Option::is_none")]
    booking_status: Option<BookingStatus>,
    /// Null where it is not booked.
    price: Option<Money>,
    /// Null where it is booked, or left out on purpose.
    reason: Option<Reason>,
}

impl OccurrenceView {
    pub(crate) fn of(zone: &Zone, one: Occurrence, booking_status: Option<BookingStatus>) -> Self {
        let minutes = SignedDuration::from_mins(one.duration_minutes.into());
        let ends_at = one.starts_at.saturating_add(minutes).unwrap_or(one.starts_at);
        Self {
            recurrence_id: one.recurrence_id.to_string(),
            outcome: one.outcome,
            court_id: one.court_id,
            starts_at: local_text(zone.rules(), one.starts_at),
            ends_at: local_text(zone.rules(), ends_at),
            adjusted: one.adjusted,
            booking_id: one.booking_id,
            booking_status,
            price: one.price,
            reason: one.reason,
        }
    }
}

/// What became of the dates of a series, or would.
#[derive(Serialize, ToSchema)]
pub(crate) struct SeriesOutcome {
    /// Null of a dry run: there is none.
    series: Option<SeriesView>,
    /// Whether nothing was written.
    dry_run: bool,
    /// How many dates have a court.
    booked: usize,
    /// How many could not be booked.
    refused: usize,
    /// What the booked ones cost together; null where none is.
    total_price: Option<Money>,
    /// By date.
    occurrences: Vec<OccurrenceView>,
}

impl SeriesOutcome {
    pub(crate) fn of(series: Series, occurrences: Vec<Occurrence>, dry_run: bool) -> Self {
        let refused =
            |one: &&Occurrence| matches!(one.outcome, Outcome::Conflict | Outcome::Closed);
        let prices = occurrences.iter().filter(|one| one.is_live()).filter_map(|one| one.price);
        let total_price = prices
            .reduce(|sum, price| Money::new(sum.amount.saturating_add(price.amount), sum.currency));
        let zone = series.time_zone.clone();
        let view = |mut one: Occurrence| {
            one.booking_id = one.booking_id.filter(|_| !dry_run);
            OccurrenceView::of(&zone, one, None)
        };
        Self {
            dry_run,
            booked: occurrences.iter().filter(|one| one.is_live()).count(),
            refused: occurrences.iter().filter(refused).count(),
            total_price,
            occurrences: occurrences.into_iter().map(view).collect(),
            series: (!dry_run).then(|| series.into()),
        }
    }
}

/// Whether the caller manages the bookings of the venue of a series.
pub(crate) fn is_staff(caller: &Caller, venue: VenueId) -> bool {
    caller.may_at(Permission::BookingManage, venue)
}

/// Refuses another's series to whoever may not manage bookings.
pub(crate) fn check_own(caller: &Caller, series: &Series) -> Result<()> {
    if series.account_id == caller.account() || is_staff(caller, series.venue_id) {
        return Ok(());
    }
    Err(Error::forbidden(
        "SERIES_NOT_YOURS",
        "it is somebody else's series; that needs the permission booking:manage",
    ))
}
