//! A gate before the embedded DynamoDB that loses, refuses or delays some of what passes.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Response, StatusCode, header},
};
use tokio::net::TcpListener;

use crate::Passed;

const THOUSAND: u64 = 1_000;
/// So long is slow: longer than a good answer takes, shorter than its caller waits.
const SLOW: Duration = Duration::from_millis(150);
const REFUSAL: &str =
    r#"{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError","message":"lost"}"#;

/// The gate. It lets everything pass until it is told not to.
#[derive(Clone)]
pub struct Flaky {
    /// Where it listens: what the functions take for the table's address.
    pub url: String,
    inner: Arc<Inner>,
}

struct Inner {
    database: OnceLock<String>,
    client: reqwest::Client,
    /// Of a thousand requests.
    faults: AtomicU32,
    passed: AtomicU64,
    failed: AtomicU64,
}

impl Flaky {
    /// Listens; [`Flaky::guard`] says before which database.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let inner = Arc::new(Inner {
            database: OnceLock::new(),
            client: reqwest::Client::new(),
            faults: AtomicU32::new(0),
            passed: AtomicU64::new(0),
            failed: AtomicU64::new(0),
        });
        let router = Router::new().fallback(pass).with_state(inner.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, inner }
    }

    /// Stands before this database, for good.
    pub fn guard(&self, database: &str) {
        self.inner.database.set(database.to_owned()).expect("it guards one database");
    }

    /// From now on, so many of a thousand requests fail or are slow.
    pub fn fail(&self, of_a_thousand: u32) {
        self.inner.faults.store(of_a_thousand, Ordering::Relaxed);
    }

    /// How many requests passed, and how many of them failed or were slow.
    pub fn passed(&self) -> (u64, u64) {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        (read(&self.inner.passed), read(&self.inner.failed))
    }
}

async fn pass(State(inner): State<Arc<Inner>>, headers: HeaderMap, body: Bytes) -> Response<Body> {
    let number = inner.passed.fetch_add(1, Ordering::Relaxed);
    let is_faulty = fastrand::u64(..THOUSAND) < inner.faults.load(Ordering::Relaxed).into();
    // In turn: never done, done but never told, done late.
    let fault = is_faulty.then(|| inner.failed.fetch_add(1, Ordering::Relaxed) % 3);
    if fault == Some(0) {
        return refusal(number);
    }
    let database = inner.database.get().expect("it guards a database");
    let passed = Passed::through(&inner.client, database, headers, body).await;
    match fault {
        Some(1) => return refusal(number),
        Some(_) => tokio::time::sleep(SLOW).await,
        None => {}
    }
    passed.into()
}

fn refusal(number: u64) -> Response<Body> {
    let mut response = Response::new(Body::from(REFUSAL));
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        header::HeaderValue::from_static("application/x-amz-json-1.0"),
    );
    headers.insert("x-amzn-requestid", number.into());
    response
}
