//! `GET /v1/auth/sso/providers`.

use axum::extract::State;
use futures::future::try_join;
use garde::Validate;
use identity::{ProviderName, ProviderRef, store};
use kernel::{PageLimit, PageRequest, Slug, Tenant};
use runtime::App;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Correlation, Envelope, Outcome, Params, Problem, Reply};

use crate::way::open_platform_providers;

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
    /// An id of the club's; of the platform's its key, such as `google`.
    #[schema(value_type = String)]
    id: ProviderRef,
    name: ProviderName,
}

/// List the providers that a club's people can sign in with, for its sign-in page: its own, and the platform's
/// where the club takes them.
#[utoipa::path(
    get,
    path = "/v1/auth/sso/providers",
    tag = "sso",
    params(Offer),
    responses(
        (status = 200, body = Envelope<Vec<SsoProvider>>, description = "All of them: the club's, oldest first, then the platform's."),
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
    let (own, platform_s) =
        Box::pin(try_join(store::providers(&table, all), open_platform_providers(&app, &table)))
            .await?;
    let own = own.items.into_iter().filter(|provider| provider.enabled);
    let offered = own.chain(platform_s).map(|it| SsoProvider { id: it.reference(), name: it.name });
    Ok(Reply::ok(offered.collect()))
}
