//! Rule books in the table: `RULES#<venue>` / `RULES`.

use kernel::{Error, Result, VenueId};
use table::{Condition, Items, Key, TenantTable, Write};

use crate::RuleBook;

/// A venue's rule book: for the one round of reads of a booking.
pub fn rule_book_key(table: &TenantTable, venue: VenueId) -> Key {
    table.key(format_args!("RULES#{venue}"), "RULES")
}

/// The rule book out of what that round has found; the default where nobody has written one.
pub fn take_rule_book(items: &mut Items, key: &Key) -> Result<RuleBook> {
    Ok(items.take(key)?.unwrap_or_default())
}

/// Get one venue's rule book; the default where nobody has written one.
pub async fn rule_book(table: &TenantTable, venue: VenueId) -> Result<RuleBook> {
    Ok(table.get(&rule_book_key(table, venue)).await?.unwrap_or_default())
}

/// Put one venue's rule book if it is still the version before: else `stale`, `STALE_VERSION`.
pub fn put_rule_book(table: &TenantTable, venue: VenueId, book: &RuleBook) -> Result<Write> {
    let unchanged = match book.version - 1 {
        0 => Condition::absent("version"),
        version => Condition::equals("version", version),
    };
    let write = Write::put(rule_book_key(table, venue), "rule_book", book)?.when(unchanged);
    Ok(write.or(|_| {
        Error::stale("STALE_VERSION", "somebody changed the rules meanwhile; read them again")
    }))
}
