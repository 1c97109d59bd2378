//! One write by itself.

use aws_sdk_dynamodb::{
    config::http::HttpResponse,
    error::{ProvideErrorMetadata, SdkError},
    operation::{
        delete_item::DeleteItemError, put_item::PutItemError, update_item::UpdateItemError,
    },
    types::{ReturnConsumedCapacity, ReturnValue, ReturnValuesOnConditionCheckFailure},
};
use kernel::{Error, Result};

use crate::{
    Engine, Item, Write,
    attempt::{Backoff, Outcome, gave_up, outcome},
    write::{Action, Rendered},
};

const OLD: ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure::AllOld;

impl Engine {
    /// One write; answers the item as it is now, of a put or an update.
    pub async fn write_one(&self, write: Write) -> Result<Option<Item>> {
        match self.try_one(&write).await? {
            Attempt::Done(item) => Ok(item),
            Attempt::Refused(old) => Err(write.refused(old)),
        }
    }

    /// One write whose refusal is an answer, not an error.
    pub async fn attempt(&self, write: Write) -> Result<Attempt> {
        self.try_one(&write).await
    }

    async fn try_one(&self, write: &Write) -> Result<Attempt> {
        let mut backoff = Backoff::start();
        loop {
            self.meter.round_trip();
            let sent = match &write.action {
                Action::Put(item) => self.put(write, item).await,
                Action::Update(_) => self.update(write).await,
                Action::Delete => self.delete(write).await,
                Action::Check => return Err(Error::internal("a check alone writes nothing")),
            };
            match sent {
                Ok(item) => return Ok(Attempt::Done(item)),
                Err(Failure::Refused(old)) => {
                    return Ok(Attempt::Refused(old.filter(|item| !item.is_empty())));
                }
                Err(Failure::Other { safe_to_repeat, error }) => {
                    if !safe_to_repeat || !backoff.pause().await {
                        return Err(error);
                    }
                }
            }
        }
    }

    async fn put(&self, write: &Write, item: &Item) -> Result<Option<Item>, Failure> {
        let Rendered { condition, placeholders, .. } = write.render();
        let guarded = condition.is_some();
        let sent = self
            .client
            .put_item()
            .table_name(&*self.name)
            .set_item(Some(item.clone()))
            .set_condition_expression(condition)
            .set_expression_attribute_names(placeholders.names())
            .set_expression_attribute_values(placeholders.values())
            .return_values_on_condition_check_failure(OLD)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        sent.map(|answer| {
            self.meter.consumed(answer.consumed_capacity());
            Some(item.clone())
        })
        .map_err(|error| {
            Failure::of("PutItem", error, guarded, |e| match e {
                PutItemError::ConditionalCheckFailedException(e) => Some(e.item),
                _ => None,
            })
        })
    }

    async fn update(&self, write: &Write) -> Result<Option<Item>, Failure> {
        let Rendered { condition, update, placeholders } = write.render();
        let sent = self
            .client
            .update_item()
            .table_name(&*self.name)
            .set_key(Some(write.key.attributes()))
            .update_expression(update)
            .set_condition_expression(condition)
            .set_expression_attribute_names(placeholders.names())
            .set_expression_attribute_values(placeholders.values())
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(OLD)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        sent.map(|answer| {
            self.meter.consumed(answer.consumed_capacity());
            answer.attributes
        })
        // An update that adds is not the same done twice, guarded or not.
        .map_err(|error| {
            Failure::of("UpdateItem", error, true, |e| match e {
                UpdateItemError::ConditionalCheckFailedException(e) => Some(e.item),
                _ => None,
            })
        })
    }

    async fn delete(&self, write: &Write) -> Result<Option<Item>, Failure> {
        let Rendered { condition, placeholders, .. } = write.render();
        let guarded = condition.is_some();
        let sent = self
            .client
            .delete_item()
            .table_name(&*self.name)
            .set_key(Some(write.key.attributes()))
            .set_condition_expression(condition)
            .set_expression_attribute_names(placeholders.names())
            .set_expression_attribute_values(placeholders.values())
            .return_values_on_condition_check_failure(OLD)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        sent.map(|answer| {
            self.meter.consumed(answer.consumed_capacity());
            None
        })
        .map_err(|error| {
            Failure::of("DeleteItem", error, guarded, |e| match e {
                DeleteItemError::ConditionalCheckFailedException(e) => Some(e.item),
                _ => None,
            })
        })
    }
}

/// How one conditional write ended.
#[derive(Debug)]
pub enum Attempt {
    /// It happened; the item as it is now, of a put or an update.
    Done(Option<Item>),
    /// Its condition did not hold; the item as it is.
    Refused(Option<Item>),
}

enum Failure {
    Refused(Option<Item>),
    Other { safe_to_repeat: bool, error: Error },
}

impl Failure {
    fn of<E>(
        operation: &'static str,
        error: SdkError<E, HttpResponse>,
        guarded: bool,
        refused: impl FnOnce(E) -> Option<Option<Item>>,
    ) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        let refusal = error
            .as_service_error()
            .is_some_and(|service| service.code() == Some("ConditionalCheckFailedException"));
        if refusal {
            return match error {
                SdkError::ServiceError(service) => {
                    Self::Refused(refused(service.into_err()).flatten())
                }
                _ => Self::Refused(None),
            };
        }
        let safe_to_repeat = match outcome(&error) {
            Outcome::NothingHappened => true,
            Outcome::Unknown => !guarded,
            Outcome::Final => false,
        };
        Self::Other { safe_to_repeat, error: gave_up(operation, &error) }
    }
}
