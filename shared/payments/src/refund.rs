//! Deciding to give money back.

use booking::RefundTo;
use kernel::{Error, RefundId, Result, jiff::Timestamp};

use crate::{Payment, Provider, Refund, RefundReason, RefundStatus, Watch};

/// More refunds of one payment are a mistake; the item would grow without end.
const REFUNDS_LIMIT: usize = 50;

/// Money to be given back.
#[derive(Debug, Clone, Copy)]
pub struct Return {
    /// In minor units; all that is left where it is missing.
    pub amount: Option<i64>,
    /// Why.
    pub reason: RefundReason,
    /// Where it goes. What came out of a wallet goes back into it, whatever is said here.
    pub to: RefundTo,
}

/// The payment with one more refund: to the card it is on its way, and the provider is asked afterwards; in the wallet
/// it is at once, as is what was paid at the desk, which is handed back there.
///
/// 409 where there is nothing to give back, 422 `REFUND_TOO_LARGE` where there is less.
pub(crate) fn request(
    payment: &Payment,
    id: RefundId,
    back: Return,
    now: Timestamp,
) -> Result<Payment> {
    let Return { amount, reason, to } = back;
    let not_paid = || Error::conflict("PAYMENT_NOT_PAID", "nothing was paid, so nothing goes back");
    let paid_with = payment.provider_payment_id.clone().filter(|_| payment.status.is_paid());
    let provider_payment_id = paid_with.ok_or_else(not_paid)?;
    if payment.charged_back {
        return Err(Error::conflict(
            "PAYMENT_CHARGED_BACK",
            "the payer's bank took the money back already",
        ));
    }
    let left = payment.refundable();
    let amount = match amount {
        None if left == 0 => {
            return Err(Error::conflict("NOTHING_TO_REFUND", "all of it was given back already"));
        }
        None => left,
        Some(amount) if (1..=left).contains(&amount) => amount,
        Some(_) => {
            let details = serde_json::json!({ "refundable": payment.money(left) });
            return Err(Error::invalid(
                "REFUND_TOO_LARGE",
                format!("at most {} can still be given back", payment.money(left)),
            )
            .with_details(details));
        }
    };
    if payment.refunds.len() >= REFUNDS_LIMIT {
        return Err(Error::conflict("TOO_MANY_REFUNDS", "this payment has too many refunds"));
    }
    let mut next = payment.clone();
    let to = if payment.provider == Provider::Wallet { RefundTo::Wallet } else { to };
    let at_once = to == RefundTo::Wallet || payment.at_desk.is_some();
    next.refunds.push(Refund {
        id,
        amount,
        reason,
        to,
        status: if at_once { RefundStatus::Done } else { RefundStatus::Requested },
        provider_payment_id,
        provider_refund_id: None,
        requested_at: now,
        done_at: at_once.then_some(now),
    });
    if at_once {
        next.refunded += amount;
    } else {
        // Should the event or its consumer fail for good, the poll carries the refund out.
        next.watch = Some(Watch::unknown(now));
    }
    next.restate();
    next.version += 1;
    next.updated_at = now;
    Ok(next)
}

/// The payment with this refund given up, because the provider refuses it. `None` where it is not on its
/// way (any more).
pub(crate) fn fail(payment: &Payment, id: RefundId, now: Timestamp) -> Option<Payment> {
    let mut next = payment.clone();
    let refund = next.refunds.iter_mut().find(|refund| refund.id == id)?;
    if refund.status != RefundStatus::Requested {
        return None;
    }
    refund.status = RefundStatus::Failed;
    let at_provider = refund.provider_payment_id.clone();
    next.note(crate::ProblemCode::RefundRefused, Some(at_provider), now);
    next.restate();
    if next.requested().next().is_none() {
        next.watch = None;
    }
    next.version += 1;
    next.updated_at = now;
    Some(next)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Status,
        fixtures::{NOW, back, payment},
    };

    fn paid() -> Payment {
        let mut paid = payment();
        paid.status = Status::Approved;
        paid.provider_payment_id = "9001".parse().ok();
        paid
    }

    fn requested(payment: &Payment, amount: Option<i64>) -> Result<Payment, &'static str> {
        request(payment, RefundId::new(), back(amount, RefundTo::Card), NOW).map_err(|e| e.code())
    }

    fn to_wallet(payment: &Payment, amount: Option<i64>) -> Result<Payment, &'static str> {
        let done = request(payment, RefundId::new(), back(amount, RefundTo::Wallet), NOW);
        done.map_err(|e| e.code())
    }

    #[test]
    fn to_card_and_wallet_together_goes_no_more_than_was_paid() {
        let part = to_wallet(&paid(), Some(2_000)).unwrap();
        assert_eq!((part.status, part.refunded), (Status::PartiallyRefunded, 2_000));
        assert_eq!((part.refundable(), part.watch), (10_000, paid().watch));
        let on_its_way = requested(&part, Some(7_000)).unwrap();
        assert_eq!((on_its_way.status, on_its_way.refundable()), (Status::RefundRequested, 3_000));
        assert_eq!(to_wallet(&on_its_way, Some(3_001)), Err("REFUND_TOO_LARGE"));
        let whole = to_wallet(&on_its_way, None).unwrap();
        assert_eq!((whole.refunded, whole.refunded_to_wallet()), (5_000, 5_000));
        assert_eq!((whole.status, whole.watch), (Status::RefundRequested, on_its_way.watch));
        assert_eq!(to_wallet(&whole, None), Err("NOTHING_TO_REFUND"));
        // What the provider refuses may go into the wallet instead.
        let failed = fail(&whole, whole.refunds[1].id, NOW).unwrap();
        let whole = to_wallet(&failed, None).unwrap();
        assert_eq!((whole.status, whole.refunded_to_wallet()), (Status::Refunded, 12_000));
    }

    #[test]
    fn only_what_is_left_goes_back() {
        let part = requested(&paid(), Some(2_000)).unwrap();
        assert_eq!((part.status, part.refundable()), (Status::RefundRequested, 10_000));
        assert_eq!(requested(&part, Some(10_001)), Err("REFUND_TOO_LARGE"));
        assert_eq!(requested(&part, Some(0)), Err("REFUND_TOO_LARGE"));
        let whole = requested(&part, None).unwrap();
        assert_eq!(whole.refunds[1].amount, 10_000);
        assert_eq!(requested(&whole, None), Err("NOTHING_TO_REFUND"));
        assert_eq!(requested(&whole, Some(1)), Err("REFUND_TOO_LARGE"));
    }

    #[test]
    fn what_was_not_paid_cannot_go_back() {
        assert_eq!(requested(&payment(), None), Err("PAYMENT_NOT_PAID"));
        let mut charged_back = paid();
        charged_back.charged_back = true;
        assert_eq!(requested(&charged_back, None), Err("PAYMENT_CHARGED_BACK"));
    }

    #[test]
    fn a_refund_that_is_refused_can_be_asked_for_again() {
        let asked = requested(&paid(), None).unwrap();
        let failed = fail(&asked, asked.refunds[0].id, NOW).unwrap();
        assert_eq!(
            (failed.status, failed.refundable(), failed.watch),
            (Status::Approved, 12_000, None)
        );
        assert_eq!(fail(&failed, asked.refunds[0].id, NOW), None);
        assert!(requested(&failed, None).is_ok());
    }
}
