//! Misbehaviour on demand.

use std::time::Duration;

use axum::{
    Json,
    extract::{Request, State},
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde::Deserialize;

use super::{Provider, shape};

/// How the stand-in misbehaves; what is left out behaves.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Faults {
    /// Its webhooks.
    pub webhook: WebhookFaults,
    /// Its API.
    pub api: ApiFaults,
}

/// How webhooks misbehave.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WebhookFaults {
    /// Each is sent so many times more.
    pub duplicate: u32,
    /// Each is sent so much later.
    pub delay_ms: u64,
    /// Each waits until the next one was sent (or faults are set anew, or two seconds have passed).
    pub reorder: bool,
    /// None is sent.
    pub drop: bool,
}

/// How the API misbehaves.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ApiFaults {
    /// Answers this status and does nothing.
    pub status: Option<u16>,
    /// Does what it is asked, and answers so much later.
    pub delay_ms: u64,
    /// For so many calls; until faults are set anew where it is missing.
    pub times: Option<u32>,
}

impl Provider {
    /// What happens to this call.
    fn fault(&self) -> ApiFaults {
        let mut books = self.books();
        let fault = books.faults.api;
        match books.faults.api.times.as_mut() {
            Some(0) => ApiFaults::default(),
            Some(left) => {
                *left -= 1;
                fault
            }
            None => fault,
        }
    }
}

pub(crate) async fn misbehave(
    State(provider): State<Provider>,
    request: Request,
    next: Next,
) -> Response {
    let fault = provider.fault();
    let response = match fault.status.and_then(|status| StatusCode::from_u16(status).ok()) {
        Some(status) => {
            let body = shape::error(status.as_u16(), "internal_error", "told to fail");
            (status, Json(body)).into_response()
        }
        None => next.run(request).await,
    };
    if fault.delay_ms > 0 {
        tokio::time::sleep(Duration::from_millis(fault.delay_ms)).await;
    }
    response
}
