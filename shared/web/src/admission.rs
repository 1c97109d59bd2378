//! Whether whoever calls is known, in good standing, and within their limits.

use std::sync::Arc;

use futures::future::join;
use kernel::{Claims, ClubId, Error, Kind, Result, Tenant};

use crate::{
    Edge,
    api_key::{self, ApiKey},
    caller::tenant,
    limits::{self, Allowance, Limits},
    standing::{self, Standing},
    token,
};

/// What a token or an API key says, and the key.
#[derive(Debug)]
pub(crate) struct Recognised {
    pub(crate) claims: Claims,
    pub(crate) key: Option<Arc<ApiKey>>,
}

/// Reads an `Authorization` header: an access token by its signature alone, an API key by its record.
pub(crate) async fn recognise(
    edge: &Edge,
    authorization: Option<&str>,
    correlation: &str,
) -> Result<Recognised> {
    let text = token::bearer(authorization)?;
    if text.starts_with(api_key::PREFIX) {
        let tenant_of = |club: ClubId| tenant(club, correlation);
        let (claims, key) = api_key::recognise(edge, text, tenant_of).await?;
        return Ok(Recognised { claims, key: Some(key) });
    }
    let keys = edge.keys().await?;
    let claims = token::verify(text, &keys, edge.issuer(), edge.clock().now())?;
    Ok(Recognised { claims, key: None })
}

/// What the gateway's authorizer says to an `Authorization` header. Whoever is refused is `Ok(Err(…))`;
/// where something does not answer there is nothing to remember, so that is `Err`.
///
/// The club's record is read at most once a minute, and never for what is not signed by us.
pub async fn at_gateway(
    edge: &Edge,
    authorization: Option<&str>,
    correlation: &str,
) -> Result<Result<Claims>> {
    let judged = async {
        let Recognised { claims, .. } = recognise(edge, authorization, correlation).await?;
        let tenant = claims.club.map(|club| tenant(club, correlation));
        let standing = match standing::remembered(edge, tenant.as_ref()).await {
            Some(standing) => standing,
            None => standing::read(edge, tenant.as_ref()).await?,
        };
        standing.check(&claims, edge.clock().now()).map(|()| claims)
    };
    match Box::pin(judged).await {
        Ok(claims) => Ok(Ok(claims)),
        Err(error) if matches!(error.kind(), Kind::Unauthenticated | Kind::Forbidden) => {
            Ok(Err(error))
        }
        Err(error) => Err(error),
    }
}

/// How sure the answer has to be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    /// The request may change something.
    pub(crate) changes: bool,
    /// The gateway refused, a while ago, for reasons that may be gone.
    pub(crate) doubted: bool,
}

/// Whether the caller may come in now, and what its limits are.
///
/// What may change something is judged by the record as it is, read beside the limits; anything else by one
/// at most a minute old. Nobody is refused by memory alone.
pub(crate) async fn admit(
    edge: &Edge,
    claims: &Claims,
    tenant: Option<&Tenant>,
    asked: Asked,
) -> (Option<Allowance>, Result<()>) {
    let now = edge.clock().now();
    let known = standing::remembered(edge, tenant).await;
    let refused = known.as_ref().is_some_and(|known| known.check(claims, now).is_err());
    let certain = asked.changes || asked.doubted || refused;
    let (standing, allowance) = match known {
        Some(known) if certain => {
            let limited = limits::of_caller(edge, claims, tenant, &known.limits);
            let both = join(standing::read(edge, tenant), limited);
            let (read, allowance) = Box::pin(both).await;
            (read, allowance)
        }
        Some(known) => {
            let allowance = limits::of_caller(edge, claims, tenant, &known.limits).await;
            (Ok(known), allowance)
        }
        None => {
            let read = standing::read(edge, tenant).await;
            let limits = read.as_ref().map_or_else(|_| Limits::default(), |read| read.limits);
            (read, limits::of_caller(edge, claims, tenant, &limits).await)
        }
    };
    let standing = match standing {
        Ok(standing) => standing,
        Err(error) if certain => return (allowance, Err(error)),
        Err(error) => {
            tracing::warn!(error = ?error, "a reading request passes unchecked");
            Arc::new(Standing::default())
        }
    };
    let within = || allowance.map_or(Ok(()), |allowance| allowance.check());
    let verdict = standing.check(claims, now).and_then(|()| within());
    if asked.changes {
        standing::sweep(edge, tenant, &standing).await;
    }
    (allowance, verdict)
}

/// The refusal that the gateway's authorizer marked, where this function would not refuse by itself.
pub(crate) fn refused_at_gateway(code: &str) -> Error {
    const CODES: [&str; 3] = ["KEY_EXPIRED", "KEY_REVOKED", "KEY_UNKNOWN"];
    match CODES.into_iter().find(|known| *known == code) {
        Some(code) => {
            Error::unauthenticated(code, "the gateway does not take this API key; make another")
        }
        None => Error::unauthenticated(
            "TOKEN_MALFORMED",
            "the gateway does not take this token; log in again",
        ),
    }
}

/// Whether the gateway's refusal was about the record, which can be asked again.
pub(crate) fn is_about_standing(code: &str) -> bool {
    ["CLUB_SUSPENDED", "MEMBER_SUSPENDED", "SESSION_REVOKED"].contains(&code)
}
