//! Whether a member may come in: what approving, suspending and reinstating share.

use audit::Entry;
use identity::{Actor, MembershipStatus, store};
use kernel::{AccountId, Permission, Result};
use runtime::App;
use web::{Caller, Reply, standing};

use crate::read::{MemberView, shown};

/// Gives a member the status that `decide` makes of theirs; `None` leaves them as they are.
pub(crate) async fn give_status(
    app: &App,
    caller: &Caller,
    account: AccountId,
    action: &'static str,
    decide: impl FnOnce(MembershipStatus) -> Result<Option<MembershipStatus>>,
) -> Result<Reply<MemberView>> {
    let (table, now) = (app.tenant_table(caller)?, app.clock().now());
    let actor = Actor::load(&table, caller.claims(), Permission::MemberManage).await?;
    let before = store::member(&table, account).await?;
    actor.may_change(&before)?;
    let Some(status) = decide(before.status)? else { return Ok(shown(before)) };
    let after = before.with_status(status);
    let mut writes = store::change(&table, &before, &after)?;
    writes.push(match status {
        MembershipStatus::Active => standing::lift(&table, account),
        MembershipStatus::Pending | MembershipStatus::Suspended => {
            standing::bar(&table, account, now)
        }
    });
    writes.extend(actor.unchanged(&table, Some(account)));
    let told = Entry::new(caller.origin(), action, account).changing(&before, &after)?;
    audit::write(&table, told, now, writes).await?;
    Ok(shown(after))
}
