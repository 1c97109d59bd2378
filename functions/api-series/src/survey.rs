//! What would become of each date, if nobody else came in between. Writes nothing.

use kernel::{Result, jiff::Timestamp};
use series::{Occurrence, Outcome, Series};
use table::TenantTable;

use crate::enquire::{By, Grown, enquire, is_refusal};

/// Every date with its outcome; those that are left out stay so.
pub(crate) async fn survey(
    table: &TenantTable,
    series: &Series,
    by: By,
    occurrences: Vec<Occurrence>,
    now: Timestamp,
) -> Result<Vec<Occurrence>> {
    let mut surveyed = occurrences;
    let wanted: Vec<_> = surveyed.extract_if(.., |one| one.outcome != Outcome::Skipped).collect();
    let enquiries = enquire(table, series, by, &wanted).await?;
    let diary = enquiries.first().map(|first| first.found.diary.clone());
    let mut grown = Grown::of(diary.unwrap_or_default());
    for enquiry in enquiries {
        let occurrence = enquiry.occurrence.clone();
        surveyed.push(match enquiry.judge(&grown, by, now) {
            Ok(agreed) => {
                let booking = enquiry.draft(agreed, now);
                grown.add(&enquiry.found, None, &booking);
                occurrence.booked(booking.id, booking.price)
            }
            Err(error) if is_refusal(&error) => occurrence.refused(&error),
            Err(error) => return Err(error),
        });
    }
    surveyed.sort_by_key(|one| one.recurrence_id);
    Ok(surveyed)
}
