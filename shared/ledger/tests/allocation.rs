//! Splits of money agree with the public allocation facts.

use std::path::PathBuf;

use kernel::{Currency, Money};
use serde::Deserialize;

#[derive(Deserialize)]
struct Vectors {
    cases: Vec<Case>,
    invalid: Vec<String>,
}

#[derive(Deserialize)]
struct Case {
    amount: i64,
    shares: Vec<String>,
    expected: Vec<i64>,
}

#[expect(clippy::disallowed_methods, reason = "the tests' one setting")]
fn vectors() -> Option<PathBuf> {
    // Relative to the workspace, where `make test` runs; cargo runs tests in the crate's folder.
    std::env::var_os("CLUBPULSE_VECTORS").map(|folder| PathBuf::from("../..").join(folder))
}

/// `n/d`; `None` is the word `remaining`.
fn fraction(share: &str) -> Option<(u32, u32)> {
    let (numerator, denominator) = share.split_once('/')?;
    Some((numerator.parse().ok()?, denominator.parse().ok()?))
}

/// Fractions over their common denominator; `remaining` is what they leave. `None` above the whole, or
/// with two remainders.
fn weights(shares: &[&str]) -> Option<Vec<u32>> {
    let fractions: Vec<_> = shares.iter().map(|share| fraction(share)).collect();
    let common: u32 = fractions.iter().flatten().map(|(_, denominator)| denominator).product();
    let taken: u32 = fractions.iter().flatten().map(|(n, d)| n * common / d).sum();
    let left = common.checked_sub(taken)?;
    (fractions.iter().filter(|fraction| fraction.is_none()).count() <= 1)
        .then(|| fractions.iter().map(|f| f.map_or(left, |(n, d)| n * common / d)).collect())
}

#[test]
fn allocation_agrees_with_the_public_facts() {
    let Some(folder) = vectors() else {
        eprintln!(
            "SKIPPED: CLUBPULSE_VECTORS is not set, so no public allocation fact was checked"
        );
        return;
    };
    let text = std::fs::read_to_string(folder.join("ledger/allocation_vectors.json")).unwrap();
    let vectors: Vectors = serde_json::from_str(&text).unwrap();
    assert!(vectors.cases.len() >= 2);
    for case in &vectors.cases {
        let money = Money::new(case.amount, Currency::Ars);
        let fractions: Vec<_> = case.shares.iter().map(String::as_str).collect();
        let shares = money.allocate(&weights(&fractions).unwrap());
        let amounts: Vec<_> = shares.iter().map(|share| share.amount).collect();
        assert_eq!(amounts, case.expected, "{:?} of {}", case.shares, case.amount);
    }
    // Weights cannot say these two at all, which is the point: they are caught where fractions are read.
    assert_eq!(vectors.invalid.len(), 2);
    assert_eq!(weights(&["remaining", "remaining"]), None);
    assert_eq!(weights(&["2/3", "2/3"]), None);
}
