//! Access tokens (RFC 9068): who may do what, for 15 minutes, signed.

use jsonwebtoken::{Algorithm, Header, encode};
use kernel::{AccountId, Claims, ClubId, Error, Result, SessionId, jiff::Timestamp};

use crate::{Proof, Rights, SigningKey};

/// What a token grants.
#[derive(Debug, Clone)]
pub struct Grant {
    /// Whose it is.
    pub account: AccountId,
    /// The one club it is for; `None` of a platform operator's.
    pub club: Option<ClubId>,
    /// The roles there, and what they allow at this moment.
    pub rights: Rights,
    /// The session it belongs to.
    pub session: SessionId,
    /// How and when the session was proved.
    pub proof: Proof,
}

impl SigningKey {
    /// A token of this issuer that grants this from now on.
    pub fn access_token(&self, issuer: &str, grant: Grant, now: Timestamp) -> Result<String> {
        let issued_at = now.as_second();
        let claims = Claims {
            iss: issuer.to_owned(),
            aud: Claims::AUDIENCE.to_owned(),
            sub: grant.account,
            club: grant.club,
            roles: grant.rights.roles,
            permissions: grant.rights.permissions,
            venues: grant.rights.venues,
            sid: grant.session,
            amr: grant.proof.methods,
            auth_time: grant.proof.at.as_second(),
            mfa: grant.proof.second_factor,
            iat: issued_at,
            exp: issued_at + Claims::LIFETIME_SECONDS,
        };
        let header = Header {
            typ: Some(Claims::TOKEN_TYPE.to_owned()),
            kid: Some(self.kid.clone()),
            ..Header::new(Algorithm::ES256)
        };
        encode(&header, &claims, &self.encoding_key()?)
            .map_err(|cause| Error::internal("a token was not signed").with_source(cause))
    }
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{DecodingKey, Validation, decode, decode_header};
    use std::collections::BTreeMap;

    use kernel::{Method, Permission, Role};

    use super::*;

    #[test]
    fn a_token_says_what_it_grants_and_is_signed_by_the_key_it_names() {
        let (key, public) = SigningKey::generate().unwrap();
        let (account, club) = (AccountId::new(), ClubId::new());
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let grant = Grant {
            account,
            club: Some(club),
            rights: Rights {
                roles: vec![Role::Member],
                permissions: [Permission::BookingSelf].into(),
                venues: BTreeMap::new(),
            },
            session: SessionId::new(),
            proof: Proof { methods: vec![Method::Pwd], at: now, second_factor: false },
        };
        let token = key.access_token("https://api.example.org", grant, now).unwrap();

        let header = decode_header(&token).unwrap();
        assert_eq!(header.typ.as_deref(), Some("at+jwt"));
        assert_eq!(header.alg, Algorithm::ES256);
        assert_eq!(header.kid.as_deref(), Some(key.kid.as_str()));

        let mut validation = Validation::new(Algorithm::ES256);
        validation.set_audience(&[Claims::AUDIENCE]);
        validation.set_issuer(&["https://api.example.org"]);
        validation.validate_exp = false;
        let decoding = DecodingKey::from_jwk(&public).unwrap();
        let claims = decode::<Claims>(&token, &decoding, &validation).unwrap().claims;
        assert_eq!((claims.sub, claims.club), (account, Some(club)));
        assert_eq!((claims.iat, claims.exp), (1_800_000_000, 1_800_000_900));

        let (_, other) = SigningKey::generate().unwrap();
        let other = DecodingKey::from_jwk(&other).unwrap();
        assert!(decode::<Claims>(&token, &other, &validation).is_err());
    }
}
