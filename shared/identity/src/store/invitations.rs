//! `T#<club>#INVITATION#<invitation>` / `INVITATION`.

use kernel::{
    Email, Error, InvitationId, Page, PageRequest, Result,
    jiff::{SignedDuration, Timestamp},
    timestamp_text,
};
use table::{
    Condition, Index, Item, Key, Partition, Query, TenantTable, Update, Value, Write, read_item,
};

use crate::{
    Invitation, InvitationCreated,
    invitation::{unknown, used},
};

/// An expired invitation is kept this long, to say that it has expired.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

fn key(table: &TenantTable, id: InvitationId) -> Key {
    table.key(format_args!("INVITATION#{id}"), "INVITATION")
}

/// All open invitations by age: gsi1 `T#<club>#INVITATIONS` → `<made at>#<invitation>`.
fn by_age(table: &TenantTable) -> Partition {
    table.partition("INVITATIONS")
}

/// All open invitations by address: gsi2 `T#<club>#INVITED` → `<address>#<invitation>`.
fn by_address(table: &TenantTable) -> Partition {
    table.partition("INVITED")
}

/// Get `T#<club>#INVITATION#<invitation>` / `INVITATION`: `invalid`, `INVITATION_UNKNOWN`, where there is none.
pub async fn invitation(table: &TenantTable, id: InvitationId) -> Result<Invitation> {
    table.get(&key(table, id)).await?.ok_or_else(unknown)
}

/// The same for the club itself: `not_found`, `INVITATION_NOT_FOUND`, where there is none.
pub async fn own_invitation(table: &TenantTable, id: InvitationId) -> Result<Invitation> {
    let found = table.get(&key(table, id)).await?;
    found.ok_or_else(|| Error::not_found("INVITATION_NOT_FOUND", "there is no such invitation"))
}

/// Query gsi1 `T#<club>#INVITATIONS`, oldest first: one page of those that nobody accepted or took back,
/// expired ones included until the table drops them.
pub async fn open_invitations(table: &TenantTable, page: PageRequest) -> Result<Page<Invitation>> {
    table.query(&Query::index(Index::Gsi1, by_age(table)).page(page)).await
}

/// Query gsi2 `T#<club>#INVITED` and get `T#<club>#INVITATION#<invitation>` / `INVITATION` of what it
/// names: the newest invitation of this address that can be accepted now, if any. Those that give a child's
/// account a sign-in are for their mails alone.
pub async fn invitation_for(
    table: &TenantTable,
    email: &Email,
    now: Timestamp,
) -> Result<Option<Invitation>> {
    let query = Query::index(Index::Gsi2, by_address(table)).begins_with(format!("{email}#"));
    let mut listed: Vec<Invitation> = table.query_all(&query).await?;
    // Ids made later sort later.
    listed.sort_by_key(|invitation| std::cmp::Reverse(invitation.id));
    for invitation in listed {
        // The index may be a moment behind.
        let found: Option<Invitation> = table.get(&key(table, invitation.id)).await?;
        if let Some(found) = found.filter(|it| it.account_id.is_none() && it.is_open_at(now)) {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// Put `T#<club>#INVITATION#<invitation>` / `INVITATION` if absent. Whoever makes it sends its mail.
pub fn invite(table: &TenantTable, invitation: &Invitation) -> Result<Write> {
    let sort = format!("{}#{}", timestamp_text(invitation.created_at), invitation.id);
    let write = Write::put(key(table, invitation.id), "Invitation", invitation)?;
    let by_address_sort = format!("{}#{}", invitation.email, invitation.id);
    let write = write.gsi1(&by_age(table), sort).gsi2(&by_address(table), by_address_sort);
    Ok(write.expiring(invitation.expires_at + KEPT).if_absent())
}

/// The same, telling `invitation.created`, which has its mail sent.
pub fn invite_by_mail(
    table: &TenantTable,
    invitation: &Invitation,
    now: Timestamp,
) -> Result<Write> {
    told(table, invite(table, invitation)?, invitation.id, now)
}

/// Update `T#<club>#INVITATION#<invitation>` / `INVITATION` to the renewed one, telling `invitation.created`
/// once more, while it is open and of the version before: else as [`add_token`].
pub fn renew(table: &TenantTable, renewed: &Invitation, now: Timestamp) -> Result<Write> {
    let update =
        Update::new().set("expires_at", renewed.expires_at).set("version", renewed.version);
    let write = Write::update(key(table, renewed.id), update)
        .expiring(renewed.expires_at + KEPT)
        .when(Condition::equals("version", renewed.version - 1).and(is_open()))
        .or(refused);
    told(table, write, renewed.id, now)
}

fn told(table: &TenantTable, write: Write, id: InvitationId, now: Timestamp) -> Result<Write> {
    let fact = InvitationCreated { invitation_id: id };
    let event = table.event(InvitationCreated::TYPE, InvitationCreated::VERSION, now, &fact)?;
    write.telling(&[event])
}

/// Update `T#<club>#INVITATION#<invitation>` / `INVITATION` to one with a further token, while it is open:
/// else `conflict`, `INVITATION_USED`, or `invalid`, `INVITATION_REVOKED`. Who was overtaken may read it
/// again and repeat.
pub fn add_token(table: &TenantTable, changed: &Invitation) -> Result<Write> {
    let update = Update::new()
        .set("token_hashes", Value::of(&changed.token_hashes)?)
        .set("version", changed.version);
    let before = Condition::equals("version", changed.version - 1);
    Ok(Write::update(key(table, changed.id), update).when(before.and(is_open())).or(refused))
}

/// Update `T#<club>#INVITATION#<invitation>` / `INVITATION`: accepted, once, and no longer among the open
/// ones: else `conflict`, `INVITATION_USED`, or `invalid`, `INVITATION_REVOKED`.
pub fn accept(table: &TenantTable, id: InvitationId, now: Timestamp) -> Write {
    close(table, id, "accepted_at", now)
}

/// Update `T#<club>#INVITATION#<invitation>` / `INVITATION`: taken back, and no longer among the open ones:
/// else as [`accept`].
pub fn revoke_invitation(table: &TenantTable, id: InvitationId, now: Timestamp) -> Write {
    close(table, id, "revoked_at", now)
}

fn close(table: &TenantTable, id: InvitationId, end: &str, now: Timestamp) -> Write {
    let listed = ["GSI1PK", "GSI1SK", "GSI2PK", "GSI2SK"];
    let closed = Update::new().set(end, now).add("version", 1_u64);
    let update = listed.into_iter().fold(closed, Update::remove);
    let open = Condition::item_exists().and(is_open());
    Write::update(key(table, id), update).when(open).or(refused)
}

fn is_open() -> Condition {
    Condition::absent("accepted_at").and(Condition::absent("revoked_at"))
}

fn refused(old: Option<Item>) -> Error {
    match old.map(read_item::<Invitation>) {
        Some(Ok(old)) => old.open().err().unwrap_or_else(|| {
            Error::unavailable("INVITATION_OVERTAKEN", "another call changed it; repeat")
        }),
        _ => used(),
    }
}

/// Delete `T#<club>#INVITATION#<invitation>` / `INVITATION`.
pub fn withdraw(table: &TenantTable, id: InvitationId) -> Write {
    Write::delete(key(table, id))
}
