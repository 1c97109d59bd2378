//! A stand-in of the payment provider MercadoPago: its API in the shapes that it publishes, a checkout page
//! for browsers, signed webhooks with retries, and knobs to make it misbehave.
//!
//! | address | what |
//! |---|---|
//! | `POST /checkout/preferences` | the provider's API: a checkout page is made |
//! | `GET /v1/payments/{id}`, `GET /v1/payments/search` | … payments are read |
//! | `POST`, `GET /v1/payments/{id}/refunds` | … money goes back |
//! | `GET /checkout/{preference_id}` | the page, with a Pay and a Decline button |
//! | `POST /checkout/{preference_id}/pay`, `/decline` | the buttons; JSON if asked for, else a page |
//! | `PUT /_control/sellers/{collector_id}` | `{"access_token", "webhook_secret"}`: a seller exists |
//! | `PUT /_control/faults` | how it misbehaves, see [`Faults`] |
//! | `POST /_control/webhooks/resend` | `{"payment_id"}`: its webhook, once more |
//! | `GET /_control/webhooks`, `/_control/payments`, `/_control/refunds` | what there was |
//! | `GET /health` | that it runs |
//!
//! It knows nothing of the platform, so that a mistake there is not repeated here.

mod amount;
mod api;
mod books;
mod checkout;
mod control;
mod faults;
mod shape;
mod webhook;

use std::{
    io,
    net::Ipv4Addr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Router, middleware,
    routing::{get, post, put},
};
use kernel::Clock;
use serde_json::Value;
use tokio::{net::TcpListener, sync::watch};

pub use faults::{ApiFaults, Faults, WebhookFaults};

use books::Books;

/// How a stand-in is started.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where it listens on 127.0.0.1; 0 for any free port.
    pub port: u16,
    /// How browsers reach it, if not by that port.
    pub public_url: Option<String>,
    /// Its time: of its dates, of signatures, of expired pages.
    pub clock: Clock,
    /// Pauses before a webhook that was not taken is sent again; then it is given up. The real ones are
    /// minutes and hours.
    pub retry_pauses: Vec<Duration>,
}

impl Options {
    /// Any port, and a patience fit for a developer's machine.
    pub fn new(clock: Clock) -> Self {
        let retry_pauses = [1, 2, 4, 8, 15, 30].map(Duration::from_secs).to_vec();
        Self { port: 0, public_url: None, clock, retry_pauses }
    }
}

/// A running stand-in. It ends with the runtime that it was started on.
#[derive(Debug, Clone)]
pub struct Provider(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    url: String,
    public_url: String,
    clock: Clock,
    retry_pauses: Vec<Duration>,
    http: reqwest::Client,
    books: Mutex<Books>,
    /// How many webhooks are on their way.
    under_way: watch::Sender<usize>,
    ended: watch::Receiver<bool>,
}

impl Provider {
    /// Starts one.
    #[expect(clippy::disallowed_methods, reason = "a server of its own, not a frozen function")]
    pub async fn start(options: Options) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let (end, ended) = watch::channel(false);
        let first_id = options.clock.now().as_millisecond().unsigned_abs() / 100;
        let provider = Self(Arc::new(Inner {
            public_url: options.public_url.unwrap_or_else(|| url.clone()),
            url,
            clock: options.clock,
            retry_pauses: options.retry_pauses,
            http: reqwest::Client::new(),
            books: Mutex::new(Books::starting_at(first_id)),
            under_way: watch::Sender::new(0),
            ended,
        }));
        let router = router(provider.clone());
        tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
            let _ = end.send(true);
        });
        Ok(provider)
    }

    /// Where it listens.
    pub fn url(&self) -> &str {
        &self.0.url
    }

    /// When it serves no more.
    pub async fn ended(&self) {
        let _ = self.0.ended.clone().wait_for(|ended| *ended).await;
    }

    /// When no webhook is on its way any more.
    pub async fn idle(&self) {
        let _ = self.0.under_way.subscribe().wait_for(|count| *count == 0).await;
    }

    /// A seller exists from now on.
    pub fn add_seller(&self, collector_id: &str, access_token: &str, webhook_secret: &str) {
        self.books().add_seller(collector_id, access_token, webhook_secret);
    }

    /// The seller with this access token is none any more.
    pub fn close_account(&self, access_token: &str) {
        self.books().sellers.retain(|_, seller| seller.access_token != access_token);
    }

    /// It misbehaves so from now on.
    pub fn misbehave(&self, faults: Faults) {
        control::set_faults(self, faults);
    }

    /// A payment at a checkout page, as by its buttons, but of any status; answers its id. The page may
    /// have expired or been paid.
    pub fn make_payment(&self, preference_id: &str, status: &str) -> Option<u64> {
        let id = self.books().make_payment(preference_id, status, self.0.clock.now())?;
        webhook::tell(self, id, "payment.created");
        Some(id)
    }

    /// Changes members of a payment's JSON as the API shows it, without a webhook.
    pub fn change(&self, payment_id: u64, members: &Value) {
        self.books().change(payment_id, members, self.0.clock.now());
    }

    /// A payment has this status from now on, without a webhook.
    pub fn set_status(&self, payment_id: u64, status: &str) {
        self.books().set_status(payment_id, status, self.0.clock.now());
    }

    /// Somebody gives so many hundredths back in the provider's own pages; its webhook is sent.
    pub fn give_back(&self, payment_id: u64, hundredths: i64) {
        let amount = Some(amount::Amount(hundredths));
        let made = self.books().refund(payment_id, amount, self.0.clock.now());
        if made.is_ok() {
            webhook::tell(self, payment_id, "payment.updated");
        }
    }

    /// Sends a payment's webhook once more.
    pub fn resend(&self, payment_id: u64) {
        webhook::tell(self, payment_id, "payment.updated");
    }

    /// A payment as the API shows it.
    pub fn payment(&self, payment_id: u64) -> Option<Value> {
        let books = self.books();
        books.payments.get(&payment_id).map(shape::payment)
    }

    /// Every refund that was made.
    pub fn refunds(&self) -> Vec<Value> {
        let books = self.books();
        books.payments.values().flat_map(shape::refunds).collect()
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.0.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn router(provider: Provider) -> Router {
    let api = Router::new()
        .route("/checkout/preferences", post(api::create_preference))
        .route("/v1/payments/search", get(api::search))
        .route("/v1/payments/{id}", get(api::read))
        .route("/v1/payments/{id}/refunds", post(api::refund).get(api::list_refunds))
        .layer(middleware::from_fn_with_state(provider.clone(), faults::misbehave));
    Router::new()
        .merge(api)
        .route("/checkout/{preference_id}", get(checkout::page))
        .route("/checkout/{preference_id}/pay", post(checkout::pay))
        .route("/checkout/{preference_id}/decline", post(checkout::decline))
        .route("/_control/sellers/{collector_id}", put(control::seller))
        .route("/_control/faults", put(control::faults))
        .route("/_control/webhooks/resend", post(control::resend))
        .route("/_control/webhooks", get(control::webhooks))
        .route("/_control/payments", get(control::payments))
        .route("/_control/refunds", get(control::refunds))
        .route("/health", get(control::health))
        .with_state(provider)
}
