//! `P#ACC#<account>` / `SES#<session>`.

use kernel::{AccountId, Error, Result, SessionId, jiff::Timestamp};
use table::{Attempt, Condition, Key, PlatformTable, Query, Update, Value, Write, read_item};

use crate::{DeviceName, Proof, RefreshToken, Session};

fn key(table: &PlatformTable, account: AccountId, session: SessionId) -> Key {
    table.key(format_args!("ACC#{account}"), format_args!("SES#{session}"))
}

/// How an exchange of a refresh token ended.
#[derive(Debug)]
pub enum Rotation {
    /// The new token is good.
    Done,
    /// The session changed meanwhile; this is how it is now, `None` where it is gone.
    Overtaken(Option<Box<Session>>),
}

/// Get `P#ACC#<account>` / `SES#<session>`: the session that a token says it belongs to.
pub async fn session(table: &PlatformTable, token: &RefreshToken) -> Result<Option<Session>> {
    table.get(&key(table, token.account(), token.session())).await
}

/// Get `P#ACC#<account>` / `SES#<session>`.
pub async fn session_of(
    table: &PlatformTable,
    account: AccountId,
    session: SessionId,
) -> Result<Option<Session>> {
    table.get(&key(table, account, session)).await
}

/// Query `P#ACC#<account>` / `SES#…`: all of an account's sessions that the table has not dropped yet.
pub async fn sessions(table: &PlatformTable, account: AccountId) -> Result<Vec<Session>> {
    let partition = table.partition(format_args!("ACC#{account}"));
    table.query_all(&Query::of(partition).begins_with("SES#")).await
}

/// Update `P#ACC#<account>` / `SES#<session>` if there and open: what its device is called, else
/// `not_found`, `SESSION_NOT_FOUND`.
pub fn name_session(
    table: &PlatformTable,
    account: AccountId,
    session: SessionId,
    device: &DeviceName,
) -> Write {
    let open = Condition::item_exists().and(Condition::absent("revoked_at"));
    let update = Update::new().set("device", device.as_str());
    Write::update(key(table, account, session), update)
        .when(open)
        .or(|_| Error::not_found("SESSION_NOT_FOUND", "you have no open session of this id"))
}

/// Update `P#ACC#<account>` / `SES#<session>` while it is open: proved once more; else `unauthenticated`,
/// `SESSION_REVOKED`.
pub fn prove_session(
    table: &PlatformTable,
    account: AccountId,
    session: SessionId,
    proof: &Proof,
) -> Result<Write> {
    let open = Condition::item_exists().and(Condition::absent("revoked_at"));
    let update = Update::new().set("proof", Value::of(proof)?);
    let write = Write::update(key(table, account, session), update).when(open);
    Ok(write
        .or(|_| Error::unauthenticated("SESSION_REVOKED", "this session was ended; log in again")))
}

/// Delete `P#ACC#<account>` / `SES#<session>`: one whose tokens nobody ever got.
pub async fn drop_session(table: &PlatformTable, session: &Session) -> Result<()> {
    table.write(vec![Write::delete(key(table, session.account_id, session.id))]).await
}

/// Put `P#ACC#<account>` / `SES#<session>` if absent, with what must still hold then; the table drops it
/// after its end.
pub async fn open_session(
    table: &PlatformTable,
    session: &Session,
    holding: Option<Write>,
) -> Result<()> {
    let session = new_session(table, session)?;
    table.write(std::iter::once(session).chain(holding).collect()).await
}

/// The write of [`open_session`], for who writes more with it.
pub fn new_session(table: &PlatformTable, session: &Session) -> Result<Write> {
    let key = key(table, session.account_id, session.id);
    Ok(Write::put(key, "Session", session)?.expiring(session.expires_at).if_absent())
}

/// Update `P#ACC#<account>` / `SES#<session>` if its good token is still the one before and nobody ended it.
pub async fn rotate(table: &PlatformTable, before: &Session, after: &Session) -> Result<Rotation> {
    let update = Update::new()
        .set("refresh_hash", after.refresh_hash.as_str())
        .set("previous", Value::of(&after.previous)?)
        .set("last_used_at", after.last_used_at)
        .set("generation", after.generation)
        .set("expires_at", after.expires_at);
    let unchanged = Condition::equals("refresh_hash", before.refresh_hash.as_str())
        .and(Condition::absent("revoked_at"));
    let write = Write::update(key(table, before.account_id, before.id), update)
        .expiring(after.expires_at)
        .when(unchanged);
    match table.attempt(write).await? {
        Attempt::Done(_) => Ok(Rotation::Done),
        Attempt::Refused(now) => {
            Ok(Rotation::Overtaken(now.map(read_item).transpose()?.map(Box::new)))
        }
    }
}

/// Update `P#ACC#<account>` / `SES#<session>`: ended, with all its tokens. Ending it again changes nothing.
pub async fn revoke(table: &PlatformTable, session: &Session, now: Timestamp) -> Result<()> {
    let update = Update::new().set("revoked_at", now);
    let ours = Condition::equals("family_hash", session.family_hash.as_str())
        .and(Condition::absent("revoked_at"));
    let write = Write::update(key(table, session.account_id, session.id), update).when(ours);
    match table.attempt(write).await? {
        Attempt::Done(_) | Attempt::Refused(_) => Ok(()),
    }
}

/// Check `P#ACC#<account>` / `SES#<session>`: still open, as a part of a transaction.
pub fn require_open(table: &PlatformTable, account: AccountId, session: SessionId) -> Write {
    let open = Condition::item_exists().and(Condition::absent("revoked_at"));
    Write::check(key(table, account, session), open)
}

/// Update `P#ACC#<account>` / `SES#<session>` if there: ended, as a part of a transaction. Else `conflict`,
/// `CONCURRENT_CHANGE`.
pub fn end_session(table: &PlatformTable, session: &Session, now: Timestamp) -> Write {
    let update = Update::new().set("revoked_at", now);
    Write::update(key(table, session.account_id, session.id), update).when(Condition::item_exists())
}
