//! Keys of a test's own platform.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode, jwk::Jwk};
use kernel::Claims;
use serde_json::{Value, json};

/// A fresh signing key and its public half.
pub struct Keys {
    id: String,
    pem: String,
    signing: EncodingKey,
    public: Jwk,
}

impl Keys {
    /// A new key.
    pub fn generate() -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key pair");
        let der = pair.to_pkcs8v1().expect("a PKCS#8 key");
        let base64 = STANDARD.encode(der.as_ref());
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{base64}\n-----END PRIVATE KEY-----\n");
        let signing = EncodingKey::from_ec_pem(pem.as_bytes()).expect("a signing key");
        let id = kernel::random_uuid().simple().to_string();
        let mut public = Jwk::from_encoding_key(&signing, Algorithm::ES256).expect("a public key");
        public.common.key_id = Some(id.clone());
        Self { id, pem, signing, public }
    }

    /// What `TOKEN_SIGNING_KEY_SECRET_ID` holds.
    pub fn signing_secret(&self) -> Value {
        json!({ "kid": self.id, "private_key_pem": self.pem })
    }

    /// What `EDGE_KEYS_SECRET_ID` holds.
    pub fn edge_secret(&self) -> Value {
        json!({ "jwks": { "keys": [self.public] }, "cursor_key": STANDARD.encode([7_u8; 32]) })
    }

    /// The public half.
    pub fn public(&self) -> &Jwk {
        &self.public
    }

    /// An access token with these claims.
    pub fn sign(&self, claims: &Claims) -> String {
        let mut header = Header::new(Algorithm::ES256);
        header.typ = Some(Claims::TOKEN_TYPE.to_owned());
        header.kid = Some(self.id.clone());
        encode(&header, claims, &self.signing).expect("a token")
    }
}
