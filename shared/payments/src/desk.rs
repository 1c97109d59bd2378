//! Where a provider's truth meets the books: reads the one, writes the other.

use booking::{Booking, Changed};
use kernel::{Clock, Error, Kind, PaymentId, RefundId, Result, jiff::Timestamp};
use table::{PlatformTable, TenantTable};

use crate::{
    Asked, BookingMove, BookingStanding, Payment, PaymentProvider, ProviderFailure,
    ProviderPayment, ProviderPaymentId, RefundOrder, Settlement, Watch, bill, decide, event::Told,
    refund, store,
};

/// So often a settlement that met another one is decided anew. The other one was news; ours mostly is
/// not any more.
const ROUNDS: usize = 8;

/// One club's dealings with its provider.
#[derive(Clone, Copy)]
pub struct Desk<'a> {
    /// The club's data.
    pub table: &'a TenantTable,
    /// Where polls of all clubs are listed.
    pub platform: &'a PlatformTable,
    /// The provider, as the club's seller.
    pub provider: &'a dyn PaymentProvider,
    /// The clock.
    pub clock: &'a Clock,
}

/// What keeps the provider's answers from the books.
enum Trouble {
    /// The provider's side.
    Provider(ProviderFailure),
    /// Ours.
    House(Error),
}

impl From<ProviderFailure> for Trouble {
    fn from(failure: ProviderFailure) -> Self {
        Self::Provider(failure)
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::House(error)
    }
}

impl From<Trouble> for Error {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Provider(failure) => failure.into(),
            Trouble::House(error) => error,
        }
    }
}

impl Desk<'_> {
    /// Settles what the provider says about one of its payments. Doing it again changes nothing.
    ///
    /// 404 where the provider has no such payment, or where it is for none of ours.
    pub async fn settle(&self, id: &ProviderPaymentId) -> Result<()> {
        let truth = self.provider.payment(id).await.map_err(Error::from)?;
        let truth = truth.ok_or_else(|| {
            Error::not_found("PROVIDER_PAYMENT_UNKNOWN", "the provider has no such payment")
        })?;
        let ours = truth.reference.parse::<PaymentId>().map_err(|_| {
            Error::not_found("PAYMENT_NOT_FOUND", "the provider's payment is for none of ours")
        })?;
        self.settle_truth(ours, &truth).await
    }

    /// Carries a refund out that is on its way. Doing it again changes nothing, here or at the provider.
    pub async fn refund(&self, payment: PaymentId, refund: RefundId) -> Result<()> {
        Ok(self.carry_out(payment, refund).await?)
    }

    /// Asks the provider about a payment that is due, and sets when it is asked next.
    pub async fn poll(&self, id: PaymentId) -> Result<()> {
        let payment = store::payment(self.table, id).await?;
        let Some(watch) = payment.watch.filter(|w| w.next_poll_at <= self.clock.now()) else {
            return Ok(());
        };
        let asked = match self.ask(&payment).await {
            Ok(()) => Asked::Answered,
            Err(Trouble::Provider(failure)) => {
                tracing::warn!(payment.id = %id, error = %failure, "the provider does not say");
                Asked::Failed
            }
            Err(Trouble::House(error)) if error.is_transient() => return Err(error),
            // Were it due for ever, it would keep others from being asked about.
            Err(Trouble::House(error)) => {
                self.note_poll(id, watch, Asked::Failed).await?;
                return Err(error);
            }
        };
        self.note_poll(id, watch, asked).await
    }

    async fn note_poll(&self, id: PaymentId, watch: Watch, asked: Asked) -> Result<()> {
        note_poll(self.table, self.platform, id, watch, asked, self.clock.now()).await
    }

    async fn ask(&self, payment: &Payment) -> Result<(), Trouble> {
        let mut tries = self.provider.payments_for(payment.id).await?;
        tries.extend(payment.provider_payment_id.clone());
        tries.extend(payment.requested().map(|refund| refund.provider_payment_id.clone()));
        tries.sort();
        tries.dedup();
        for id in &tries {
            if let Some(truth) = self.provider.payment(id).await? {
                self.settle_truth(payment.id, &truth).await?;
            }
        }
        let settled = store::payment(self.table, payment.id).await?;
        for refund in settled.requested() {
            self.carry_out(payment.id, refund.id).await?;
        }
        Ok(())
    }

    /// Looks first whether the provider knows the refund already: its memory of our idempotency keys is
    /// shorter than ours of refunds.
    async fn carry_out(&self, payment: PaymentId, refund: RefundId) -> Result<(), Trouble> {
        let Some(order) = self.order(payment, refund).await? else { return Ok(()) };
        self.settle_try(payment, &order.payment).await?;
        if self.order(payment, refund).await?.is_none() {
            return Ok(());
        }
        match self.provider.refund(&order).await {
            Ok(made) => {
                let truth = self.provider.payment(&order.payment).await?;
                if let Some(mut truth) = truth {
                    truth.include(made);
                    self.settle_truth(payment, &truth).await?;
                }
                Ok(())
            }
            Err(ProviderFailure::Refused { status, code }) => {
                // Somebody may have given it back at the provider a moment ago.
                self.settle_try(payment, &order.payment).await?;
                self.give_up(payment, refund, status, &code).await?;
                Ok(())
            }
            Err(failure) => Err(failure.into()),
        }
    }

    /// The refund, if it is on its way and the provider has not been seen to know it.
    async fn order(&self, payment: PaymentId, refund: RefundId) -> Result<Option<RefundOrder>> {
        let payment = store::payment(self.table, payment).await?;
        let waiting = payment.requested().find(|each| each.id == refund);
        Ok(waiting.filter(|each| each.provider_refund_id.is_none()).map(|each| RefundOrder {
            refund: each.id,
            payment: each.provider_payment_id.clone(),
            amount: payment.money(each.amount),
        }))
    }

    async fn settle_try(&self, payment: PaymentId, id: &ProviderPaymentId) -> Result<(), Trouble> {
        match self.provider.payment(id).await? {
            Some(truth) => Ok(self.settle_truth(payment, &truth).await?),
            None => Ok(()),
        }
    }

    async fn give_up(
        &self,
        payment: PaymentId,
        refund: RefundId,
        status: u16,
        code: &str,
    ) -> Result<()> {
        let payment = store::payment(self.table, payment).await?;
        let Some(next) = refund::fail(&payment, refund, self.clock.now()) else { return Ok(()) };
        tracing::error!(payment.id = %payment.id, refund.id = %refund, status, code, "refund refused");
        self.table.write(vec![store::save(self.table, self.platform, &next, &[])?]).await
    }

    async fn settle_truth(&self, id: PaymentId, truth: &ProviderPayment) -> Result<()> {
        for _ in 0..ROUNDS {
            match self.settle_once(id, truth).await {
                Err(error) if error.kind() == Kind::Conflict => {
                    tracing::debug!(payment.id = %id, error.code = error.code(), "decided anew");
                }
                settled => return settled,
            }
        }
        Err(Error::unavailable("PAYMENT_BUSY", "the payment is being settled by others; try again"))
    }

    /// One read of payment and booking, one decision, one transaction.
    async fn settle_once(&self, id: PaymentId, truth: &ProviderPayment) -> Result<()> {
        let now = self.clock.now();
        let payment = store::payment(self.table, id).await?;
        let booking = booking::booking(self.table, payment.booking_id).await?;
        let decided = |standing| decide(&payment, standing, truth, self.provider.seller(), now);
        let Some(mut settlement) = decided(standing(&booking))? else { return Ok(()) };
        let mut changed = None;
        match settlement.booking {
            BookingMove::Leave => {}
            BookingMove::Confirm => changed = Some(booking::confirm(self.table, &booking, now)?),
            BookingMove::Retake => {
                changed = booking::reclaim(self.table, &booking, now).await?;
                if changed.is_none() {
                    let lost = BookingStanding::Expired { retakable: false };
                    let Some(instead) = decided(lost)? else { return Ok(()) };
                    settlement = instead;
                }
            }
        }
        self.write(&payment, &settlement, changed).await?;
        report(&payment, &settlement, truth);
        Ok(())
    }

    async fn write(
        &self,
        before: &Payment,
        settlement: &Settlement,
        changed: Option<Changed>,
    ) -> Result<()> {
        // The ledger first: that a fact is in the books already is the reason that says most.
        let mut writes = ledger::post(self.table, &settlement.postings)?;
        writes.push(store::save(self.table, self.platform, &settlement.payment, &settlement.told)?);
        writes.extend(store::in_diary(self.table, before, &settlement.payment)?);
        writes.extend(changed.into_iter().flat_map(|changed| changed.writes));
        self.table.write(writes).await
    }
}

/// Sets when a payment is asked about next, after it was asked about because of `watch`. Where something
/// else has changed the payment since, that has the say. A bill whose time has come is owed from then on.
pub async fn note_poll(
    table: &TenantTable,
    platform: &PlatformTable,
    id: PaymentId,
    watch: Watch,
    asked: Asked,
    now: Timestamp,
) -> Result<()> {
    let payment = store::payment(table, id).await?;
    let stands = payment.bill.is_some()
        && standing(&booking::booking(table, payment.booking_id).await?)
            == BookingStanding::Confirmed;
    let next = bill::after_poll(&payment, watch, asked, stands, now);
    if next == payment {
        return Ok(());
    }
    let is_news = next.is_owed() && !payment.is_owed();
    let told = is_news.then_some(Told::Owed);
    let mut writes = vec![store::save(table, platform, &next, told.as_slice())?];
    writes.extend(store::in_diary(table, &payment, &next)?);
    match table.write(writes).await {
        Err(error) if error.kind() != Kind::Conflict => Err(error),
        _ => Ok(()),
    }
}

fn standing(booking: &Booking) -> BookingStanding {
    match booking.status {
        booking::Status::Held => BookingStanding::Held,
        booking::Status::Confirmed | booking::Status::CheckedIn | booking::Status::NoShow => {
            BookingStanding::Confirmed
        }
        booking::Status::Expired => BookingStanding::Expired { retakable: true },
        booking::Status::Cancelled => BookingStanding::Cancelled,
    }
}

/// One line for what was settled, a loud one where people must look. No amounts, no persons.
fn report(before: &Payment, settlement: &Settlement, truth: &ProviderPayment) {
    let after = &settlement.payment;
    if let Some(problem) = &after.last_problem
        && before.last_problem.as_ref() != Some(problem)
    {
        tracing::error!(
            tenant.id = %after.club_id,
            payment.id = %after.id,
            provider.payment_id = %truth.id,
            problem = problem.code.as_str(),
            "a payment needs a look"
        );
    }
    if after.status.is_paid() && !before.status.is_paid() {
        let currency = after.amount.currency.code();
        let taken = after.amount.amount.unsigned_abs();
        metrics::counter!("payments_taken", "currency" => currency).increment(1);
        metrics::counter!("revenue_minor_units", "currency" => currency).increment(taken);
    }
    tracing::info!(
        tenant.id = %after.club_id,
        payment.id = %after.id,
        provider.payment_id = %truth.id,
        payment.status = after.status.as_str(),
        postings = settlement.postings.len(),
        "settled"
    );
}
