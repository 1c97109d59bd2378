//! `T#<club>#SETTINGS` / `CONSENT#<document>`, `T#<club>#CONSENT#<document>` / `VERSION#<version>` and
//! `T#<club>#PERSON#<account>` / `CONSENT#<document>#<number>`.

use kernel::{AccountId, Error, Result};
use table::{Key, Query, TenantTable, Write};

use super::{person_key, stale, unchanged};
use crate::{Consent, ConsentDocument, DocumentKey, consent_outdated};

fn document_key(table: &TenantTable, document: &DocumentKey) -> Key {
    table.key("SETTINGS", format_args!("CONSENT#{document}"))
}

fn version_key(table: &TenantTable, document: &DocumentKey, version: u64) -> Key {
    table.key(format_args!("CONSENT#{document}"), format_args!("VERSION#{version:08}"))
}

/// Query `T#<club>#SETTINGS` / `CONSENT#…`: what the club asks people to agree to, as it is now.
pub async fn documents(table: &TenantTable) -> Result<Vec<ConsentDocument>> {
    let settings = Query::of(table.partition("SETTINGS"));
    table.query_all(&settings.begins_with("CONSENT#")).await
}

/// Get `T#<club>#SETTINGS` / `CONSENT#<document>`: as it is now.
pub async fn document(
    table: &TenantTable,
    document: &DocumentKey,
) -> Result<Option<ConsentDocument>> {
    table.get(&document_key(table, document)).await
}

/// Get `T#<club>#CONSENT#<document>` / `VERSION#<version>`: as it was then.
pub async fn document_version(
    table: &TenantTable,
    document: &DocumentKey,
    version: u64,
) -> Result<Option<ConsentDocument>> {
    table.get(&version_key(table, document, version)).await
}

/// Put `T#<club>#SETTINGS` / `CONSENT#<document>` if it is still the version before, and this version
/// beside it, for good: else `stale`, `STALE_VERSION`.
pub fn publish(table: &TenantTable, document: &ConsentDocument) -> Result<Vec<Write>> {
    let (name, version) = (&document.document, document.version);
    Ok(vec![
        Write::put(document_key(table, name), "ConsentDocument", document)?
            .when(unchanged(version - 1))
            .or(|_| stale()),
        Write::put(version_key(table, name, version), "ConsentVersion", document)?
            .if_absent()
            .or(|_| stale()),
    ])
}

/// Check `T#<club>#SETTINGS` / `CONSENT#<document>`: still this version, else `conflict`, `CONSENT_OUTDATED`.
pub fn document_unchanged(table: &TenantTable, document: &ConsentDocument) -> Write {
    let same = unchanged(document.version);
    Write::check(document_key(table, &document.document), same).or(|_| consent_outdated())
}

/// Query `T#<club>#PERSON#<account>` / `CONSENT#…`: all that they answered, by document, first answer first.
pub async fn consents(table: &TenantTable, account: AccountId) -> Result<Vec<Consent>> {
    let partition = table.partition(format_args!("PERSON#{account}"));
    table.query_all(&Query::of(partition).begins_with("CONSENT#")).await
}

/// Put `T#<club>#PERSON#<account>` / `CONSENT#<document>#<number>` if absent: one more answer. Where another
/// took its place: `conflict`, `CONCURRENT_CHANGE`.
pub fn add_consent(table: &TenantTable, account: AccountId, consent: &Consent) -> Result<Write> {
    let item = format!("CONSENT#{}#{:06}", consent.document, consent.number);
    let write = Write::put(person_key(table, account, item), "Consent", consent)?;
    Ok(write.if_absent().or(|_| {
        let message = "another answer came at the same moment; read it again and repeat";
        Error::conflict("CONCURRENT_CHANGE", message)
    }))
}
