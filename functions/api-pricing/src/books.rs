//! The price books that a preview goes by, and the price by them.

use booking::SLOT_MINUTES;
use kernel::{Error, Money, PriceBookId, Result, Role, VenueId, Violation, jiff::civil::Date};
use pricing::{PriceBook, PriceLine, Quote, active_on, store};
use serde::Serialize;
use table::TenantTable;
use utoipa::ToSchema;
use web::Caller;

use crate::read_version::check_visible;

/// Which prices are asked for.
pub(crate) enum Books {
    /// Those that hold, of all versions.
    Active(Vec<PriceBook>),
    /// Those of one version, whenever it starts.
    One(PriceBook),
}

impl Books {
    pub(crate) async fn load(
        table: &TenantTable,
        caller: &Caller,
        venue: VenueId,
        one: Option<PriceBookId>,
    ) -> Result<Self> {
        let Some(id) = one else { return Ok(Self::Active(store::versions(table, venue).await?)) };
        let book = store::price_book(table, venue, id).await?;
        check_visible(caller, &book)?;
        Ok(Self::One(book))
    }

    /// The one for bookings of a local date; none where courts have their own prices.
    pub(crate) fn on(&self, date: Date) -> Option<&PriceBook> {
        match self {
            Self::Active(versions) => active_on(versions, date),
            Self::One(book) => Some(book),
        }
    }
}

/// What something costs.
#[derive(Serialize, ToSchema)]
#[schema(as = QuotedPrice)]
pub(crate) struct PriceView {
    /// The sum of the lines.
    pub(crate) total: Money,
    /// The court by category, then what is added.
    pub(crate) lines: Vec<PriceLine>,
}

impl From<Quote> for PriceView {
    fn from(Quote { lines, total }: Quote) -> Self {
        Self { total, lines }
    }
}

/// Whose price: somebody's who has this role alone, or the caller's.
pub(crate) fn roles_of(caller: &Caller, role: Option<Role>) -> Vec<Role> {
    role.map_or_else(|| caller.roles().to_vec(), |role| vec![role])
}

/// Refuses lengths that no booking has.
pub(crate) fn check_duration(minutes: u16) -> Result<()> {
    if minutes.is_multiple_of(SLOT_MINUTES) {
        return Ok(());
    }
    let (path, message) = ("duration_minutes".to_owned(), "must be a multiple of 5".to_owned());
    Err(Error::violations(&[Violation { path, message }]))
}
