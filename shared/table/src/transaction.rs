//! All of several writes, or none.

use aws_sdk_dynamodb::{
    config::http::HttpResponse, error::SdkError,
    operation::transact_write_items::TransactWriteItemsError, types::ReturnConsumedCapacity,
};
use kernel::Result;

use crate::{
    Engine, Item, Write,
    attempt::{Backoff, Outcome, busy, gave_up, outcome},
};

/// `TransactWriteItems`' limit.
pub(crate) const TRANSACTION_LIMIT: usize = 100;

impl Engine {
    /// One transaction. Its token makes a repetition after a lost answer harmless for ten minutes.
    pub(crate) async fn transact(&self, mut writes: Vec<Write>) -> Result<()> {
        debug_assert!(writes.len() <= TRANSACTION_LIMIT, "a transaction has a limit");
        let items: Vec<_> =
            writes.iter().map(|write| write.transact_item(&self.name)).collect::<Result<_>>()?;
        let mut backoff = Backoff::start();
        let mut token = kernel::random_uuid().to_string();
        loop {
            self.meter.round_trip();
            let sent = self
                .client
                .transact_write_items()
                .set_transact_items(Some(items.clone()))
                .client_request_token(&token)
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
                .await;
            let error = match sent {
                Ok(answer) => {
                    self.meter.consumed(answer.consumed_capacity());
                    return Ok(());
                }
                Err(error) => error,
            };
            match verdict(&error) {
                Verdict::Refused(index, old) => return Err(writes.swap_remove(index).refused(old)),
                Verdict::Repeat { same_token } => {
                    if !backoff.pause().await {
                        return Err(busy());
                    }
                    if !same_token {
                        token = kernel::random_uuid().to_string();
                    }
                }
                Verdict::GiveUp => return Err(gave_up("TransactWriteItems", &error)),
            }
        }
    }
}

enum Verdict {
    Refused(usize, Option<Item>),
    Repeat { same_token: bool },
    GiveUp,
}

/// Takes a cancelled transaction apart, reason by reason: a refused condition decides, a conflict or
/// throttling alone is tried again.
fn verdict(error: &SdkError<TransactWriteItemsError, HttpResponse>) -> Verdict {
    let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) =
        error.as_service_error()
    else {
        return match outcome(error) {
            Outcome::Final => Verdict::GiveUp,
            Outcome::Unknown => Verdict::Repeat { same_token: true },
            Outcome::NothingHappened => Verdict::Repeat { same_token: false },
        };
    };
    let reasons = cancelled.cancellation_reasons();
    let code_is = |wanted: &[&str]| {
        reasons.iter().position(|reason| reason.code().is_some_and(|code| wanted.contains(&code)))
    };
    if let Some(index) = code_is(&["ConditionalCheckFailed"]) {
        return Verdict::Refused(index, reasons[index].item.clone());
    }
    match code_is(&["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"]) {
        Some(_) => Verdict::Repeat { same_token: false },
        None => Verdict::GiveUp,
    }
}
