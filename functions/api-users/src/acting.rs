//! Who acts for whom: everybody for themselves, a guardian for a child, the staff for the club's members.

use audit::Entry;
use futures::future::try_join;
use identity::Membership;
use kernel::{AccountId, Error, LocalDate, Permission, Result};
use profiles::{Acting, Capacity, not_guardian, store, user_not_found};
use runtime::App;
use table::{TenantTable, Write};
use web::{Caller, Whom};

/// Writes what somebody did; what was done for somebody else goes into the club's log with it. What people do
/// with what is theirs is their own business.
pub(crate) async fn write(
    acting: &Acting,
    (app, caller): (&App, &Caller),
    told: Entry,
    writes: Vec<Write>,
) -> Result<()> {
    let table = app.tenant_table(caller)?;
    match acting.capacity {
        Capacity::Themselves => table.write(writes).await,
        Capacity::Guardian | Capacity::Staff => {
            audit::write(&table, told, app.clock().now(), writes).await.map(drop)
        }
    }
}

/// [`profiles::acting_for`], where the permission makes somebody staff, if staff may do this at all.
pub(crate) async fn acting_for(
    app: &App,
    caller: &Caller,
    whom: Whom,
    staff: Option<Permission>,
) -> Result<Acting> {
    let table = app.tenant_table(caller)?;
    let is_staff = staff.is_some_and(|permission| caller.may(permission));
    let who = (caller.account(), whom.account(caller));
    Box::pin(profiles::acting_for(&table, who, is_staff, app.clock().now())).await
}

/// The same for a guardian alone.
pub(crate) async fn acting_for_child(
    app: &App,
    caller: &Caller,
    child: AccountId,
) -> Result<Acting> {
    let acting = acting_for(app, caller, Whom::Account(child), None).await?;
    match acting.capacity {
        Capacity::Guardian => Ok(acting),
        Capacity::Themselves | Capacity::Staff => Err(not_guardian()),
    }
}

/// A member of this club: `not_found`, `USER_NOT_FOUND`, where there is none.
pub(crate) async fn member(table: &TenantTable, account: AccountId) -> Result<Membership> {
    identity::store::membership(table, account).await?.ok_or_else(user_not_found)
}

/// The day that it is in the club.
pub(crate) async fn club_today(app: &App, table: &TenantTable) -> Result<LocalDate> {
    profiles::club_today(table, app.clock().now()).await
}

/// A guardian-to-be and the day: one known to be under age is no guardian: `forbidden`,
/// `GUARDIAN_MUST_BE_ADULT`.
pub(crate) async fn adult_today(
    app: &App,
    table: &TenantTable,
    account: AccountId,
) -> Result<LocalDate> {
    let (profile, today) = try_join(store::profile(table, account), club_today(app, table)).await?;
    if profile.is_minor(today) {
        let message = "a guardian has to be of age";
        return Err(Error::forbidden("GUARDIAN_MUST_BE_ADULT", message));
    }
    Ok(today)
}
