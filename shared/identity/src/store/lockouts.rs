//! `P#EMAIL#<email>` / `LOCKOUT` and `P#ADDRESS#<hash>` / `LOCKOUT`.

use futures::future::try_join;
use kernel::{Email, Error, Result, Slug, jiff::Timestamp, secret};
use table::{Attempt, Condition, Items, Key, PlatformTable, Update, Write, read_item};
use tenancy::SlugRecord;

use super::accounts::credential_key;
use crate::{
    Credential, Guarded, Lockout,
    lockout::{REMEMBERED, WINDOW, network},
};

/// Enough of a hash to tell networks apart; the address itself is kept nowhere.
const HASH_CHARACTERS: usize = 22;
/// A failure that meets the end of a window tries the other write, and at worst the first again.
const TRIES: usize = 4;

fn account_key(table: &PlatformTable, email: &Email) -> Key {
    table.key(format_args!("EMAIL#{email}"), "LOCKOUT")
}

/// `None` where the address is not known: no gateway said it.
fn address_key(table: &PlatformTable, address: &str) -> Option<Key> {
    let mut hash = secret::hash(network(address).as_bytes());
    hash.truncate(HASH_CHARACTERS);
    (!address.is_empty()).then(|| table.key(format_args!("ADDRESS#{hash}"), "LOCKOUT"))
}

/// All that a sign-in needs to know before it verifies a password.
#[derive(Clone)]
pub struct SignInRecords {
    /// Whose address it is, and which password goes with it.
    pub credential: Option<Credential>,
    /// The failures of the address of e-mail.
    pub account_lockout: Lockout,
    /// The failures of the network's address.
    pub address_lockout: Lockout,
}

impl SignInRecords {
    /// Whether somebody may try now: else `throttled`, `ACCOUNT_LOCKED` or `ADDRESS_LOCKED`.
    pub fn check(&self, now: Timestamp) -> Result<()> {
        self.address_lockout.check(now)?;
        self.account_lockout.check(now)
    }
}

/// Get `P#EMAIL#<email>` / `EMAIL`, `P#EMAIL#<email>` / `LOCKOUT` and `P#ADDRESS#<hash>` / `LOCKOUT`, in one batch.
pub async fn sign_in_records(
    table: &PlatformTable,
    email: &Email,
    address: &str,
) -> Result<SignInRecords> {
    let keys = RecordKeys::of(table, email, address);
    keys.take(&mut table.batch_get(&keys.all()).await?)
}

/// The same, and `P#SLUG#<slug>` / `SLUG` in the same batch: the club that they want to come in to.
pub async fn sign_in_records_and_club(
    table: &PlatformTable,
    email: &Email,
    address: &str,
    slug: &Slug,
) -> Result<(SignInRecords, Option<SlugRecord>)> {
    let (keys, slug) =
        (RecordKeys::of(table, email, address), tenancy::store::slug_key(table, slug));
    let mut all = keys.all();
    all.push(slug.clone());
    let mut items = table.batch_get(&all).await?;
    Ok((keys.take(&mut items)?, items.take(&slug)?))
}

struct RecordKeys {
    credential: Key,
    account: Key,
    address: Option<Key>,
}

impl RecordKeys {
    fn of(table: &PlatformTable, email: &Email, address: &str) -> Self {
        Self {
            credential: credential_key(table, email),
            account: account_key(table, email),
            address: address_key(table, address),
        }
    }

    fn all(&self) -> Vec<Key> {
        let Self { credential, account, address } = self;
        [credential, account].into_iter().chain(address).cloned().collect()
    }

    fn take(&self, items: &mut Items) -> Result<SignInRecords> {
        let address = self.address.as_ref().map(|key| items.take(key)).transpose()?.flatten();
        Ok(SignInRecords {
            credential: items.take(&self.credential)?,
            account_lockout: items.take(&self.account)?.unwrap_or(Lockout::none(Guarded::Account)),
            address_lockout: address.unwrap_or(Lockout::none(Guarded::Address)),
        })
    }
}

/// Update, or put in the place of one that is over, `P#EMAIL#<email>` / `LOCKOUT` and `P#ADDRESS#<hash>` / `LOCKOUT`,
/// at once: one failure more of each. Answers both as they are now; of many at once none is lost.
pub async fn record_failure(
    table: &PlatformTable,
    email: &Email,
    address: &str,
    now: Timestamp,
) -> Result<(Lockout, Lockout)> {
    let of_address = async {
        match address_key(table, address) {
            Some(key) => count(table, key, Guarded::Address, now).await,
            None => Ok(Lockout::none(Guarded::Address)),
        }
    };
    try_join(count(table, account_key(table, email), Guarded::Account, now), of_address).await
}

/// [`Lockout::after_failure`] as conditional writes: add where the failures still count, else begin anew.
async fn count(
    table: &PlatformTable,
    key: Key,
    guarded: Guarded,
    now: Timestamp,
) -> Result<Lockout> {
    let below = || Condition::at_most("failures", guarded.limit() - 1);
    let begun = Condition::at_most("first_failed_at", now - WINDOW).negated();
    let remembered = Condition::at_most("last_failed_at", now - REMEMBERED).negated();
    let counts = Condition::item_exists()
        .and(Condition::any([below().and(begun), below().negated().and(remembered)]));
    let first = Lockout::none(guarded).after_failure(now);
    for _ in 0..TRIES {
        let more = Update::new().add("failures", 1_u64).set("last_failed_at", now);
        let write = Write::update(key.clone(), more).expiring(first.forgotten_at());
        if let Attempt::Done(Some(item)) = table.attempt(write.when(counts.clone())).await? {
            return read_item(item);
        }
        let write = Write::put(key.clone(), "Lockout", &first)?.expiring(first.forgotten_at());
        if let Attempt::Done(_) = table.attempt(write.when(counts.clone().negated())).await? {
            return Ok(first);
        }
    }
    Err(Error::unavailable("LOCKOUT_OVERTAKEN", "too many attempts at once; try again"))
}

/// Delete `P#EMAIL#<email>` / `LOCKOUT`, after a success. Worth its price only where there were failures.
pub async fn clear_failures(table: &PlatformTable, email: &Email) -> Result<()> {
    table.write(vec![unlock(table, email)]).await
}

/// Delete `P#EMAIL#<email>` / `LOCKOUT`.
pub fn unlock(table: &PlatformTable, email: &Email) -> Write {
    Write::delete(account_key(table, email))
}
