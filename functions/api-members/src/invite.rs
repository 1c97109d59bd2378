//! `POST /v1/invitations`.

use std::collections::{BTreeMap, BTreeSet};

use audit::Entry;
use axum::extract::State;
use garde::Validate;
use identity::{Actor, Invitation, Placement, store};
use kernel::{Email, Error, InvitationId, Permission, PersonName, Result, Role, VenueId};
use runtime::App;
use serde::Deserialize;
use table::TenantTable;
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, Outcome, Problem, Reply};

use crate::{
    read_invitation::InvitationView,
    wanted::{ROLES_LIMIT, VENUES_LIMIT, few_at_each, placement},
};

/// Who is invited to be what.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct NewInvitation {
    email: Email,
    /// How the mail greets them.
    name: Option<PersonName>,
    /// In the whole club; built-in ones or the club's own.
    #[garde(length(min = 1, max = ROLES_LIMIT))]
    roles: BTreeSet<Role>,
    /// What more they will be at single venues.
    #[serde(default)]
    #[garde(length(max = VENUES_LIMIT), custom(few_at_each))]
    venue_roles: BTreeMap<VenueId, BTreeSet<Role>>,
}

/// Invite somebody by e-mail. Nobody promises what they lack themselves.
#[utoipa::path(
    post,
    path = "/v1/invitations",
    tag = "members",
    request_body = NewInvitation,
    responses(
        (status = 201, body = Envelope<InvitationView>, description = "Made; its mail is on its way."),
        (status = 403, body = Problem, description = "PERMISSION_MISSING, GRANT_EXCEEDS_OWN."),
        (status = 404, body = Problem, description = "VENUE_NOT_FOUND."),
        (status = 409, body = Problem, description = "ALREADY_MEMBER."),
        (
            status = 422,
            body = Problem,
            description = "BODY_INVALID, VALIDATION_FAILED, ROLE_UNKNOWN, ROLE_NOT_FOR_VENUES."
        ),
    )
)]
pub(crate) async fn invite(
    State(app): State<App>,
    caller: Caller,
    Body(input): Body<NewInvitation>,
) -> Outcome<InvitationView> {
    let table = app.tenant_table(&caller)?;
    let actor = Actor::load(&table, caller.claims(), Permission::MemberInvite).await?;
    let promised = placement(&table, input.roles, input.venue_roles).await?;
    actor.may_place(&Placement::default(), &promised)?;
    nobody_yet(&app, &table, &input.email).await?;
    let now = app.clock().now();
    let invitation = Invitation {
        name: input.name,
        venue_roles: promised.roles_at_venues(),
        invited_by: Some(actor.account),
        ..Invitation::new(InvitationId::new(), input.email, promised.club_roles(), now)
    };
    let promise = serde_json::json!({
        "roles": invitation.roles, "venue_roles": invitation.venue_roles,
    });
    let told = Entry::new(caller.origin(), "invitation.created", invitation.id).making(&promise)?;
    let writes = vec![store::invite_by_mail(&table, &invitation, now)?];
    audit::write(&table, told, now, writes).await?;
    let location = format!("/v1/invitations/{}", invitation.id);
    Ok(Reply::created(location, InvitationView::new(invitation, now)))
}

/// Whoever is a member already gets other roles, not an invitation.
async fn nobody_yet(app: &App, table: &TenantTable, email: &Email) -> Result<()> {
    let Some(found) = store::credential(&app.table().platform(), email).await? else {
        return Ok(());
    };
    if store::membership(table, found.account_id).await?.is_none() {
        return Ok(());
    }
    Err(Error::conflict(
        "ALREADY_MEMBER",
        "somebody of this address is a member already; give them other roles instead",
    ))
}
