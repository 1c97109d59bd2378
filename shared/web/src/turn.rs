//! Whether whoever signs in may go on, for handlers that read while it is asked.

use axum::{extract::FromRequestParts, http::request::Parts};
use kernel::{Error, Result};
use tokio::sync::watch;

use crate::Failure;

/// A route of [`crate::Routes::open_sign_in_ahead`] runs beside the question whether its address may sign in so often,
/// and waits for the answer, [`Turn::comes`], before it does more than read. Where the answer is no, nobody waits any
/// more: the request is refused, and what it has read is dropped.
#[derive(Debug, Clone)]
pub struct Turn(watch::Receiver<bool>);

/// Says that the turn has come.
pub(crate) struct Caller(watch::Sender<bool>);

pub(crate) fn turn() -> (Turn, Caller) {
    let (says, hears) = watch::channel(false);
    (Turn(hears), Caller(says))
}

impl Caller {
    pub(crate) fn call(&self) {
        self.0.send_replace(true);
    }
}

impl Turn {
    /// Returns once the caller may go on.
    pub async fn comes(mut self) -> Result<()> {
        let heard = self.0.wait_for(|may| *may).await;
        heard
            .map(drop)
            .map_err(|cause| Error::internal("nobody calls this turn").with_source(cause))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Turn {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let turn = parts.extensions.get::<Self>().cloned();
        turn.ok_or_else(|| Failure(Error::internal("this route does not run ahead of its limit")))
    }
}
