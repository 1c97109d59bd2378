//! A function's route table: every route with its permission, in one list that a test can read.

use axum::{
    Router,
    extract::{DefaultBodyLimit, FromRef, Request},
    middleware::{self, Next},
};
use kernel::{Error, Permission};
use tower_http::compression::{
    CompressionLayer,
    predicate::{DefaultPredicate, Predicate, SizeAbove},
};
use utoipa::openapi::{OpenApi, Paths};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter, UtoipaMethodRouterExt};

use crate::{
    Edge, Failure,
    body::BODY_LIMIT_BYTES,
    caller::authorize,
    describe,
    layers::around,
    limits::{Openness, limit_address},
};

/// Answers smaller than this are sent as they are.
const COMPRESSED_FROM_BYTES: u64 = 1_024;

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Open,
    /// Callers with this permission.
    Permission(Permission),
}

/// One line of the route table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// `POST` for instance.
    pub method: String,
    /// With parameters in braces.
    pub path: String,
    /// Who may call it.
    pub access: Access,
    /// Whether it asks for a recent proof of who calls.
    pub fresh: bool,
}

/// What a route asks of its callers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Demand {
    pub(crate) permission: Permission,
    /// Whether having the permission at one venue is enough to come in; the handler then asks at which.
    pub(crate) at_venue: bool,
    /// Whether the proof of who calls must be recent ([`kernel::Claims::is_fresh`]).
    pub(crate) fresh: bool,
}

/// The routes of one function.
#[must_use]
pub struct Routes<S> {
    router: OpenApiRouter<S>,
    table: Vec<Route>,
}

impl<S> Default for Routes<S>
where
    S: Clone + Send + Sync + 'static,
{
    fn default() -> Self {
        Self { router: OpenApiRouter::new(), table: Vec::new() }
    }
}

impl<S> Routes<S>
where
    S: Clone + Send + Sync + 'static,
    Edge: FromRef<S>,
{
    /// No routes yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Routes that anybody may call, an address [`crate::limits::ADDRESS_PER_MINUTE`] times a minute.
    pub fn open(self, routes: UtoipaMethodRouter<S>) -> Self {
        self.anybody(Openness::Limited, routes)
    }

    /// Routes on which somebody proves who they are: the same, and an address
    /// [`crate::limits::SIGN_INS_PER_MINUTE`] times a minute. Where limits cannot be kept they refuse.
    pub fn open_sign_in(self, routes: UtoipaMethodRouter<S>) -> Self {
        self.anybody(Openness::SignIn, routes)
    }

    /// The same, of routes that read while the limit is asked: each waits for its [`crate::Turn`] before it does more.
    pub fn open_sign_in_ahead(self, routes: UtoipaMethodRouter<S>) -> Self {
        self.anybody(Openness::SignInAhead, routes)
    }

    /// Routes that anybody may call as often as they like: what machines ask from few addresses, and what
    /// asks nothing of the table.
    pub fn open_unlimited(self, routes: UtoipaMethodRouter<S>) -> Self {
        self.anybody(Openness::Unlimited, routes)
    }

    fn anybody(mut self, openness: Openness, mut routes: UtoipaMethodRouter<S>) -> Self {
        self.note(&routes.1, Access::Open, false);
        if openness == Openness::Unlimited {
            describe::unlimited(&mut routes.1);
            return Self { router: self.router.routes(routes), ..self };
        }
        describe::open(&mut routes.1);
        let limited = routes.layer(middleware::from_fn(move |request: Request, next: Next| {
            limit_address(openness, request, next)
        }));
        Self { router: self.router.routes(limited), ..self }
    }

    /// Routes for callers with this permission in the whole club.
    pub fn allow(self, permission: Permission, routes: UtoipaMethodRouter<S>) -> Self {
        self.demand(Demand { permission, at_venue: false, fresh: false }, routes)
    }

    /// Routes for callers with this permission in the whole club or at some venue: the handler asks at
    /// which ([`crate::Caller::require_at`]).
    pub fn allow_at_venue(self, permission: Permission, routes: UtoipaMethodRouter<S>) -> Self {
        self.demand(Demand { permission, at_venue: true, fresh: false }, routes)
    }

    /// Routes for sensitive actions: with this permission, and a recent proof of who calls.
    pub fn allow_fresh(self, permission: Permission, routes: UtoipaMethodRouter<S>) -> Self {
        self.demand(Demand { permission, at_venue: false, fresh: true }, routes)
    }

    fn demand(mut self, demand: Demand, mut routes: UtoipaMethodRouter<S>) -> Self {
        self.note(&routes.1, Access::Permission(demand.permission), demand.fresh);
        describe::guarded(&mut routes.1, demand);
        let guarded = routes.layer(middleware::from_fn(move |request: Request, next: Next| {
            authorize(demand, request, next)
        }));
        Self { router: self.router.routes(guarded), ..self }
    }

    fn note(&mut self, paths: &Paths, access: Access, fresh: bool) {
        for (path, item) in &paths.paths {
            for (method, operation) in [
                ("GET", &item.get),
                ("POST", &item.post),
                ("PUT", &item.put),
                ("PATCH", &item.patch),
                ("DELETE", &item.delete),
            ] {
                if operation.is_some() {
                    let method = method.to_owned();
                    self.table.push(Route { method, path: path.clone(), access, fresh });
                }
            }
        }
    }

    /// The route table.
    pub fn table(&self) -> &[Route] {
        &self.table
    }

    /// The part of the API's description that these routes are.
    pub fn openapi(&self) -> OpenApi {
        self.router.get_openapi().clone()
    }

    /// The routes as a service, with everything that happens around a request.
    pub fn into_router(self, state: S) -> Router {
        let edge = Edge::from_ref(&state);
        let large = DefaultPredicate::new().and(SizeAbove::new(COMPRESSED_FROM_BYTES));
        let (router, _) = self.router.split_for_parts();
        router
            .fallback(async || {
                Failure(Error::not_found("NOT_FOUND", "there is no such path; see /docs"))
            })
            .method_not_allowed_fallback(async || {
                Failure(Error::not_found("NOT_FOUND", "this path has no such method; see /docs"))
            })
            .with_state(state)
            .layer(DefaultBodyLimit::max(BODY_LIMIT_BYTES))
            .layer(CompressionLayer::new().gzip(true).compress_when(large))
            .layer(middleware::from_fn(move |request: Request, next: Next| {
                around(edge.clone(), request, next)
            }))
    }
}
