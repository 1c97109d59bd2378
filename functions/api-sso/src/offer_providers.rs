//! `GET /v1/auth/sso/providers`.

use axum::extract::State;
use garde::Validate;
use identity::{ProviderName, store};
use kernel::{IdentityProviderId, PageLimit, PageRequest, Slug, Tenant};
use runtime::App;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Correlation, Envelope, Outcome, Params, Problem, Reply};

/// Of which club.
#[derive(Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
#[garde(allow_unvalidated)]
pub(crate) struct Offer {
    /// The club's slug.
    #[param(value_type = String)]
    club: Slug,
}

/// A button on the club's sign-in page.
#[derive(Serialize, ToSchema)]
pub(crate) struct SsoProvider {
    id: IdentityProviderId,
    name: ProviderName,
}

/// List the providers that a club's people can sign in with, for its sign-in page.
#[utoipa::path(
    get,
    path = "/v1/auth/sso/providers",
    tag = "sso",
    params(Offer),
    responses(
        (status = 200, body = Envelope<Vec<SsoProvider>>, description = "All of them, oldest first."),
        (status = 404, body = Problem, description = "CLUB_NOT_FOUND: no club of this slug is open."),
        (status = 422, body = Problem, description = "QUERY_INVALID."),
    )
)]
pub(crate) async fn offer(
    State(app): State<App>,
    Correlation(correlation): Correlation,
    Params(query): Params<Offer>,
) -> Outcome<Vec<SsoProvider>> {
    let club = tenancy::store::open_club(&app.table().platform(), &query.club).await?;
    let table = app.table().tenant(&Tenant::from_platform_record(club, correlation));
    let all = PageRequest { limit: PageLimit::default(), after: None };
    let providers = store::providers(&table, all).await?.items.into_iter();
    let offered = providers.filter(|provider| provider.enabled);
    Ok(Reply::ok(offered.map(|it| SsoProvider { id: it.id, name: it.name }).collect()))
}
