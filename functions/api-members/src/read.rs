//! `GET /v1/members/{account_id}`.

use std::collections::BTreeMap;

use axum::extract::State;
use identity::{ExternalId, Membership, MembershipStatus, store};
use kernel::{AccountId, Email, PersonName, Role, VenueId, jiff::Timestamp};
use runtime::App;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Caller, Envelope, Id, Outcome, Problem, Reply};

/// A member of the club.
#[derive(Serialize, ToSchema)]
pub(crate) struct MemberView {
    account_id: AccountId,
    name: PersonName,
    email: Option<Email>,
    /// In the whole club.
    roles: Vec<Role>,
    /// What more they are at single venues.
    venue_roles: BTreeMap<VenueId, Vec<Role>>,
    /// What the club knows them by elsewhere.
    external_id: Option<ExternalId>,
    status: MembershipStatus,
    #[schema(value_type = String, format = DateTime)]
    #[serde(serialize_with = "kernel::serialize_timestamp")]
    joined_at: Timestamp,
}

impl From<Membership> for MemberView {
    fn from(member: Membership) -> Self {
        Self {
            account_id: member.account_id,
            name: member.name,
            email: member.email,
            roles: member.roles,
            venue_roles: member.venue_roles,
            external_id: member.external_id,
            status: member.status,
            joined_at: member.joined_at,
        }
    }
}

/// The member as they are now, with their `ETag`.
pub(crate) fn shown(member: Membership) -> Reply<MemberView> {
    let version = member.version;
    Reply::ok(MemberView::from(member)).etag(version)
}

/// Read a member, of any status.
#[utoipa::path(
    get,
    path = "/v1/members/{account_id}",
    tag = "members",
    params(("account_id" = AccountId, Path)),
    responses(
        (status = 200, body = Envelope<MemberView>, description = "With its ETag."),
        (status = 404, body = Problem, description = "MEMBER_NOT_FOUND."),
    )
)]
pub(crate) async fn read(
    State(app): State<App>,
    caller: Caller,
    Id(account): Id<AccountId>,
) -> Outcome<MemberView> {
    Ok(shown(store::member(&app.tenant_table(&caller)?, account).await?))
}
