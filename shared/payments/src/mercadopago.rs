//! MercadoPago (Checkout Pro) behind the port.
//!
//! Shapes and addresses: the provider's `OpenAPI` at <https://github.com/mercadopago/openapi>.

mod notification;
pub mod signature;
mod wire;

use std::{fmt, time::Duration};

use kernel::{ClubId, Error, PaymentId};
use reqwest::{Client, RequestBuilder, StatusCode};
use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    Answer, Checkout, CheckoutOrder, PaymentProvider, Provider, ProviderFailure, ProviderPayment,
    ProviderPaymentId, ProviderRefund, RefundOrder,
};

pub use notification::{Notification, PAYMENT_TOPIC};

/// One call, from connecting to the last byte. The shared client gives up connecting after a second.
const CALL_TIMEOUT: Duration = Duration::from_secs(4);
/// More tries than a payer has patience for.
const SEARCH_LIMIT: &str = "50";
/// What a club's secret with its [`Credentials`] is called.
pub const SECRET: &str = "mercadopago";
const IDEMPOTENCY_KEY: &str = "X-Idempotency-Key";

/// A club's account at the provider: the club's secret [`SECRET`].
#[derive(Clone, Deserialize)]
pub struct Credentials {
    /// Authorizes calls.
    pub access_token: String,
    /// Signs webhooks.
    pub webhook_secret: String,
    /// The account's id, which every payment to the club bears.
    pub collector_id: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("collector_id", &self.collector_id)
            .finish_non_exhaustive()
    }
}

/// Where the provider sends a club's webhooks. The parameter asks for signed webhooks alone, without the
/// older unsigned notifications.
fn notification_url(public_base_url: &str, club: ClubId) -> String {
    format!("{public_base_url}/webhooks/mercadopago/{club}?source_news=webhooks")
}

/// The adapter, for one club.
#[derive(Debug, Clone)]
pub struct MercadoPago {
    http: Client,
    base_url: String,
    credentials: Credentials,
}

impl MercadoPago {
    /// The provider's API at `base_url`, as the seller of these credentials, which are a club's secret.
    ///
    /// A club without one takes no payments: 409 `PAYMENTS_NOT_CONNECTED`.
    pub fn connect(
        http: &Client,
        base_url: &str,
        credentials: Option<Credentials>,
    ) -> kernel::Result<Self> {
        let credentials = credentials.ok_or_else(|| {
            Error::conflict("PAYMENTS_NOT_CONNECTED", "the club has no account at MercadoPago yet")
        })?;
        let base_url = base_url.trim_end_matches('/').to_owned();
        Ok(Self { http: http.clone(), base_url, credentials })
    }

    fn get(&self, path: &str) -> RequestBuilder {
        self.http.get(format!("{}{path}", self.base_url))
    }

    fn post(&self, path: &str, idempotency_key: String) -> RequestBuilder {
        self.http.post(format!("{}{path}", self.base_url)).header(IDEMPOTENCY_KEY, idempotency_key)
    }

    async fn call<T: DeserializeOwned>(
        &self,
        request: RequestBuilder,
    ) -> Result<T, ProviderFailure> {
        let request = request.bearer_auth(&self.credentials.access_token).timeout(CALL_TIMEOUT);
        let response = request.send().await.map_err(not_answered)?;
        let status = response.status();
        let body = response.text().await.map_err(not_answered)?;
        if !status.is_success() {
            return Err(refusal(status, &body));
        }
        // The cause would quote the body, which names the payer.
        serde_json::from_str(&body).map_err(|cause| {
            ProviderFailure::Unknown(format!("unreadable at column {}", cause.column()))
        })
    }

    async fn read(
        &self,
        id: &ProviderPaymentId,
    ) -> Result<Option<ProviderPayment>, ProviderFailure> {
        let mut payment: wire::Payment =
            match self.call(self.get(&format!("/v1/payments/{id}"))).await {
                Err(ProviderFailure::Refused { status: 404, .. }) => return Ok(None),
                answer => answer?,
            };
        if payment.lacks_refunds()? {
            let list = self.get(&format!("/v1/payments/{id}/refunds"));
            payment.refunds = Some(self.call(list).await?);
        }
        payment.read().map(Some)
    }

    async fn search(&self, payment: PaymentId) -> Result<Vec<ProviderPaymentId>, ProviderFailure> {
        let reference = payment.to_string();
        let request = self.get("/v1/payments/search").query(&[
            ("sort", "date_created"),
            ("criteria", "asc"),
            ("limit", SEARCH_LIMIT),
            ("external_reference", &reference),
        ]);
        let found: wire::SearchResult = self.call(request).await?;
        let ours = found.results.into_iter();
        ours.filter(|each| each.external_reference.as_deref() == Some(&reference))
            .map(|each| {
                let unreadable =
                    |_| ProviderFailure::Unknown("unreadable id of a payment".to_owned());
                each.id.0.parse().map_err(unreadable)
            })
            .collect()
    }

    async fn make_checkout(&self, order: &CheckoutOrder) -> Result<Checkout, ProviderFailure> {
        // A club's own pages will come here; the API's are what there is to return to.
        let return_url = format!("{}/docs", order.public_base_url);
        let notification_url = notification_url(&order.public_base_url, order.club);
        let body = wire::PreferenceRequest::new(order, &notification_url, &return_url)?;
        let request = self.post("/checkout/preferences", order.payment.to_string()).json(&body);
        let preference: wire::Preference = self.call(request).await?;
        Ok(Checkout { url: preference.init_point })
    }

    async fn make_refund(&self, order: &RefundOrder) -> Result<ProviderRefund, ProviderFailure> {
        let path = format!("/v1/payments/{}/refunds", order.payment);
        let body = wire::RefundRequest::new(order)?;
        let request = self.post(&path, order.refund.to_string()).json(&body);
        let refund: wire::Refund = self.call(request).await?;
        refund.read(order.amount.currency)
    }
}

impl PaymentProvider for MercadoPago {
    fn provider(&self) -> Provider {
        Provider::Mercadopago
    }

    fn seller(&self) -> &str {
        &self.credentials.collector_id
    }

    fn create_checkout<'a>(&'a self, order: &'a CheckoutOrder) -> Answer<'a, Checkout> {
        Box::pin(self.make_checkout(order))
    }

    fn payment<'a>(&'a self, id: &'a ProviderPaymentId) -> Answer<'a, Option<ProviderPayment>> {
        Box::pin(self.read(id))
    }

    fn refund<'a>(&'a self, order: &'a RefundOrder) -> Answer<'a, ProviderRefund> {
        Box::pin(self.make_refund(order))
    }

    fn payments_for(&self, payment: PaymentId) -> Answer<'_, Vec<ProviderPaymentId>> {
        Box::pin(self.search(payment))
    }
}

/// Without a connection nothing was asked; after that anything may have happened.
fn not_answered(error: reqwest::Error) -> ProviderFailure {
    let never_sent = error.is_connect() || error.is_builder();
    // The address may hold a search's reference; the cause alone says enough.
    let error = error.without_url();
    let text =
        std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
    if never_sent { ProviderFailure::Unreached(text) } else { ProviderFailure::Unknown(text) }
}

fn refusal(status: StatusCode, body: &str) -> ProviderFailure {
    let word = serde_json::from_str::<wire::Refusal>(body).ok().and_then(|refusal| refusal.error);
    let code = word.unwrap_or_default().chars().filter(char::is_ascii_graphic).take(60).collect();
    match status {
        StatusCode::TOO_MANY_REQUESTS => ProviderFailure::Unreached(format!("status {status}")),
        StatusCode::REQUEST_TIMEOUT => ProviderFailure::Unknown(format!("status {status}")),
        _ if status.is_client_error() => ProviderFailure::Refused { status: status.as_u16(), code },
        _ => ProviderFailure::Unknown(format!("status {status}")),
    }
}

#[cfg(test)]
mod tests;
