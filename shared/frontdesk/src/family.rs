//! Whose bookings are counted together: a member, their guardians and children, and so on.

use std::{
    collections::BTreeSet,
    sync::{Arc, LazyLock},
    time::Duration,
};

use futures::future::try_join_all;
use kernel::{AccountId, ClubId, Result};
use moka::future::Cache;
use profiles::store::{children, guardians};
use table::TenantTable;

/// A family that changes is seen everywhere after this.
const KEPT: Duration = Duration::from_secs(10);
const KEPT_MOST: u64 = 10_000;
/// The most that are counted together; a transaction has room for no more than a hundred conditions.
const MOST: usize = 24;

/// The others of a family.
pub(crate) type Others = Arc<[AccountId]>;
type Families = Cache<(ClubId, AccountId), Others>;

/// Of this process. The club is part of the key.
static FAMILIES: LazyLock<Families> =
    LazyLock::new(|| Cache::builder().max_capacity(KEPT_MOST).time_to_live(KEPT).build());

/// The others of a member's family, where this process has read them within ten seconds.
pub(crate) async fn remembered(table: &TenantTable, account: AccountId) -> Option<Others> {
    FAMILIES.get(&(table.tenant().club(), account)).await
}

/// That a member's family is nobody else.
pub(crate) async fn remember_nobody(table: &TenantTable, account: AccountId) {
    FAMILIES.insert((table.tenant().club(), account), Others::default()).await;
}

/// The others of a member's family.
///
/// What is read: two queries of `T#<club>#PERSON#<account>` for each of them.
pub(crate) async fn others(table: &TenantTable, account: AccountId) -> Result<Others> {
    let mut family = BTreeSet::from([account]);
    let mut newcomers = vec![account];
    while !newcomers.is_empty() {
        let nearest =
            try_join_all(newcomers.iter().map(|person| relatives(table, *person))).await?;
        newcomers = nearest.into_iter().flatten().filter(|person| family.insert(*person)).collect();
        if family.len() > MOST {
            tracing::warn!(account.id = %account, "a family is too large to be counted together");
            break;
        }
    }
    family.remove(&account);
    let family: Others = family.into_iter().take(MOST).collect();
    FAMILIES.insert((table.tenant().club(), account), family.clone()).await;
    Ok(family)
}

async fn relatives(table: &TenantTable, person: AccountId) -> Result<Vec<AccountId>> {
    let (above, below) =
        futures::future::try_join(guardians(table, person), children(table, person)).await?;
    let above = above.into_iter().map(|it| it.guardian_id);
    Ok(above.chain(below.into_iter().map(|it| it.child_id)).collect())
}
