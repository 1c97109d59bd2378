//! Counts what the table costs, so that every invocation can say it.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use aws_sdk_dynamodb::types::ConsumedCapacity;

/// Shared counters of one engine.
#[derive(Debug, Clone, Default)]
pub struct Meter(Arc<Counters>);

#[derive(Debug, Default)]
struct Counters {
    round_trips: AtomicU64,
    /// Tenths of a request unit; the smallest charge is a half.
    tenths: AtomicU64,
}

/// What was used up to a moment.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Usage {
    /// Requests sent to DynamoDB, retries included.
    pub round_trips: u64,
    /// Request units, read and write together.
    pub units: f64,
}

impl Meter {
    pub(crate) fn round_trip(&self) {
        self.0.round_trips.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn consumed<'a>(&self, capacity: impl IntoIterator<Item = &'a ConsumedCapacity>) {
        let units: f64 = capacity.into_iter().filter_map(ConsumedCapacity::capacity_units).sum();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "units are small, positive and multiples of a half"
        )]
        let tenths = (units * 10.0).round() as u64;
        self.0.tenths.fetch_add(tenths, Ordering::Relaxed);
    }

    /// What was used since the engine was made.
    #[expect(clippy::cast_precision_loss, reason = "a process never uses 2^52 tenths")]
    pub fn usage(&self) -> Usage {
        Usage {
            round_trips: self.0.round_trips.load(Ordering::Relaxed),
            units: self.0.tenths.load(Ordering::Relaxed) as f64 / 10.0,
        }
    }
}

impl Usage {
    /// What was used between an earlier moment and this one.
    #[must_use]
    pub fn since(self, earlier: Self) -> Self {
        Self {
            round_trips: self.round_trips - earlier.round_trips,
            units: self.units - earlier.units,
        }
    }
}
