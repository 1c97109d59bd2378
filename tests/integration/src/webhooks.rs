//! The edge of the provider's webhooks: nothing unsigned, stale or strange gets in.

use aws_lc_rs::hmac;
use kernel::jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use testkit::{Answer, Service};

use crate::payments::{Place, START};

const SECRET: &str = "secret-norte";

/// A webhook about to be sent, genuine unless bent.
struct Webhook {
    club: String,
    query: String,
    data_id: Option<&'static str>,
    request_id: Option<&'static str>,
    signature: Option<String>,
    body: Vec<u8>,
}

fn signature(secret: &str, manifest: &str, ts: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, manifest.as_bytes());
    let hex: Vec<_> = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("ts={ts},v1={}", hex.concat())
}

impl Webhook {
    fn genuine(place: &Place, signed_at: Timestamp) -> Self {
        let ts = signed_at.as_second().to_string();
        let manifest = format!("id:123;request-id:r-1;ts:{ts};");
        Self {
            club: place.club.id.to_string(),
            query: "data.id=123&type=payment".to_owned(),
            data_id: Some("123"),
            request_id: Some("r-1"),
            signature: Some(signature(SECRET, &manifest, &ts)),
            body: json!({ "type": "payment", "data": { "id": "123" } }).to_string().into_bytes(),
        }
    }

    /// Signed again after it was bent.
    fn signed(mut self, at: Timestamp) -> Self {
        let ts = at.as_millisecond().to_string();
        let part = |name: &str, value: Option<&str>| {
            value.map(|v| format!("{name}:{v};")).unwrap_or_default()
        };
        let manifest =
            format!("{}{}ts:{ts};", part("id", self.data_id), part("request-id", self.request_id));
        self.signature = Some(signature(SECRET, &manifest, &ts));
        self
    }

    async fn send(self, place: &Place) -> Answer {
        let path = format!("/webhooks/mercadopago/{}?{}", self.club, self.query);
        let mut call = place.world.test.call("POST", &path).raw("application/json", self.body);
        if let Some(request_id) = self.request_id {
            call = call.header("x-request-id", request_id);
        }
        if let Some(signature) = &self.signature {
            call = call.header("x-signature", signature);
        }
        call.send().await
    }
}

#[tokio::test]
async fn a_genuine_webhook_is_queued_by_payment_and_recognised_again() {
    let place = Place::open().await;
    let now = place.world.now();
    for _ in 0..2 {
        let receipt = Webhook::genuine(&place, now).send(&place).await.data(200);
        assert_eq!(receipt, json!({ "accepted": true }));
    }
    let sent = place.world.test.cloud.take_sent("payment-webhooks.fifo");
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0].group, Some(format!("{}:123", place.club.id)));
    assert_eq!(sent[0].deduplication, sent[1].deduplication);
    assert_eq!(sent[0].deduplication.as_ref().map(String::len), Some(64));
    let body: Value = serde_json::from_str(&sent[0].body).unwrap();
    assert_eq!((&body["data_id"], &body["topic"]), (&json!("123"), &json!("payment")));
    assert_eq!((&body["request_id"], &body["club_id"]), (&json!("r-1"), &json!(place.club.id)));
    assert_eq!(body["body"], json!({ "type": "payment", "data": { "id": "123" } }).to_string());
}

#[tokio::test]
async fn forged_stale_and_strange_webhooks_change_nothing() {
    let place = Place::open().await;
    let now = place.world.now();
    let before = place.items();
    let old = now - SignedDuration::from_secs(301);
    let genuine = || Webhook::genuine(&place, now);
    let bent = |bend: fn(&mut Webhook)| {
        let mut webhook = genuine();
        bend(&mut webhook);
        webhook
    };
    let other_secret = signature("secret-sur", "id:123;request-id:r-1;ts:1;", "1");
    let forged = Webhook { signature: Some(other_secret), ..genuine() };
    for (webhook, status, code) in [
        (forged, 401, "SIGNATURE_INVALID"),
        (bent(|webhook| webhook.signature = None), 401, "SIGNATURE_INVALID"),
        (bent(|webhook| webhook.signature = Some("nonsense".into())), 401, "SIGNATURE_INVALID"),
        (bent(|webhook| webhook.signature = Some("ts=1".into())), 401, "SIGNATURE_INVALID"),
        (bent(|webhook| webhook.request_id = Some("r-2")), 401, "SIGNATURE_INVALID"),
        (
            bent(|webhook| webhook.query = "data.id=124&type=payment".into()),
            401,
            "SIGNATURE_INVALID",
        ),
        (bent(|webhook| webhook.query = "topic=payment&id=123".into()), 401, "SIGNATURE_INVALID"),
        (Webhook::genuine(&place, old), 401, "SIGNATURE_STALE"),
        (bent(|webhook| webhook.club = "clb_0".into()), 404, "NOT_FOUND"),
        (
            bent(|webhook| webhook.club = "clb_00000000000000000000000000000000".into()),
            404,
            "CLUB_NOT_FOUND",
        ),
        (bent(|webhook| webhook.body = vec![b' '; 65 * 1024]), 413, "BODY_TOO_LARGE"),
    ] {
        webhook.send(&place).await.refused(status, code);
    }
    let mut nameless = Webhook { query: "type=payment".to_owned(), data_id: None, ..genuine() };
    nameless = nameless.signed(now);
    nameless.send(&place).await.refused(400, "WEBHOOK_MALFORMED");
    let mut strange = Webhook { query: "data.id=../1&type=payment".to_owned(), ..genuine() };
    strange.data_id = Some("../1");
    strange.signed(now).send(&place).await.refused(400, "WEBHOOK_MALFORMED");
    assert_eq!(place.webhooks(), [""; 0]);
    assert_eq!(place.items(), before);
}

#[tokio::test]
async fn other_topics_are_acknowledged_and_ignored() {
    let place = Place::open().await;
    let now = place.world.now();
    let of_body = json!({ "type": "topic_claims_integration_wh" }).to_string().into_bytes();
    for (query, body) in [
        ("data.id=123&type=merchant_order", b"{}".to_vec()),
        ("data.id=123&topic=chargebacks", b"{}".to_vec()),
        ("data.id=123", of_body),
        ("data.id=123", b"not json".to_vec()),
    ] {
        let webhook = Webhook { query: query.to_owned(), body, ..Webhook::genuine(&place, now) };
        let receipt = webhook.signed(now).send(&place).await.data(200);
        assert_eq!(receipt, json!({ "accepted": false }), "{query}");
    }
    assert_eq!(place.webhooks(), [""; 0]);
}

#[tokio::test]
async fn a_replayed_webhook_changes_nothing_and_grows_stale() {
    let place = Place::open().await;
    let (held, id) = place.paid(START).await;
    let before = place.items();
    let data_id: &'static str = id.to_string().leak();
    let signed_at = place.world.now();
    let replay = || {
        let query = format!("data.id={data_id}&type=payment");
        let webhook =
            Webhook { query, data_id: Some(data_id), ..Webhook::genuine(&place, signed_at) };
        webhook.signed(signed_at)
    };
    replay().send(&place).await.data(200);
    place.world.drain().await;
    assert_eq!(place.items(), before);
    place.world.test.clock.advance(SignedDuration::from_secs(301));
    replay().send(&place).await.refused(401, "SIGNATURE_STALE");
    place.check_paid_once(&held, id).await;
}

#[tokio::test]
async fn a_webhook_that_cannot_be_queued_is_sent_again() {
    let place = Place::open().await;
    let held = place.hold(START).await;
    // More failures than the queue's client itself repeats.
    place.world.test.cloud.fail(Service::Queue, 3);
    let id = place.try_to_pay(&held, "approved").await;
    place.world.drain().await;
    place.check_paid_once(&held, id).await;
}
