//! The keys that sign access tokens, over time: one signs, one comes next, and those before still verify.
//!
//! A key is published one rotation before it signs, so every verifier knows it by then, and stays published
//! after its last token has expired. So no rotation makes a live token bad.

use jsonwebtoken::{
    Algorithm, DecodingKey, Header, Validation, decode, encode,
    jwk::{Jwk, JwkSet},
};
use kernel::{
    Claims, Error, Result,
    jiff::{SignedDuration, Timestamp},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::SigningKey;

/// Verifiers know a published key after this: the edge and the JWKS' readers keep what they read for five
/// minutes each.
const KNOWN_AFTER: SignedDuration = SignedDuration::from_mins(10);
/// A key may be dropped this long after its rotation: signers keep it for five minutes more, its last token
/// lives for fifteen, and the rest is for clocks that differ.
const KEPT: SignedDuration = SignedDuration::from_mins(30);

/// What the signing keys' secret holds. (A secret that holds one key alone is read, too.)
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(from = "Stored")]
pub struct SigningKeys {
    /// Signs.
    pub current: SigningKey,
    /// Signs after the next rotation.
    pub next: Option<SigningKey>,
    /// When the next one was made.
    #[serde(serialize_with = "kernel::serialize_optional_timestamp")]
    pub next_since: Option<Timestamp>,
    /// Signed before; newest last.
    pub retired: Vec<RetiredKey>,
}

/// The public half of a key that signs no more.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RetiredKey {
    /// What its tokens are verified with.
    pub key: Jwk,
    /// When the rotation that ended it began.
    #[serde(serialize_with = "kernel::serialize_timestamp")]
    pub since: Timestamp,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Stored {
    Many {
        current: SigningKey,
        next: Option<SigningKey>,
        next_since: Option<Timestamp>,
        #[serde(default)]
        retired: Vec<RetiredKey>,
    },
    One(SigningKey),
}

impl From<Stored> for SigningKeys {
    fn from(stored: Stored) -> Self {
        match stored {
            Stored::Many { current, next, next_since, retired } => {
                Self { current, next, next_since, retired }
            }
            Stored::One(current) => Self { current, next: None, next_since: None, retired: vec![] },
        }
    }
}

impl SigningKeys {
    /// Of a new platform. No verifier waits, since there is no token yet.
    pub fn generate() -> Result<Self> {
        let ((current, _), (next, _)) = (SigningKey::generate()?, SigningKey::generate()?);
        Ok(Self { current, next: Some(next), next_since: None, retired: vec![] })
    }

    /// The keys after the next rotation: the next one signs, a fresh one comes after it. Where there is no
    /// next one yet, only that is added. `conflict`, `ROTATION_TOO_SOON`, while a verifier may not know the
    /// next key yet. `finished` is when the last rotation was, which may have been long under way.
    pub fn rotated(self, finished: Option<Timestamp>, now: Timestamp) -> Result<Self> {
        let (fresh, _) = SigningKey::generate()?;
        let recent = |since: Timestamp, span| now.duration_since(since) < span;
        let just_finished = |span| finished.is_some_and(|finished| recent(finished, span));
        let alive = |retired: &RetiredKey| just_finished(KEPT) || recent(retired.since, KEPT);
        let mut retired: Vec<_> = self.retired.into_iter().filter(alive).collect();
        let current = match self.next {
            None => self.current,
            Some(next) => {
                let new = self.next_since.is_some_and(|since| recent(since, KNOWN_AFTER));
                if new || just_finished(KNOWN_AFTER) {
                    let message = "the next key was published less than ten minutes ago, and not \
                                   every verifier knows it; rotate again then";
                    return Err(Error::conflict("ROTATION_TOO_SOON", message));
                }
                retired.push(RetiredKey { key: self.current.public()?, since: now });
                next
            }
        };
        Ok(Self { current, next: Some(fresh), next_since: Some(now), retired })
    }

    /// Everything that a verifier must know: the retired keys, the one that signs, the next one.
    pub fn published(&self) -> Result<JwkSet> {
        let mut keys: Vec<_> = self.retired.iter().map(|retired| retired.key.clone()).collect();
        keys.push(self.current.public()?);
        if let Some(next) = &self.next {
            keys.push(next.public()?);
        }
        Ok(JwkSet { keys })
    }

    /// Whether these published keys verify what these keys sign, and are all of them.
    pub fn are_published_in(&self, published: &JwkSet) -> Result<bool> {
        if self.published()?.keys.iter().any(|key| !published.keys.contains(key)) {
            return Ok(false);
        }
        let signing = std::iter::once(&self.current).chain(&self.next);
        for key in signing {
            let Some(public) = published.find(&key.kid) else { return Ok(false) };
            if !verifies(key, public)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// Signs something of no meaning and verifies it.
fn verifies(key: &SigningKey, public: &Jwk) -> Result<bool> {
    let wrong = || Error::internal("a signing key does not sign");
    // Not the type of an access token, and without any claim of one.
    let header = Header { kid: Some(key.kid.clone()), ..Header::new(Algorithm::ES256) };
    let claims = json!({ "aud": Claims::AUDIENCE, "probe": true });
    let token = encode(&header, &claims, &key.encoding_key()?).map_err(|_| wrong())?;
    let public = DecodingKey::from_jwk(public).map_err(|_| wrong())?;
    let mut validation = Validation::new(Algorithm::ES256);
    validation.set_audience(&[Claims::AUDIENCE]);
    validation.set_required_spec_claims(&["aud"]);
    validation.validate_exp = false;
    Ok(decode::<Value>(&token, &public, &validation).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + minutes * 60).unwrap()
    }

    fn kids(keys: &SigningKeys) -> Vec<String> {
        let published = keys.published().unwrap().keys.into_iter();
        published.map(|key| key.common.key_id.unwrap()).collect()
    }

    #[test]
    fn both_forms_of_the_secret_are_read_also_as_one_key() {
        let (key, _) = SigningKey::generate().unwrap();
        let alone = serde_json::to_value(&key).unwrap();
        let keys: SigningKeys = serde_json::from_value(alone.clone()).unwrap();
        assert_eq!((keys.current.kid.as_str(), keys.next.is_none()), (key.kid.as_str(), true));
        let many = serde_json::to_value(keys.rotated(None, at(0)).unwrap()).unwrap();
        for form in [alone, many.clone()] {
            let read: SigningKey = serde_json::from_value(form).unwrap();
            assert_eq!(read.kid, key.kid);
        }
        let read: SigningKeys = serde_json::from_value(many.clone()).unwrap();
        assert_eq!(serde_json::to_value(&read).unwrap(), many);
    }

    #[test]
    fn a_key_is_published_before_it_signs_and_after_its_last_token() {
        let first = SigningKeys::generate().unwrap();
        let (old, coming) = (first.current.kid.clone(), first.next.clone().unwrap().kid);
        let second = first.rotated(None, at(0)).unwrap();
        assert_eq!(second.current.kid, coming);
        assert_eq!(kids(&second)[..2], [old.clone(), coming]);
        assert_eq!(kids(&second).len(), 3);
        let too_soon = second.clone().rotated(None, at(9)).unwrap_err();
        assert_eq!(too_soon.code(), "ROTATION_TOO_SOON");
        // As soon as it may be, the first key's tokens still live.
        let third = second.clone().rotated(None, at(10)).unwrap();
        assert!(kids(&third).contains(&old));
        let later = second.rotated(None, at(31)).unwrap();
        assert!(!kids(&later).contains(&old));
        assert_eq!(kids(&later).len(), 3);
    }

    #[test]
    fn a_rotation_that_took_days_counts_from_its_end() {
        let first = SigningKeys::generate().unwrap();
        let old = first.current.kid.clone();
        let second = first.rotated(None, at(0)).unwrap();
        let too_soon = second.clone().rotated(Some(at(5_000)), at(5_009)).unwrap_err();
        assert_eq!(too_soon.code(), "ROTATION_TOO_SOON");
        let third = second.clone().rotated(Some(at(5_000)), at(5_029)).unwrap();
        assert!(kids(&third).contains(&old));
        let later = second.rotated(Some(at(5_000)), at(5_030)).unwrap();
        assert!(!kids(&later).contains(&old));
    }

    #[test]
    fn published_keys_are_checked_by_signing() {
        let keys = SigningKeys::generate().unwrap();
        let mut published = keys.published().unwrap();
        assert!(keys.are_published_in(&published).unwrap());
        let other = SigningKeys::generate().unwrap();
        assert!(!other.are_published_in(&published).unwrap());
        published.keys.pop();
        assert!(!keys.are_published_in(&published).unwrap());
    }
}
