//! `P#ACC#<account>` / `SES#<session>`.

use kernel::{AccountId, Result, SessionId, jiff::Timestamp};
use table::{Attempt, Condition, Key, PlatformTable, Update, Write, read_item};

use crate::{RefreshToken, Session};

fn key(table: &PlatformTable, account: AccountId, session: SessionId) -> Key {
    table.key(format_args!("ACC#{account}"), format_args!("SES#{session}"))
}

/// How an exchange of a refresh token ended.
#[derive(Debug)]
pub enum Rotation {
    /// The new token is good.
    Done,
    /// The session changed meanwhile; this is how it is now, `None` where it is gone.
    Overtaken(Option<Session>),
}

/// Get `P#ACC#<account>` / `SES#<session>`: the session that a token says it belongs to.
pub async fn session(table: &PlatformTable, token: &RefreshToken) -> Result<Option<Session>> {
    table.get(&key(table, token.account(), token.session())).await
}

/// Put `P#ACC#<account>` / `SES#<session>` if absent; the table drops it after its end.
pub async fn open_session(table: &PlatformTable, session: &Session) -> Result<()> {
    let key = key(table, session.account_id, session.id);
    let write = Write::put(key, "Session", session)?.expiring(session.expires_at).if_absent();
    table.write(vec![write]).await
}

/// Update `P#ACC#<account>` / `SES#<session>` if its good token is still the one before and nobody ended it.
pub async fn rotate(table: &PlatformTable, before: &Session, after: &Session) -> Result<Rotation> {
    let update = Update::new()
        .set("refresh_hash", after.refresh_hash.as_str())
        .set("generation", after.generation)
        .set("expires_at", after.expires_at);
    let unchanged = Condition::equals("refresh_hash", before.refresh_hash.as_str())
        .and(Condition::absent("revoked_at"));
    let write = Write::update(key(table, before.account_id, before.id), update)
        .expiring(after.expires_at)
        .when(unchanged);
    match table.attempt(write).await? {
        Attempt::Done(_) => Ok(Rotation::Done),
        Attempt::Refused(now) => Ok(Rotation::Overtaken(now.map(read_item).transpose()?)),
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
