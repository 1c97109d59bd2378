//! Where the chains lie, and how they grow.

mod read;

use std::{ops::Deref, time::Duration};

use kernel::{AuditRecordId, Error, Result, jiff::Timestamp};
use table::{Condition, Engine, Key, Partition, PlatformTable, TenantTable, Write};

use crate::{Entry, Record, record::Head};

/// Another record took the place; the commit is built again upon it.
const OVERTAKEN: &str = "AUDIT_OVERTAKEN";
/// How often a commit is built again: with these pauses, well inside a function's ten seconds.
const TRIES: u32 = 20;
const FIRST_PAUSE_MS: u64 = 20;
const LONGEST_PAUSE_MS: u64 = 500;
/// Records in one partition.
const BLOCK: u64 = 1_000;

/// The log of a club, or the platform's.
#[derive(Debug, Clone)]
pub enum Log {
    /// A club's.
    Club(TenantTable),
    /// The platform's.
    Platform(PlatformTable),
}

/// [`Log::commit`] of the club.
pub async fn commit(
    table: &TenantTable,
    entry: Entry,
    now: Timestamp,
    writes: impl Fn() -> Result<Vec<Write>>,
) -> Result<AuditRecordId> {
    Log::Club(table.clone()).commit(&entry, now, writes).await
}

/// [`commit`] with writes that are made already.
pub async fn write(
    table: &TenantTable,
    entry: Entry,
    now: Timestamp,
    writes: Vec<Write>,
) -> Result<AuditRecordId> {
    commit(table, entry, now, || Ok(writes.clone())).await
}

/// One transaction; with its record where there is something to tell, as where staff act on what is somebody else's.
pub async fn write_telling(
    table: &TenantTable,
    told: Option<Entry>,
    now: Timestamp,
    writes: Vec<Write>,
) -> Result<()> {
    match told {
        Some(told) => write(table, told, now, writes).await.map(drop),
        None => table.write(writes).await,
    }
}

/// [`Log::commit`] of the platform, with writes that are made already.
pub async fn write_platform(
    table: &PlatformTable,
    entry: Entry,
    now: Timestamp,
    writes: Vec<Write>,
) -> Result<AuditRecordId> {
    Log::Platform(table.clone()).commit(&entry, now, || Ok(writes.clone())).await
}

impl Log {
    /// Get `T#<club>#AUDIT` / `HEAD`; put `T#<club>#AUDIT#<block>` / `<sequence>` if absent and the head if
    /// it is still the same, in one transaction with the caller's writes: all of it happens, or nothing.
    ///
    /// Where another record was quicker, it builds everything again (so `writes` may be called several
    /// times): 503, `AUDIT_LOG_BUSY`, when that happens too often. Any other refused condition is the
    /// caller's error, and then there is no record. A caller's writes may be 98 at most.
    pub async fn commit(
        &self,
        entry: &Entry,
        now: Timestamp,
        writes: impl Fn() -> Result<Vec<Write>>,
    ) -> Result<AuditRecordId> {
        let id = AuditRecordId::new();
        let name = self.name();
        let mut ceiling_ms = FIRST_PAUSE_MS;
        for _ in 0..TRIES {
            let head = self.head().await?;
            let record = Record::after(&head, &name, id, entry, now);
            let mut all = writes()?;
            // Of several refused conditions the first decides, so the caller's come first.
            all.push(self.put_record(&record)?);
            all.push(self.move_head(&head, &record)?);
            match self.write(all).await {
                Ok(()) => {
                    // Kept apart from the table, it proves what the chain was. No personal data.
                    let (sequence, hash) = (record.sequence, record.hash);
                    tracing::info!(audit_log = %name, sequence, %hash, "audit record");
                    return Ok(id);
                }
                Err(error) if error.code() == OVERTAKEN => {}
                Err(error) => return Err(error),
            }
            tokio::time::sleep(Duration::from_millis(fastrand::u64(1..=ceiling_ms))).await;
            ceiling_ms = (ceiling_ms * 2).min(LONGEST_PAUSE_MS);
        }
        let message = "too much happens at once; try again in a moment";
        Err(Error::unavailable("AUDIT_LOG_BUSY", message))
    }

    /// A club's id, or `platform`.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Club(table) => table.tenant().club().to_string(),
            Self::Platform(_) => "platform".to_owned(),
        }
    }

    /// Get `T#<club>#AUDIT` / `HEAD`.
    async fn head(&self) -> Result<Head> {
        Ok(self.get(&self.key("AUDIT", "HEAD")).await?.unwrap_or_else(Head::empty))
    }

    fn put_record(&self, record: &Record) -> Result<Write> {
        let place = padded(record.sequence);
        let write = Write::put(self.record_key(record.sequence), "AuditRecord", record)?
            .gsi1(&self.partition(&format!("AUDITACTOR#{}", record.actor)), &place)
            .gsi2(&self.partition(&format!("AUDITTARGET#{}", record.target)), &place);
        Ok(write.if_absent().or(|_| overtaken()))
    }

    fn move_head(&self, from: &Head, to: &Record) -> Result<Write> {
        let write = Write::put(self.key("AUDIT", "HEAD"), "AuditHead", &Head::of(to))?;
        let write = match from.sequence {
            0 => write.if_absent(),
            sequence => write.when(Condition::equals("sequence", sequence)),
        };
        Ok(write.or(|_| overtaken()))
    }

    fn record_key(&self, sequence: u64) -> Key {
        self.key(&format!("AUDIT#{}", block_of(sequence)), &padded(sequence))
    }

    fn block(&self, block: u64) -> Partition {
        self.partition(&format!("AUDIT#{block}"))
    }

    fn key(&self, pk: &str, sk: &str) -> Key {
        match self {
            Self::Club(table) => table.key(pk, sk),
            Self::Platform(table) => table.key(pk, sk),
        }
    }

    fn partition(&self, pk: &str) -> Partition {
        match self {
            Self::Club(table) => table.partition(pk),
            Self::Platform(table) => table.partition(pk),
        }
    }
}

impl Deref for Log {
    type Target = Engine;

    fn deref(&self) -> &Engine {
        match self {
            Self::Club(table) => table,
            Self::Platform(table) => table,
        }
    }
}

fn overtaken() -> Error {
    Error::conflict(OVERTAKEN, "another record took this place")
}

/// Which partition a record lies in.
fn block_of(sequence: u64) -> u64 {
    sequence / BLOCK
}

/// Text order is sequence order.
fn padded(sequence: u64) -> String {
    format!("{sequence:012}")
}
