//! Batches of messages and of table changes, with partial failures.

use std::{collections::BTreeMap, future::Future};

use aws_lambda_events::{
    dynamodb::{Event as StreamEvent, EventRecord},
    sqs::{SqsBatchResponse, SqsEvent, SqsMessage},
    streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse},
};
use futures::future::join_all;
use kernel::{Error, Event, Result};
use serde::{Deserialize, de::DeserializeOwned};

use crate::App;

/// One message of a queue.
#[derive(Debug, Clone)]
pub struct Message {
    /// SQS's id.
    pub id: String,
    /// The payload.
    pub body: String,
    /// Of a FIFO queue: what is kept in order.
    pub group: Option<String>,
    /// How often it was delivered, this time included.
    pub receive_count: u32,
}

impl Message {
    /// The payload as its type: `MESSAGE_MALFORMED` where it is not.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_str(&self.body).map_err(|cause| {
            Error::malformed("MESSAGE_MALFORMED", "a message does not have its shape")
                .with_source(cause)
        })
    }
}

impl From<SqsMessage> for Message {
    fn from(message: SqsMessage) -> Self {
        let attribute = |name: &str| message.attributes.get(name).cloned();
        Self {
            group: attribute("MessageGroupId"),
            receive_count: attribute("ApproximateReceiveCount")
                .and_then(|count| count.parse().ok())
                .unwrap_or(1),
            id: message.message_id.unwrap_or_default(),
            body: message.body.unwrap_or_default(),
        }
    }
}

/// Runs a batch: groups of a FIFO queue in order and each up to its first failure, everything else side
/// by side. Answers the messages that failed, so that the rest is not delivered again.
pub async fn handle_messages<F>(
    app: &App,
    handler: fn(App, Message) -> F,
    event: SqsEvent,
) -> SqsBatchResponse
where
    F: Future<Output = Result<()>>,
{
    let mut groups: BTreeMap<String, Vec<Message>> = BTreeMap::new();
    for (index, message) in event.records.into_iter().map(Message::from).enumerate() {
        let group = message.group.clone().unwrap_or_else(|| format!("{index:05}"));
        groups.entry(group).or_default().push(message);
    }
    let failed = join_all(groups.into_values().map(|group| in_order(app, handler, group))).await;
    let mut response = SqsBatchResponse::default();
    response.set_failures(failed.into_iter().flatten());
    response
}

async fn in_order<F>(app: &App, handler: fn(App, Message) -> F, group: Vec<Message>) -> Vec<String>
where
    F: Future<Output = Result<()>>,
{
    let mut messages = group.into_iter();
    while let Some(message) = messages.next() {
        let (id, receive_count) = (message.id.clone(), message.receive_count);
        match handler(app.clone(), message).await {
            Ok(()) => {
                tracing::info!(message.id = id, message.receive_count = receive_count, "message");
            }
            Err(error) => {
                tracing::error!(
                    message.id = id,
                    message.receive_count = receive_count,
                    error.code = error.code(),
                    error = ?error,
                    "message failed"
                );
                return std::iter::once(id).chain(messages.map(|message| message.id)).collect();
            }
        }
    }
    Vec::new()
}

/// One change of an item, as the stream tells it.
#[derive(Debug, Clone)]
pub struct Change {
    /// The item after the change; `None` where it is gone.
    pub new: Option<Image>,
    /// The item before the change; `None` where it was not there.
    pub old: Option<Image>,
}

/// An item as the stream shows it.
#[derive(Debug, Clone)]
pub struct Image(serde_dynamo::Item);

#[derive(Default, Deserialize)]
struct Telling {
    #[serde(default)]
    events: Vec<Event>,
}

impl Image {
    /// The item as a type.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T> {
        serde_dynamo::from_item(self.0.clone()).map_err(|cause| {
            Error::internal("a stream record does not have its shape").with_source(cause)
        })
    }

    fn events(&self) -> Result<Vec<Event>> {
        if self.0.contains_key("events") {
            Ok(self.read::<Telling>()?.events)
        } else {
            Ok(Vec::new())
        }
    }
}

impl Change {
    /// The events that this change added.
    pub fn new_events(&self) -> Result<Vec<Event>> {
        let Some(new) = &self.new else { return Ok(Vec::new()) };
        let mut events = new.events()?;
        if !events.is_empty()
            && let Some(old) = &self.old
        {
            let told = old.events()?;
            events.retain(|event| told.iter().all(|earlier| earlier.id != event.id));
        }
        Ok(events)
    }
}

impl From<EventRecord> for Change {
    fn from(record: EventRecord) -> Self {
        let image = |item: serde_dynamo::Item| (!item.is_empty()).then_some(Image(item));
        Self { new: image(record.change.new_image), old: image(record.change.old_image) }
    }
}

/// Runs a batch of changes in order up to the first failure, and answers where to resume.
pub async fn handle_stream<F>(
    app: &App,
    handler: fn(App, Change) -> F,
    event: StreamEvent,
) -> DynamoDbEventResponse
where
    F: Future<Output = Result<()>>,
{
    let mut response = DynamoDbEventResponse::default();
    for record in event.records {
        let sequence = record.change.sequence_number.clone().unwrap_or_default();
        if let Err(error) = handler(app.clone(), record.into()).await {
            tracing::error!(stream.sequence = sequence, error = ?error, "stream record failed");
            let mut failure = DynamoDbBatchItemFailure::default();
            failure.item_identifier = Some(sequence);
            response.batch_item_failures.push(failure);
            break;
        }
    }
    response
}
