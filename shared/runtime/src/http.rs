//! The runner of API functions.

use axum::{Router, body::Body, http::Request, response::Response};
use lambda_http::{RequestExt, request::RequestContext};
use tower::ServiceExt;
use web::{Caller, RequestFacts, Summary};

use crate::{App, Routes, telemetry::Invocation};

/// The function's routes as a service; the same in `main` and in tests.
pub fn router(routes: Routes, app: &App) -> Router {
    routes.into_router(app.clone())
}

/// One request: what the gateway knows goes in, one log line comes out.
pub(crate) async fn serve(
    router: Router,
    app: &App,
    request: lambda_http::Request,
) -> Result<Response, std::convert::Infallible> {
    let invocation = Invocation::start(app);
    let facts = facts(&request);
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let mut request: Request<Body> = request.map(Body::new);
    request.extensions_mut().insert(facts.clone());
    let response = router.oneshot(request).await?;
    let usage = invocation.usage(app);
    let caller = response.extensions().get::<Caller>();
    tracing::info!(
        request.id = facts.request_id,
        http.method = %method,
        http.path = path,
        http.status = response.status().as_u16(),
        error.code = response.extensions().get::<Summary>().and_then(|summary| summary.code),
        tenant.id = caller.and_then(|caller| caller.club().ok()).map(tracing::field::display),
        duration_ms = invocation.duration_ms(),
        db.round_trips = usage.round_trips,
        db.units = usage.units,
        "request"
    );
    Ok(response)
}

fn facts(request: &lambda_http::Request) -> RequestFacts {
    let Some(RequestContext::ApiGatewayV2(context)) = request.request_context_ref() else {
        return RequestFacts::default();
    };
    let authorizer = context.authorizer.as_ref();
    let told = |field: &str| authorizer.and_then(|authorizer| authorizer.fields.get(field));
    RequestFacts {
        request_id: context.request_id.clone().unwrap_or_default(),
        address: context.http.source_ip.clone().unwrap_or_default(),
        authorized_account: told("account_id").and_then(|id| id.as_str()).map(str::to_owned),
        refusal: told("refusal").and_then(|code| code.as_str()).map(str::to_owned),
    }
}
