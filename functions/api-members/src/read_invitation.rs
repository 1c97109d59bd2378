//! `GET /v1/invitations/{invitation_id}`.

use std::collections::BTreeMap;

use axum::extract::State;
use identity::{Invitation, store};
use kernel::{AccountId, Email, InvitationId, PersonName, Role, VenueId, jiff::Timestamp};
use runtime::App;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Caller, Envelope, Id, Outcome, Problem, Reply};

/// How far an invitation is.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum InvitationStatus {
    /// It can be accepted.
    Open,
    /// Its time is over; sent again, it is open again.
    Expired,
    /// Somebody accepted it.
    Accepted,
    /// The club took it back.
    Revoked,
}

/// An invitation into the club.
#[derive(Serialize, ToSchema)]
pub(crate) struct InvitationView {
    id: InvitationId,
    email: Email,
    name: Option<PersonName>,
    /// What they will be in the whole club.
    roles: Vec<Role>,
    /// What more they will be at single venues.
    venue_roles: BTreeMap<VenueId, Vec<Role>>,
    /// Who invited them; null where the platform did.
    invited_by: Option<AccountId>,
    status: InvitationStatus,
    #[schema(value_type = String, format = DateTime)]
    #[serde(serialize_with = "kernel::serialize_timestamp")]
    created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    #[serde(serialize_with = "kernel::serialize_timestamp")]
    expires_at: Timestamp,
}

impl InvitationView {
    /// As it is now.
    pub(crate) fn new(invitation: Invitation, now: Timestamp) -> Self {
        let status = if invitation.accepted_at.is_some() {
            InvitationStatus::Accepted
        } else if invitation.revoked_at.is_some() {
            InvitationStatus::Revoked
        } else if invitation.expires_at <= now {
            InvitationStatus::Expired
        } else {
            InvitationStatus::Open
        };
        Self {
            id: invitation.id,
            email: invitation.email,
            name: invitation.name,
            roles: invitation.roles,
            venue_roles: invitation.venue_roles,
            invited_by: invitation.invited_by,
            status,
            created_at: invitation.created_at,
            expires_at: invitation.expires_at,
        }
    }
}

/// Read an invitation, as long as the club keeps it.
#[utoipa::path(
    get,
    path = "/v1/invitations/{invitation_id}",
    tag = "members",
    params(("invitation_id" = InvitationId, Path)),
    responses(
        (status = 200, body = Envelope<InvitationView>, description = "As it is now."),
        (status = 404, body = Problem, description = "INVITATION_NOT_FOUND."),
    )
)]
pub(crate) async fn read(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<InvitationId>,
) -> Outcome<InvitationView> {
    let invitation = store::own_invitation(&app.tenant_table(&caller)?, id).await?;
    Ok(Reply::ok(InvitationView::new(invitation, app.clock().now())))
}
