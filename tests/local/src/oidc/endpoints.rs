//! The endpoints.

use std::collections::HashMap;

use aws_lc_rs::digest::{SHA256, digest};
use axum::{
    Json,
    extract::{Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::Url;
use serde_json::{Value, json};

use super::{
    Answer, CLIENT_ID, CLIENT_SECRET, Document, Grant, Oidc, TokenFault, keys::encode,
    token::id_token,
};

const BLANKS: usize = 1024 * 1024;

/// The document, or what comes in its place.
async fn answered(provider: &Oidc, document: Document, body: Value) -> Response {
    let fault = provider.books().faults.answers.get(&document).cloned();
    match fault {
        None => Json(body).into_response(),
        Some(Answer::Huge) => {
            let text = format!("{body}{}", " ".repeat(BLANKS));
            ([(header::CONTENT_TYPE, "application/json")], text).into_response()
        }
        Some(Answer::Slow(delay)) => {
            tokio::time::sleep(delay).await;
            Json(body).into_response()
        }
        Some(Answer::Page) => {
            ([(header::CONTENT_TYPE, "text/html")], "<h1>Hello</h1>").into_response()
        }
        Some(Answer::Redirect(to)) => (StatusCode::FOUND, [(header::LOCATION, to)]).into_response(),
        Some(Answer::Status(status)) => {
            StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY).into_response()
        }
    }
}

pub(super) async fn discovery(State(provider): State<Oidc>) -> Response {
    let body = {
        let mut books = provider.books();
        books.calls.discovery += 1;
        let (faults, url) = (&books.faults, provider.url());
        let mut document = json!({
            "issuer": faults.issuer.as_deref().unwrap_or(url),
            "authorization_endpoint": format!("{url}/authorize"),
            "token_endpoint": format!("{url}/token"),
            "jwks_uri": format!("{url}/jwks"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": books.key.algorithm.supported(),
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": true,
        });
        if let Some(endpoint) = &faults.token_endpoint {
            document["token_endpoint"] = json!(endpoint);
        }
        if let Some(user_info) = &faults.user_info {
            let own = format!("{url}/userinfo");
            document["userinfo_endpoint"] = json!(user_info.endpoint.as_ref().unwrap_or(&own));
        }
        if faults.only_post {
            document["token_endpoint_auth_methods_supported"] = json!(["client_secret_post"]);
        }
        document
    };
    answered(&provider, Document::Discovery, body).await
}

pub(super) async fn keys(State(provider): State<Oidc>) -> Response {
    let body = {
        let mut books = provider.books();
        books.calls.keys += 1;
        json!({ "keys": [books.key.jwk()] })
    };
    answered(&provider, Document::Keys, body).await
}

pub(super) async fn authorize(
    State(provider): State<Oidc>,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    let is = |name: &str, value: &str| query.get(name).is_some_and(|it| it == value);
    let scopes = query.get("scope").map(String::as_str).unwrap_or_default();
    let asked = is("response_type", "code")
        && is("client_id", CLIENT_ID)
        && is("code_challenge_method", "S256")
        && scopes.split(' ').any(|scope| scope == "openid");
    let text = |name: &str| query.get(name).cloned();
    let needed = (text("redirect_uri"), text("state"), text("nonce"), text("code_challenge"));
    let (Some(redirect_uri), Some(state), Some(nonce), Some(challenge)) = needed else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let Some(mut back) = Url::parse(&redirect_uri).ok().filter(|_| asked) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let code = kernel::random_uuid().to_string();
    let mut books = provider.books();
    let person = books.person.clone();
    books.codes.insert(code.clone(), Grant { redirect_uri, challenge, nonce, person });
    back.query_pairs_mut().append_pair("code", &code).append_pair("state", &state);
    if !books.faults.forgets_issuer {
        back.query_pairs_mut().append_pair("iss", provider.url());
    }
    (StatusCode::FOUND, [(header::LOCATION, back.to_string())]).into_response()
}

pub(super) async fn token(
    State(provider): State<Oidc>,
    headers: HeaderMap,
    body: String,
) -> Response {
    let form = form(&body);
    let text = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    let granted = {
        let mut books = provider.books();
        books.calls.token += 1;
        let faults = books.faults.clone();
        if !is_client(&headers, &form, faults.only_post) {
            return refused(StatusCode::UNAUTHORIZED, "invalid_client");
        }
        let challenge = encode(digest(&SHA256, text("code_verifier").as_bytes()));
        let good = |grant: &Grant| {
            faults.careless
                || (grant.challenge == challenge && grant.redirect_uri == text("redirect_uri"))
        };
        let grant = books.codes.get(text("code")).filter(|grant| good(grant)).cloned();
        if !faults.careless {
            books.codes.remove(text("code"));
        }
        grant.filter(|_| text("grant_type") == "authorization_code").map(|grant| {
            let access_token = kernel::random_uuid().to_string();
            books.access_tokens.insert(access_token.clone(), grant.person.clone());
            let grant = if faults.user_info.is_some() { grant.without_address() } else { grant };
            let token = id_token(&provider.0, &books.key, &grant, faults.token);
            (token, faults.token, access_token)
        })
    };
    let Some((token, fault, access_token)) = granted else {
        return refused(StatusCode::BAD_REQUEST, "invalid_grant");
    };
    let mut answer =
        json!({ "access_token": access_token, "token_type": "Bearer", "expires_in": 60 });
    if fault != Some(TokenFault::Missing) {
        answer["id_token"] = json!(token);
    }
    answered(&provider, Document::Token, answer).await
}

pub(super) async fn user_info(State(provider): State<Oidc>, headers: HeaderMap) -> Response {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = bearer.and_then(|text| text.strip_prefix("Bearer ")).unwrap_or_default();
    let body = {
        let mut books = provider.books();
        books.calls.user_info += 1;
        let Some(person) = books.access_tokens.get(token) else {
            return StatusCode::UNAUTHORIZED.into_response();
        };
        let other = books.faults.user_info.as_ref().and_then(|it| it.subject.as_ref());
        let subject = other.unwrap_or(&person.subject);
        let mut told = json!({ "sub": subject, "email": person.email, "name": person.name });
        if let Some(verified) = person.email_verified {
            told["email_verified"] = json!(verified);
        }
        told
    };
    answered(&provider, Document::UserInfo, body).await
}

/// `client_secret_basic` or `client_secret_post` (RFC 6749 2.3.1).
fn is_client(headers: &HeaderMap, form: &HashMap<String, String>, only_post: bool) -> bool {
    let expected = (Some(CLIENT_ID), Some(CLIENT_SECRET));
    if only_post {
        let text = |name: &str| form.get(name).map(String::as_str);
        return (text("client_id"), text("client_secret")) == expected;
    }
    let basic = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let decoded = basic.and_then(|text| STANDARD.decode(text.strip_prefix("Basic ")?).ok());
    let pair = decoded.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
    let (id, secret) = pair.split_once(':').unwrap_or_default();
    (Some(id), Some(secret)) == expected
}

fn form(body: &str) -> HashMap<String, String> {
    let url = Url::parse(&format!("http://form/?{body}"));
    url.map(|url| url.query_pairs().into_owned().collect()).unwrap_or_default()
}

fn refused(status: StatusCode, error: &str) -> Response {
    (status, Json(json!({ "error": error }))).into_response()
}
