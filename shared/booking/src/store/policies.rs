//! Venues' policies in the table.

use kernel::{Result, VenueId};
use table::{Condition, Items, Key, TenantTable, Write};

use crate::{BookingPolicy, error::policy_stale};

/// A venue's policy: for the one round of reads of a booking.
pub fn policy_key(table: &TenantTable, venue: VenueId) -> Key {
    table.key(format_args!("POLICY#{venue}"), "POLICY")
}

/// The policy out of what that round has found; one that asks nothing where there is none yet.
pub fn take_policy(items: &mut Items, key: &Key, venue: VenueId) -> Result<BookingPolicy> {
    Ok(items.take(key)?.unwrap_or_else(|| BookingPolicy::none(venue)))
}

/// Get a venue's policy; one that asks nothing where there is none yet.
pub async fn policy(table: &TenantTable, venue: VenueId) -> Result<BookingPolicy> {
    let found = table.get(&policy_key(table, venue)).await?;
    Ok(found.unwrap_or_else(|| BookingPolicy::none(venue)))
}

/// Put a venue's policy if it is still of the version before: else `STALE_VERSION`.
pub fn change_policy(table: &TenantTable, policy: &BookingPolicy) -> Result<Write> {
    let before = match policy.version - 1 {
        0 => Condition::absent("PK"),
        version => Condition::equals("version", version),
    };
    let put = Write::put(policy_key(table, policy.venue_id), "booking_policy", policy)?;
    Ok(put.when(before).or(|_| policy_stale()))
}
