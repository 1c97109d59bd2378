//! The application under test.

use std::sync::Arc;

use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use axum::{
    Router,
    body::Body,
    http::{HeaderName, HeaderValue, Method, Request, Response, header},
};
use http_body_util::BodyExt;
use kernel::{AccountId, Claims, Clock, ClubId, Role, SessionId, jiff::Timestamp};
use runtime::{App, Config, Routes};
use serde_json::Value;
use tower::ServiceExt;
use web::{RequestFacts, Route};

use crate::{Answer, Cloud, Database, Keys, database::TABLE, objects::BUCKET};

/// The platform's public address in tests, and so the issuer of its tokens.
const PUBLIC_BASE_URL: &str = "https://api.clubpulse.test";

/// Every API function over one embedded DynamoDB, with a clock that stands still.
pub struct TestApp {
    /// What the functions use.
    pub app: App,
    /// The test's own time.
    pub clock: Clock,
    /// The table.
    pub database: Database,
    /// The services around it.
    pub cloud: Cloud,
    /// The platform's keys.
    pub keys: Keys,
    functions: Functions,
}

/// The functions behind one gateway, each with its route table.
type Functions = Arc<Vec<(Vec<Route>, Router)>>;

impl TestApp {
    /// Starts the functions with these routes at an instant; `variables` adds to the configuration.
    pub async fn start(functions: Vec<Routes>, now: Timestamp, variables: &[(&str, &str)]) -> Self {
        Self::start_with_clock(functions, Clock::manual(now), variables).await
    }

    /// The same with a clock that others share.
    pub async fn start_with_clock(
        functions: Vec<Routes>,
        clock: Clock,
        variables: &[(&str, &str)],
    ) -> Self {
        let (database, cloud) = (Database::start().await, Cloud::start().await);
        let keys = Keys::generate();
        cloud.put_secret("test/signing", &keys.signing_secret());
        cloud.put_secret("test/edge", &keys.edge_secret());
        cloud.put_secret("test/factor", &serde_json::json!({ "key": "k".repeat(64) }));
        let config = Config::from_lookup(|name| {
            let given = variables.iter().find(|(variable, _)| *variable == name);
            let given = given.map(|(_, value)| (*value).to_owned());
            given.or_else(|| variable(name, &database, &cloud))
        });
        let credentials = Credentials::new("test", "test", None, None, "test");
        let app = App::new(config, clock.clone(), SharedCredentialsProvider::new(credentials));
        let functions = functions.into_iter();
        let functions =
            functions.map(|routes| (routes.table().to_vec(), runtime::router(routes, &app)));
        let functions = Arc::new(functions.collect());
        Self { app, clock, database, cloud, keys, functions }
    }

    /// An access token for an account in a club (or, without one, of the platform) with these roles.
    pub fn token(&self, account: AccountId, club: Option<ClubId>, roles: &[Role]) -> String {
        self.keys.sign(&self.claims(account, club, roles))
    }

    /// The claims that [`TestApp::token`] signs, for tests that bend them.
    pub fn claims(&self, account: AccountId, club: Option<ClubId>, roles: &[Role]) -> Claims {
        let now = self.clock.now().as_second();
        let permissions = roles.iter().flat_map(Role::permissions).copied();
        Claims {
            iss: self.app.config().public_base_url().expect("an issuer").to_owned(),
            aud: Claims::AUDIENCE.to_owned(),
            sub: account,
            club,
            roles: roles.to_vec(),
            permissions: permissions.collect(),
            venues: std::collections::BTreeMap::new(),
            sid: SessionId::new(),
            amr: vec![kernel::Method::Pwd],
            auth_time: now,
            mfa: false,
            iat: now,
            exp: now + Claims::LIFETIME_SECONDS,
        }
    }

    /// Starts to describe a call.
    pub fn call(&self, method: &str, path: &str) -> Call<'_> {
        let method = method.parse().expect("a method");
        let (path, facts) = (path.to_owned(), RequestFacts::default());
        Call { app: self, method, path, headers: Vec::new(), body: None, facts }
    }

    /// `GET` with a token.
    pub async fn get(&self, path: &str, token: &str) -> Answer {
        self.call("GET", path).token(token).send().await
    }

    /// `POST` with a token and a JSON body.
    pub async fn post(&self, path: &str, token: &str, body: Value) -> Answer {
        self.call("POST", path).token(token).json(&body).send().await
    }

    /// `PUT` with a token and a JSON body.
    pub async fn put(&self, path: &str, token: &str, body: Value) -> Answer {
        self.call("PUT", path).token(token).json(&body).send().await
    }

    /// `PATCH` with a token and a JSON body.
    pub async fn patch(&self, path: &str, token: &str, body: Value) -> Answer {
        self.call("PATCH", path).token(token).json(&body).send().await
    }

    /// `DELETE` with a token.
    pub async fn delete(&self, path: &str, token: &str) -> Answer {
        self.call("DELETE", path).token(token).send().await
    }

    /// Every route of every function, with who may call it.
    pub fn routes(&self) -> impl Iterator<Item = &Route> {
        self.functions.iter().flat_map(|(routes, _)| routes)
    }

    /// The functions as one service, for callers that need a real port.
    pub fn service(&self) -> Router {
        let functions = self.functions.clone();
        Router::new().fallback(move |request: Request<Body>| {
            let functions = functions.clone();
            async move { run(&functions, request).await }
        })
    }

    /// Runs a request as the gateway would: at the function that has the route.
    pub async fn run(&self, request: Request<Body>) -> Answer {
        let (parts, body) = run(&self.functions, request).await.into_parts();
        let bytes = body.collect().await.expect("a whole body").to_bytes();
        let text = || Value::String(String::from_utf8_lossy(&bytes).into_owned());
        let body = match bytes.len() {
            0 => Value::Null,
            _ => serde_json::from_slice(&bytes).unwrap_or_else(|_| text()),
        };
        Answer { status: parts.status, headers: parts.headers, body }
    }
}

async fn run(functions: &Functions, request: Request<Body>) -> Response<Body> {
    let (method, path) = (request.method().as_str(), request.uri().path());
    let has_route = |routes: &[Route]| {
        routes.iter().any(|route| route.method == method && fits(&route.path, path))
    };
    let found = functions.iter().find(|(routes, _)| has_route(routes));
    let (_, router) = found.or(functions.first()).expect("a function");
    router.clone().oneshot(request).await.expect("routers never fail")
}

fn variable(name: &str, database: &Database, cloud: &Cloud) -> Option<String> {
    let queue = |name: &str| Some(format!("{}/000000000000/{name}", cloud.url));
    match name {
        "AWS_ENDPOINT_URL" => Some(cloud.url.clone()),
        "AWS_ENDPOINT_URL_DYNAMODB" => Some(database.url.clone()),
        "TABLE_NAME" => Some(TABLE.to_owned()),
        "EVENTS_TOPIC_ARN" => Some("arn:aws:sns:us-east-1:000000000000:events".to_owned()),
        "PAYMENT_WEBHOOKS_QUEUE_URL" => queue("payment-webhooks.fifo"),
        "HOLD_EXPIRY_QUEUE_URL" => queue("hold-expiry"),
        "ACCOUNT_MAIL_QUEUE_URL" => queue("account-mail"),
        "FACTOR_KEY_SECRET_ID" => Some("test/factor".to_owned()),
        "FILES_BUCKET" => Some(BUCKET.to_owned()),
        "CLOSING_STATE_MACHINE_ARN" => {
            Some("arn:aws:states:us-east-1:000000000000:stateMachine:close-courts".to_owned())
        }
        "EXPORT_STATE_MACHINE_ARN" => {
            Some("arn:aws:states:us-east-1:000000000000:stateMachine:export-account".to_owned())
        }
        "TOKEN_SIGNING_KEY_SECRET_ID" => Some("test/signing".to_owned()),
        "EDGE_KEYS_SECRET_ID" => Some("test/edge".to_owned()),
        "PROVIDER_SECRET_PREFIX" => Some("test/clubs/".to_owned()),
        "ONBOARDING_STATE_MACHINE_ARN" => {
            Some("arn:aws:states:us-east-1:000000000000:stateMachine:onboard-club".to_owned())
        }
        "PUBLIC_BASE_URL" => Some(PUBLIC_BASE_URL.to_owned()),
        "MAIL_FROM" => Some("ClubPulse <no-reply@clubpulse.test>".to_owned()),
        "STAGE" => Some("test".to_owned()),
        _ => None,
    }
}

/// Whether a path is of a route: braces stand for one segment.
fn fits(route: &str, path: &str) -> bool {
    let (route, path): (Vec<_>, Vec<_>) = (route.split('/').collect(), path.split('/').collect());
    route.len() == path.len()
        && route.iter().zip(path).all(|(want, have)| want.starts_with('{') || *want == have)
}

/// A call being described.
#[must_use]
pub struct Call<'a> {
    app: &'a TestApp,
    method: Method,
    path: String,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
    facts: RequestFacts,
}

impl Call<'_> {
    /// From this address, as the gateway saw it. Without one, nobody is limited by address.
    pub fn from_address(mut self, address: &str) -> Self {
        address.clone_into(&mut self.facts.address);
        self
    }

    /// With what the gateway's authorizer answered for it.
    pub fn authorized(mut self, answer: &Value) -> Self {
        let told = |field: &str| answer["context"][field].as_str().map(str::to_owned);
        self.facts.authorized_account = told("account_id");
        self.facts.refusal = told("refusal");
        self
    }

    /// With this access token.
    pub fn token(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// With this header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With this JSON body.
    pub fn json(self, body: &Value) -> Self {
        self.raw("application/json", body.to_string().into_bytes())
    }

    /// With these bytes.
    pub fn raw(mut self, content_type: &str, body: Vec<u8>) -> Self {
        self.body = Some(body);
        self.header(header::CONTENT_TYPE.as_str(), content_type)
    }

    /// Makes the call.
    pub async fn send(self) -> Answer {
        let mut request = Request::new(self.body.map_or(Body::empty(), Body::from));
        *request.method_mut() = self.method;
        *request.uri_mut() = self.path.parse().expect("a path");
        request.extensions_mut().insert(self.facts);
        for (name, value) in self.headers {
            let name = HeaderName::from_bytes(name.as_bytes()).expect("a header name");
            let value = HeaderValue::from_str(&value).expect("a header value");
            request.headers_mut().append(name, value);
        }
        self.app.run(request).await
    }
}

/// A test that leaves work queued has not looked at all that it set off.
impl Drop for TestApp {
    fn drop(&mut self) {
        let left = self.cloud.left_over();
        if !std::thread::panicking() {
            assert!(left.is_empty(), "the test leaves work undone: {left:?}");
        }
    }
}
