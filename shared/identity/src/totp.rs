//! Time-based one-time codes (RFC 6238) as authenticator apps make them: SHA-1, 6 digits, 30 seconds.

use std::fmt;

use kernel::{
    Error, Result,
    jiff::{SignedDuration, Timestamp},
    secret,
};
use serde::{Deserialize, Serialize};
use totp_rs::{Builder, Secret, Totp};

/// RFC 4226 4 recommends 160 bits.
pub(crate) const SECRET_BYTES: usize = 20;
const STEP_SECONDS: u64 = 30;
const DIGITS: usize = 6;
/// Codes of the step before and after are taken as well: clocks differ, and people type slowly.
const STEPS_AROUND: u64 = 1;
/// An enrolment that is not confirmed by a code is forgotten after this.
const PENDING: SignedDuration = SignedDuration::from_hours(1);

/// What the authenticator app and we share.
#[derive(Clone, PartialEq, Eq)]
pub struct TotpSecret(pub(crate) [u8; SECRET_BYTES]);

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TotpSecret(…)")
    }
}

impl TotpSecret {
    /// A secret that nobody has.
    pub fn generate() -> Result<Self> {
        secret::random().map(Self)
    }

    fn builder(&self) -> Builder {
        Builder::new().with_secret(Secret::new_stack(self.0)).with_step_duration(STEP_SECONDS)
    }

    fn codes(&self) -> Totp {
        self.builder().build_noncompliant()
    }

    /// The secret as people type it into an app (RFC 4648 6).
    pub fn base32(&self) -> String {
        self.codes().secret().to_base32()
    }

    /// The secret as an app reads it from a QR code: `otpauth://totp/…`. Neither text may hold a colon.
    pub fn uri(&self, issuer: &str, label: &str) -> Result<String> {
        let named = self.builder().with_issuer(Some(issuer)).with_account_name(label).build();
        let unfit = |cause| Error::internal("a second factor has no address").with_source(cause);
        named.and_then(|codes| codes.to_url()).map_err(unfit)
    }

    /// The 30-second step, counted from the epoch, whose code this is: the present one, or the one before
    /// or after. Spaces between the digits do not count. Every step is compared, each in constant time.
    pub fn matches(&self, code: &str, now: Timestamp) -> Option<u64> {
        let code: String = code.chars().filter(|character| *character != ' ').collect();
        if code.len() != DIGITS || !code.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let present = u64::try_from(now.as_second()).ok()? / STEP_SECONDS;
        let codes = self.codes();
        let mut found = None;
        for step in present.saturating_sub(STEPS_AROUND)..=present + STEPS_AROUND {
            let is_it = secret::same(&codes.generate(step * STEP_SECONDS).to_string(), &code);
            found = found.or(is_it.then_some(step));
        }
        found
    }
}

/// An account's authenticator as it is kept.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TotpFactor {
    /// The secret, encrypted by [`crate::FactorKey`].
    pub sealed: String,
    /// When the enrolment began.
    #[serde(serialize_with = "kernel::serialize_timestamp")]
    pub enrolled_at: Timestamp,
    /// When a first code proved that the app has the secret; from then on it is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed_at: Option<Timestamp>,
    /// The step of the newest code that was taken: none up to it is taken again (RFC 6238 5.2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_step: Option<u64>,
    /// Hashes of the recovery codes that are left.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recovery: Vec<String>,
    /// Grows with every change.
    pub version: u64,
}

impl fmt::Debug for TotpFactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TotpFactor")
            .field("confirmed_at", &self.confirmed_at)
            .field("recovery", &self.recovery.len())
            .finish_non_exhaustive()
    }
}

impl TotpFactor {
    /// A new enrolment, not confirmed yet.
    pub fn pending(sealed: String, now: Timestamp) -> Self {
        Self {
            sealed,
            enrolled_at: now,
            confirmed_at: None,
            last_step: None,
            recovery: Vec::new(),
            version: 1,
        }
    }

    /// Whether it is asked for.
    pub fn is_confirmed(&self) -> bool {
        self.confirmed_at.is_some()
    }

    /// When an enrolment that is not confirmed is over.
    pub fn pending_until(&self) -> Timestamp {
        self.enrolled_at + PENDING
    }

    /// Whether a code may still confirm it: else `conflict`, `SECOND_FACTOR_EXISTS` or
    /// `SECOND_FACTOR_NOT_ENROLLED`.
    pub fn confirmable(&self, now: Timestamp) -> Result<()> {
        if self.is_confirmed() {
            return Err(already_confirmed());
        }
        if now >= self.pending_until() {
            return Err(not_enrolled());
        }
        Ok(())
    }
}

/// `conflict`, `SECOND_FACTOR_EXISTS`.
pub(crate) fn already_confirmed() -> Error {
    Error::conflict(
        "SECOND_FACTOR_EXISTS",
        "there is an authenticator already; remove it before you enrol another",
    )
}

/// `conflict`, `SECOND_FACTOR_NOT_ENROLLED`: nothing waits for its first code.
pub fn not_enrolled() -> Error {
    Error::conflict(
        "SECOND_FACTOR_NOT_ENROLLED",
        "no enrolment waits for a code, or it is too old; begin again at /v1/auth/mfa/totp",
    )
}

/// `not_found`, `SECOND_FACTOR_NOT_FOUND`.
pub fn missing() -> Error {
    Error::not_found("SECOND_FACTOR_NOT_FOUND", "there is no authenticator; enrol one first")
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::vectors;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn known() -> TotpSecret {
        TotpSecret(*b"12345678901234567890")
    }

    #[test]
    fn a_code_is_good_in_its_step_and_the_two_around() {
        let secret = known();
        // The code of step 1, 30 to 59 seconds after the epoch (RFC 4226 D).
        for (second, expected) in [(0, true), (29, true), (30, true), (59, true), (89, true)] {
            assert_eq!(secret.matches("287082", at(second)).is_some(), expected, "{second}");
        }
        assert_eq!(secret.matches("287082", at(89)), Some(1), "it says which step");
        assert_eq!(secret.matches("287082", at(90)), None);
        assert_eq!(secret.matches("287 082", at(30)), Some(1));
        assert_eq!(secret.matches("287082", at(-1)), None, "before the epoch there is no step");
    }

    #[test]
    fn other_texts_are_no_codes() {
        for wrong in
            ["", "28708", "2870820", "+87082", "28708x", "２８７０８２", "287082\n", "-87082"]
        {
            assert_eq!(known().matches(wrong, at(30)), None, "{wrong:?}");
        }
    }

    #[test]
    fn an_app_reads_the_secret_from_its_address() {
        let secret = TotpSecret::generate().unwrap();
        assert_ne!(secret, TotpSecret::generate().unwrap());
        let uri = secret.uri("ClubPulse", "ana+club@example.org").unwrap();
        assert!(uri.starts_with("otpauth://totp/ClubPulse:ana"), "{uri}");
        let read = Totp::from_url(&uri).unwrap();
        assert_eq!(read.secret().as_bytes(), secret.0);
        assert_eq!(
            (read.issuer(), read.account_name()),
            (Some("ClubPulse"), "ana+club@example.org")
        );
        assert_eq!((read.digits(), read.step()), (6, 30));
        assert_eq!(secret.base32().len(), 32);
        assert!(uri.contains(&secret.base32()));
        assert_eq!(secret.uri("Club:Pulse", "ana").unwrap_err().code(), "INTERNAL");
    }

    #[test]
    fn an_enrolment_waits_an_hour_for_its_code() {
        let factor = TotpFactor::pending("sealed".to_owned(), at(0));
        assert!(factor.confirmable(at(3_599)).is_ok());
        let late = factor.confirmable(at(3_600)).unwrap_err();
        assert_eq!(late.code(), "SECOND_FACTOR_NOT_ENROLLED");
        let confirmed = TotpFactor { confirmed_at: Some(at(1)), ..factor };
        assert_eq!(confirmed.confirmable(at(2)).unwrap_err().code(), "SECOND_FACTOR_EXISTS");
    }

    #[test]
    fn secrets_do_not_show_in_debug_output() {
        let secret = known();
        assert_eq!(format!("{secret:?}"), "TotpSecret(…)");
        let factor = TotpFactor::pending("sealed".to_owned(), at(0));
        assert!(!format!("{factor:?}").contains("sealed"));
    }

    #[derive(Deserialize)]
    struct Vectors {
        #[serde(rename = "rfc4226_appendix_D")]
        counters: Counters,
        #[serde(rename = "rfc6238_appendix_B")]
        times: Vec<Time>,
        #[serde(rename = "rfc6238_6digit_app_style")]
        apps: Vec<App>,
    }

    #[derive(Deserialize)]
    struct Counters {
        secret_ascii: String,
        secret_base32: String,
        codes: Vec<String>,
    }

    #[derive(Deserialize)]
    struct Time {
        time: i64,
        sha1: String,
    }

    #[derive(Deserialize)]
    struct App {
        time: i64,
        code: String,
    }

    #[test]
    fn every_published_code_is_taken_in_its_step() {
        let Some(file) = vectors::read::<Vectors>("otp/rfc4226_rfc6238.json") else { return };
        let secret = TotpSecret(file.counters.secret_ascii.as_bytes().try_into().unwrap());
        assert_eq!(secret.base32(), file.counters.secret_base32);
        let mut tested = 0;
        let mut check = |second: i64, code: &str| {
            let step = u64::try_from(second).unwrap() / STEP_SECONDS;
            assert_eq!(secret.matches(code, at(second)), Some(step), "{second}");
            tested += 1;
        };
        for (counter, code) in file.counters.codes.iter().enumerate() {
            check(i64::try_from(counter).unwrap() * 30, code);
        }
        for vector in &file.times {
            // Six digits are the last six of eight (RFC 4226 5.3).
            check(vector.time, &vector.sha1[2..]);
        }
        for vector in &file.apps {
            check(vector.time, &vector.code);
        }
        println!("{tested} codes");
        assert!(tested > 20);
    }
}
