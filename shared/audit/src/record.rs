//! An entry in its place in the chain.

use std::fmt::Write as _;

use aws_lc_rs::digest::{SHA256, digest};
use kernel::{AccountId, AuditRecordId, SessionId, jiff::Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{Entry, canonical::canonical};

/// The hash before the first record.
pub(crate) const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";
/// The largest state told, in bytes: a block of a thousand records stays a small partition.
const STATE_LIMIT_BYTES: usize = 8 * 1024;

/// One record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Its id.
    pub id: AuditRecordId,
    /// Whose log it is in: a club's id, or `platform`.
    pub log: String,
    /// Its place, from 1.
    pub sequence: u64,
    /// When.
    #[serde(serialize_with = "kernel::serialize_timestamp")]
    pub at: Timestamp,
    /// Who.
    pub actor: AccountId,
    /// In which session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionId>,
    /// What.
    pub action: String,
    /// To whom.
    pub target: String,
    /// The changed fields as they were, as canonical JSON: as text, so that no storage rewrites a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// The changed fields as they are, as canonical JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// From where.
    pub address: String,
    /// In which request.
    pub correlation: String,
    /// The hash of the record before.
    pub previous: String,
    /// SHA-256 of `content`, in hexadecimal.
    pub hash: String,
}

/// Where a chain ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Head {
    pub(crate) sequence: u64,
    pub(crate) hash: String,
    #[serde(serialize_with = "kernel::serialize_timestamp")]
    pub(crate) at: Timestamp,
}

impl Head {
    /// Of a log without records.
    pub(crate) fn empty() -> Self {
        Self { sequence: 0, hash: GENESIS.to_owned(), at: Timestamp::UNIX_EPOCH }
    }

    pub(crate) fn of(record: &Record) -> Self {
        Self { sequence: record.sequence, hash: record.hash.clone(), at: record.at }
    }
}

impl Record {
    /// The entry's record after this head.
    pub(crate) fn after(
        head: &Head,
        log: &str,
        id: AuditRecordId,
        entry: &Entry,
        now: Timestamp,
    ) -> Self {
        let mut record = Self {
            id,
            log: log.to_owned(),
            sequence: head.sequence + 1,
            at: now.max(head.at),
            actor: entry.actor,
            session: entry.session,
            action: entry.action.to_owned(),
            target: entry.target.clone(),
            before: entry.before.as_ref().map(state),
            after: entry.after.as_ref().map(state),
            address: entry.address.clone(),
            correlation: entry.correlation.clone(),
            previous: head.hash.clone(),
            hash: String::new(),
        };
        record.hash = record.computed_hash();
        record
    }

    /// The hash of what the record says.
    pub fn computed_hash(&self) -> String {
        fingerprint(&self.content(false))
    }

    /// The record as one line of canonical JSON: what an export holds. Without the member `hash` it is what
    /// the hash is of, so anybody can check an export.
    pub fn line(&self) -> String {
        self.content(true)
    }

    /// Canonical JSON: the members in this order are sorted by name.
    fn content(&self, with_hash: bool) -> String {
        let at = kernel::timestamp_text(self.at);
        let quoted = |text: &str| Some(Value::from(text).to_string());
        let members = [
            ("action", quoted(&self.action)),
            ("actor", quoted(&self.actor.to_string())),
            ("address", quoted(&self.address)),
            ("after", self.after.clone()),
            ("at", quoted(&at)),
            ("before", self.before.clone()),
            ("correlation", quoted(&self.correlation)),
            ("hash", quoted(&self.hash).filter(|_| with_hash)),
            ("id", quoted(&self.id.to_string())),
            ("log", quoted(&self.log)),
            ("previous", quoted(&self.previous)),
            ("sequence", Some(self.sequence.to_string())),
            ("session", self.session.and_then(|session| quoted(&session.to_string()))),
            ("target", quoted(&self.target)),
        ];
        let present = members.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let parts: Vec<_> = present.map(|(name, value)| format!("\"{name}\":{value}")).collect();
        format!("{{{}}}", parts.join(","))
    }
}

/// SHA-256 of a text, in hexadecimal.
pub fn fingerprint(text: &str) -> String {
    let hash = digest(&SHA256, text.as_bytes());
    hash.as_ref().iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A state as the chain keeps it; of one too large, how large it was.
fn state(value: &Value) -> String {
    let text = canonical(value);
    if text.len() <= STATE_LIMIT_BYTES {
        return text;
    }
    canonical(&json!({ "left_out_bytes": text.len() }))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn entry(action: &'static str) -> Entry {
        Entry {
            actor: AccountId::new(),
            session: Some(SessionId::new()),
            action,
            target: "acc_x".to_owned(),
            before: Some(json!({ "b": 1.5, "a": "ü" })),
            after: None,
            address: "192.0.2.1".to_owned(),
            correlation: "c-1".to_owned(),
        }
    }

    #[test]
    fn a_line_is_canonical_and_its_hash_can_be_checked_by_anybody() {
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let id = AuditRecordId::new();
        let record = Record::after(&Head::empty(), "platform", id, &entry("a.b"), now);
        let mut line: Value = serde_json::from_str(&record.line()).unwrap();
        assert_eq!(canonical(&line), record.line());
        let hash = line.as_object_mut().unwrap().remove("hash").unwrap();
        let computed = fingerprint(&canonical(&line));
        assert_eq!(hash, Value::from(computed));
        assert_eq!(record.previous, GENESIS);
        assert_eq!(line["before"], json!({ "a": "ü", "b": 1.5 }));
    }

    #[test]
    fn time_does_not_go_back_and_a_large_state_is_left_out() {
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let head = Head { at: now, ..Head::empty() };
        let mut large = entry("a.b");
        large.after = Some(json!({ "text": "x".repeat(STATE_LIMIT_BYTES) }));
        let earlier = Timestamp::from_second(1_700_000_000).unwrap();
        let record = Record::after(&head, "platform", AuditRecordId::new(), &large, earlier);
        assert_eq!(record.at, now);
        assert_eq!(record.after.as_deref(), Some(r#"{"left_out_bytes":8203}"#));
    }
}
