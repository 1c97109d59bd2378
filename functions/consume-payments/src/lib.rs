//! Called by the FIFO queue of payment webhooks: settles what the provider says about a payment.
//!
//! Delivered twice, late or out of order it changes nothing that was settled: the truth is read from the
//! provider each time, and every fact is booked on conditions of one transaction. A message that cannot be
//! read, or whose payment is none of ours, fails alone and ends in the dead-letter queue.

use kernel::{Result, Tenant};
use payments::{
    Desk,
    mercadopago::{MercadoPago, Notification, PAYMENT_TOPIC, SECRET},
};
use runtime::{App, Message};

/// Settles one webhook.
pub async fn handle(app: App, message: Message) -> Result<()> {
    let notification: Notification = message.json()?;
    if notification.topic != PAYMENT_TOPIC {
        return Ok(());
    }
    let credentials = app.provider_secret(notification.club_id, SECRET).await?;
    let base_url = app.config().mercadopago_base_url();
    let provider = MercadoPago::connect(app.http()?, base_url, credentials)?;
    let tenant = Tenant::from_envelope(notification.club_id, notification.request_id);
    let (table, platform) = (app.table().tenant(&tenant), app.table().platform());
    let desk = Desk { table: &table, platform: &platform, provider: &provider, clock: app.clock() };
    desk.settle(&notification.data_id).await
}
