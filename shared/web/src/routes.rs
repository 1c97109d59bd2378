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
use utoipa::openapi::{
    Content, OpenApi, Paths, Ref, RefOr, Response, ResponseBuilder, path::Operation,
    security::SecurityRequirement,
};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter, UtoipaMethodRouterExt};

use crate::{Edge, Failure, body::BODY_LIMIT_BYTES, caller::authorize, layers::around};

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

    /// Routes that anybody may call.
    pub fn open(mut self, routes: UtoipaMethodRouter<S>) -> Self {
        self.note(&routes.1, Access::Open);
        Self { router: self.router.routes(routes), ..self }
    }

    /// Routes for callers with this permission alone.
    pub fn allow(mut self, permission: Permission, mut routes: UtoipaMethodRouter<S>) -> Self {
        self.note(&routes.1, Access::Permission(permission));
        describe(&mut routes.1, permission);
        let guarded = routes.layer(middleware::from_fn(move |request: Request, next: Next| {
            authorize(permission, request, next)
        }));
        Self { router: self.router.routes(guarded), ..self }
    }

    fn note(&mut self, paths: &Paths, access: Access) {
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
                    self.table.push(Route { method, path: path.clone(), access });
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

/// How a route with a permission refuses callers, for its description.
const REFUSALS: [(&str, &str); 2] = [
    (
        "401",
        "TOKEN_MISSING, TOKEN_MALFORMED, TOKEN_NOT_ACCESS, TOKEN_ALGORITHM_REFUSED, \
         TOKEN_KEY_UNKNOWN, TOKEN_SIGNATURE_INVALID, TOKEN_WRONG_ISSUER, TOKEN_WRONG_AUDIENCE, \
         TOKEN_EXPIRED.",
    ),
    ("403", "PERMISSION_MISSING, CLUB_REQUIRED."),
];

fn problem(description: &str) -> RefOr<Response> {
    let content = Content::new(Some(Ref::from_schema_name("Problem")));
    ResponseBuilder::new()
        .description(description)
        .content("application/json", content)
        .build()
        .into()
}

/// What every route with a permission has in its description.
fn describe(paths: &mut Paths, permission: Permission) {
    let mark = |operation: &mut Option<Operation>| {
        if let Some(operation) = operation {
            for (status, refusal) in REFUSALS {
                let responses = &mut operation.responses.responses;
                responses.entry(status.to_owned()).or_insert_with(|| problem(refusal));
            }
            operation.security =
                Some(vec![SecurityRequirement::new::<_, [&str; 0], &str>("access_token", [])]);
            let note = format!("Needs the permission `{}`.", permission.as_str());
            operation.description = Some(match operation.description.take() {
                Some(text) if !text.is_empty() => format!("{text}\n\n{note}"),
                _ => note,
            });
        }
    };
    for item in paths.paths.values_mut() {
        for operation in
            [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete]
        {
            mark(operation);
        }
    }
}
