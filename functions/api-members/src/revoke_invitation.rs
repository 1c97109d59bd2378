//! `DELETE /v1/invitations/{invitation_id}`.

use audit::Entry;
use axum::extract::State;
use identity::{Actor, Placement, grants, store};
use kernel::{InvitationId, Permission};
use runtime::App;
use web::{Caller, Id, Outcome, Problem, Reply};

/// Take an invitation back.
///
/// A mail that is out leads nowhere then. Nobody takes back what they lack themselves; doing it again
/// changes nothing.
#[utoipa::path(
    delete,
    path = "/v1/invitations/{invitation_id}",
    tag = "members",
    params(("invitation_id" = InvitationId, Path)),
    responses(
        (status = 204, description = "Taken back."),
        (status = 403, body = Problem, description = "PERMISSION_MISSING, GRANT_EXCEEDS_OWN."),
        (status = 404, body = Problem, description = "INVITATION_NOT_FOUND."),
        (status = 409, body = Problem, description = "INVITATION_USED: they are a member already."),
    )
)]
pub(crate) async fn revoke(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<InvitationId>,
) -> Outcome<()> {
    let table = app.tenant_table(&caller)?;
    let actor = Actor::load(&table, caller.claims(), Permission::MemberInvite).await?;
    let invitation = store::own_invitation(&table, id).await?;
    if invitation.revoked_at.is_some() {
        return Ok(Reply::no_content());
    }
    invitation.open()?;
    let promised = Placement::promised(&invitation);
    // A role that the club has given up since allows nothing, and may be taken back by anybody.
    grants::may_place(&actor.rights, &actor.own_roles, &promised, &Placement::default())?;
    let (told, now) = (Entry::new(caller.origin(), "invitation.revoked", id), app.clock().now());
    audit::write(&table, told, now, vec![store::revoke_invitation(&table, id, now)]).await?;
    Ok(Reply::no_content())
}
