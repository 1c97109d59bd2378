//! `payment.refund_requested`: the provider gives money back.

use kernel::{Error, Event, Result, Tenant};
use payments::{
    Desk,
    event::PaymentFact,
    mercadopago::{MercadoPago, secret_id},
};
use runtime::App;

pub(crate) async fn carry_out(app: &App, event: &Event) -> Result<()> {
    let fact: PaymentFact = event.data()?;
    let refund = fact.refund.ok_or_else(|| {
        Error::malformed("EVENT_MALFORMED", "payment.refund_requested names no refund")
    })?;
    let config = app.config();
    let secret = secret_id(config.provider_secret_prefix()?, event.club_id);
    let credentials = app.secrets().get_cached(&secret).await?;
    let provider = MercadoPago::connect(app.http()?, config.mercadopago_base_url(), credentials)?;
    let (table, platform) =
        (app.table().tenant(&Tenant::from_event(event)), app.table().platform());
    let desk = Desk { table: &table, platform: &platform, provider: &provider, clock: app.clock() };
    desk.refund(fact.payment_id, refund.refund_id).await
}
