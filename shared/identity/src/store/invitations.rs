//! `T#<club>#INVITATION#<invitation>` / `INVITATION`.

use kernel::{
    Error, InvitationId, Result,
    jiff::{SignedDuration, Timestamp},
};
use table::{Condition, Key, TenantTable, Update, Value, Write, read_item};

use crate::{
    Invitation,
    invitation::{unknown, used},
};

/// An expired invitation is kept this long, to say that it has expired.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

fn key(table: &TenantTable, id: InvitationId) -> Key {
    table.key(format_args!("INVITATION#{id}"), "INVITATION")
}

/// Get `T#<club>#INVITATION#<invitation>` / `INVITATION`: `invalid`, `INVITATION_UNKNOWN`, where there is none.
pub async fn invitation(table: &TenantTable, id: InvitationId) -> Result<Invitation> {
    table.get(&key(table, id)).await?.ok_or_else(unknown)
}

/// Put `T#<club>#INVITATION#<invitation>` / `INVITATION` if absent.
pub fn invite(table: &TenantTable, invitation: &Invitation) -> Result<Write> {
    let write = Write::put(key(table, invitation.id), "Invitation", invitation)?;
    Ok(write.expiring(invitation.expires_at + KEPT).if_absent())
}

/// Update `T#<club>#INVITATION#<invitation>` / `INVITATION` to one with a further token, while nobody has
/// accepted it: else `conflict`, `INVITATION_USED`. Who was overtaken may read it again and repeat.
pub fn add_token(table: &TenantTable, changed: &Invitation) -> Result<Write> {
    let update = Update::new()
        .set("token_hashes", Value::of(&changed.token_hashes)?)
        .set("version", changed.version);
    let before = Condition::equals("version", changed.version - 1);
    let open = Condition::absent("accepted_at");
    let write = Write::update(key(table, changed.id), update).when(before.and(open));
    Ok(write.or(|old| match old.map(read_item::<Invitation>) {
        Some(Ok(old)) if old.accepted_at.is_none() => {
            Error::unavailable("INVITATION_OVERTAKEN", "another call changed it; repeat")
        }
        _ => used(),
    }))
}

/// Update `T#<club>#INVITATION#<invitation>` / `INVITATION`: accepted, once: else `conflict`, `INVITATION_USED`.
pub fn accept(table: &TenantTable, id: InvitationId, now: Timestamp) -> Write {
    let update = Update::new().set("accepted_at", now).add("version", 1_u64);
    let open = Condition::item_exists().and(Condition::absent("accepted_at"));
    Write::update(key(table, id), update).when(open).or(|_| used())
}

/// Delete `T#<club>#INVITATION#<invitation>` / `INVITATION`.
pub fn withdraw(table: &TenantTable, id: InvitationId) -> Write {
    Write::delete(key(table, id))
}
