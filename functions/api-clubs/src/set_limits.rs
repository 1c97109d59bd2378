//! `PUT /v1/admin/clubs/{club_id}/limits`.

use audit::Entry;
use axum::extract::State;
use garde::Validate;
use kernel::{ClubId, Tenant};
use runtime::App;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{
    Body, Caller, Correlation, Envelope, Id, IfMatch, Limits, Outcome, Problem, RateTier, Reply,
    standing,
};

use crate::read_limits::LimitsView;

const ACCOUNT_LIMIT: u32 = 100_000;
const CLUB_LIMIT: u32 = 1_000_000;

/// All limits of the club; what is absent is everybody's, or the tier's.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewLimits {
    #[garde(skip)]
    tier: RateTier,
    /// What each account and API key may ask a minute.
    #[garde(inner(range(min = 1, max = ACCOUNT_LIMIT)))]
    #[schema(minimum = 1, maximum = 100_000)]
    account_per_minute: Option<u32>,
    /// What the whole club may ask a minute.
    #[garde(inner(range(min = 1, max = CLUB_LIMIT)))]
    #[schema(minimum = 1, maximum = 1_000_000)]
    club_per_minute: Option<u32>,
}

/// Set how many requests a club may make. It holds everywhere within a minute.
#[utoipa::path(
    put,
    path = "/v1/admin/clubs/{club_id}/limits",
    tag = "clubs",
    params(("club_id" = ClubId, Path), ("If-Match" = Option<String>, Header, description = "The ETag of what you read.")),
    request_body = NewLimits,
    responses(
        (status = 200, body = Envelope<LimitsView>, description = "As they are now."),
        (status = 404, body = Problem, description = "CLUB_NOT_FOUND."),
        (status = 412, body = Problem, description = "STALE_VERSION."),
    )
)]
pub(crate) async fn set_limits(
    State(app): State<App>,
    caller: Caller,
    Correlation(correlation): Correlation,
    Id(id): Id<ClubId>,
    IfMatch(version): IfMatch,
    Body(input): Body<NewLimits>,
) -> Outcome<LimitsView> {
    tenancy::store::club(&app.table().platform(), id).await?;
    let table = app.table().tenant(&Tenant::from_platform_record(id, correlation));
    let NewLimits { tier, account_per_minute, club_per_minute } = input;
    let limits = Limits { tier, account_per_minute, club_per_minute };
    let (before, _) = standing::limits(&table).await?;
    let told = Entry::new(caller.origin(), "club.limits_set", id).changing(&before, &limits)?;
    let writes = vec![standing::set_limits(&table, &limits, version)?];
    audit::write(&table, told, app.clock().now(), writes).await?;
    let (limits, version) = standing::limits(&table).await?;
    Ok(Reply::ok(limits.into()).etag(version))
}
