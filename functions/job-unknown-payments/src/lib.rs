//! Called by a schedule every five minutes: asks providers about payments whose outcome is open.
//!
//! Open are payments without an answer, undecided ones, refunds without a confirmation, checkouts that
//! expired unpaid, whose webhook may be lost, and bills that nobody has paid in time: those become debts. Each payment says itself when it is asked about next;
//! one that fails hinders no other, and stays due. Two runs at once ask twice and settle once.

use futures::{StreamExt, stream};
use kernel::{Error, Result, Tenant};
use payments::{
    Asked, Desk, Payment,
    mercadopago::{MercadoPago, SECRET},
    note_poll,
};
use runtime::App;

/// Asked at the same time; a silent provider takes 4 s a call and some calls a payment.
const AT_ONCE: usize = 16;
/// Asked in one run, which has a minute.
const RUN_LIMIT: usize = 48;
/// Read of each of the eight partitions.
const PAGE: u8 = 48;

/// One run.
pub async fn handle(app: App) -> Result<()> {
    let due = payments::due(&app.table().platform(), app.clock().now(), PAGE).await?;
    let (found, run) = (due.len(), kernel::random_uuid().to_string());
    let asked = due.into_iter().take(RUN_LIMIT);
    let failures: Vec<Error> = stream::iter(asked)
        .map(|payment| {
            let (app, run) = (&app, &run);
            async move { Box::pin(ask(app, &payment, run)).await.err() }
        })
        .buffer_unordered(AT_ONCE)
        .filter_map(async |failure| failure)
        .collect()
        .await;
    tracing::info!(found, failed = failures.len(), "payments asked about");
    failures.into_iter().next().map_or(Ok(()), Err)
}

async fn ask(app: &App, payment: &Payment, run: &str) -> Result<()> {
    let tenant = Tenant::from_envelope(payment.club_id, run);
    let (table, platform) = (app.table().tenant(&tenant), app.table().platform());
    // Where no provider can know more, none is asked.
    if payment.needs_no_answer()
        && let Some(watch) = payment.watch
    {
        let now = app.clock().now();
        return note_poll(&table, &platform, payment.id, watch, Asked::Answered, now).await;
    }
    let credentials = app.provider_secret(payment.club_id, SECRET).await?;
    match MercadoPago::connect(app.http()?, app.config().mercadopago_base_url(), credentials) {
        Ok(provider) => {
            let clock = app.clock();
            let desk = Desk { table: &table, platform: &platform, provider: &provider, clock };
            desk.poll(payment.id).await
        }
        // Without an account there nobody can answer; people see it when asking has ended.
        Err(_) => match payment.watch {
            Some(watch) => {
                let now = app.clock().now();
                note_poll(&table, &platform, payment.id, watch, Asked::Failed, now).await
            }
            None => Ok(()),
        },
    }
}
