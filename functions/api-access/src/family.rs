//! Whom somebody who is erased acts for: no child is left without a guardian.

use futures::future::{try_join, try_join_all};
use kernel::{AccountId, Error, Result, jiff::Timestamp};
use profiles::{club_today, guardian_needed, store};
use table::{TenantTable, Write};

/// The children of a guardian who goes.
pub(crate) struct Family {
    counted: Option<i64>,
    children: Vec<AccountId>,
}

impl Family {
    /// The members under age whom they act for. `conflict`, `GUARDIAN_NEEDED`, where one of them has no other
    /// guardian who is a member.
    pub(crate) async fn of(
        table: &TenantTable,
        guardian: AccountId,
        now: Timestamp,
    ) -> Result<Self> {
        // Counted before it is read: who comes meanwhile changes the count.
        let counted = store::children_count(table, guardian).await?;
        let (children, today) =
            try_join(store::children(table, guardian), club_today(table, now)).await?;
        let minor = async |child: AccountId| {
            let (profile, membership) =
                try_join(store::profile(table, child), identity::store::membership(table, child))
                    .await?;
            let minor = membership.is_some() && profile.is_minor(today);
            Ok::<_, Error>(minor.then_some(child))
        };
        let children = try_join_all(children.iter().map(|it| minor(it.child_id))).await?;
        let children: Vec<_> = children.into_iter().flatten().collect();
        let alone = children.iter().map(|child| is_alone(table, *child, guardian));
        let alone = try_join_all(alone).await?;
        let needing = children.iter().zip(alone).filter(|(_, alone)| *alone);
        let needing: Vec<_> = needing.map(|(child, _)| *child).collect();
        if needing.is_empty() {
            Ok(Self { counted, children })
        } else {
            Err(guardian_needed(&needing))
        }
    }

    /// They act for nobody of them any more. Two guardians of one child who go at once do not both.
    pub(crate) fn leave(&self, table: &TenantTable, guardian: AccountId) -> Vec<Write> {
        store::leave_children(table, guardian, self.counted, &self.children)
    }
}

/// Whether nobody but this guardian acts for the child; who has left the club does not.
async fn is_alone(table: &TenantTable, child: AccountId, guardian: AccountId) -> Result<bool> {
    let guardians = store::guardians(table, child).await?;
    let others = guardians.iter().map(|it| it.guardian_id).filter(|it| *it != guardian);
    let others = others.map(|other| identity::store::membership(table, other));
    Ok(try_join_all(others).await?.iter().all(Option::is_none))
}
