//! Moving a booking to another time or court of its venue.

use booking::{Booking, Changed, ExtraWishes, LocalStart, Wish, local_text};
use kernel::{AccountId, CourtId, Error, Result, jiff::Timestamp};
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

impl LookUp {
    /// What was found, as if the booking were not there: it is in its own way nowhere, and counts against itself
    /// in no rule.
    #[must_use]
    pub fn without(mut self, booking: &Booking) -> Self {
        self.days = self.days.without(booking);
        self.diary = self.diary.without(booking.id);
        self
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
