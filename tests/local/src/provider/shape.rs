//! JSON in the provider's shapes.

use kernel::jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    amount::Amount,
    books::{Payment, Preference, Refund},
};

/// As the provider writes dates.
pub(crate) fn date(instant: Timestamp) -> String {
    instant.strftime("%Y-%m-%dT%H:%M:%S.%3f+00:00").to_string()
}

/// A number where the id is one.
fn numeric(id: &str) -> Value {
    id.parse::<u64>().map_or_else(|_| json!(id), |number| json!(number))
}

/// A preference, as it is answered on creation.
pub(crate) fn preference(preference: &Preference, public_url: &str) -> Value {
    let init_point = format!("{public_url}/checkout/{}", preference.id);
    let mut shape = json!({
        "additional_info": "",
        "auto_return": "",
        "back_urls": { "failure": "", "pending": "", "success": "" },
        "client_id": "5887075667929427",
        "coupon_code": null,
        "coupon_labels": null,
        "date_of_expiration": null,
        "expiration_date_from": null,
        "expiration_date_to": null,
        "external_reference": "",
        "internal_metadata": null,
        "marketplace": "NONE",
        "marketplace_fee": 0,
        "metadata": {},
        "notification_url": null,
        "payer": { "email": "", "name": "", "surname": "" },
        "payment_methods": { "excluded_payment_methods": [], "excluded_payment_types": [], "installments": null },
        "processing_modes": null,
        "product_id": null,
        "redirect_urls": { "failure": "", "pending": "", "success": "" },
        "site_id": "MLA",
        "total_amount": null,
        "last_updated": null,
    });
    let own = json!({
        "id": preference.id,
        "binary_mode": preference.binary_mode,
        "collector_id": numeric(&preference.collector_id),
        "date_created": date(preference.created_at),
        "expires": preference.expires_at.is_some(),
        "operation_type": "regular_payment",
        "init_point": init_point,
        "sandbox_init_point": init_point,
    });
    if let (Some(shape), Value::Object(own)) = (shape.as_object_mut(), own) {
        shape.extend(preference.request.clone());
        shape.extend(own);
    }
    shape
}

fn status_detail(payment: &Payment) -> &'static str {
    match payment.status.as_str() {
        "approved" if payment.refunds.is_empty() => "accredited",
        "approved" => "partially_refunded",
        "refunded" => "refunded",
        "rejected" => "cc_rejected_other_reason",
        "cancelled" => "expired",
        "charged_back" => "in_process",
        _ => "pending_contingency",
    }
}

/// A payment.
pub(crate) fn payment(payment: &Payment) -> Value {
    let mut shape = json!({
        "id": payment.id,
        "date_created": date(payment.created_at),
        "date_last_updated": date(payment.updated_at),
        "date_of_expiration": null,
        "operation_type": "regular_payment",
        "issuer_id": "24",
        "payment_method_id": "master",
        "payment_type_id": "credit_card",
        "status": payment.status,
        "status_detail": status_detail(payment),
        "description": payment.preference.title,
        "live_mode": false,
        "sponsor_id": null,
        "collector_id": numeric(&payment.preference.collector_id),
        "metadata": {},
        "additional_info": { "items": payment.preference.request.get("items") },
        "order": {},
        "external_reference": payment.preference.external_reference,
        "installments": 1,
        "captured": true,
        "binary_mode": payment.preference.binary_mode,
        "call_for_authorize_id": null,
        "statement_descriptor": "CLUB",
        "notification_url": payment.preference.notification_url,
        "refunds": refunds(payment).collect::<Vec<_>>(),
        "processing_mode": "aggregator",
        "merchant_account_id": null,
        "point_of_interaction": {},
    });
    if let (Some(shape), Value::Object(money), Value::Object(payer)) =
        (shape.as_object_mut(), money(payment), payer(payment))
    {
        shape.extend(money);
        shape.extend(payer);
        shape.extend(payment.changed.clone());
    }
    shape
}

/// The amounts of a payment.
fn money(payment: &Payment) -> Value {
    let Preference { amount, currency, .. } = &payment.preference;
    let taken = ["approved", "refunded", "charged_back", "in_mediation"];
    let is_taken = taken.contains(&payment.status.as_str());
    let approved_at = is_taken.then(|| date(payment.created_at));
    let fee = if is_taken { payment.fee } else { Amount(0) };
    let net = if is_taken { Amount(amount.0 - fee.0) } else { Amount(0) };
    let fees = match fee {
        Amount(0) => json!([]),
        fee => {
            json!([{ "type": "mercadopago_fee", "amount": fee.json(), "fee_payer": "collector" }])
        }
    };
    json!({
        "date_approved": approved_at,
        "money_release_date": approved_at,
        "authorization_code": is_taken.then_some("301299"),
        "currency_id": currency,
        "transaction_amount": amount.json(),
        "transaction_amount_refunded": payment.refunded().json(),
        "coupon_amount": 0,
        "taxes_amount": 0,
        "shipping_amount": 0,
        "transaction_details": {
            "payment_method_reference_id": null,
            "net_received_amount": net.json(),
            "total_paid_amount": amount.json(),
            "overpaid_amount": 0,
            "external_resource_url": null,
            "installment_amount": amount.json(),
        },
        "fee_details": fees,
        "charges_details": [],
    })
}

/// Who paid, always the provider's own example.
fn payer(payment: &Payment) -> Value {
    json!({
        "payer": {
            "type": null,
            "id": "128185910",
            "email": "test_user@testuser.com",
            "identification": { "type": "DNI", "number": "12345678" },
            "first_name": null,
            "last_name": null,
            "entity_type": null,
        },
        "card": {
            "id": null,
            "first_six_digits": "503143",
            "last_four_digits": "6351",
            "expiration_month": 12,
            "expiration_year": 2030,
            "date_created": date(payment.created_at),
            "date_last_updated": date(payment.created_at),
            "cardholder": {
                "name": "APRO",
                "identification": { "number": "12345678", "type": "DNI" },
            },
        },
    })
}

/// A payment's refunds.
pub(crate) fn refunds(payment: &Payment) -> impl Iterator<Item = Value> {
    payment.refunds.iter().map(refund)
}

/// One refund.
pub(crate) fn refund(refund: &Refund) -> Value {
    json!({
        "id": refund.id,
        "payment_id": refund.payment_id,
        "amount": refund.amount.json(),
        "metadata": { "status_detail": null },
        "source": { "id": refund.collector_id, "name": "Demo Club", "type": "collector" },
        "date_created": date(refund.created_at),
        "expiration_date": null,
        "unique_sequence_number": null,
        "refund_mode": "standard",
        "adjustment_amount": 0,
        "status": "approved",
        "reason": null,
        "labels": [],
        "amount_refunded_to_payer": refund.amount.json(),
        "additional_data": null,
        "partition_details": [],
    })
}

/// A refusal.
pub(crate) fn error(status: u16, error: &str, message: &str) -> Value {
    json!({ "status": status, "error": error, "message": message, "cause": [] })
}
