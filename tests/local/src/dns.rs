//! A stand-in of a resolver that speaks DNS in JSON over HTTPS, in the shape that Cloudflare publishes:
//! `GET /dns-query?name=…&type=TXT`.

use std::{
    collections::BTreeMap,
    io,
    net::Ipv4Addr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Json, Router,
    extract::{Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use serde::Deserialize;
use serde_json::json;
use tokio::net::TcpListener;

/// A running stand-in. It ends with the runtime that it was started on.
#[derive(Debug, Clone)]
pub struct Dns {
    /// What to configure as `DNS_OVER_HTTPS_URL`.
    pub url: String,
    zone: Arc<Mutex<Zone>>,
}

#[derive(Debug, Default)]
struct Zone {
    texts: BTreeMap<String, Vec<String>>,
    status: u16,
}

#[derive(Deserialize)]
struct Question {
    name: String,
    r#type: String,
}

impl Dns {
    /// Starts one that knows no name.
    #[expect(clippy::disallowed_methods, reason = "a server of its own, not a frozen function")]
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}/dns-query", listener.local_addr()?);
        let dns = Self { url, zone: Arc::default() };
        let router = Router::new().route("/dns-query", get(answer)).with_state(dns.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(dns)
    }

    /// The name has this TXT record, too.
    pub fn publish(&self, name: &str, text: &str) {
        self.zone().texts.entry(name.to_owned()).or_default().push(text.to_owned());
    }

    /// The name has no records any more.
    pub fn withdraw(&self, name: &str) {
        self.zone().texts.remove(name);
    }

    /// Every answer has this status from now on (RFC 1035 4.1.1); 0 is none.
    pub fn fail(&self, status: u16) {
        self.zone().status = status;
    }

    fn zone(&self) -> MutexGuard<'_, Zone> {
        self.zone.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn answer(
    State(dns): State<Dns>,
    headers: HeaderMap,
    Query(question): Query<Question>,
) -> Response {
    let accepts = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    if accepts != Some("application/dns-json") || question.r#type != "TXT" {
        return StatusCode::BAD_REQUEST.into_response();
    }
    let zone = dns.zone();
    let texts = zone.texts.get(&question.name);
    let status = match (zone.status, texts) {
        (0, None) => 3,
        (status, _) => status,
    };
    // Long texts come in several strings, and a name that is an alias brings its CNAME along.
    let quoted = |text: &String| {
        let (head, tail) = text.split_at(text.len() / 2);
        format!("\"{head}\" \"{tail}\"")
    };
    let mut answers =
        vec![json!({ "name": question.name, "type": 5, "TTL": 60, "data": "alias." })];
    answers.extend(
        texts.into_iter().flatten().map(
            |text| json!({ "name": question.name, "type": 16, "TTL": 60, "data": quoted(text) }),
        ),
    );
    Json(json!({ "Status": status, "TC": false, "RD": true, "RA": true, "Answer": answers }))
        .into_response()
}
