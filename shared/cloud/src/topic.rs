//! SNS: the events topic.

use aws_config::SdkConfig;
use aws_sdk_sns::{Client, types::MessageAttributeValue};
use kernel::{Error, Event, Result};

use crate::failure::failure;

/// Publishes events.
#[derive(Debug, Clone)]
pub struct Topic(Client);

impl Topic {
    /// With the process's shared AWS configuration.
    pub fn new(config: &SdkConfig) -> Self {
        Self(Client::new(config))
    }

    /// Publishes one event; subscriptions filter by the attribute `type`.
    pub async fn publish(&self, arn: &str, event: &Event) -> Result<()> {
        let body = serde_json::to_string(event)
            .map_err(|cause| Error::internal("an event is not JSON").with_source(cause))?;
        self.0
            .publish()
            .topic_arn(arn)
            .message(body)
            .message_attributes("type", text(&event.kind)?)
            .message_attributes("club_id", text(&event.club_id.to_string())?)
            .message_attributes("correlation_id", text(&event.correlation_id)?)
            .send()
            .await
            .map(drop)
            .map_err(|error| failure("Publish", &error))
    }
}

fn text(value: &str) -> Result<MessageAttributeValue> {
    MessageAttributeValue::builder()
        .data_type("String")
        .string_value(value)
        .build()
        .map_err(|cause| Error::internal("a message attribute is incomplete").with_source(cause))
}
