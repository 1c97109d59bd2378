//! A series and its dates, as callers see them.

use booking::{Cancellation, ExtraWish, Participant, Status as BookingStatus, local_text};
use facilities::Zone;
use kernel::{
    AccountId, BookingId, CourtId, Error, Money, Permission, Result, SeriesActId, SeriesId,
    VenueId,
    jiff::{SignedDuration, Timestamp},
    timestamp_text,
};
use serde::Serialize;
use series::{
    Adjusted, Came, Mark, Occurrence, OnConflict, Outcome, PaymentTerms, Reason, Rule, Series,
    Spot, Status,
};
use table::TenantTable;
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
    /// What each date has beside the court.
    extras: Vec<ExtraWish>,
    /// The series whose rest it is; null where it is none.
    continues: Option<SeriesId>,
    /// The series that is its rest, where its rest was changed; null else.
    continued_by: Option<SeriesId>,
    /// Null where it costs nothing.
    payment_terms: Option<PaymentTerms>,
    status: Status,
    #[schema(format = DateTime)]
    created_at: String,
}

impl From<Series> for SeriesView {
    fn from(series: Series) -> Self {
        let terms = series.terms;
        Self {
            id: series.id,
            account_id: series.account_id,
            made_by: series.made_by,
            venue_id: series.venue_id,
            court_id: terms.court_id,
            starts_at: terms.starts_at.to_string(),
            duration_minutes: terms.duration_minutes,
            exdates: terms.exdates.iter().map(ToString::to_string).collect(),
            on_conflict: series.on_conflict,
            participants: terms.party.participants().to_vec(),
            extras: terms.extras.iter().copied().collect(),
            continues: series.continues,
            continued_by: series.continued_by,
            payment_terms: series.payment_terms,
            status: series.status,
            created_at: timestamp_text(series.created_at),
            time_zone: series.time_zone,
            rrule: terms.rule,
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
    /// What this request did with it; null where it was not about it, and where dates are only read.
    #[serde(skip_serializing_if = "Option::is_none")]
    came: Option<CameView>,
}

/// What a request did with a date.
#[derive(Serialize, ToSchema)]
#[schema(as = OccurrenceCame)]
struct CameView {
    result: Came,
    /// Where it was before it moved, or where it would be had it not been refused.
    other: Option<SpotView>,
    /// What it cost before; null where that is no matter.
    price_before: Option<Money>,
    /// Why it was refused: under `details.reasons` everything that is against it, and what staff can override.
    reason: Option<Reason>,
    /// What giving it up meant, by the venue's policy.
    cancellation: Option<Cancellation>,
}

/// A court at a time.
#[derive(Serialize, ToSchema)]
#[schema(as = OccurrenceSpot)]
struct SpotView {
    court_id: CourtId,
    /// On the venue's clock, with its offset.
    #[schema(format = DateTime)]
    starts_at: String,
    #[schema(format = DateTime)]
    ends_at: String,
}

impl SpotView {
    fn of(zone: &Zone, spot: Spot) -> Self {
        let minutes = SignedDuration::from_mins(spot.duration_minutes.into());
        let ends_at = spot.starts_at.saturating_add(minutes).unwrap_or(spot.starts_at);
        Self {
            court_id: spot.court_id,
            starts_at: local_text(zone.rules(), spot.starts_at),
            ends_at: local_text(zone.rules(), ends_at),
        }
    }
}

impl CameView {
    fn of(zone: &Zone, mark: Mark) -> Self {
        Self {
            result: mark.came,
            other: mark.other.map(|spot| SpotView::of(zone, spot)),
            price_before: mark.price_before,
            reason: mark.reason,
            cancellation: mark.cancellation,
        }
    }
}

impl OccurrenceView {
    pub(crate) fn of(zone: &Zone, one: Occurrence, booking_status: Option<BookingStatus>) -> Self {
        let spot = SpotView::of(zone, one.spot());
        Self {
            recurrence_id: one.recurrence_id.to_string(),
            outcome: one.outcome,
            court_id: spot.court_id,
            starts_at: spot.starts_at,
            ends_at: spot.ends_at,
            adjusted: one.adjusted,
            booking_id: one.booking_id,
            booking_status,
            price: one.price,
            reason: one.reason,
            came: None,
        }
    }

    /// With what this request did with it.
    fn after(zone: &Zone, mut one: Occurrence, act: SeriesActId) -> Self {
        let mark = one.mark.take().filter(|mark| mark.act_id == act);
        Self { came: mark.map(|mark| CameView::of(zone, mark)), ..Self::of(zone, one, None) }
    }
}

/// What became of the dates of a series, or would.
#[derive(Serialize, ToSchema)]
pub(crate) struct SeriesOutcome {
    /// Null where a dry run would make one: there is none.
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
    /// Of the request that makes a series.
    pub(crate) fn of(series: Series, occurrences: Vec<Occurrence>, dry_run: bool) -> Self {
        let zone = series.time_zone.clone();
        let view = |mut one: Occurrence| {
            one.booking_id = one.booking_id.filter(|_| !dry_run);
            OccurrenceView::of(&zone, one, None)
        };
        let counted = Self::counted(&occurrences);
        Self {
            dry_run,
            occurrences: occurrences.into_iter().map(view).collect(),
            series: (!dry_run).then(|| series.into()),
            ..counted
        }
    }

    /// Of a request that changes dates of one.
    pub(crate) fn after(
        series: Series,
        dates: Vec<Occurrence>,
        act: SeriesActId,
        dry_run: bool,
    ) -> Self {
        let counted = Self::counted(&dates);
        let view = |one| OccurrenceView::after(&series.time_zone, one, act);
        let occurrences = dates.into_iter().map(view).collect();
        Self { dry_run, occurrences, series: Some(series.into()), ..counted }
    }

    fn counted(occurrences: &[Occurrence]) -> Self {
        let refused =
            |one: &&Occurrence| matches!(one.outcome, Outcome::Conflict | Outcome::Closed);
        let prices = occurrences.iter().filter(|one| one.is_live()).filter_map(|one| one.price);
        let total_price = prices
            .reduce(|sum, price| Money::new(sum.amount.saturating_add(price.amount), sum.currency));
        Self {
            series: None,
            dry_run: false,
            booked: occurrences.iter().filter(|one| one.is_live()).count(),
            refused: occurrences.iter().filter(refused).count(),
            total_price,
            occurrences: Vec::new(),
        }
    }
}

/// Whether the caller manages the bookings of the venue of a series.
pub(crate) fn is_staff(caller: &Caller, venue: VenueId) -> bool {
    caller.may_at(Permission::BookingManage, venue)
}

/// Refuses a series to whoever it is not of, who guards no child that it is of, and who may not manage bookings.
pub(crate) async fn check_own(
    table: &TenantTable,
    caller: &Caller,
    series: &Series,
    now: Timestamp,
) -> Result<()> {
    let (account, owner) = (caller.account(), series.account_id);
    let known = owner == account || is_staff(caller, series.venue_id);
    if known || profiles::guards_any(table, account, &[owner], now).await? {
        return Ok(());
    }
    Err(Error::forbidden(
        "SERIES_NOT_YOURS",
        "it is somebody else's series; that needs the permission booking:manage",
    ))
}
