//! Who calls.

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, Request},
    http::{HeaderMap, Method, header::AUTHORIZATION, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use kernel::{
    AccountId, Claims, ClubId, Error, LastKey, Origin, Page, PageLimit, PageRequest, Permission,
    Result, Role, SessionId, Tenant, VenueId,
};

use crate::{
    Edge, EdgeKeys, Failure, RequestFacts,
    admission::{self, Asked, Recognised},
    api_key,
    cursor::{read_cursor, write_cursor},
    idempotency,
    limits::Allowance,
    routes::Demand,
};

/// An authenticated caller who has the permission of the route.
#[derive(Debug, Clone)]
pub struct Caller {
    claims: Arc<Claims>,
    tenant: Option<Tenant>,
    origin: Arc<Origin>,
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

    /// Who acts, from where.
    pub fn origin(&self) -> &Origin {
        &self.origin
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

    /// Whether the caller may also do this at this venue.
    pub fn may_at(&self, permission: Permission, venue: VenueId) -> bool {
        let there = self.claims.venues.get(&venue);
        self.may(permission) || there.is_some_and(|granted| granted.contains(&permission))
    }

    /// The caller may also do this, else `forbidden`, `PERMISSION_MISSING`.
    pub fn require(&self, permission: Permission) -> Result<()> {
        self.may(permission).then_some(()).ok_or_else(|| permission_missing(permission))
    }

    /// The caller may do this at this venue, else `forbidden`, `PERMISSION_MISSING`.
    pub fn require_at(&self, permission: Permission, venue: VenueId) -> Result<()> {
        self.may_at(permission, venue).then_some(()).ok_or_else(|| permission_missing(permission))
    }

    /// Everything that the token says.
    pub fn claims(&self) -> &Claims {
        &self.claims
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
pub(crate) async fn authorize(demand: Demand, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let (allowance, found) = Box::pin(caller_of(demand, &parts)).await;
    let mut response = match found {
        Ok((edge, caller)) => {
            parts.extensions.insert(caller.clone());
            let request = Request::from_parts(parts, body);
            let mut response = idempotency::once(&edge, &caller, request, next).await;
            response.extensions_mut().insert(caller);
            response
        }
        Err(error) => Failure(error).into_response(),
    };
    if let Some(allowance) = allowance {
        allowance.write(response.headers_mut());
    }
    response
}

/// The caller, and what its limits are, as soon as it is known.
async fn caller_of(demand: Demand, parts: &Parts) -> (Option<Allowance>, Result<(Edge, Caller)>) {
    let (edge, recognised, tenant, asked) = match recognise(parts).await {
        Ok(recognised) => recognised,
        Err(error) => return (None, Err(error)),
    };
    let Recognised { claims, key } = recognised;
    let (allowance, admitted) = admission::admit(&edge, &claims, tenant.as_ref(), asked).await;
    if let Err(error) = admitted.and_then(|()| entitled(demand, &claims, &edge)) {
        return (allowance, Err(error));
    }
    if let (Some(key), Some(tenant)) = (&key, &tenant) {
        api_key::note_use(&edge, tenant, key).await;
    }
    let origin = Arc::new(origin(&claims, parts));
    let caller = edge.keys().await;
    let caller = caller.map(|keys| Caller { claims: Arc::new(claims), tenant, origin, keys });
    (allowance, caller.map(|caller| (edge, caller)))
}

async fn recognise(parts: &Parts) -> Result<(Edge, Recognised, Option<Tenant>, Asked)> {
    let missing = || Error::internal("a route has no edge");
    let edge = parts.extensions.get::<Edge>().ok_or_else(missing)?;
    let Correlation(correlation) = parts.extensions.get::<Correlation>().ok_or_else(missing)?;
    let header = authorization(&parts.headers);
    let recognised = admission::recognise(edge, header, correlation).await?;
    let doubted = agrees_with_authorizer(&recognised.claims, parts.extensions.get())?;
    let tenant = recognised.claims.club.map(|club| tenant(club, correlation));
    let changes = ![Method::GET, Method::HEAD].contains(&parts.method);
    Ok((edge.clone(), recognised, tenant, Asked { changes, doubted }))
}

fn origin(claims: &Claims, parts: &Parts) -> Origin {
    let address = parts.extensions.get::<RequestFacts>().map(|facts| facts.address.clone());
    let correlation = parts.extensions.get::<Correlation>().map(|it| it.0.clone());
    let by_key = claims.amr.contains(&kernel::Method::Key);
    Origin {
        account: claims.sub,
        session: (!by_key).then_some(claims.sid),
        address: address.unwrap_or_default(),
        correlation: correlation.unwrap_or_default(),
    }
}

/// The club of a token or an API key.
pub(crate) fn tenant(club: ClubId, correlation: &str) -> Tenant {
    Tenant::from_token(club, correlation)
}

/// Whether the caller may use the route.
fn entitled(demand: Demand, claims: &Claims, edge: &Edge) -> Result<()> {
    let permission = demand.permission;
    let at_a_venue = || claims.venues.values().any(|granted| granted.contains(&permission));
    let anywhere = demand.at_venue && at_a_venue();
    if !anywhere && !claims.permissions.contains(&permission) {
        return Err(permission_missing(permission));
    }
    if demand.fresh && !claims.is_fresh(edge.clock().now()) {
        return Err(step_up(claims));
    }
    Ok(())
}

fn permission_missing(permission: Permission) -> Error {
    Error::forbidden(
        "PERMISSION_MISSING",
        format!("this needs the permission {}", permission.as_str()),
    )
}

/// In the manner of RFC 9470, with the club's own 403: says how recent, and by what, the proof must be.
fn step_up(claims: &Claims) -> Error {
    let message =
        "this needs a recent proof that it is you; prove it at /v1/auth/step-up and repeat";
    Error::forbidden("STEP_UP_REQUIRED", message).with_details(serde_json::json!({
        "max_age_seconds": Claims::FRESH_SECONDS,
        "methods": if claims.mfa { ["otp", "rec"].as_slice() } else { &["pwd"] },
    }))
}

/// Where the gateway's authorizer ran, it must have come to the same account. It may have refused by a
/// record that has changed since, which is then asked again: `true`.
fn agrees_with_authorizer(claims: &Claims, facts: Option<&RequestFacts>) -> Result<bool> {
    let Some(facts) = facts else { return Ok(false) };
    let other = |account: &str| account != claims.sub.to_string();
    if facts.authorized_account.as_deref().is_some_and(other) {
        return Err(admission::refused_at_gateway("TOKEN_MALFORMED"));
    }
    match facts.refusal.as_deref() {
        None => Ok(false),
        Some(code) if admission::is_about_standing(code) => Ok(true),
        Some(code) => Err(admission::refused_at_gateway(code)),
    }
}

fn authorization(headers: &HeaderMap) -> Option<&str> {
    headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok())
}
