//! `x-signature`: who sent a webhook, and when.
//!
//! `x-signature: ts=<ts>,v1=<hex>`, where the hex is the HMAC-SHA256 of the manifest
//! `id:<data.id of the query>;request-id:<x-request-id>;ts:<ts>;`, absent parts left out. The provider's
//! own SDKs differ in the case of the id, so it is tried as it came first, then in lower case.
//! (<https://www.mercadopago.com.ar/developers/en/docs/your-integrations/notifications/webhooks>)

use aws_lc_rs::hmac;
use kernel::{
    Error,
    jiff::{SignedDuration, Timestamp},
};

/// Times from here on are milliseconds: as seconds they would lie in the year 5138.
const MILLISECONDS_FROM: i64 = 100_000_000_000;

/// The signed parts of a webhook's request.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    /// `data.id` of the query, as it came.
    pub data_id: Option<&'a str>,
    /// The header `x-request-id`.
    pub request_id: Option<&'a str>,
    /// The header `x-signature`.
    pub signature: Option<&'a str>,
}

/// Why a webhook is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureFailure {
    /// There is no `x-signature`.
    #[error("the header x-signature is missing")]
    MissingSignatureHeader,
    /// It is not a list of `name=value`.
    #[error("the header x-signature is not of the form ts=…,v1=…")]
    MalformedSignatureHeader,
    /// It has no `ts`, or one that is no time.
    #[error("the header x-signature has no ts")]
    MissingTimestamp,
    /// It has no `v1`.
    #[error("the header x-signature has no v1")]
    MissingHash,
    /// It was made with another secret, or for another request.
    #[error("the signature does not match")]
    SignatureMismatch,
    /// Genuine, and too old or from the future.
    #[error("the signature's ts is too far from now")]
    TimestampOutOfTolerance,
}

impl From<SignatureFailure> for Error {
    fn from(failure: SignatureFailure) -> Self {
        let code = match failure {
            SignatureFailure::TimestampOutOfTolerance => "SIGNATURE_STALE",
            _ => "SIGNATURE_INVALID",
        };
        Self::unauthenticated(code, failure.to_string())
    }
}

/// Whether the webhook was signed with the secret, at most `tolerance` from now.
pub fn verify(
    secret: &str,
    signed: Signed<'_>,
    now: Timestamp,
    tolerance: SignedDuration,
) -> Result<(), SignatureFailure> {
    // Anybody can sign with an empty secret.
    if secret.is_empty() {
        return Err(SignatureFailure::SignatureMismatch);
    }
    let header = signed.signature.ok_or(SignatureFailure::MissingSignatureHeader)?;
    let Parts { ts, hash } = Parts::read(header)?;
    let signed_at = instant(ts).ok_or(SignatureFailure::MissingTimestamp)?;
    let hash = bytes_of(hash).ok_or(SignatureFailure::SignatureMismatch)?;
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let matches = |data_id: Option<&str>| {
        let manifest = manifest(data_id, signed.request_id, ts);
        hmac::verify(&key, manifest.as_bytes(), &hash).is_ok()
    };
    let lower = signed.data_id.map(str::to_lowercase);
    if !matches(signed.data_id) && !matches(lower.as_deref()) {
        return Err(SignatureFailure::SignatureMismatch);
    }
    if now.duration_since(signed_at).abs() > tolerance {
        return Err(SignatureFailure::TimestampOutOfTolerance);
    }
    Ok(())
}

struct Parts<'a> {
    ts: &'a str,
    hash: &'a str,
}

impl<'a> Parts<'a> {
    fn read(header: &'a str) -> Result<Self, SignatureFailure> {
        let (mut ts, mut hash) = (None, None);
        for part in header.split(',') {
            let (name, value) =
                part.split_once('=').ok_or(SignatureFailure::MalformedSignatureHeader)?;
            // Later versions may add names; what is not known is passed over.
            match name.trim() {
                "ts" => ts = Some(value.trim()),
                "v1" => hash = Some(value.trim()),
                _ => {}
            }
        }
        let ts = ts.filter(|ts| !ts.is_empty()).ok_or(SignatureFailure::MissingTimestamp)?;
        let hash = hash.filter(|hash| !hash.is_empty()).ok_or(SignatureFailure::MissingHash)?;
        Ok(Self { ts, hash })
    }
}

/// Seconds or milliseconds since the epoch, by magnitude: the documentation shows the one, real
/// deliveries the other.
fn instant(ts: &str) -> Option<Timestamp> {
    let number = ts.parse::<i64>().ok().filter(|number| *number >= 0)?;
    if number >= MILLISECONDS_FROM {
        return Timestamp::from_millisecond(number).ok();
    }
    Timestamp::from_second(number).ok()
}

fn manifest(data_id: Option<&str>, request_id: Option<&str>, ts: &str) -> String {
    let part = |name: &str, value: Option<&str>| {
        value.filter(|v| !v.is_empty()).map(|v| format!("{name}:{v};")).unwrap_or_default()
    };
    format!("{}{}ts:{ts};", part("id", data_id), part("request-id", request_id))
}

fn bytes_of(hex: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (pairs, rest) = hex.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use proptest::prelude::*;
    use serde::Deserialize;

    use super::*;

    const SECRET: &str = "a secret of a club";
    const TOLERANCE: SignedDuration = SignedDuration::from_mins(5);

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn header(ts: &str, manifest: &str) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
        let tag = hmac::sign(&key, manifest.as_bytes());
        let hex: Vec<_> = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        format!("ts={ts},v1={}", hex.concat())
    }

    fn check(signature: Option<&str>) -> Result<(), SignatureFailure> {
        let signed = Signed { data_id: Some("123"), request_id: Some("r-1"), signature };
        verify(SECRET, signed, at(1_704_908_010), TOLERANCE)
    }

    #[test]
    fn a_genuine_signature_is_taken_in_seconds_and_milliseconds() {
        for ts in ["1704908010", "1704908010123", "1704907710", "1704908310"] {
            let header = header(ts, &format!("id:123;request-id:r-1;ts:{ts};"));
            assert_eq!(check(Some(&header)), Ok(()), "{ts}");
        }
    }

    #[test]
    fn absent_parts_are_left_out_of_the_manifest() {
        let header = header("1704908010", "ts:1704908010;");
        let signed = Signed { data_id: None, request_id: None, signature: Some(&header) };
        assert_eq!(verify(SECRET, signed, at(1_704_908_010), TOLERANCE), Ok(()));
    }

    #[test]
    fn every_failure_has_its_name() {
        use SignatureFailure as F;
        assert_eq!(check(None), Err(F::MissingSignatureHeader));
        for (text, failure) in [
            ("", F::MalformedSignatureHeader),
            ("nonsense", F::MalformedSignatureHeader),
            ("v1=00", F::MissingTimestamp),
            ("ts=,v1=00", F::MissingTimestamp),
            ("ts=yesterday,v1=00", F::MissingTimestamp),
            ("ts=-5,v1=00", F::MissingTimestamp),
            ("ts=1704908010", F::MissingHash),
            ("ts=1704908010,v1=", F::MissingHash),
            ("ts=1704908010,v1=xyz", F::SignatureMismatch),
            ("ts=1704908010,v1=00", F::SignatureMismatch),
        ] {
            assert_eq!(check(Some(text)), Err(failure), "{text:?}");
        }
        for ts in ["1704907709", "1704908311"] {
            let stale = header(ts, &format!("id:123;request-id:r-1;ts:{ts};"));
            assert_eq!(check(Some(&stale)), Err(F::TimestampOutOfTolerance), "{ts}");
        }
    }

    #[test]
    fn an_empty_secret_signs_nothing() {
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"");
        let tag = hmac::sign(&key, b"ts:1704908010;");
        let hex: Vec<_> = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        let header = format!("ts=1704908010,v1={}", hex.concat());
        let signed = Signed { data_id: None, request_id: None, signature: Some(&header) };
        let verdict = verify("", signed, at(1_704_908_010), TOLERANCE);
        assert_eq!(verdict, Err(SignatureFailure::SignatureMismatch));
    }

    #[test]
    fn a_forged_signature_is_never_called_stale() {
        assert_eq!(check(Some("ts=1,v1=00")), Err(SignatureFailure::SignatureMismatch));
    }

    proptest! {
        #[test]
        fn no_other_header_is_taken(text in "(ts=[0-9]{0,14},)?v1=[0-9a-f]{0,66}|\\PC{0,80}") {
            prop_assert!(check(Some(&text)).is_err());
        }
    }

    #[derive(Deserialize)]
    struct Vectors {
        rows: Vec<Row>,
    }

    #[derive(Deserialize)]
    struct Row {
        name: String,
        data_id_query: String,
        x_request_id: String,
        secret: String,
        x_signature: String,
        expect: String,
    }

    #[expect(clippy::disallowed_methods, reason = "the tests' one setting")]
    fn vectors() -> Option<PathBuf> {
        // Relative to the workspace, where `make test` runs; cargo runs tests in the crate's folder.
        std::env::var_os("CLUBPULSE_VECTORS").map(|folder| PathBuf::from("../..").join(folder))
    }

    #[test]
    fn signatures_agree_with_the_public_samples() {
        let Some(folder) = vectors() else {
            eprintln!("SKIPPED: CLUBPULSE_VECTORS is not set, so no public signature was checked");
            return;
        };
        let path = folder.join("webhooks/mercadopago_x_signature_samples.json");
        let text = std::fs::read_to_string(path).unwrap();
        let vectors: Vectors = serde_json::from_str(&text).unwrap();
        assert!(vectors.rows.len() >= 4);
        let now = Timestamp::from_millisecond(1_742_505_638_683).unwrap();
        for row in &vectors.rows {
            let signed = Signed {
                data_id: Some(&row.data_id_query),
                request_id: Some(&row.x_request_id),
                signature: Some(&row.x_signature),
            };
            let verdict = verify(&row.secret, signed, now, TOLERANCE);
            assert_eq!(verdict.is_ok(), row.expect == "valid", "{}: {verdict:?}", row.name);
            let late = now + SignedDuration::from_hours(1);
            assert_eq!(
                verify(&row.secret, signed, late, TOLERANCE),
                Err(SignatureFailure::TimestampOutOfTolerance),
                "{}",
                row.name
            );
            let other = verify("another secret", signed, now, TOLERANCE);
            assert_eq!(other, Err(SignatureFailure::SignatureMismatch), "{}", row.name);
        }
    }
}
