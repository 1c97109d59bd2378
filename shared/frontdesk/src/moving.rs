//! Moving a booking to another time or court of its venue.

use booking::{Booking, Changed, ExtraWishes, LocalStart, Step, Wish, local_text};
use facilities::Court;
use kernel::{
    AccountId, CourtId, Error, Result, SeriesId,
    jiff::{SignedDuration, Timestamp},
    timestamp_text,
};
use serde_json::json;
use table::TenantTable;

use crate::{Agreed, Asked, LookUp};

/// Where a booking shall be instead; what is absent stays.
#[derive(Debug, Clone, Copy)]
pub struct Elsewhere {
    /// On which court.
    pub court_id: Option<CourtId>,
    /// When it begins.
    pub starts_at: Option<LocalStart>,
    /// How long it lasts.
    pub duration_minutes: Option<u16>,
}

impl Asked {
    /// What a booking would be asked for at its other place: by whose it is, for the same players.
    ///
    /// 422 `NOTHING_MOVES` where that is where it is.
    pub fn elsewhere(booking: &Booking, to: Elsewhere, asked_by: AccountId) -> Result<Self> {
        let lasts = booking.ends_at.duration_since(booking.starts_at).as_mins();
        let lasts = u16::try_from(lasts)
            .map_err(|cause| Error::internal("a booking is too long").with_source(cause))?;
        let zone = booking.time_zone.rules();
        // The text has its offset, so that it means the same instant in the hour that occurs twice.
        let start = local_text(zone, booking.starts_at).parse::<LocalStart>();
        let start = start.map_err(|_| Error::internal("a start is no local time"))?;
        let wish = Wish {
            start: to.starts_at.unwrap_or(start),
            duration_minutes: to.duration_minutes.unwrap_or(lasts),
        };
        let court_id = to.court_id.unwrap_or(booking.court_id);
        let same_start = to.starts_at.is_none()
            || wish.start.resolve(zone).is_ok_and(|starts_at| starts_at == booking.starts_at);
        if court_id == booking.court_id && wish.duration_minutes == lasts && same_start {
            return Err(Error::invalid("NOTHING_MOVES", "the booking is there already"));
        }
        Ok(Self {
            venue_id: booking.venue_id,
            court_id,
            wish,
            account_id: booking.account_id,
            asked_by,
            extras: ExtraWishes::again(&booking.extras)?,
            party: booking.party.clone(),
            series: booking.series,
        })
    }
}

/// Whether a booking is moved at all: confirmed, not begun, and, by players, no open match.
///
/// 409 `BOOKING_HELD`, `BOOKING_CHECKED_IN` and so on, `BOOKING_STARTED`, `MATCH_OPEN`.
pub fn check_movable(booking: &Booking, is_staff: bool, now: Timestamp) -> Result<()> {
    booking.status.after(Step::Move)?;
    if booking.has_started(now) {
        return Err(Error::conflict(
            "BOOKING_STARTED",
            "it has started, and is not moved any more",
        ));
    }
    if booking.open.is_some() && !is_staff {
        let message = "others have joined for that time; ask the club's staff to move it";
        return Err(Error::conflict("MATCH_OPEN", message));
    }
    Ok(())
}

/// Whether players may still move a booking away from its court. At exactly so many minutes before the start they may.
///
/// 409 `TOO_LATE_TO_MOVE` with the last instant.
pub fn check_notice(booking: &Booking, court: &Court, now: Timestamp) -> Result<()> {
    let minutes = court.terms.notice.change_minutes.minutes();
    let notice = SignedDuration::from_mins(minutes.into());
    if booking.starts_at.duration_since(now) >= notice {
        return Ok(());
    }
    let last = booking.starts_at.saturating_sub(notice).unwrap_or(booking.starts_at);
    let message = format!("players move this booking until {minutes} minutes before its start");
    Err(Error::conflict("TOO_LATE_TO_MOVE", message)
        .with_details(json!({ "until": timestamp_text(last) })))
}

impl LookUp {
    /// What was found, as if the booking were not there: it is in its own way nowhere, and counts against itself
    /// in no rule.
    #[must_use]
    pub fn without(mut self, booking: &Booking) -> Self {
        self.days = self.days.without(booking);
        self.diary = self.diary.without(booking.id);
        self.in_use = self.in_use.without(booking);
        self
    }

    /// A date of a series with what was asked for and agreed, and the writes that make it so together with others'; but
    /// for those of the courts' days, [`booking::exchange_days`].
    pub fn rearrange(
        &self,
        table: &TenantTable,
        before: &Booking,
        (asked, agreed): (&Asked, Agreed),
        series: Option<SeriesId>,
        now: Timestamp,
    ) -> Result<Changed> {
        let terms = self.policy.of_court(&self.court);
        let changed = (agreed.plan, asked.party.clone(), agreed.extras);
        let mut after = before.rearranged((&self.court, terms), changed, asked.asked_by, now)?;
        after.price_lines = agreed.price_lines;
        let place = (&self.venue, &self.court);
        let found = (&self.diary, self.resources.as_slice(), series);
        let mut writes = booking::rearrange(table, (before, &after), place, found, now)?;
        writes.extend(self.family_unchanged(table));
        Ok(Changed { booking: after, writes })
    }

    /// The booking at the agreed place, and the writes that move it there: one transaction. The look-up is that
    /// [`Self::without`] the booking. Refused as [`Self::book`] is.
    pub async fn relocate(
        &self,
        table: &TenantTable,
        before: &Booking,
        agreed: Agreed,
        by: AccountId,
        now: Timestamp,
    ) -> Result<Changed> {
        let terms = self.policy.of_court(&self.court);
        let mut after = before.moved((&self.court, terms), agreed.plan, by, now)?;
        (after.extras, after.price_lines) = (agreed.extras, agreed.price_lines);
        if let Some(paid_by) = agreed.paid_by {
            paid_by.note(&mut after);
        }
        let place = (&self.venue, &self.court);
        let found = (&self.days, &self.diary, self.resources.as_slice());
        let mut writes = booking::relocate(table, (before, &after), place, found, now).await?;
        writes.extend(self.family_unchanged(table));
        Ok(Changed { booking: after, writes })
    }
}
