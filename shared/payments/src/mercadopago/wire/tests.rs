use kernel::{ClubId, Currency, PaymentId, jiff::SignedDuration};
use serde_json::{Value, json};

use super::*;

fn payment(changes: &Value) -> Payment {
    let mut payment = json!({
        "id": 17_014_025_134_u64, "status": "approved", "currency_id": "ARS",
        "transaction_amount": 12.34, "transaction_amount_refunded": 0, "collector_id": 810_882_223,
        "external_reference": "pay_1", "date_last_updated": "2022-01-10T10:10:10.000-00:00",
        "fee_details": [
            { "type": "mercadopago_fee", "amount": 0.62, "fee_payer": "collector" },
            { "type": "coupon_fee", "amount": 5, "fee_payer": "payer" }
        ],
        "refunds": []
    });
    for (name, value) in changes.as_object().unwrap() {
        payment[name] = value.clone();
    }
    serde_json::from_str(&payment.to_string()).unwrap()
}

#[test]
fn the_truth_is_read_to_the_last_digit() {
    let truth = payment(&json!({})).read().unwrap();
    assert_eq!(truth.amount, Some(Money::new(1_234, Currency::Ars)));
    assert_eq!(truth.fee, Some(Money::new(62, Currency::Ars)), "the payer's fees are not ours");
    assert_eq!((truth.id.as_str(), &*truth.seller), ("17014025134", "810882223"));
    assert_eq!(truth.updated_at.to_string(), "2022-01-10T10:10:10Z");
}

#[test]
fn a_currency_we_do_not_know_is_no_amount_of_ours() {
    let truth = payment(&json!({ "currency_id": "VES" })).read().unwrap();
    assert_eq!((truth.amount, truth.fee), (None, None));
    let truth = payment(&json!({ "currency_id": "CLP" })).read().unwrap();
    assert_eq!(truth.amount, None, "12.34 is no amount of Chilean pesos");
}

#[test]
fn every_status_has_a_meaning() {
    for (status, outcome) in [
        ("approved", Outcome::Approved),
        ("in_mediation", Outcome::Approved),
        ("pending", Outcome::Pending),
        ("in_process", Outcome::Pending),
        ("authorized", Outcome::Pending),
        ("rejected", Outcome::Declined),
        ("cancelled", Outcome::Declined),
        ("charged_back", Outcome::ChargedBack),
    ] {
        let truth = payment(&json!({ "status": status })).read().unwrap();
        assert_eq!(truth.outcome, outcome, "{status}");
    }
    assert!(payment(&json!({ "status": "new" })).read().is_err());
}

#[test]
fn a_refunded_payment_is_not_believed_without_its_refunds() {
    let bare = payment(&json!({ "status": "refunded" }));
    assert_eq!(bare.lacks_refunds(), Ok(true));
    assert!(bare.read().is_err());
    let refunds = json!([{ "id": 1, "amount": 12.34, "status": "approved" }]);
    let whole = payment(&json!({ "status": "refunded", "refunds": refunds }));
    assert_eq!(whole.lacks_refunds(), Ok(false));
    let truth = whole.read().unwrap();
    assert_eq!(truth.refunds[0].amount, Money::new(1_234, Currency::Ars));
}

#[test]
fn prices_are_written_in_the_currency_s_decimals() {
    for (price, text) in [
        (Money::new(1_200_050, Currency::Ars), "12000.50"),
        (Money::new(12_000, Currency::Clp), "12000"),
    ] {
        let order = CheckoutOrder {
            payment: PaymentId::new(),
            title: "Court".to_owned(),
            price,
            expires_at: Timestamp::UNIX_EPOCH + SignedDuration::from_millis(1_500),
            club: ClubId::new(),
            public_base_url: String::new(),
        };
        let body = serde_json::to_string(
            &PreferenceRequest::new(&order, "https://example.org/hook", "https://example.org/")
                .unwrap(),
        )
        .unwrap();
        assert!(body.contains(&format!("\"unit_price\":{text}}}")), "{body}");
        assert!(
            body.contains("\"expiration_date_to\":\"1970-01-01T00:00:01.500+00:00\""),
            "{body}"
        );
    }
}

#[expect(clippy::disallowed_methods, reason = "the tests' one setting")]
fn vectors() -> Option<std::path::PathBuf> {
    // Relative to the workspace, where `make test` runs; cargo runs tests in the crate's folder.
    let folder = std::env::var_os("CLUBPULSE_VECTORS")?;
    Some(std::path::PathBuf::from("../..").join(folder).join("payments/sdk-php"))
}

#[test]
fn the_provider_s_own_samples_are_read() {
    let Some(folder) = vectors() else {
        eprintln!("SKIPPED: CLUBPULSE_VECTORS is not set, so no sample of the provider was read");
        return;
    };
    let read = |file: &str| std::fs::read_to_string(folder.join(file)).unwrap();
    let payment: Payment = serde_json::from_str(&read("payment_base.json")).unwrap();
    let truth = payment.read().unwrap();
    assert_eq!(truth.amount, Some(Money::new(1_234, Currency::Brl)));
    assert_eq!(truth.fee, Some(Money::new(62, Currency::Brl)));
    assert_eq!((&*truth.seller, &*truth.reference), ("810882223", "1631894348"));
    let refunds: Vec<Refund> = serde_json::from_str(&read("payment_refund_list.json")).unwrap();
    let amounts: Vec<_> =
        refunds.iter().map(|refund| refund.read(Currency::Brl).unwrap().amount.amount).collect();
    assert_eq!(amounts, [500, 500]);
    let cancelled: Payment = serde_json::from_str(&read("payment_cancelled.json")).unwrap();
    assert_eq!(cancelled.read().unwrap().outcome, Outcome::Declined);
    let found: SearchResult = serde_json::from_str(&read("payment_search.json")).unwrap();
    assert_eq!(found.results[0].id.0, "1241012238");
    let preference: Preference = serde_json::from_str(&read("preference_base.json")).unwrap();
    assert!(preference.init_point.starts_with("https://"));
}
