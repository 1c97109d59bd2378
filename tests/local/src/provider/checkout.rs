//! The page where a payer pays.

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header::ACCEPT},
    response::{Html, IntoResponse, Response},
};
use minijinja::{Environment, context};
use serde_json::json;

use super::{Provider, books::Preference, shape, webhook};

const PAGE: &str = include_str!("page.html");

pub(crate) async fn page(State(provider): State<Provider>, Path(id): Path<String>) -> Response {
    let Some(preference) = known(&provider, &id) else { return no_such_page(false) };
    let notice = closed(&provider, &preference);
    show(StatusCode::OK, &preference, notice.is_none(), notice.unwrap_or_default(), "")
}

pub(crate) async fn pay(
    State(provider): State<Provider>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    press(&provider, &id, "approved", &headers)
}

pub(crate) async fn decline(
    State(provider): State<Provider>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    press(&provider, &id, "rejected", &headers)
}

fn known(provider: &Provider, id: &str) -> Option<Preference> {
    provider.books().preferences.get(id).cloned()
}

/// Why the page takes no payment, if it takes none.
fn closed(provider: &Provider, preference: &Preference) -> Option<&'static str> {
    if preference.paid_by.is_some() {
        return Some("This was paid already.");
    }
    let expired = preference.expires_at.is_some_and(|end| end <= provider.0.clock.now());
    expired.then_some("The time to pay is over.")
}

fn press(provider: &Provider, id: &str, status: &str, headers: &HeaderMap) -> Response {
    let accepted = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let wants_json = accepted.contains("application/json");
    let Some(preference) = known(provider, id) else { return no_such_page(wants_json) };
    if let Some(reason) = closed(provider, &preference) {
        if wants_json {
            let error = shape::error(409, "conflict", reason);
            return (StatusCode::CONFLICT, Json(error)).into_response();
        }
        return show(StatusCode::CONFLICT, &preference, false, reason, "");
    }
    let made = provider.books().make_payment(id, status, provider.0.clock.now());
    let Some(payment_id) = made else { return no_such_page(wants_json) };
    webhook::tell(provider, payment_id, "payment.created");
    if wants_json {
        return Json(json!({ "payment_id": payment_id, "status": status })).into_response();
    }
    let (open, notice) = match status {
        "approved" => (false, "Paid. The club is being told."),
        _ => (true, "Declined. No money was taken; you can try again."),
    };
    show(StatusCode::OK, &preference, open, notice, status)
}

fn no_such_page(wants_json: bool) -> Response {
    if wants_json {
        let error = shape::error(404, "not_found", "Preference not found");
        return (StatusCode::NOT_FOUND, Json(error)).into_response();
    }
    (StatusCode::NOT_FOUND, Html("<h1>There is no such checkout</h1>")).into_response()
}

fn show(
    status: StatusCode,
    preference: &Preference,
    open: bool,
    notice: &str,
    result: &str,
) -> Response {
    let mut environment = Environment::new();
    // Named as HTML, so that everything put into it is escaped.
    let rendered = environment.add_template("page.html", PAGE).and_then(|()| {
        environment.get_template("page.html")?.render(context! {
            title => &preference.title,
            amount => amount(preference),
            currency => &preference.currency,
            expires_at => preference.expires_at.map(|end| end.to_string()),
            path => format!("/checkout/{}", preference.id),
            back => preference.request.get("back_urls").and_then(|urls| urls["success"].as_str()),
            open, notice, result,
        })
    });
    match rendered {
        Ok(page) => (status, Html(page)).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

fn amount(preference: &Preference) -> String {
    let hundredths = preference.amount.0;
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}
