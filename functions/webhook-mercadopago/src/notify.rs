//! `POST /webhooks/mercadopago/{club_id}`.

use axum::{
    body::Bytes,
    extract::{Query, State, rejection::BytesRejection},
    http::HeaderMap,
};
use kernel::{ClubId, Error, jiff::SignedDuration};
use payments::mercadopago::{
    Credentials, Notification, PAYMENT_TOPIC, SECRET,
    signature::{Signed, verify},
};
use runtime::App;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Correlation, Envelope, Id, Outcome, Problem, Reply};

/// A real notification has some hundred bytes; a message of a queue holds 256 KiB.
const BODY_LIMIT_BYTES: usize = 64 * 1024;
/// The longest of the provider's request ids that is taken as ours.
const REQUEST_ID_LIMIT: usize = 64;

/// What became of the notification.
#[derive(Serialize, ToSchema)]
pub(crate) struct Receipt {
    /// Whether anything will follow: only payments are looked at.
    accepted: bool,
}

/// What is read of a notification before it is believed.
#[derive(Deserialize)]
struct Told {
    #[serde(rename = "type")]
    topic: Option<String>,
}

/// MercadoPago tells that a payment changed.
///
/// The header `x-signature` is checked as the provider documents it, with the club's webhook secret.
#[utoipa::path(
    post,
    path = "/webhooks/mercadopago/{club_id}",
    tag = "webhooks",
    params(
        ("club_id" = ClubId, Path),
        ("data.id" = Option<String>, Query, description = "The provider's payment."),
        ("type" = Option<String>, Query, description = "The topic; all but `payment` are ignored."),
        ("x-signature" = String, Header, description = "`ts=…,v1=…`"),
        ("x-request-id" = Option<String>, Header),
    ),
    request_body(content = String, content_type = "application/json"),
    responses(
        (status = 200, body = Envelope<Receipt>, description = "Taken, or of no interest."),
        (status = 400, body = Problem, description = "WEBHOOK_MALFORMED."),
        (status = 401, body = Problem, description = "SIGNATURE_INVALID, SIGNATURE_STALE."),
        (status = 404, body = Problem, description = "CLUB_NOT_FOUND."),
        (status = 413, body = Problem, description = "BODY_TOO_LARGE."),
    )
)]
pub(crate) async fn notify(
    State(app): State<App>,
    Correlation(correlation): Correlation,
    Id(club_id): Id<ClubId>,
    Query(query): Query<Vec<(String, String)>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Outcome<Receipt> {
    let param = |name| query.iter().find(|(known, _)| known == name).map(|(_, value)| &**value);
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let body = body
        .ok()
        .filter(|body| body.len() <= BODY_LIMIT_BYTES)
        .ok_or_else(|| Error::too_large("BODY_TOO_LARGE", "a notification has at most 64 KiB"))?;
    let (data_id, request_id) = (param("data.id"), header("x-request-id"));
    let credentials: Option<Credentials> = app.provider_secret(club_id, SECRET).await?;
    let credentials = credentials.ok_or_else(|| {
        Error::not_found("CLUB_NOT_FOUND", "no club of that id takes payments here")
    })?;
    let now = app.clock().now();
    let tolerance =
        SignedDuration::try_from(app.config().webhook_tolerance()).unwrap_or(SignedDuration::MAX);
    let signed = Signed { data_id, request_id, signature: header("x-signature") };
    verify(&credentials.webhook_secret, signed, now, tolerance).map_err(Error::from)?;

    let in_body = || serde_json::from_slice::<Told>(&body).ok().and_then(|told| told.topic);
    let topic = param("type").or_else(|| param("topic")).map(str::to_owned).or_else(in_body);
    let Some(topic) = topic.filter(|topic| topic == PAYMENT_TOPIC) else {
        return Ok(Reply::ok(Receipt { accepted: false }));
    };
    let data_id = data_id.and_then(|id| id.parse().ok()).ok_or_else(|| {
        Error::malformed("WEBHOOK_MALFORMED", "the query must have data.id, a payment's id")
    })?;
    let notification = Notification {
        club_id,
        data_id,
        topic,
        request_id: request_id.filter(|id| is_fit(id)).map_or(correlation, str::to_owned),
        received_at: now,
        body: String::from_utf8_lossy(&body).into_owned(),
    };
    let message = serde_json::to_string(&notification)
        .map_err(|cause| Error::internal("a notification is not JSON").with_source(cause))?;
    let (group, deduplication) = (notification.group(), notification.deduplication(&body));
    let queue = app.config().payment_webhooks_queue_url()?;
    app.queue().send_fifo(queue, message, &group, &deduplication).await?;
    Ok(Reply::ok(Receipt { accepted: true }))
}

/// It will stand in logs, events and headers.
fn is_fit(request_id: &str) -> bool {
    (1..=REQUEST_ID_LIMIT).contains(&request_id.len())
        && request_id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.:".contains(&b))
}
