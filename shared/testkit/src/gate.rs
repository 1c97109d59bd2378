//! What passes through a gate before the embedded DynamoDB, and comes back.

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, Response, StatusCode, header},
};

/// An answer that has passed.
#[derive(Debug)]
pub struct Passed {
    status: StatusCode,
    headers: HeaderMap,
    /// What the database said.
    pub body: Bytes,
}

impl Passed {
    /// Hands a request to the database behind the gate.
    pub async fn through(
        client: &reqwest::Client,
        database: &str,
        mut headers: HeaderMap,
        body: Bytes,
    ) -> Self {
        for name in [header::HOST, header::CONTENT_LENGTH, header::CONNECTION] {
            headers.remove(name);
        }
        let sent = client.post(database).headers(headers).body(body).send().await;
        let answer = sent.expect("the database answers");
        let (status, mut headers) = (answer.status(), answer.headers().clone());
        headers.remove(header::TRANSFER_ENCODING);
        Self { status, headers, body: answer.bytes().await.expect("a whole answer") }
    }
}

impl From<Passed> for Response<Body> {
    fn from(Passed { status, headers, body }: Passed) -> Self {
        let mut response = Self::new(Body::from(body));
        (*response.status_mut(), *response.headers_mut()) = (status, headers);
        response
    }
}
