//! The provider's API.

use std::collections::HashMap;

use axum::{
    Json,
    body::Bytes,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, header::AUTHORIZATION},
    response::{IntoResponse, Response},
};
use kernel::jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{
    Provider,
    amount::Amount,
    books::{Preference, Remembered},
    shape, webhook,
};

const CURRENCIES: [&str; 16] = [
    "ARS", "BRL", "MXN", "CLP", "COP", "PEN", "UYU", "BOB", "PYG", "USD", "CRC", "DOP", "HNL",
    "NIO", "GTQ", "VES",
];
const SEARCH_LIMIT: usize = 30;

type Answer = Result<(StatusCode, Json<Value>), Refusal>;

/// A refused call.
pub(crate) struct Refusal(StatusCode, &'static str, String);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = shape::error(self.0.as_u16(), self.1, &self.2);
        (self.0, Json(body)).into_response()
    }
}

fn bad_request(message: impl Into<String>) -> Refusal {
    Refusal(StatusCode::BAD_REQUEST, "bad_request", message.into())
}

fn not_found() -> Refusal {
    Refusal(StatusCode::NOT_FOUND, "not_found", "Payment not found".to_owned())
}

impl Provider {
    fn seller(&self, headers: &HeaderMap) -> Result<String, Refusal> {
        let token = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = token.and_then(|value| value.strip_prefix("Bearer "));
        token.and_then(|token| self.books().seller_of(token)).ok_or_else(|| {
            let message = "The access token is invalid".to_owned();
            Refusal(StatusCode::UNAUTHORIZED, "unauthorized", message)
        })
    }

    /// Does something once for an idempotency key, and answers the same ever after.
    fn once(
        &self,
        seller: &str,
        address: &str,
        headers: &HeaderMap,
        body: &[u8],
        act: impl FnOnce() -> Answer,
    ) -> Answer {
        let key = headers.get("x-idempotency-key").and_then(|value| value.to_str().ok());
        let Some(key) = key else { return act() };
        let key = (seller.to_owned(), address.to_owned(), key.to_owned());
        let request = String::from_utf8_lossy(body).into_owned();
        let known = self.books().remembered.get(&key).cloned();
        if let Some(known) = known {
            if known.request != request {
                return Err(bad_request("The idempotency key was used for another request"));
            }
            return Ok((known.status, Json(known.answer)));
        }
        let (status, Json(answer)) = act()?;
        let remembered = Remembered { request, status, answer: answer.clone() };
        self.books().remembered.insert(key, remembered);
        Ok((status, Json(answer)))
    }
}

fn object(body: &[u8]) -> Result<Map<String, Value>, Refusal> {
    if body.is_empty() {
        return Ok(Map::new());
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(object)) => Ok(object),
        _ => Err(bad_request("The body is not a JSON object")),
    }
}

pub(crate) async fn create_preference(
    State(provider): State<Provider>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let seller = provider.seller(&headers)?;
    provider.once(&seller, "/checkout/preferences", &headers, &body, || {
        let now = provider.0.clock.now();
        let preference = read_preference(&seller, object(&body)?, now)?;
        let answer = shape::preference(&preference, &provider.0.public_url);
        provider.books().preferences.insert(preference.id.clone(), preference);
        Ok((StatusCode::CREATED, Json(answer)))
    })
}

fn read_preference(
    seller: &str,
    request: Map<String, Value>,
    now: Timestamp,
) -> Result<Preference, Refusal> {
    let text = |name: &str| request.get(name).and_then(Value::as_str).map(str::to_owned);
    let items = request.get("items").and_then(Value::as_array).filter(|items| !items.is_empty());
    let items = items.ok_or_else(|| bad_request("items needed"))?;
    let mut amount = Amount(0);
    for item in items {
        let price = Amount::read(&item["unit_price"]).filter(|price| price.0 > 0);
        let quantity = item["quantity"].as_i64().filter(|quantity| *quantity > 0);
        let (Some(price), Some(quantity)) = (price, quantity) else {
            return Err(bad_request("unit_price and quantity must be positive"));
        };
        if item["title"].as_str().is_none_or(str::is_empty) {
            return Err(bad_request("title needed"));
        }
        amount.0 += price.0 * quantity;
    }
    let currency = items[0]["currency_id"].as_str().unwrap_or("ARS").to_owned();
    if !CURRENCIES.contains(&&*currency) {
        return Err(bad_request("currency_id invalid"));
    }
    let expires = request.get("expires").and_then(Value::as_bool).unwrap_or(false);
    let expires_at = match text("expiration_date_to").filter(|_| expires) {
        Some(date) => Some(date.parse().map_err(|_| bad_request("expiration_date_to invalid"))?),
        None => None,
    };
    Ok(Preference {
        id: format!("{seller}-{}", kernel::random_uuid()),
        collector_id: seller.to_owned(),
        title: items[0]["title"].as_str().unwrap_or_default().to_owned(),
        amount,
        currency,
        external_reference: text("external_reference"),
        notification_url: text("notification_url"),
        expires_at,
        binary_mode: request.get("binary_mode").and_then(Value::as_bool).unwrap_or(false),
        request,
        created_at: now,
        paid_by: None,
    })
}

/// A payment of this seller, as it is shown.
fn shown(provider: &Provider, seller: &str, id: &str) -> Result<Value, Refusal> {
    let id = id.parse().map_err(|_| bad_request("id must be a number"))?;
    let books = provider.books();
    let payment = books.payments.get(&id).filter(|p| p.preference.collector_id == seller);
    payment.map(shape::payment).ok_or_else(not_found)
}

pub(crate) async fn read(
    State(provider): State<Provider>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Answer {
    let seller = provider.seller(&headers)?;
    Ok((StatusCode::OK, Json(shown(&provider, &seller, &id)?)))
}

pub(crate) async fn search(
    State(provider): State<Provider>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Answer {
    let seller = provider.seller(&headers)?;
    let (Some(_), Some(criteria)) = (query.get("sort"), query.get("criteria")) else {
        return Err(bad_request("sort and criteria needed"));
    };
    let number = |name: &str, default: usize| match query.get(name) {
        Some(text) => text.parse().map_err(|_| bad_request(format!("{name} must be a number"))),
        None => Ok(default),
    };
    let (limit, offset) = (number("limit", SEARCH_LIMIT)?, number("offset", 0)?);
    let books = provider.books();
    let mut found: Vec<_> = books
        .payments
        .values()
        .filter(|payment| payment.preference.collector_id == seller)
        .map(shape::payment)
        .filter(|shown| {
            ["external_reference", "status"].iter().all(|name| {
                query.get(*name).is_none_or(|wanted| shown[*name].as_str() == Some(&**wanted))
            })
        })
        .collect();
    if criteria == "desc" {
        found.reverse();
    }
    let total = found.len();
    let results: Vec<_> = found.into_iter().skip(offset).take(limit).collect();
    let paging = json!({ "total": total, "limit": limit, "offset": offset });
    Ok((StatusCode::OK, Json(json!({ "paging": paging, "results": results }))))
}

pub(crate) async fn list_refunds(
    State(provider): State<Provider>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Answer {
    let seller = provider.seller(&headers)?;
    shown(&provider, &seller, &id)?;
    let books = provider.books();
    let payment = id.parse().ok().and_then(|id: u64| books.payments.get(&id));
    let refunds: Vec<_> = payment.map(|p| shape::refunds(p).collect()).unwrap_or_default();
    Ok((StatusCode::OK, Json(Value::Array(refunds))))
}

pub(crate) async fn refund(
    State(provider): State<Provider>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let seller = provider.seller(&headers)?;
    shown(&provider, &seller, &id)?;
    let payment_id: u64 = id.parse().map_err(|_| not_found())?;
    let address = format!("/v1/payments/{id}/refunds");
    provider.once(&seller, &address, &headers, &body, || {
        let amount = match object(&body)?.get("amount") {
            None | Some(Value::Null) => None,
            Some(value) => {
                let amount = Amount::read(value);
                Some(amount.ok_or_else(|| bad_request("Amount must be a positive number"))?)
            }
        };
        let now = provider.0.clock.now();
        let made = provider.books().refund(payment_id, amount, now).map_err(bad_request)?;
        webhook::tell(&provider, payment_id, "payment.updated");
        Ok((StatusCode::CREATED, Json(shape::refund(&made))))
    })
}
