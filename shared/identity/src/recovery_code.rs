//! Recovery codes: ten texts to keep on paper, each good once in the place of an authenticator's code.

use std::{fmt, num::NonZeroU32, str::FromStr};

use aws_lc_rs::pbkdf2;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{AccountId, Result, TextError, secret};

/// Crockford's base 32: digits and letters that nobody confuses on paper, 5 bits each.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// 50 bits.
const CHARACTERS: usize = 10;
/// How many codes one gets.
const CODES: usize = 10;
/// 50 bits alone could be tried out against a stolen hash; each try costs this many hashes.
const ITERATIONS: NonZeroU32 = NonZeroU32::new(10_000).unwrap();

/// One recovery code.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct RecoveryCode([u8; CHARACTERS]);

impl RecoveryCode {
    /// Ten fresh codes, all different.
    pub fn generate() -> Result<Vec<Self>> {
        let mut codes = Vec::with_capacity(CODES);
        while codes.len() < CODES {
            let bytes: [u8; CHARACTERS] = secret::random()?;
            // 256 is a multiple of 32, so every character is as likely as the others.
            let code = Self(bytes.map(|byte| ALPHABET[usize::from(byte) % ALPHABET.len()]));
            if !codes.contains(&code) {
                codes.push(code);
            }
        }
        Ok(codes)
    }

    /// The code's text, for its owner alone: `xxxxx-xxxxx`.
    pub fn reveal(&self) -> String {
        let (left, right) = self.0.split_at(CHARACTERS / 2);
        format!("{}-{}", String::from_utf8_lossy(left), String::from_utf8_lossy(right))
    }

    /// What is kept of the code: PBKDF2, salted with whose it is, so that it can be looked for without
    /// being tried against each that is kept.
    pub(crate) fn hash(&self, account: AccountId) -> String {
        let mut hash = [0; 32];
        let salt = account.uuid();
        let algorithm = pbkdf2::PBKDF2_HMAC_SHA256;
        pbkdf2::derive(algorithm, ITERATIONS, salt.as_bytes(), &self.0, &mut hash);
        URL_SAFE_NO_PAD.encode(hash)
    }
}

/// However it is typed: in any case, with or without hyphen and spaces, `o` for `0`, `i` and `l` for `1`.
impl FromStr for RecoveryCode {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        const WRONG: TextError = TextError("must be a recovery code such as 7k2m9-xq4tz");
        let typed = text.bytes().filter(|byte| !matches!(byte, b' ' | b'-'));
        let read: Vec<u8> = typed
            .map(|byte| match byte.to_ascii_lowercase() {
                b'o' => b'0',
                b'i' | b'l' => b'1',
                other => other,
            })
            .take(CHARACTERS + 1)
            .collect();
        let code: [u8; CHARACTERS] = read.try_into().map_err(|_| WRONG)?;
        code.iter().all(|byte| ALPHABET.contains(byte)).then_some(Self(code)).ok_or(WRONG)
    }
}

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCode(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_codes_are_ten_different_ones_that_read_back() {
        let codes = RecoveryCode::generate().unwrap();
        assert_eq!(codes.len(), 10);
        for code in &codes {
            let text = code.reveal();
            assert_eq!((text.len(), text.as_bytes()[5]), (11, b'-'), "{text}");
            assert_eq!(text.parse::<RecoveryCode>().unwrap(), *code);
            assert_eq!(codes.iter().filter(|other| *other == code).count(), 1);
        }
    }

    #[test]
    fn it_is_read_however_it_is_typed() {
        let code: RecoveryCode = "a0b1c-d2e3f".parse().unwrap();
        for typed in ["A0B1C-D2E3F", "aob1cd2e3f", " aOblc d2e3f ", "a0biC - D2e3F"] {
            assert_eq!(typed.parse::<RecoveryCode>().unwrap(), code, "{typed}");
        }
        for wrong in ["", "a0b1c", "a0b1c-d2e3fa", "a0b1c-d2e3u", "a0b1c_d2e3f", "ñ0b1c-d2e3"] {
            assert!(wrong.parse::<RecoveryCode>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_kept_is_its_owner_s_and_tells_nothing() {
        let code: RecoveryCode = "a0b1c-d2e3f".parse().unwrap();
        let (ana, bea) = (AccountId::new(), AccountId::new());
        assert_eq!(code.hash(ana), code.hash(ana));
        assert_ne!(code.hash(ana), code.hash(bea));
        assert!(!code.hash(ana).contains("a0b1c"));
        assert_eq!(format!("{code:?}"), "RecoveryCode(…)");
    }
}
