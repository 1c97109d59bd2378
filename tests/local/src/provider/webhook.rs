//! Webhooks: signed as the provider documents it, repeated until they are taken.

use std::time::Duration;

use aws_lc_rs::hmac;
use kernel::jiff::Timestamp;
use serde::Serialize;
use serde_json::json;

use super::{Provider, shape};

/// How long a receiver may take.
const ANSWER_LIMIT: Duration = Duration::from_secs(10);
/// How long a webhook waits to be overtaken.
const OVERTAKEN_WITHIN: Duration = Duration::from_secs(2);

/// A webhook and what became of it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Webhook {
    pub(crate) id: u64,
    pub(crate) payment_id: u64,
    action: &'static str,
    url: String,
    /// `waiting`, `delivered`, `given_up` or `dropped`.
    state: &'static str,
    attempts: Vec<Attempt>,
    #[serde(skip)]
    collector_id: String,
}

#[derive(Debug, Clone, Serialize)]
struct Attempt {
    at: String,
    /// The receiver's status.
    status: Option<u16>,
    /// Why there is none.
    error: Option<String>,
}

/// Tells the seller that a payment changed.
pub(crate) fn tell(provider: &Provider, payment_id: u64, action: &'static str) {
    let faults = provider.books().faults.webhook;
    let Some(index) = note(provider, payment_id, action, faults.drop) else { return };
    if faults.drop {
        return;
    }
    let delay = Duration::from_millis(faults.delay_ms);
    let copies = faults.duplicate + 1;
    if !faults.reorder {
        return send(provider, vec![index; copies as usize], delay);
    }
    let earlier = {
        let mut books = provider.books();
        let earlier = books.waiting.take();
        if earlier.is_none() {
            books.waiting = Some(index);
        }
        earlier
    };
    if let Some(earlier) = earlier {
        let overtaken = [vec![index; copies as usize], vec![earlier; copies as usize]].concat();
        send(provider, overtaken, delay);
    } else {
        release_later(provider, index);
    }
}

/// Sends the webhook that waits to be overtaken.
pub(crate) fn release(provider: &Provider) {
    let waiting = provider.books().waiting.take();
    if let Some(index) = waiting {
        send(provider, vec![index], Duration::ZERO);
    }
}

#[expect(clippy::disallowed_methods, reason = "a server of its own, not a frozen function")]
fn release_later(provider: &Provider, index: usize) {
    let provider = provider.clone();
    let under_way = UnderWay::start(&provider);
    tokio::spawn(async move {
        tokio::time::sleep(OVERTAKEN_WITHIN).await;
        if provider.books().waiting == Some(index) {
            release(&provider);
        }
        drop(under_way);
    });
}

fn note(
    provider: &Provider,
    payment_id: u64,
    action: &'static str,
    dropped: bool,
) -> Option<usize> {
    let mut books = provider.books();
    let preference = &books.payments.get(&payment_id)?.preference;
    let (url, collector_id) =
        (preference.notification_url.clone()?, preference.collector_id.clone());
    let id = books.next_id();
    books.webhooks.push(Webhook {
        id,
        payment_id,
        action,
        url,
        state: if dropped { "dropped" } else { "waiting" },
        attempts: Vec::new(),
        collector_id,
    });
    Some(books.webhooks.len() - 1)
}

/// Counts a webhook that is on its way, for [`Provider::idle`].
struct UnderWay(Provider);

impl UnderWay {
    fn start(provider: &Provider) -> Self {
        provider.0.under_way.send_modify(|count| *count += 1);
        Self(provider.clone())
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.0.under_way.send_modify(|count| *count -= 1);
    }
}

/// Sends these webhooks, one after the other.
#[expect(clippy::disallowed_methods, reason = "a server of its own, not a frozen function")]
fn send(provider: &Provider, indexes: Vec<usize>, delay: Duration) {
    let provider = provider.clone();
    let under_way = UnderWay::start(&provider);
    tokio::spawn(async move {
        tokio::time::sleep(delay).await;
        for index in indexes {
            deliver(&provider, index).await;
        }
        drop(under_way);
    });
}

async fn deliver(provider: &Provider, index: usize) {
    let mut pauses = provider.0.retry_pauses.iter();
    loop {
        let taken = attempt(provider, index).await;
        let pause = if taken { None } else { pauses.next() };
        let state = match (taken, pause) {
            (true, _) => "delivered",
            (false, Some(_)) => "waiting",
            (false, None) => "given_up",
        };
        if let Some(webhook) = provider.books().webhooks.get_mut(index) {
            webhook.state = state;
        }
        match pause {
            Some(pause) => tokio::time::sleep(*pause).await,
            None => return,
        }
    }
}

async fn attempt(provider: &Provider, index: usize) -> bool {
    let now = provider.0.clock.now();
    let known = {
        let books = provider.books();
        books.webhooks.get(index).cloned().and_then(|webhook| {
            let secret = books.sellers.get(&webhook.collector_id)?.webhook_secret.clone();
            Some((webhook, secret))
        })
    };
    let Some((webhook, secret)) = known else { return false };
    let sent = post(provider, &webhook, &secret, now).await;
    let attempt = Attempt {
        at: shape::date(now),
        status: sent.as_ref().ok().copied(),
        error: sent.as_ref().err().cloned(),
    };
    if let Some(webhook) = provider.books().webhooks.get_mut(index) {
        webhook.attempts.push(attempt);
    }
    sent.is_ok_and(|status| (200..300).contains(&status))
}

async fn post(
    provider: &Provider,
    webhook: &Webhook,
    secret: &str,
    now: Timestamp,
) -> Result<u16, String> {
    let data_id = webhook.payment_id.to_string();
    let request_id = kernel::random_uuid().to_string();
    let body = json!({
        "action": webhook.action,
        "api_version": "v1",
        "data": { "id": data_id },
        "date_created": now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "id": webhook.id,
        "live_mode": false,
        "type": "payment",
        "user_id": webhook.collector_id,
    });
    let answer = provider
        .0
        .http
        .post(&webhook.url)
        .query(&[("data.id", &*data_id), ("type", "payment")])
        .header("x-request-id", &request_id)
        .header("x-signature", signature(secret, &data_id, &request_id, now))
        .header("user-agent", "MercadoPago WebHook v1.0 payment")
        .timeout(ANSWER_LIMIT)
        .json(&body)
        .send()
        .await;
    answer.map(|answer| answer.status().as_u16()).map_err(|error| error.to_string())
}

/// The header `x-signature`, with the seconds of the documentation.
fn signature(secret: &str, data_id: &str, request_id: &str, now: Timestamp) -> String {
    let ts = now.as_second();
    let manifest = format!("id:{data_id};request-id:{request_id};ts:{ts};");
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, manifest.as_bytes());
    let hex: Vec<_> = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("ts={ts},v1={}", hex.concat())
}
