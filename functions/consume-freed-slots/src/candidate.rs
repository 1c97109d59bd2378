//! Whether somebody who waits may have anything at all now.

use booking::Status;
use facilities::VenueWithCourts;
use futures::future::try_join;
use identity::MembershipStatus;
use kernel::{Permission, Result};
use runtime::App;
use table::TenantTable;
use tenancy::CustomRole;
use waitlist::{Entry, WaitlistPolicy};

use crate::settle;

/// What holds for everybody who waits for a venue's day.
pub(crate) struct Desk<'a> {
    pub(crate) app: &'a App,
    pub(crate) table: &'a TenantTable,
    pub(crate) venue: &'a VenueWithCourts,
    pub(crate) policy: WaitlistPolicy,
    own_roles: Vec<CustomRole>,
}

impl<'a> Desk<'a> {
    /// One round of reads.
    pub(crate) async fn open(
        app: &'a App,
        table: &'a TenantTable,
        venue: &'a VenueWithCourts,
    ) -> Result<Self> {
        let policy = waitlist::policy(table, venue.venue.id);
        let (policy, own_roles) = try_join(policy, tenancy::store::roles(table)).await?;
        Ok(Self { app, table, venue, policy, own_roles })
    }
}

/// Whether they are a member who may book, and have no offer that they can still accept.
pub(crate) async fn may_have(desk: &Desk<'_>, entry: &Entry) -> Result<bool> {
    Ok(is_allowed(desk, entry).await? && !has_offer(desk, entry).await?)
}

async fn is_allowed(desk: &Desk<'_>, entry: &Entry) -> Result<bool> {
    let membership = identity::store::membership(desk.table, entry.account_id).await?;
    let active = membership.filter(|it| it.status == MembershipStatus::Active);
    let Some(membership) = active else { return Ok(false) };
    let here = membership.venue_roles.get(&entry.venue_id).into_iter().flatten();
    let roles = membership.roles.iter().chain(here);
    Ok(tenancy::allowed(&desk.own_roles, roles).contains(&Permission::BookingSelf))
}

/// The booking knows: whether its offer still stands, or was paid and nobody has told the entry yet.
async fn has_offer(desk: &Desk<'_>, entry: &Entry) -> Result<bool> {
    let Some(offer) = entry.offer else { return Ok(false) };
    let booking = booking::booking(desk.table, offer.booking_id).await?;
    let now = desk.app.clock().now();
    match booking.status {
        Status::Held => Ok(!booking.hold_has_ended(now)),
        Status::Expired | Status::Cancelled => Ok(false),
        Status::Confirmed | Status::CheckedIn | Status::NoShow => {
            settle::fulfil(desk.table, entry, booking.id, now).await?;
            Ok(true)
        }
    }
}
