//! Items that are made by copying real ones under other ids and dates, where making them by requests would take hours.

use serde_json::Value;
use testkit::Database;

use crate::hall::Hall;

/// One item of this kind at this venue, as the functions wrote it.
pub(crate) fn pattern(database: &Database, kind: &str, hall: &Hall) -> Value {
    let venue = hall.venue.to_string();
    let mut items = database.all_items().into_iter();
    let is_one = |item: &Value| item["kind"]["S"] == kind && item.to_string().contains(&venue);
    items.find(is_one).unwrap_or_else(|| panic!("no {kind} was written at {venue}"))
}

/// The court of the hall that an item names.
pub(crate) fn court_of(item: &Value, hall: &Hall) -> String {
    let text = item.to_string();
    let mut courts = hall.courts.iter().map(ToString::to_string);
    courts.find(|court| text.contains(court)).expect("an item about a court")
}

/// The same item with other texts in it.
pub(crate) fn copy(pattern: &Value, old: &[String], new: &[String]) -> Value {
    let mut text = pattern.to_string();
    for (old, new) in old.iter().zip(new) {
        text = text.replace(old, new);
    }
    serde_json::from_str(&text).expect("the same shape")
}

/// The day in the keys of an item, `YYYY-MM-DD` after the last `#` of its partition.
pub(crate) fn date_of(item: &Value) -> String {
    let partition = item["PK"]["S"].as_str().expect("a key");
    partition.rsplit('#').next().expect("a day").to_owned()
}
