//! Whether, and with which rights, an account is let into a club or onto the platform, at this moment.

use futures::future::try_join3;
use identity::MembershipStatus;
use kernel::{AccountId, ClubId, Error, PermissionSet, Result, Role, Tenant};
use runtime::App;
use tenancy::ClubStatus;

/// What somebody is let in with.
pub(crate) struct Admission {
    pub(crate) roles: Vec<Role>,
    pub(crate) permissions: PermissionSet,
}

/// Into a club, or without one onto the platform as its operator. `None` where they have no place there;
/// a suspended member hears `forbidden`, `MEMBER_SUSPENDED`.
pub(crate) async fn admit(
    app: &App,
    correlation: &str,
    account: AccountId,
    club: Option<ClubId>,
) -> Result<Option<Admission>> {
    match club {
        Some(club) => member(app, correlation, account, club).await,
        None => operator(app, account).await,
    }
}

async fn member(
    app: &App,
    correlation: &str,
    account: AccountId,
    club: ClubId,
) -> Result<Option<Admission>> {
    let platform = app.table().platform();
    let table = app.table().tenant(&Tenant::from_platform_record(club, correlation));
    let (club, membership, records) = Box::pin(try_join3(
        tenancy::store::club(&platform, club),
        identity::store::membership(&table, account),
        tenancy::store::roles(&table),
    ))
    .await?;
    let Some(membership) = membership.filter(|_| club.status == ClubStatus::Active) else {
        return Ok(None);
    };
    if membership.status == MembershipStatus::Suspended {
        let message = "your membership is suspended; ask the club";
        return Err(Error::forbidden("MEMBER_SUSPENDED", message));
    }
    let permissions = tenancy::allowed(&records, &membership.roles);
    Ok(Some(Admission { roles: membership.roles, permissions }))
}

async fn operator(app: &App, account: AccountId) -> Result<Option<Admission>> {
    let account = identity::store::account(&app.table().platform(), account).await?;
    Ok(account.filter(identity::Account::is_operator).map(|_| Admission {
        roles: vec![Role::Operator],
        permissions: Role::Operator.default_permissions().iter().copied().collect(),
    }))
}
