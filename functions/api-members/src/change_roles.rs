//! `PUT /v1/members/{account_id}/roles`.

use std::collections::{BTreeMap, BTreeSet};

use audit::Entry;
use axum::extract::State;
use garde::Validate;
use identity::{Actor, Placement, store};
use kernel::{AccountId, Permission, Role, VenueId, same_version};
use runtime::App;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, Id, IfMatch, Outcome, Problem};

use crate::{
    read::{MemberView, shown},
    wanted::{ROLES_LIMIT, VENUES_LIMIT, few_at_each, placement},
};

/// What the member is from now on; what is not named is taken.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct MemberRoles {
    /// In the whole club; built-in ones or the club's own.
    #[garde(length(min = 1, max = ROLES_LIMIT))]
    roles: BTreeSet<Role>,
    /// What more they are at single venues.
    #[serde(default)]
    #[garde(length(max = VENUES_LIMIT), custom(few_at_each))]
    venue_roles: BTreeMap<VenueId, BTreeSet<Role>>,
}

/// Give a member other roles.
///
/// Nobody gives or takes what they lack themselves, nor changes somebody who may do what they may not. The
/// member's next access token has the new rights.
#[utoipa::path(
    put,
    path = "/v1/members/{account_id}/roles",
    tag = "members",
    params(
        ("account_id" = AccountId, Path),
        ("If-Match" = Option<String>, Header, description = "The ETag of what was read."),
    ),
    request_body = MemberRoles,
    responses(
        (status = 200, body = Envelope<MemberView>, description = "As they are now, with their ETag."),
        (
            status = 403,
            body = Problem,
            description = "PERMISSION_MISSING, STEP_UP_REQUIRED, TARGET_OUTRANKS, GRANT_EXCEEDS_OWN."
        ),
        (status = 404, body = Problem, description = "MEMBER_NOT_FOUND, VENUE_NOT_FOUND."),
        (status = 409, body = Problem, description = "LAST_OWNER, CONCURRENT_CHANGE."),
        (status = 412, body = Problem, description = "STALE_VERSION: it changed since it was read."),
        (
            status = 422,
            body = Problem,
            description = "BODY_INVALID, VALIDATION_FAILED, ROLE_UNKNOWN, ROLE_NOT_FOR_VENUES."
        ),
    )
)]
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    Id(account): Id<AccountId>,
    IfMatch(version): IfMatch,
    Body(input): Body<MemberRoles>,
) -> Outcome<MemberView> {
    let table = app.tenant_table(&caller)?;
    let actor = Actor::load(&table, caller.claims(), Permission::RoleManage).await?;
    let before = store::member(&table, account).await?;
    same_version(version, before.version, "this member")?;
    actor.may_change(&before)?;
    let (is, becomes) =
        (Placement::of(&before), placement(&table, input.roles, input.venue_roles).await?);
    actor.may_place(&is, &becomes)?;
    if is == becomes {
        return Ok(shown(before));
    }
    let after = before.placed(&becomes);
    let mut writes = store::change(&table, &before, &after)?;
    writes.extend(actor.unchanged(&table, Some(account)));
    let told =
        Entry::new(caller.origin(), "member.roles_changed", account).changing(&before, &after)?;
    audit::write(&table, told, app.clock().now(), writes).await?;
    Ok(shown(after))
}
