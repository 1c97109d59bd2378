//! `P#ACC#<account>` / `OTT#<purpose>`.

use kernel::{
    AccountId, Result,
    jiff::{SignedDuration, Timestamp},
};
use table::{Attempt, Condition, Key, PlatformTable, Update, Write};

use crate::{MailedToken, OneTimeToken, TokenMail, TokenPurpose};

/// An expired token is kept this long, to say that it has expired.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

fn key(table: &PlatformTable, account: AccountId, purpose: TokenPurpose) -> Key {
    table.key(format_args!("ACC#{account}"), format_args!("OTT#{}", purpose.as_str()))
}

/// Get `P#ACC#<account>` / `OTT#<purpose>`.
pub async fn mailed_token(
    table: &PlatformTable,
    account: AccountId,
    purpose: TokenPurpose,
) -> Result<Option<MailedToken>> {
    table.get(&key(table, account, purpose)).await
}

/// Get `P#ACC#<account>` / `OTT#<purpose>`: the record of a token that is good now; else `invalid`, with a
/// code of its purpose.
pub async fn proven_token(
    table: &PlatformTable,
    text: &str,
    purpose: TokenPurpose,
    now: Timestamp,
) -> Result<MailedToken> {
    let token: OneTimeToken = text.parse().map_err(|_| purpose.refused())?;
    let kept = mailed_token(table, token.account(), purpose).await?;
    let kept = kept.ok_or_else(|| purpose.refused())?;
    kept.check(&token, purpose, now)?;
    Ok(kept)
}

/// Get `P#ACC#<account>` / `OTT#<purpose>` and put it if nobody changed it meanwhile: a new token for this
/// mail; `None` where too many mails went out, or another one goes out at this moment.
pub async fn mint_token(
    table: &PlatformTable,
    mail: &TokenMail,
    now: Timestamp,
) -> Result<Option<OneTimeToken>> {
    let before = mailed_token(table, mail.account_id, mail.purpose).await?;
    if !MailedToken::admits(before.as_ref(), mail.id, now) {
        return Ok(None);
    }
    let (kept, token) = MailedToken::mint(before.as_ref(), mail, now)?;
    let unchanged = before
        .map_or_else(|| Condition::absent("PK"), |it| Condition::equals("version", it.version));
    let write = Write::put(key(table, mail.account_id, mail.purpose), "MailedToken", &kept)?
        .expiring(kept.expires_at + KEPT)
        .when(unchanged);
    match table.attempt(write).await? {
        Attempt::Done(_) => Ok(Some(token)),
        Attempt::Refused(_) => Ok(None),
    }
}

/// Update `P#ACC#<account>` / `OTT#<purpose>` if it still holds this token: used, or withdrawn; else
/// `invalid`, with a code of its purpose.
pub fn spend_token(
    table: &PlatformTable,
    kept: &MailedToken,
    purpose: TokenPurpose,
    now: Timestamp,
) -> Write {
    let hash = kept.token_hash.as_deref().unwrap_or_default();
    let update = Update::new().remove("token_hash").set("used_at", now).add("version", 1_u64);
    Write::update(key(table, kept.account_id, purpose), update)
        .when(Condition::equals("token_hash", hash))
        .or(move |_| purpose.refused())
}
