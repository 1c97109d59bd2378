//! Who changes other people's rights, as they are at this moment.
//!
//! A token says what was true up to 15 minutes ago. For giving and taking rights that is too old: whoever
//! was demoted a minute ago would give themselves back what they lost.

use futures::future::try_join;
use kernel::{AccountId, Claims, Error, Method, Permission, Result};
use table::{TenantTable, Write};
use tenancy::CustomRole;

use crate::{Membership, Placement, Rights, grants, store};

/// Somebody who changes other people's rights.
#[derive(Debug, Clone)]
pub struct Actor {
    /// Who.
    pub account: AccountId,
    /// What they may do now.
    pub rights: Rights,
    /// The club's own roles.
    pub own_roles: Vec<CustomRole>,
    /// As it was read; an API key is no member.
    membership: Option<Membership>,
}

impl Actor {
    /// Get `T#<club>#MEMBER#<account>` / `MEMBER` and query `T#<club>#SETTINGS` / `ROLE#…`: the bearer of
    /// these claims, if they still have the permission that the route asked of the token: else
    /// `forbidden`, `PERMISSION_MISSING`, or why they may not come in. An API key's claims are of this
    /// moment already.
    pub async fn load(
        table: &TenantTable,
        claims: &Claims,
        permission: Permission,
    ) -> Result<Self> {
        let account = claims.sub;
        let (membership, own_roles) =
            try_join(store::membership(table, account), tenancy::store::roles(table)).await?;
        let by_key = claims.amr.contains(&Method::Key);
        let (membership, rights) = match membership {
            _ if by_key => (None, of_claims(claims)),
            None => return Err(no_longer()),
            Some(membership) => {
                membership.status.comes_in()?;
                let rights = Rights::of(&membership, &own_roles);
                (Some(membership), rights)
            }
        };
        if !rights.permissions.contains(&permission) {
            return Err(no_longer());
        }
        Ok(Self { account, rights, own_roles, membership })
    }

    /// Whether they may change this member; see [`grants::may_change`]. Oneself one may.
    pub fn may_change(&self, target: &Membership) -> Result<()> {
        if target.account_id == self.account {
            return Ok(());
        }
        grants::may_change(&self.rights, &Rights::of(target, &self.own_roles))
    }

    /// Whether they may turn one placement into the other, whose roles the club must have; see
    /// [`Placement::exists_in`] and [`grants::may_place`].
    pub fn may_place(&self, before: &Placement, after: &Placement) -> Result<()> {
        after.exists_in(&self.own_roles)?;
        grants::may_place(&self.rights, &self.own_roles, before, after)
    }

    /// A check, for the transaction that changes `target`, that the actor is still who they were when
    /// this was decided. Oneself needs none: there the change has its own condition.
    pub fn unchanged(&self, table: &TenantTable, target: Option<AccountId>) -> Option<Write> {
        let other = self.membership.as_ref().filter(|it| Some(it.account_id) != target);
        other.map(|membership| store::unchanged(table, membership))
    }
}

fn of_claims(claims: &Claims) -> Rights {
    Rights {
        roles: claims.roles.clone(),
        permissions: claims.permissions.clone(),
        venues: claims.venues.clone(),
    }
}

fn no_longer() -> Error {
    Error::forbidden("PERMISSION_MISSING", "you no longer have the right to do this; log in again")
}
