//! Reading a chain: newest first, in order, and as a whole.

use kernel::{Error, LastKey, Page, PageLimit, PageRequest, Result, jiff::Timestamp};
use serde_json::Value;
use table::{Index, Query};

use super::{Log, block_of, padded};
use crate::{
    Filter, Record, Verdict,
    chain::{Break, Fault, Walk},
};

/// The most records read for one page; the next page goes on from there.
const READ_LIMIT: u64 = 1_000;
/// The most records that one walk checks: some seconds.
pub(crate) const WALK_LIMIT: u64 = 20_000;
/// The member of a page's last key: everything before this sequence comes next.
const BEFORE: &str = "before";

impl Log {
    /// Query `T#<club>#AUDIT#<block>` from the newest block back, or gsi1 `T#<club>#AUDITACTOR#<account>`,
    /// or gsi2 `T#<club>#AUDITTARGET#<target>`: newest first. A page may have fewer records than its limit,
    /// even none, and still have a next one, since no page reads more than a thousand.
    pub async fn list(&self, filter: &Filter, page: PageRequest) -> Result<Page<Record>> {
        let after = page.after.as_ref().and_then(|key| key.get(BEFORE)?.parse().ok());
        let mut before: u64 = match after {
            Some(before) => before,
            None => self.first_place(filter).await?,
        };
        let (mut items, mut read) = (Vec::new(), 0);
        let wanted = usize::from(page.limit.get());
        while before > 1 && read < READ_LIMIT {
            let (records, floor) = self.earlier(filter, before).await?;
            read += records.len() as u64;
            for record in records {
                if filter.is_past(&record) {
                    return Ok(Page { items, next: None });
                }
                before = record.sequence;
                if filter.takes(&record) {
                    items.push(record);
                }
                if items.len() == wanted {
                    return Ok(Page { items, next: next(before) });
                }
            }
            before = before.min(floor);
        }
        Ok(Page { items, next: next(before) })
    }

    /// The place after the newest record that the filter may take.
    async fn first_place(&self, filter: &Filter) -> Result<u64> {
        let end = self.head().await?.sequence + 1;
        match filter.to {
            // Where a record is gone, too high a start only reads more.
            Some(to) => self.first_at(to, end, false).await,
            None => Ok(end),
        }
    }

    /// A hundred records, or fewer, before this place; and the place from which everything was read.
    async fn earlier(&self, filter: &Filter, before: u64) -> Result<(Vec<Record>, u64)> {
        let last = before - 1;
        let (query, block_start) = match (&filter.target, filter.actor) {
            (Some(target), _) => {
                let partition = self.partition(&format!("AUDITTARGET#{target}"));
                (Query::index(Index::Gsi2, partition), 1)
            }
            (None, Some(actor)) => {
                let partition = self.partition(&format!("AUDITACTOR#{actor}"));
                (Query::index(Index::Gsi1, partition), 1)
            }
            (None, None) => {
                let block = block_of(last);
                (Query::of(self.block(block)), (block * super::BLOCK).max(1))
            }
        };
        let limit = PageLimit::new(PageLimit::MAX).unwrap_or_default();
        let query =
            query.at_most(padded(last)).descending().page(PageRequest { limit, after: None });
        let page = self.query::<Record>(&query).await?;
        let floor = match page.next {
            Some(_) => page.items.last().map_or(block_start, |record| record.sequence),
            None => block_start,
        };
        Ok((page.items, floor))
    }

    /// Get `T#<club>#AUDIT#<block>` / `<sequence>`.
    async fn record(&self, sequence: u64) -> Result<Option<Record>> {
        self.get(&self.record_key(sequence)).await
    }

    /// Get `T#<club>#AUDIT#<block>` / `<sequence>`, by halving: the first place whose record is of this
    /// instant or later, `end` if none is. `gone_is_later` says what a missing record counts as.
    async fn first_at(&self, at: Timestamp, end: u64, gone_is_later: bool) -> Result<u64> {
        let (mut low, mut high) = (1, end);
        while low < high {
            let middle = low.midpoint(high);
            let found = self.record(middle).await?;
            if found.map_or(gone_is_later, |record| record.at >= at) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        Ok(low)
    }

    /// Query `T#<club>#AUDIT#<block>`, in the order of the chain, from the record after `after` and not
    /// before `from`, up to `to` or so many bytes: the lines, and the sequence after which the next export
    /// goes on, where there is more.
    pub async fn export(
        &self,
        (from, to): (Option<Timestamp>, Option<Timestamp>),
        after: u64,
        limit_bytes: usize,
    ) -> Result<(String, Option<u64>)> {
        let end = self.head().await?.sequence + 1;
        let mut place = match from {
            // Where a record is gone, too low a start only reads more.
            Some(from) if after == 0 => self.first_at(from, end, true).await?,
            _ => after + 1,
        };
        let filter = Filter { from, to, ..Filter::default() };
        let mut lines = String::new();
        while place < end {
            let block = block_of(place);
            for record in self.query_all::<Record>(&Query::of(self.block(block))).await? {
                if record.sequence < place || record.sequence >= end || filter.is_past(&record) {
                    continue;
                }
                if !filter.takes(&record) {
                    return Ok((lines, None));
                }
                let line = record.line();
                if lines.len() + line.len() >= limit_bytes {
                    return Ok((lines, Some(record.sequence - 1)));
                }
                lines.push_str(&line);
                lines.push('\n');
            }
            place = (block + 1) * super::BLOCK;
        }
        Ok((lines, None))
    }

    /// Get `T#<club>#AUDIT` / `HEAD`, query `T#<club>#AUDIT#<block>` block by block: checks every record
    /// from this place on, twenty thousand at most: 422, `SEQUENCE_OUT_OF_RANGE`, where the log is shorter.
    pub async fn verify(&self, from: u64) -> Result<Verdict> {
        let head = self.head().await?;
        let name = self.name();
        let first = from.max(1);
        if first > head.sequence + 1 {
            let message = format!("the log has {} records; begin at one of them", head.sequence);
            return Err(Error::invalid("SEQUENCE_OUT_OF_RANGE", message));
        }
        let last = match first {
            1 => None,
            _ => self.record(first - 1).await?,
        };
        let mut walk = Walk::after(&name, last.as_ref());
        if walk.expected() != first {
            let broken = Break { sequence: first - 1, fault: Fault::Missing };
            return Ok(Walk::after(&name, None).verdict(Some(broken), None));
        }
        let until = head.sequence.min(first.saturating_add(WALK_LIMIT) - 1);
        // One block further than the last record, where a record may have been put behind it.
        let last_block = if until == head.sequence { until + 1 } else { until };
        for block in block_of(first)..=block_of(last_block) {
            for found in self.query_all::<Value>(&Query::of(self.block(block))).await? {
                let place: u64 = found["SK"].as_str().and_then(|sk| sk.parse().ok()).unwrap_or(0);
                if place != 0 && (place < first || place > until) {
                    if place > head.sequence && place > self.head().await?.sequence {
                        let broken = Break { sequence: place, fault: Fault::Inserted };
                        return Ok(walk.verdict(Some(broken), None));
                    }
                    continue;
                }
                let record = serde_json::from_value(found).ok();
                if let Err(broken) = walk.step(place, record.as_ref()) {
                    return Ok(walk.verdict(Some(broken), None));
                }
            }
        }
        if until < head.sequence {
            let gone = walk.expected() <= until;
            let broken = gone.then(|| Break { sequence: walk.expected(), fault: Fault::Missing });
            let next = (!gone).then_some(until + 1);
            return Ok(walk.verdict(broken, next));
        }
        let broken = walk.end(&head).err();
        Ok(walk.verdict(broken, None))
    }
}

fn next(before: u64) -> Option<LastKey> {
    (before > 1).then(|| LastKey::from([(BEFORE.to_owned(), before.to_string())]))
}
