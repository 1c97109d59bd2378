//! Key pairs, their public halves as JWK (RFC 7517, RFC 7518 6, RFC 8037), and signatures (RFC 7518 3).

use std::io;

use aws_lc_rs::{
    hmac,
    rand::SystemRandom,
    rsa::KeySize,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256,
        RsaKeyPair,
    },
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// How tokens are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names of RFC 7518 and RFC 8037")]
pub enum Algorithm {
    Es256,
    Rs256,
    EdDsa,
}

impl Algorithm {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Rs256 => "RS256",
            Self::EdDsa => "EdDSA",
        }
    }
}

#[derive(Debug)]
pub(super) struct Key {
    pub(super) id: String,
    pub(super) algorithm: Algorithm,
    pair: Pair,
}

#[derive(Debug)]
enum Pair {
    Es256(EcdsaKeyPair),
    Rs256(RsaKeyPair),
    EdDsa(Ed25519KeyPair),
}

pub(super) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Key {
    pub(super) fn generate(algorithm: Algorithm) -> io::Result<Self> {
        let failed = |_| io::Error::other("no key");
        let pair = match algorithm {
            Algorithm::Es256 => Pair::Es256(
                EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(failed)?,
            ),
            Algorithm::Rs256 => {
                Pair::Rs256(RsaKeyPair::generate(KeySize::Rsa2048).map_err(failed)?)
            }
            Algorithm::EdDsa => Pair::EdDsa(Ed25519KeyPair::generate().map_err(failed)?),
        };
        Ok(Self { id: kernel::random_uuid().simple().to_string(), algorithm, pair })
    }

    fn public(&self) -> Vec<u8> {
        match &self.pair {
            Pair::Es256(pair) => pair.public_key().as_ref().to_vec(),
            Pair::Rs256(pair) => pair.public_key().as_ref().to_vec(),
            Pair::EdDsa(pair) => pair.public_key().as_ref().to_vec(),
        }
    }

    pub(super) fn jwk(&self) -> Value {
        let public = self.public();
        let mut jwk = match self.algorithm {
            Algorithm::Es256 => json!({
                "kty": "EC", "crv": "P-256", "x": encode(&public[1..33]), "y": encode(&public[33..]),
            }),
            Algorithm::Rs256 => {
                let (modulus, exponent) = rsa_parts(&public);
                json!({ "kty": "RSA", "n": encode(modulus), "e": encode(exponent) })
            }
            Algorithm::EdDsa => json!({ "kty": "OKP", "crv": "Ed25519", "x": encode(&public) }),
        };
        jwk["kid"] = json!(self.id);
        jwk["use"] = json!("sig");
        jwk["alg"] = json!(self.algorithm.name());
        jwk
    }

    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Es256(pair) => {
                pair.sign(&random, message).map(|it| it.as_ref().to_vec()).unwrap_or_default()
            }
            Pair::Rs256(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                let signed = pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature);
                signed.map(|()| signature).unwrap_or_default()
            }
            Pair::EdDsa(pair) => pair.sign(message).as_ref().to_vec(),
        }
    }

    /// The attack of RFC 8725 2.1: the public key, which everybody knows, taken for a shared secret.
    pub(super) fn sign_with_public_half(&self, message: &[u8]) -> Vec<u8> {
        sign_with_secret(&self.public(), message)
    }
}

pub(super) fn sign_with_secret(secret: &[u8], message: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message).as_ref().to_vec()
}

/// Modulus and exponent of an `RSAPublicKey` (RFC 8017 A.1.1), which is a sequence of two integers.
fn rsa_parts(der: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let (sequence, _) = element(der);
    let (modulus, rest) = element(sequence);
    let (exponent, _) = element(rest);
    let without_sign = |bytes: &[u8]| bytes.strip_prefix(&[0]).unwrap_or(bytes).to_vec();
    (without_sign(modulus), without_sign(exponent))
}

/// The content of the first element, and what follows it.
fn element(der: &[u8]) -> (&[u8], &[u8]) {
    let (mut length, mut start) = (usize::from(der[1]), 2);
    if length > 0x80 {
        start += length - 0x80;
        length = der[2..start].iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
    }
    der[start..].split_at(length)
}
