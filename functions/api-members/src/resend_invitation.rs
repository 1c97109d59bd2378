//! `POST /v1/invitations/{invitation_id}/resend`.

use audit::Entry;
use axum::extract::State;
use identity::{Actor, Placement, store};
use kernel::{InvitationId, Permission};
use runtime::App;
use web::{Caller, Envelope, Id, Outcome, Problem, Reply};

use crate::read_invitation::InvitationView;

/// Send an invitation's mail once more.
///
/// The invitation, even an expired one, can be accepted for another two weeks; the mails sent before stay
/// good. Nobody promises again what they lack themselves.
#[utoipa::path(
    post,
    path = "/v1/invitations/{invitation_id}/resend",
    tag = "members",
    params(("invitation_id" = InvitationId, Path)),
    responses(
        (status = 200, body = Envelope<InvitationView>, description = "Its mail is on its way."),
        (status = 403, body = Problem, description = "PERMISSION_MISSING, GRANT_EXCEEDS_OWN."),
        (status = 404, body = Problem, description = "INVITATION_NOT_FOUND."),
        (status = 409, body = Problem, description = "INVITATION_USED."),
        (status = 422, body = Problem, description = "INVITATION_REVOKED, ROLE_UNKNOWN."),
        (status = 503, body = Problem, description = "INVITATION_OVERTAKEN: repeat."),
    )
)]
pub(crate) async fn resend(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<InvitationId>,
) -> Outcome<InvitationView> {
    let table = app.tenant_table(&caller)?;
    let actor = Actor::load(&table, caller.claims(), Permission::MemberInvite).await?;
    let invitation = store::own_invitation(&table, id).await?;
    let now = app.clock().now();
    let renewed = invitation.renewed(now)?;
    actor.may_place(&Placement::default(), &Placement::promised(&invitation))?;
    let told = Entry::new(caller.origin(), "invitation.resent", id);
    audit::write(&table, told, now, vec![store::renew(&table, &renewed, now)?]).await?;
    Ok(Reply::ok(InvitationView::new(renewed, now)))
}
