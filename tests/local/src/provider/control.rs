//! The knobs.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Faults, Provider, shape, webhook};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SellerRequest {
    access_token: String,
    webhook_secret: String,
}

pub(crate) async fn seller(
    State(provider): State<Provider>,
    Path(collector_id): Path<String>,
    Json(request): Json<SellerRequest>,
) -> Json<Value> {
    provider.add_seller(&collector_id, &request.access_token, &request.webhook_secret);
    Json(json!({ "collector_id": collector_id }))
}

pub(crate) async fn faults(
    State(provider): State<Provider>,
    Json(faults): Json<Faults>,
) -> StatusCode {
    set_faults(&provider, faults);
    StatusCode::NO_CONTENT
}

pub(crate) fn set_faults(provider: &Provider, faults: Faults) {
    provider.books().faults = faults;
    webhook::release(provider);
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResendRequest {
    /// A number, or the same as a text.
    payment_id: Value,
}

pub(crate) async fn resend(
    State(provider): State<Provider>,
    Json(request): Json<ResendRequest>,
) -> (StatusCode, Json<Value>) {
    let text = request.payment_id.as_str().map(str::to_owned);
    let id = text.unwrap_or_else(|| request.payment_id.to_string()).parse::<u64>();
    let Some(id) = id.ok().filter(|id| provider.payment(*id).is_some()) else {
        let error = shape::error(404, "not_found", "Payment not found");
        return (StatusCode::NOT_FOUND, Json(error));
    };
    provider.resend(id);
    (StatusCode::ACCEPTED, Json(json!({ "payment_id": id })))
}

pub(crate) async fn webhooks(State(provider): State<Provider>) -> Json<Value> {
    Json(json!(provider.books().webhooks))
}

pub(crate) async fn payments(State(provider): State<Provider>) -> Json<Value> {
    Json(provider.books().payments.values().map(shape::payment).collect())
}

pub(crate) async fn refunds(State(provider): State<Provider>) -> Json<Value> {
    Json(Value::Array(provider.refunds()))
}

pub(crate) async fn health() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}
