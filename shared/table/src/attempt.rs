//! Retries of one operation: full jitter, one deadline, and only where repeating is safe.
//!
//! The SDK's own retries are off: after a lost answer it would repeat a conditional write and report
//! our own first success as somebody else's conflict.

use std::{error::Error as StdError, time::Duration};

use aws_sdk_dynamodb::{
    config::http::HttpResponse,
    error::{DisplayErrorContext, ProvideErrorMetadata, SdkError},
};
use kernel::Error;
use tokio::time::Instant;

/// All tries of one operation end by then; well inside every function's timeout.
const DEADLINE: Duration = Duration::from_secs(6);
const FIRST_PAUSE_MS: u64 = 10;
const LONGEST_PAUSE_MS: u64 = 400;

/// What a failed call means for a repetition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Nothing happened; it may work again at once.
    NothingHappened,
    /// It may have happened.
    Unknown,
    /// It will fail again.
    Final,
}

pub(crate) fn outcome<E>(error: &SdkError<E, HttpResponse>) -> Outcome
where
    E: ProvideErrorMetadata,
{
    match error {
        SdkError::DispatchFailure(_) | SdkError::TimeoutError(_) | SdkError::ResponseError(_) => {
            Outcome::Unknown
        }
        SdkError::ServiceError(service) => match service.err().code() {
            Some(
                "ProvisionedThroughputExceededException"
                | "ThrottlingException"
                | "RequestLimitExceeded"
                | "TransactionConflictException",
            ) => Outcome::NothingHappened,
            Some(
                "InternalServerError" | "ServiceUnavailable" | "TransactionInProgressException",
            ) => Outcome::Unknown,
            _ => Outcome::Final,
        },
        _ => Outcome::Final,
    }
}

/// The error of an operation that was given up.
pub(crate) fn gave_up<E>(operation: &'static str, error: &SdkError<E, HttpResponse>) -> Error
where
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    let transient = outcome(error) != Outcome::Final;
    let text = DisplayErrorContext(error).to_string();
    if transient {
        return busy().with_source(text);
    }
    Error::internal(format!("{operation} failed")).with_source(text)
}

/// The error of an operation whose time ran out.
pub(crate) fn busy() -> Error {
    Error::unavailable(
        "DATABASE_UNAVAILABLE",
        "the database does not answer; try again in a moment",
    )
}

/// Pauses between the tries of one operation.
pub(crate) struct Backoff {
    ends: Instant,
    ceiling_ms: u64,
}

impl Backoff {
    pub(crate) fn start() -> Self {
        Self { ends: Instant::now() + DEADLINE, ceiling_ms: FIRST_PAUSE_MS }
    }

    /// Waits before the next try; `false` when there is no time for one.
    pub(crate) async fn pause(&mut self) -> bool {
        let pause = Duration::from_millis(fastrand::u64(1..=self.ceiling_ms));
        self.ceiling_ms = (self.ceiling_ms * 2).min(LONGEST_PAUSE_MS);
        if Instant::now() + pause >= self.ends {
            return false;
        }
        tokio::time::sleep(pause).await;
        true
    }
}
