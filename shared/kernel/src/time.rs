//! The clock, and how instants are written.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use jiff::{SignedDuration, Timestamp};
use serde::Serializer;

/// Where "now" comes from: the system, or a test that sets it. Clones share the same time.
#[derive(Debug, Clone, Default)]
pub struct Clock(Source);

#[derive(Debug, Clone, Default)]
enum Source {
    #[default]
    System,
    /// Microseconds since the epoch.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands still until told.
    pub fn manual(start: Timestamp) -> Self {
        Self(Source::Manual(Arc::new(AtomicI64::new(start.as_microsecond()))))
    }

    /// The present instant, in whole milliseconds: what is stored is what is shown.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Source::System => Timestamp::from_millisecond(Timestamp::now().as_millisecond())
                .unwrap_or(Timestamp::UNIX_EPOCH),
            Source::Manual(microseconds) => {
                Timestamp::from_microsecond(microseconds.load(Ordering::SeqCst))
                    .unwrap_or(Timestamp::UNIX_EPOCH)
            }
        }
    }

    /// Moves a manual clock forward; a system clock moves by itself.
    pub fn advance(&self, by: SignedDuration) {
        if let Source::Manual(microseconds) = &self.0 {
            let step = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
            microseconds.fetch_add(step, Ordering::SeqCst);
        }
    }
}

/// RFC 3339 in UTC with exactly milliseconds: text order is time order, so it may be a sort key.
pub fn timestamp_text(instant: Timestamp) -> String {
    format!("{instant:.3}")
}

/// Serialises an instant as [`timestamp_text`], for `#[serde(serialize_with = "…")]` on what people see.
pub fn serialize_timestamp<S: Serializer>(
    instant: &Timestamp,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&timestamp_text(*instant))
}

/// The same of an instant that may be missing.
pub fn serialize_optional_timestamp<S: Serializer>(
    instant: &Option<Timestamp>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match instant {
        Some(instant) => serialize_timestamp(instant, serializer),
        None => serializer.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_sort_as_their_instants() {
        let at = |ms| Timestamp::from_millisecond(ms).map(timestamp_text).unwrap_or_default();
        assert_eq!(at(1_000), "1970-01-01T00:00:01.000Z");
        assert!(at(1_000) < at(1_001));
    }
}
