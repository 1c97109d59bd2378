//! `payment.refund_requested`: the provider gives money back.

use kernel::{Error, Event, Result, Tenant};
use payments::{
    Desk,
    event::PaymentFact,
    mercadopago::{MercadoPago, SECRET},
};
use runtime::App;

pub(crate) async fn carry_out(app: &App, event: &Event) -> Result<()> {
    let fact: PaymentFact = event.data()?;
    let refund = fact.refund.ok_or_else(|| {
        Error::malformed("EVENT_MALFORMED", "payment.refund_requested names no refund")
    })?;
    let credentials = app.provider_secret(event.club_id, SECRET).await?;
    let base_url = app.config().mercadopago_base_url();
    let provider = MercadoPago::connect(app.http()?, base_url, credentials)?;
    let (table, platform) =
        (app.table().tenant(&Tenant::from_event(event)), app.table().platform());
    let desk = Desk { table: &table, platform: &platform, provider: &provider, clock: app.clock() };
    desk.refund(fact.payment_id, refund.refund_id).await
}
