//! What follows from refunds that the provider tells of.

use booking::RefundTo;
use kernel::{RefundId, Result};

use super::Settling;
use crate::{
    ProblemCode, ProviderRefund, Refund, RefundOutcome, RefundReason, RefundStatus, event::Told,
    posting,
};

impl Settling<'_> {
    /// Books a refund that was made, and notes one that will not be.
    pub(super) fn give_back(&mut self, refund: &ProviderRefund) -> Result<()> {
        let ours = self.position(refund);
        match (refund.outcome, ours) {
            (RefundOutcome::Done, Some(index)) => self.confirm(index, refund),
            (RefundOutcome::Done, None) => {
                let index = self.adopt(refund);
                self.confirm(index, refund)
            }
            (RefundOutcome::Pending, Some(index)) => {
                self.next.refunds[index].provider_refund_id = Some(refund.id.clone());
                Ok(())
            }
            (RefundOutcome::Refused, Some(index)) => {
                self.refuse(index);
                Ok(())
            }
            (RefundOutcome::Pending | RefundOutcome::Refused, None) => Ok(()),
        }
    }

    /// Which of our refunds it is: by the provider's id, else one on its way of the same amount whose
    /// answer has not come.
    fn position(&self, refund: &ProviderRefund) -> Option<usize> {
        let refunds = &self.next.refunds;
        let named = refunds.iter().position(|r| r.provider_refund_id.as_ref() == Some(&refund.id));
        named.or_else(|| {
            refunds.iter().position(|r| {
                r.status == RefundStatus::Requested
                    && r.provider_refund_id.is_none()
                    && r.provider_payment_id == self.truth.id
                    && r.amount == refund.amount.amount
            })
        })
    }

    /// A refund that somebody made at the provider.
    fn adopt(&mut self, refund: &ProviderRefund) -> usize {
        self.next.refunds.push(Refund {
            id: RefundId::new(),
            amount: refund.amount.amount,
            reason: RefundReason::AtProvider,
            to: RefundTo::Card,
            status: RefundStatus::Requested,
            provider_payment_id: self.truth.id.clone(),
            provider_refund_id: None,
            requested_at: self.now,
            done_at: None,
        });
        self.next.refunds.len() - 1
    }

    fn confirm(&mut self, index: usize, refund: &ProviderRefund) -> Result<()> {
        let counts = self.next.counts(&self.truth.id);
        let ours = &mut self.next.refunds[index];
        if ours.status == RefundStatus::Done {
            return Ok(());
        }
        ours.status = RefundStatus::Done;
        ours.provider_refund_id = Some(refund.id.clone());
        ours.done_at = Some(self.now);
        let id = ours.id;
        if counts {
            self.next.refunded += refund.amount.amount;
            if self.next.refunded > self.next.amount.amount {
                self.note(ProblemCode::RefundedTooMuch);
            }
        }
        self.postings.push(posting::refunded(&self.next, refund, self.now)?);
        self.told.push(Told::Refunded(id));
        Ok(())
    }

    fn refuse(&mut self, index: usize) {
        if self.next.refunds[index].status == RefundStatus::Requested {
            self.next.refunds[index].status = RefundStatus::Failed;
            self.note(ProblemCode::RefundRefused);
        }
    }

    /// Decides that this payment goes back.
    pub(super) fn request(&mut self, amount: i64, reason: RefundReason) {
        let id = RefundId::new();
        self.next.refunds.push(Refund {
            id,
            amount,
            reason,
            to: RefundTo::Card,
            status: RefundStatus::Requested,
            provider_payment_id: self.truth.id.clone(),
            provider_refund_id: None,
            requested_at: self.now,
            done_at: None,
        });
        self.told.push(Told::RefundRequested(id));
    }
}
