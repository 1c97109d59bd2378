//! A toll gate before the embedded DynamoDB: what passes, by the database's own account.
//!
//! A function's log names its round trips and units as one sum; prices differ for reads and writes, and a
//! log may be wrong. So a few invocations go through here, none of those whose time is measured.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Response},
};
use serde_json::Value;
use testkit::Passed;
use tokio::net::TcpListener;

/// What has passed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Paid {
    /// Requests by operation.
    pub(crate) requests: BTreeMap<String, f64>,
    pub(crate) read_units: f64,
    pub(crate) write_units: f64,
}

impl Paid {
    pub(crate) fn round_trips(&self) -> f64 {
        self.requests.values().sum()
    }
}

/// The gate.
#[derive(Clone)]
pub(crate) struct Toll {
    /// Where functions find it.
    pub(crate) url: String,
    database: String,
    client: reqwest::Client,
    paid: Arc<Mutex<Paid>>,
}

impl Toll {
    /// Stands before the database at this address.
    pub(crate) async fn start(database: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let toll = Self {
            url,
            database: database.to_owned(),
            client: reqwest::Client::new(),
            paid: Arc::default(),
        };
        let router = Router::new().fallback(pass).with_state(toll.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        toll
    }

    /// What has passed since the last call.
    pub(crate) fn take(&self) -> Paid {
        std::mem::take(&mut self.paid.lock().expect("no holder panics"))
    }
}

async fn pass(State(toll): State<Toll>, headers: HeaderMap, body: Bytes) -> Response<Body> {
    let target = headers.get("x-amz-target").and_then(|value| value.to_str().ok());
    let operation = target.and_then(|target| target.split('.').nth(1)).unwrap_or("?").to_owned();
    let passed = Passed::through(&toll.client, &toll.database, headers, body).await;
    let json: Value = serde_json::from_slice(&passed.body).unwrap_or_default();
    let units = units(&json["ConsumedCapacity"]);
    let mut paid = toll.paid.lock().expect("no holder panics");
    match &*operation {
        "GetItem" | "BatchGetItem" | "Query" => paid.read_units += units,
        _ => paid.write_units += units,
    }
    *paid.requests.entry(operation).or_default() += 1.0;
    passed.into()
}

/// Of one request; batches and transactions tell one sum for each table.
fn units(capacity: &Value) -> f64 {
    let one = |capacity: &Value| capacity["CapacityUnits"].as_f64().unwrap_or_default();
    capacity.as_array().map_or_else(|| one(capacity), |tables| tables.iter().map(one).sum())
}
