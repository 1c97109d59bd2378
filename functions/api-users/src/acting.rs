//! Who acts for whom: everybody for themselves, a guardian for a child, the staff for the club's members.

use audit::Entry;
use futures::future::try_join;
use identity::Membership;
use kernel::{AccountId, Error, LocalDate, Permission, Result};
use profiles::{not_guardian, store, today};
use runtime::App;
use table::{TenantTable, Write};
use web::{Caller, Whom};

/// As what somebody acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Capacity {
    Themselves,
    Guardian,
    Staff,
}

/// Somebody acting for somebody.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Acting {
    /// For whom.
    pub(crate) account: AccountId,
    /// Who.
    pub(crate) by: AccountId,
    /// As what.
    pub(crate) capacity: Capacity,
}

impl Acting {
    /// Writes what they did; what was done for somebody else goes into the club's log with it. What people do
    /// with what is theirs is their own business.
    pub(crate) async fn write(
        &self,
        app: &App,
        caller: &Caller,
        told: Entry,
        writes: Vec<Write>,
    ) -> Result<()> {
        let table = app.tenant_table(caller)?;
        match self.capacity {
            Capacity::Themselves => table.write(writes).await,
            Capacity::Guardian | Capacity::Staff => {
                audit::write(&table, told, app.clock().now(), writes).await.map(drop)
            }
        }
    }
}

/// Lets oneself in, a guardian while the child is under age, and whoever has the permission, if staff may
/// do this at all. Nobody of this club: `not_found`, `USER_NOT_FOUND`; anybody else: `forbidden`,
/// `NOT_GUARDIAN`.
pub(crate) async fn acting_for(
    app: &App,
    caller: &Caller,
    whom: Whom,
    staff: Option<Permission>,
) -> Result<Acting> {
    let table = app.tenant_table(caller)?;
    let (account, by) = (whom.account(caller), caller.account());
    if account == by {
        return Ok(Acting { account, by, capacity: Capacity::Themselves });
    }
    if staff.is_some_and(|permission| caller.may(permission)) {
        member(&table, account).await?;
        return Ok(Acting { account, by, capacity: Capacity::Staff });
    }
    let acts = store::acts_for(&table, by, account, app.clock().now());
    let (_, acts) = Box::pin(try_join(member(&table, account), acts)).await?;
    if !acts {
        return Err(not_guardian());
    }
    Ok(Acting { account, by, capacity: Capacity::Guardian })
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
    identity::store::membership(table, account)
        .await?
        .ok_or_else(|| Error::not_found("USER_NOT_FOUND", "nobody in this club has that id"))
}

/// The day that it is in the club.
pub(crate) async fn club_today(app: &App, table: &TenantTable) -> Result<LocalDate> {
    let settings = tenancy::store::settings(table).await?;
    Ok(today(app.clock().now(), &settings.time_zone.zone()))
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
