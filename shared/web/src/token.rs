//! Verification of access tokens (RFC 9068, RFC 8725): one algorithm, one issuer, one audience, one type.

use jsonwebtoken::{Algorithm, Validation, decode, decode_header, errors::ErrorKind};
use kernel::{Claims, Error, Result, jiff::Timestamp};

use crate::EdgeKeys;

/// Clocks of the signer and the verifier may differ by this much.
const LEEWAY_SECONDS: i64 = 5;
/// Opaque refresh tokens start with it, so that one sent as an access token gets a clear answer.
pub const REFRESH_TOKEN_PREFIX: &str = "cpr_";

/// The token of an `Authorization: Bearer …` header (RFC 6750 2.1).
pub fn bearer(header: Option<&str>) -> Result<&str> {
    let header = header.ok_or_else(|| {
        Error::unauthenticated("TOKEN_MISSING", "send an access token: Authorization: Bearer …")
    })?;
    let (scheme, token) = header.split_once(' ').unwrap_or((header, ""));
    if !scheme.eq_ignore_ascii_case("bearer") || token.trim().is_empty() {
        return Err(Error::unauthenticated(
            "TOKEN_MISSING",
            "the Authorization header must be: Bearer, a space, an access token",
        ));
    }
    Ok(token.trim())
}

/// The claims of a valid access token.
///
/// Refusals are `unauthenticated`, each with its own code: `TOKEN_MALFORMED`, `TOKEN_NOT_ACCESS`,
/// `TOKEN_ALGORITHM_REFUSED`, `TOKEN_KEY_UNKNOWN`, `TOKEN_SIGNATURE_INVALID`, `TOKEN_WRONG_ISSUER`,
/// `TOKEN_WRONG_AUDIENCE`, `TOKEN_EXPIRED`.
pub fn verify(token: &str, keys: &EdgeKeys, issuer: &str, now: Timestamp) -> Result<Claims> {
    let refuse = Error::unauthenticated;
    if token.starts_with(REFRESH_TOKEN_PREFIX) {
        return Err(refuse(
            "TOKEN_NOT_ACCESS",
            "this is a refresh token; exchange it at /v1/auth/refresh for an access token",
        ));
    }
    algorithm_is_ours(token)?;
    let malformed = || refuse("TOKEN_MALFORMED", "this is not a token of ours; log in again");
    let header = decode_header(token).map_err(|_| malformed())?;
    if header.typ.as_deref() != Some(Claims::TOKEN_TYPE) {
        return Err(refuse("TOKEN_NOT_ACCESS", "this token is not an access token; log in again"));
    }
    let key = header.kid.as_deref().and_then(|kid| keys.decoding_key(kid)).ok_or_else(|| {
        refuse("TOKEN_KEY_UNKNOWN", "this token is signed with a key we do not know; log in again")
    })?;
    let claims =
        decode::<Claims>(token, key, &validation(issuer)).map_err(|cause| match cause.kind() {
            ErrorKind::InvalidSignature => {
                refuse("TOKEN_SIGNATURE_INVALID", "this token's signature is wrong; log in again")
            }
            ErrorKind::InvalidIssuer => {
                refuse("TOKEN_WRONG_ISSUER", "this token was issued by somebody else; log in here")
            }
            ErrorKind::InvalidAudience => {
                refuse("TOKEN_WRONG_AUDIENCE", "this token is meant for another service")
            }
            _ => malformed(),
        })?;
    // The expiry is checked here, so that the one clock decides.
    if now.as_second() > claims.claims.exp + LEEWAY_SECONDS {
        return Err(refuse("TOKEN_EXPIRED", "this token has expired; use your refresh token"));
    }
    Ok(claims.claims)
}

/// The `alg` is read by itself first: the library has no variant for `none`, and would call it malformed.
fn algorithm_is_ours(token: &str) -> Result<()> {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let malformed =
        || Error::unauthenticated("TOKEN_MALFORMED", "this is not a token of ours; log in again");
    let header = token.split('.').next().unwrap_or_default();
    let header = URL_SAFE_NO_PAD.decode(header).map_err(|_| malformed())?;
    let header: serde_json::Value = serde_json::from_slice(&header).map_err(|_| malformed())?;
    // We use no extension, so one that must be understood is not (RFC 7515 4.1.11).
    if header.get("crit").is_some() {
        return Err(malformed());
    }
    match header.get("alg").and_then(|alg| alg.as_str()) {
        Some("ES256") => Ok(()),
        Some(_) => Err(Error::unauthenticated(
            "TOKEN_ALGORITHM_REFUSED",
            "only tokens signed with ES256 are taken; log in again",
        )),
        None => Err(malformed()),
    }
}

fn validation(issuer: &str) -> Validation {
    let mut validation = Validation::new(Algorithm::ES256);
    validation.set_issuer(&[issuer]);
    validation.set_audience(&[Claims::AUDIENCE]);
    validation.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
    validation.validate_exp = false;
    validation
}
