//! What the API answered.

use axum::http::{HeaderMap, StatusCode};
use serde_json::Value;

/// One answer of the API.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as JSON; null where there is none.
    pub body: Value,
}

impl Answer {
    /// The data of an answer with this status; anything else fails the test with the whole answer.
    #[track_caller]
    pub fn data(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "unexpected answer: {:#}", self.body);
        self.body["data"].clone()
    }

    /// Asserts a refusal, by status and stable code, and that it says something to a person.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Value {
        assert_eq!(
            (self.status.as_u16(), self.body["error"]["code"].as_str()),
            (status, Some(code)),
            "unexpected answer: {:#}",
            self.body
        );
        let message = self.body["error"]["message"].as_str().unwrap_or_default();
        assert!(message.len() > 10, "a refusal says what to change: {message:?}");
        self.body["error"].clone()
    }

    /// A header's text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}
