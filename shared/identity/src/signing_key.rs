//! The key that signs access tokens.

use std::fmt;

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use jsonwebtoken::{
    Algorithm, EncodingKey,
    jwk::{Jwk, PublicKeyUse, ThumbprintHash},
};
use kernel::{Error, Result};
use serde::{Deserialize, Serialize};

/// An ES256 key as its secret holds it. Of a secret with several, it reads as the one that signs.
#[derive(Clone, Serialize, Deserialize)]
#[serde(from = "Stored")]
pub struct SigningKey {
    /// Names it in tokens and in the JWKS: its thumbprint (RFC 7638).
    pub kid: String,
    /// PKCS#8 in PEM.
    pub private_key_pem: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Stored {
    Many { current: Box<Self> },
    One { kid: String, private_key_pem: String },
}

impl From<Stored> for SigningKey {
    fn from(stored: Stored) -> Self {
        match stored {
            Stored::Many { current } => Self::from(*current),
            Stored::One { kid, private_key_pem } => Self { kid, private_key_pem },
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}

impl SigningKey {
    /// A fresh key, and its public half for the JWKS.
    pub fn generate() -> Result<(Self, Jwk)> {
        let failed = || Error::internal("no key was made");
        let document =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
                .map_err(|_| failed())?;
        let private_key_pem = pem(document.as_ref());
        let key = EncodingKey::from_ec_der(document.as_ref());
        let public = Jwk::from_encoding_key(&key, Algorithm::ES256).map_err(|_| failed())?;
        let kid = public.thumbprint(ThumbprintHash::SHA256).map_err(|_| failed())?;
        let key = Self { kid, private_key_pem };
        let public = key.public()?;
        Ok((key, public))
    }

    /// The public half, for the JWKS.
    pub fn public(&self) -> Result<Jwk> {
        let mut public = Jwk::from_encoding_key(&self.encoding_key()?, Algorithm::ES256)
            .map_err(|_| Error::internal("a signing key has no public half"))?;
        public.common.key_id = Some(self.kid.clone());
        public.common.public_key_use = Some(PublicKeyUse::Signature);
        Ok(public)
    }

    pub(crate) fn encoding_key(&self) -> Result<EncodingKey> {
        // The cause is left out: it might say something of the key.
        EncodingKey::from_ec_pem(self.private_key_pem.as_bytes())
            .map_err(|_| Error::internal("the signing key is not an EC key in PKCS#8 PEM"))
    }
}

/// RFC 7468: lines of 64 characters.
fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut pem = "-----BEGIN PRIVATE KEY-----\n".to_owned();
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(64));
        pem.push_str(line);
        pem.push('\n');
        rest = after;
    }
    pem.push_str("-----END PRIVATE KEY-----\n");
    pem
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_key_is_published_as_es256_under_its_thumbprint() {
        let (key, public) = SigningKey::generate().unwrap();
        let public = serde_json::to_value(&public).unwrap();
        assert_eq!(public["kty"], "EC");
        assert_eq!(public["crv"], "P-256");
        assert_eq!(public["alg"], "ES256");
        assert_eq!(public["use"], "sig");
        assert_eq!(public["kid"], key.kid);
        assert!(public.get("d").is_none(), "the private half stays private");
        for coordinate in ["x", "y"] {
            assert_eq!(public[coordinate].as_str().unwrap().len(), 43);
        }
        let thumbprint = format!(
            r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#,
            public["x"].as_str().unwrap(),
            public["y"].as_str().unwrap()
        );
        assert_eq!(kernel::secret::hash(thumbprint.as_bytes()), key.kid);
    }

    #[test]
    fn the_private_key_reads_back_and_does_not_show() {
        let (key, _) = SigningKey::generate().unwrap();
        assert!(key.encoding_key().is_ok());
        assert!(key.private_key_pem.lines().all(|line| line.len() <= 64));
        assert!(!format!("{key:?}").contains("PRIVATE"));
    }

    #[test]
    fn another_text_is_no_key() {
        let key = SigningKey { kid: "k".to_owned(), private_key_pem: "x".to_owned() };
        assert_eq!(key.encoding_key().unwrap_err().code(), "INTERNAL");
    }
}
