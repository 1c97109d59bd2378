//! SQS: messages out. (Messages in are Lambda's business.)

use aws_config::SdkConfig;
use aws_sdk_sqs::Client;
use kernel::Result;

use crate::failure::failure;

/// Sends messages to queues.
#[derive(Debug, Clone)]
pub struct Queue(Client);

impl Queue {
    /// With the process's shared AWS configuration.
    pub fn new(config: &SdkConfig) -> Self {
        Self(Client::new(config))
    }

    /// The longest delay of a message (SQS `DelaySeconds`).
    pub const LONGEST_DELAY_SECONDS: i32 = 900;

    /// Sends to a standard queue; the message appears after `delay_seconds`, at most 900.
    pub async fn send(&self, url: &str, body: String, delay_seconds: i32) -> Result<()> {
        self.0
            .send_message()
            .queue_url(url)
            .message_body(body)
            .delay_seconds(delay_seconds.clamp(0, Self::LONGEST_DELAY_SECONDS))
            .send()
            .await
            .map(drop)
            .map_err(|error| failure("SendMessage", &error))
    }

    /// Sends to a FIFO queue: in order within `group`, once within five minutes for a `deduplication` id.
    pub async fn send_fifo(
        &self,
        url: &str,
        body: String,
        group: &str,
        deduplication: &str,
    ) -> Result<()> {
        self.0
            .send_message()
            .queue_url(url)
            .message_body(body)
            .message_group_id(group)
            .message_deduplication_id(deduplication)
            .send()
            .await
            .map(drop)
            .map_err(|error| failure("SendMessage", &error))
    }
}
