//! Who calls.

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, Request},
    http::{HeaderMap, header::AUTHORIZATION, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use kernel::{
    AccountId, Claims, ClubId, Error, LastKey, Page, PageLimit, PageRequest, Permission, Result,
    Role, SessionId, Tenant,
};

use crate::{
    Edge, EdgeKeys, Failure, RequestFacts,
    cursor::{read_cursor, write_cursor},
    idempotency, token,
};

/// An authenticated caller who has the permission of the route.
#[derive(Debug, Clone)]
pub struct Caller {
    claims: Arc<Claims>,
    tenant: Option<Tenant>,
    keys: Arc<EdgeKeys>,
}

impl Caller {
    /// Whose token it is.
    pub fn account(&self) -> AccountId {
        self.claims.sub
    }

    /// The session that the token belongs to.
    pub fn session(&self) -> SessionId {
        self.claims.sid
    }

    /// Roles in the token's club.
    pub fn roles(&self) -> &[Role] {
        &self.claims.roles
    }

    /// Everything that the caller may do.
    pub fn permissions(&self) -> impl Iterator<Item = Permission> {
        self.claims.permissions.iter().copied()
    }

    /// Whether the caller may also do this.
    pub fn may(&self, permission: Permission) -> bool {
        self.claims.permissions.contains(&permission)
    }

    /// The club that the token is for. An operator's token is for none: `forbidden`, `CLUB_REQUIRED`.
    pub fn tenant(&self) -> Result<&Tenant> {
        self.tenant.as_ref().ok_or_else(|| {
            Error::forbidden("CLUB_REQUIRED", "log in with a club; this token is for none")
        })
    }

    /// The club that the token is for.
    pub fn club(&self) -> Result<ClubId> {
        self.tenant().map(Tenant::club)
    }

    /// The page that a list's `limit` and `cursor` ask for. `list` names the list and its filters: a
    /// cursor of another list, query or club is refused.
    pub fn page(&self, list: &str, limit: Option<u8>, cursor: Option<&str>) -> Result<PageRequest> {
        let limit = limit
            .map_or(Some(PageLimit::default()), PageLimit::new)
            .ok_or_else(|| Error::invalid("LIMIT_OUT_OF_RANGE", "limit must be from 1 to 100"))?;
        let after = cursor
            .map(|cursor| read_cursor(&self.keys.cursor, &self.list_name(list), cursor))
            .transpose()?;
        Ok(PageRequest { limit, after })
    }

    pub(crate) fn cursor_of<T>(&self, list: &str, page: &Page<T>) -> Option<String> {
        let write = |key: &LastKey| write_cursor(&self.keys.cursor, &self.list_name(list), key);
        page.next.as_ref().map(write)
    }

    fn list_name(&self, list: &str) -> String {
        match &self.tenant {
            Some(tenant) => format!("{}|{list}", tenant.club()),
            None => format!("platform|{list}"),
        }
    }
}

/// Ties together everything that one request sets off; the client may choose it.
#[derive(Debug, Clone)]
pub struct Correlation(pub String);

/// The address that the request came from, as the gateway saw it; empty where there is no gateway.
#[derive(Debug, Clone)]
pub struct ClientAddress(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| {
            Failure(Error::internal("a handler asks for a caller on a route without permission"))
        })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Correlation {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(|| Failure(Error::internal("a request has no correlation")))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for ClientAddress {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let facts = parts.extensions.get::<RequestFacts>();
        Ok(Self(facts.map(|facts| facts.address.clone()).unwrap_or_default()))
    }
}

/// The layer of every route with a permission.
pub(crate) async fn authorize(permission: Permission, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let (edge, caller) = match caller_of(permission, &parts).await {
        Ok(found) => found,
        Err(error) => return Failure(error).into_response(),
    };
    parts.extensions.insert(caller.clone());
    let request = Request::from_parts(parts, body);
    let mut response = idempotency::once(&edge, &caller, request, next).await;
    response.extensions_mut().insert(caller);
    response
}

async fn caller_of(permission: Permission, parts: &Parts) -> Result<(Edge, Caller)> {
    let missing = || Error::internal("a route has no edge");
    let edge = parts.extensions.get::<Edge>().ok_or_else(missing)?;
    let correlation = parts.extensions.get::<Correlation>().ok_or_else(missing)?;
    let token = token::bearer(authorization(&parts.headers))?;
    let keys = edge.keys().await?;
    let claims = token::verify(token, &keys, edge.issuer(), edge.clock().now())?;
    agrees_with_authorizer(&claims, parts.extensions.get::<RequestFacts>())?;
    if !claims.permissions.contains(&permission) {
        return Err(Error::forbidden(
            "PERMISSION_MISSING",
            format!("this needs the permission {}", permission.as_str()),
        ));
    }
    let tenant = claims.club.map(|club| Tenant::from_token(club, correlation.0.clone()));
    Ok((edge.clone(), Caller { claims: Arc::new(claims), tenant, keys }))
}

/// Where the gateway's authorizer ran, it must have come to the same account.
fn agrees_with_authorizer(claims: &Claims, facts: Option<&RequestFacts>) -> Result<()> {
    let Some(facts) = facts else { return Ok(()) };
    let other = |account: &str| account != claims.sub.to_string();
    if facts.token_refused || facts.authorized_account.as_deref().is_some_and(other) {
        return Err(Error::unauthenticated(
            "TOKEN_MALFORMED",
            "the gateway does not take this token; log in again",
        ));
    }
    Ok(())
}

fn authorization(headers: &HeaderMap) -> Option<&str> {
    headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok())
}
