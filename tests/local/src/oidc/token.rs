//! ID tokens, right and wrong (Core 2, RFC 8725).

use serde_json::{Value, json};

use super::{
    CLIENT_ID, CLIENT_SECRET, Grant, Inner,
    keys::{Algorithm, Key, encode, sign_with_secret},
};

const LIFETIME_SECONDS: i64 = 300;

/// What is wrong with a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenFault {
    /// There is none.
    Missing,
    /// It is not three parts.
    Garbled,
    /// Of somebody else.
    Issuer,
    /// For somebody else.
    Audience,
    /// For the club, and for somebody else.
    SecondAudience,
    /// Made for another app.
    Party,
    /// Of another sign-in.
    Nonce,
    /// Of any sign-in.
    NoNonce,
    /// It expired this second.
    Expired,
    /// Signed with a key that is not published, by the name of one that is not.
    UnknownKey,
    /// Signed with a key that is not published, by the name of the one that is.
    ForgedKey,
    /// Its claims were changed after signing.
    Changed,
    /// `alg: none`.
    Unsigned,
    /// HS256 with the public key.
    HmacOfPublicKey,
    /// HS256 with the client's secret, which the client could make itself.
    HmacOfSecret,
    /// The signature is nothing.
    EmptySignature,
}

/// A token of this grant; `None` where the fault is that there is none.
pub(super) fn id_token(
    provider: &Inner,
    key: &Key,
    grant: &Grant,
    fault: Option<TokenFault>,
) -> Option<String> {
    use TokenFault as Fault;
    let mut claims = claims(provider, grant, fault);
    let other = || Key::generate(key.algorithm).ok();
    let ours = key.algorithm.name();
    match fault {
        Some(Fault::Missing) => None,
        Some(Fault::Garbled) => Some("not.a-token".to_owned()),
        Some(Fault::UnknownKey) => {
            let other = other()?;
            Some(write(ours, &other.id, &claims, |message| other.sign(message)))
        }
        Some(Fault::ForgedKey) => {
            let other = other()?;
            Some(write(ours, &key.id, &claims, |message| other.sign(message)))
        }
        Some(Fault::Changed) => {
            let token = write(ours, &key.id, &claims, |message| key.sign(message));
            claims["sub"] = json!("somebody-else");
            let parts: Vec<_> = token.split('.').collect();
            Some(format!("{}.{}.{}", parts[0], encode(claims.to_string()), parts[2]))
        }
        Some(Fault::Unsigned) => Some(write("none", &key.id, &claims, |_| Vec::new())),
        Some(Fault::HmacOfPublicKey) => {
            Some(write("HS256", &key.id, &claims, |message| key.sign_with_public_half(message)))
        }
        Some(Fault::HmacOfSecret) => Some(write("HS256", &key.id, &claims, |message| {
            sign_with_secret(CLIENT_SECRET.as_bytes(), message)
        })),
        Some(Fault::EmptySignature) => Some(write(ours, &key.id, &claims, |_| Vec::new())),
        _ => Some(write(ours, &key.id, &claims, |message| key.sign(message))),
    }
}

fn claims(provider: &Inner, grant: &Grant, fault: Option<TokenFault>) -> Value {
    use TokenFault as Fault;
    let now = provider.clock.now().as_second();
    let mut claims = json!({
        "iss": provider.url, "aud": CLIENT_ID, "sub": grant.person.subject, "nonce": grant.nonce,
        "iat": now, "exp": now + LIFETIME_SECONDS, "azp": CLIENT_ID,
    });
    let person = &grant.person;
    let known = [
        ("email", json!(person.email)),
        ("email_verified", json!(person.email_verified)),
        ("hd", json!(person.hosted_domain)),
        ("name", json!(person.name)),
    ];
    for (name, value) in known.into_iter().filter(|(_, value)| !value.is_null()) {
        claims[name] = value;
    }
    match fault {
        Some(Fault::Issuer) => claims["iss"] = json!("https://accounts.example.com"),
        Some(Fault::Audience) => claims["aud"] = json!("another-app"),
        Some(Fault::SecondAudience) => claims["aud"] = json!([CLIENT_ID, "another-app"]),
        Some(Fault::Party) => claims["azp"] = json!("another-app"),
        Some(Fault::Nonce) => claims["nonce"] = json!("another-sign-in"),
        Some(Fault::NoNonce) => {
            claims.as_object_mut().map(|claims| claims.remove("nonce"));
        }
        Some(Fault::Expired) => claims["exp"] = json!(now),
        _ => {}
    }
    claims
}

fn write(algorithm: &str, key_id: &str, claims: &Value, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let header = json!({ "alg": algorithm, "kid": key_id, "typ": "JWT" });
    let message = format!("{}.{}", encode(header.to_string()), encode(claims.to_string()));
    let signature = sign(message.as_bytes());
    format!("{message}.{}", encode(signature))
}

impl Algorithm {
    /// What the discovery document says of it.
    pub(super) fn supported(self) -> Value {
        json!([self.name(), "HS256", "none"])
    }
}
