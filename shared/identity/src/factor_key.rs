//! The key that second factors are encrypted with at rest: AES-256-GCM, bound to whose they are.

use std::fmt;

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey},
    hkdf::{HKDF_SHA256, Salt},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{AccountId, Error, Result};
use serde::Deserialize;

use crate::TotpSecret;

/// The fewest characters of the secret's text.
const LEAST_CHARACTERS: usize = 32;
/// The form of what is sealed, in front of it, so that another one can follow.
const FORM: &str = "v1.";

/// The stored form of the key: the secret behind `FACTOR_KEY_SECRET_ID`.
#[derive(Deserialize)]
struct FactorKeyDocument {
    /// At least 32 random characters.
    key: String,
}

/// The key, ready to use.
#[derive(Deserialize)]
#[serde(try_from = "FactorKeyDocument")]
pub struct FactorKey(RandomizedNonceKey);

impl fmt::Debug for FactorKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FactorKey(…)")
    }
}

impl TryFrom<FactorKeyDocument> for FactorKey {
    type Error = Error;

    fn try_from(FactorKeyDocument { key: text }: FactorKeyDocument) -> Result<Self> {
        let unfit = || Error::internal("the key of second factors does not have its shape");
        if text.len() < LEAST_CHARACTERS {
            return Err(unfit());
        }
        let salt = Salt::new(HKDF_SHA256, b"clubpulse second factors");
        let mut key = [0; 32];
        salt.extract(text.as_bytes())
            .expand(&[b"totp"], HKDF_SHA256)
            .and_then(|expanded| expanded.fill(&mut key))
            .map_err(|_| unfit())?;
        RandomizedNonceKey::new(&AES_256_GCM, &key).map(Self).map_err(|_| unfit())
    }
}

impl FactorKey {
    /// The secret as it is kept: good for this account alone.
    pub fn seal(&self, account: AccountId, secret: &TotpSecret) -> Result<String> {
        let mut sealed = secret.0.to_vec();
        let nonce = self
            .0
            .seal_in_place_append_tag(Aad::from(account.to_string()), &mut sealed)
            .map_err(|_| Error::internal("a second factor was not encrypted"))?;
        let bytes = [nonce.as_ref().as_slice(), &sealed].concat();
        Ok(format!("{FORM}{}", URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// The secret again. What another key, or for another account, sealed is a defect.
    pub fn open(&self, account: AccountId, sealed: &str) -> Result<TotpSecret> {
        let read = || {
            let bytes = URL_SAFE_NO_PAD.decode(sealed.strip_prefix(FORM)?).ok()?;
            let (nonce, sealed) = bytes.split_at_checked(NONCE_LEN)?;
            let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
            let mut sealed = sealed.to_vec();
            let aad = Aad::from(account.to_string());
            let opened = self.0.open_in_place(nonce, aad, &mut sealed).ok()?;
            <[u8; _]>::try_from(&*opened).ok().map(TotpSecret)
        };
        read().ok_or_else(|| Error::internal("a second factor cannot be decrypted"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Result<FactorKey> {
        FactorKeyDocument { key: text.to_owned() }.try_into()
    }

    #[test]
    fn what_is_sealed_opens_for_its_account_and_under_its_key_alone() {
        let (account, secret) = (AccountId::new(), TotpSecret::generate().unwrap());
        let ours = key(&"k".repeat(64)).unwrap();
        let sealed = ours.seal(account, &secret).unwrap();
        assert_eq!(ours.open(account, &sealed).unwrap(), secret);
        assert_ne!(ours.seal(account, &secret).unwrap(), sealed, "each time another nonce");
        assert!(!sealed.contains(&secret.base32()));
        assert!(!sealed.contains(&URL_SAFE_NO_PAD.encode(secret.0)));

        let mut bent = sealed.clone().into_bytes();
        bent[10] ^= 1;
        let bent = String::from_utf8(bent).unwrap();
        let theirs = key(&"j".repeat(64)).unwrap();
        for failed in [
            ours.open(AccountId::new(), &sealed),
            theirs.open(account, &sealed),
            ours.open(account, &bent),
            ours.open(account, &sealed[..12]),
            ours.open(account, &sealed.replacen("v1.", "v2.", 1)),
            ours.open(account, ""),
        ] {
            assert_eq!(failed.unwrap_err().code(), "INTERNAL");
        }
    }

    #[test]
    fn a_short_key_is_none() {
        assert_eq!(key(&"k".repeat(31)).unwrap_err().code(), "INTERNAL");
        let read = |text: String| serde_json::from_value(serde_json::json!({ "key": text }));
        assert!(read("k".repeat(31)).map(|_: FactorKey| ()).is_err());
        let key: FactorKey = read("k".repeat(32)).unwrap();
        assert_eq!(format!("{key:?}"), "FactorKey(…)");
    }
}
