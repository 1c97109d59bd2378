//! The owner's account, if they have none, and their invitation.
//!
//! Ownership comes with the invitation alone: whoever registered the owner's address before need not be
//! the one who reads its mail.

use identity::{Account, Invitation, store};
use kernel::{Result, Role};
use table::Write;

use crate::work::Work;

pub(crate) async fn run(work: &Work<'_>) -> Result<Vec<Write>> {
    let (owner, now) = (&work.onboarding.request.owner, work.now());
    let roles = vec![Role::Owner];
    let invitation = Invitation::new(work.invitation(), owner.email.clone(), roles, now);
    let mut writes = vec![store::invite(&work.own, &invitation)?];
    if store::credential(&work.platform, &owner.email).await?.is_none() {
        let account = Account {
            id: work.owner_account(),
            email: Some(owner.email.clone()),
            name: owner.name.clone(),
            locale: work.onboarding.request.template.locale(),
            platform_roles: Vec::new(),
            created_at: now,
            version: 1,
        };
        writes.extend(store::invite_account(&work.platform, &account)?);
    }
    Ok(writes)
}

/// An account that was claimed meanwhile stays its owner's; it only leaves the club.
pub(crate) async fn undo(work: &Work<'_>) -> Result<Vec<Write>> {
    let email = &work.onboarding.request.owner.email;
    let mut writes = vec![store::withdraw(&work.own, work.invitation())];
    if let Some(credential) = store::credential(&work.platform, email).await? {
        writes.extend(store::disband(&work.own, credential.account_id));
    }
    let own = work.owner_account();
    writes.extend(store::remove_invited_account(&work.platform, email, own).await?);
    Ok(writes)
}
