//! A webhook on its way from the edge to its consumer.

use std::fmt::Write as _;

use aws_lc_rs::digest::{SHA256, digest};
use kernel::{ClubId, jiff::Timestamp};
use serde::{Deserialize, Serialize};

use crate::ProviderPaymentId;

/// The one topic that is consumed; the provider also tells of orders, disputes and the like.
pub const PAYMENT_TOPIC: &str = "payment";

/// The message in the queue of payment webhooks. The signature was verified before it got there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    /// Whose provider account told it.
    pub club_id: ClubId,
    /// The provider's payment that it is about.
    pub data_id: ProviderPaymentId,
    /// What kind of thing changed.
    pub topic: String,
    /// Ties the webhook to what follows from it.
    pub request_id: String,
    /// When it came.
    pub received_at: Timestamp,
    /// What came, for people; nothing is decided by it.
    pub body: String,
}

impl Notification {
    /// What is kept in order: the changes of one payment.
    pub fn group(&self) -> String {
        format!("{}:{}", self.club_id, self.data_id)
    }

    /// The same for the same webhook, delivered again.
    pub fn deduplication(&self, raw_body: &[u8]) -> String {
        let mut told = format!("{}|{}|", self.club_id, self.data_id).into_bytes();
        told.extend_from_slice(raw_body);
        let mut hex = String::with_capacity(64);
        for byte in digest(&SHA256, &told).as_ref() {
            // Writing to a text cannot fail.
            let _ = write!(hex, "{byte:02x}");
        }
        hex
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_webhook_is_recognised_by_its_bytes() {
        let notification = Notification {
            club_id: ClubId::from_uuid(kernel::random_uuid()),
            data_id: "123".parse().unwrap(),
            topic: PAYMENT_TOPIC.to_owned(),
            request_id: "r".to_owned(),
            received_at: Timestamp::UNIX_EPOCH,
            body: String::new(),
        };
        let first = notification.deduplication(b"{}");
        assert_eq!(first.len(), 64);
        assert_eq!(first, notification.deduplication(b"{}"));
        assert_ne!(first, notification.deduplication(b"{ }"));
        assert_eq!(notification.group(), format!("{}:123", notification.club_id));
    }
}
