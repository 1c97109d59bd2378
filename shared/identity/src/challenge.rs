//! What a sign-in gets that needs a second factor: a token that proves the first and allows nothing but
//! to give the second.

use jsonwebtoken::{
    Algorithm, DecodingKey, Header, Validation, decode, decode_header, encode, jwk::JwkSet,
};
use kernel::{AccountId, ClubId, Error, Method, Result, jiff::Timestamp, random_uuid};
use serde::{Deserialize, Serialize};

use crate::{Footing, SigningKey};

/// The `typ` header, which no access token has (RFC 8725 3.11).
const TOKEN_TYPE: &str = "mfa+jwt";
/// The audience, which no access token has.
const AUDIENCE: &str = "clubpulse-mfa";

/// What the second step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// To give a code of the second factor.
    Login,
    /// To enrol a second factor, which the club asks for and the account does not have.
    Enrol,
}

/// A sign-in that is half done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// Who signs in.
    pub account: AccountId,
    /// Where; `None` onto the platform.
    pub club: Option<ClubId>,
    /// How the first factor was proved.
    pub methods: Vec<Method>,
    /// What must be so still when the second is given.
    pub footing: Footing,
    /// What is missing.
    pub purpose: Purpose,
}

#[derive(Serialize, Deserialize)]
struct ChallengeClaims {
    iss: String,
    aud: String,
    sub: AccountId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    club: Option<ClubId>,
    amr: Vec<Method>,
    footing: Footing,
    purpose: Purpose,
    jti: String,
    iat: i64,
    exp: i64,
}

impl Challenge {
    /// How long a challenge is good.
    pub const LIFETIME_SECONDS: i64 = 5 * 60;

    /// The challenge as a token of this issuer, good from now on.
    pub fn sign(&self, key: &SigningKey, issuer: &str, now: Timestamp) -> Result<String> {
        let issued_at = now.as_second();
        let claims = ChallengeClaims {
            iss: issuer.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: self.account,
            club: self.club,
            amr: self.methods.clone(),
            footing: self.footing.clone(),
            purpose: self.purpose,
            jti: random_uuid().simple().to_string(),
            iat: issued_at,
            exp: issued_at + Self::LIFETIME_SECONDS,
        };
        let header = Header {
            typ: Some(TOKEN_TYPE.to_owned()),
            kid: Some(key.kid.clone()),
            ..Header::new(Algorithm::ES256)
        };
        encode(&header, &claims, &key.encoding_key()?)
            .map_err(|cause| Error::internal("a challenge was not signed").with_source(cause))
    }

    /// The challenge of a token that one of these keys signed: else `unauthenticated`, `CHALLENGE_INVALID`
    /// or `CHALLENGE_EXPIRED`.
    pub fn verify(text: &str, keys: &JwkSet, issuer: &str, now: Timestamp) -> Result<Self> {
        let claims = read(text, keys, issuer).ok_or_else(|| {
            let message = "this is not a challenge of ours; log in again";
            Error::unauthenticated("CHALLENGE_INVALID", message)
        })?;
        // The expiry is checked here, so that the one clock decides.
        if now.as_second() >= claims.exp {
            let message = "this challenge has expired; log in again";
            return Err(Error::unauthenticated("CHALLENGE_EXPIRED", message));
        }
        Ok(Self {
            account: claims.sub,
            club: claims.club,
            methods: claims.amr,
            footing: claims.footing,
            purpose: claims.purpose,
        })
    }
}

fn read(text: &str, keys: &JwkSet, issuer: &str) -> Option<ChallengeClaims> {
    let header = decode_header(text).ok()?;
    if header.typ.as_deref() != Some(TOKEN_TYPE) || header.alg != Algorithm::ES256 {
        return None;
    }
    let key = DecodingKey::from_jwk(keys.find(header.kid.as_deref()?)?).ok()?;
    let mut validation = Validation::new(Algorithm::ES256);
    validation.set_issuer(&[issuer]);
    validation.set_audience(&[AUDIENCE]);
    validation.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
    validation.validate_exp = false;
    decode::<ChallengeClaims>(text, &key, &validation).ok().map(|token| token.claims)
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    use kernel::{Claims, PermissionSet};
    use serde_json::{Value, json};

    use super::*;
    use crate::{Grant, Proof, Rights};

    const ISSUER: &str = "https://api.example.org";

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn challenge() -> Challenge {
        Challenge {
            account: AccountId::new(),
            club: Some(ClubId::new()),
            methods: vec![Method::Pwd],
            footing: Footing::Session { id: kernel::SessionId::new() },
            purpose: Purpose::Login,
        }
    }

    fn keys() -> (SigningKey, JwkSet) {
        let (key, public) = SigningKey::generate().unwrap();
        (key, JwkSet { keys: vec![public] })
    }

    fn refused(text: &str, keys: &JwkSet) -> &'static str {
        Challenge::verify(text, keys, ISSUER, at(0)).unwrap_err().code()
    }

    #[test]
    fn a_challenge_reads_back_for_five_minutes() {
        let (key, public) = keys();
        for challenge in
            [challenge(), Challenge { club: None, purpose: Purpose::Enrol, ..challenge() }]
        {
            let text = challenge.sign(&key, ISSUER, at(0)).unwrap();
            assert_eq!(Challenge::verify(&text, &public, ISSUER, at(299)).unwrap(), challenge);
            let late = Challenge::verify(&text, &public, ISSUER, at(300)).unwrap_err();
            assert_eq!(late.code(), "CHALLENGE_EXPIRED");
            let elsewhere = Challenge::verify(&text, &public, "https://evil.example", at(0));
            assert_eq!(elsewhere.unwrap_err().code(), "CHALLENGE_INVALID");
            assert_eq!(refused(&text, &keys().1), "CHALLENGE_INVALID", "another's key");
        }
    }

    #[test]
    fn an_access_token_is_no_challenge_and_a_challenge_no_access_token() {
        let (key, public) = keys();
        let rights = Rights {
            roles: Vec::new(),
            permissions: PermissionSet::new(),
            venues: std::collections::BTreeMap::new(),
        };
        let grant = Grant {
            account: AccountId::new(),
            club: None,
            rights,
            session: kernel::SessionId::new(),
            proof: Proof::by(&[Method::Pwd], false, at(0)),
        };
        let access = key.access_token(ISSUER, grant, at(0)).unwrap();
        assert_eq!(refused(&access, &public), "CHALLENGE_INVALID");

        let text = challenge().sign(&key, ISSUER, at(0)).unwrap();
        let header = decode_header(&text).unwrap();
        assert_ne!(header.typ.as_deref(), Some(Claims::TOKEN_TYPE));
        let mut validation = Validation::new(Algorithm::ES256);
        validation.set_audience(&[Claims::AUDIENCE]);
        validation.validate_exp = false;
        let decoding = DecodingKey::from_jwk(&public.keys[0]).unwrap();
        assert!(decode::<Value>(&text, &decoding, &validation).is_err(), "another audience");
        assert!(decode::<Claims>(&text, &decoding, &Validation::new(Algorithm::ES256)).is_err());
    }

    #[test]
    fn a_bent_challenge_is_refused() {
        let (key, public) = keys();
        let text = challenge().sign(&key, ISSUER, at(0)).unwrap();
        let parts: Vec<_> = text.split('.').collect();
        let encoded = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let header =
            |alg: &str, typ: &str| encoded(json!({ "alg": alg, "typ": typ, "kid": key.kid }));
        let bytes = URL_SAFE_NO_PAD.decode(parts[1]).unwrap();
        let mut claims: Value = serde_json::from_slice(&bytes).unwrap();
        claims["sub"] = json!(AccountId::new());
        for wrong in [
            String::new(),
            "a.b.c".to_owned(),
            format!("{}.{}.", parts[0], parts[1]),
            format!("{}.{}.{}", parts[0], encoded(claims), parts[2]),
            format!("{}.{}.{}", header("none", TOKEN_TYPE), parts[1], ""),
            format!("{}.{}.{}", header("HS256", TOKEN_TYPE), parts[1], parts[2]),
            format!("{}.{}.{}", header("ES256", "at+jwt"), parts[1], parts[2]),
            format!(
                "{}.{}.{}",
                encoded(json!({ "alg": "ES256", "typ": TOKEN_TYPE })),
                parts[1],
                parts[2]
            ),
        ] {
            assert_eq!(refused(&wrong, &public), "CHALLENGE_INVALID", "{wrong}");
        }
    }

    #[test]
    fn no_two_challenges_are_the_same() {
        let (key, _) = keys();
        let challenge = challenge();
        let sign = || challenge.sign(&key, ISSUER, at(0)).unwrap();
        let claims = |text: &str| text.split('.').nth(1).unwrap().to_owned();
        assert_ne!(claims(&sign()), claims(&sign()));
    }
}
