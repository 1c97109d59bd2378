//! `POST /v1/users/me/children/{account_id}/promote`.

use audit::Entry;
use axum::extract::State;
use futures::future::try_join3;
use garde::Validate;
use identity::{Invitation, InvitationCreated};
use kernel::{AccountId, Email, Error, InvitationId, jiff::Timestamp};
use profiles::store;
use runtime::App;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, Id, Outcome, Problem, Reply};

use crate::acting::{acting_for_child, member};

/// Where the child reads its mail.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct PromoteChild {
    email: Email,
}

/// The invitation that is on its way.
#[derive(Serialize, ToSchema)]
pub(crate) struct Promotion {
    invitation_id: InvitationId,
    email: Email,
    #[serde(serialize_with = "kernel::serialize_timestamp")]
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

/// Give one's child a sign-in of its own: an invitation goes to its address, and whoever accepts it with a
/// password has the child's account, with all that is in it.
#[utoipa::path(
    post,
    path = "/v1/users/me/children/{account_id}/promote",
    tag = "users",
    params(("account_id" = AccountId, Path)),
    request_body = PromoteChild,
    responses(
        (status = 202, body = Envelope<Promotion>, description = "The invitation is on its way."),
        (status = 403, body = Problem, description = "NOT_GUARDIAN, PERMISSION_MISSING, CLUB_REQUIRED."),
        (status = 404, body = Problem, description = "USER_NOT_FOUND."),
        (status = 409, body = Problem, description = "ALREADY_PROMOTED, EMAIL_TAKEN, PROMOTION_SENT."),
        (status = 422, body = Problem, description = "BODY_INVALID."),
    )
)]
pub(crate) async fn promote(
    State(app): State<App>,
    caller: Caller,
    Id(child): Id<AccountId>,
    Body(input): Body<PromoteChild>,
) -> Outcome<Promotion> {
    let acting = acting_for_child(&app, &caller, child).await?;
    let (platform, table) = (app.table().platform(), app.tenant_table(&caller)?);
    let (account, membership, credential) = Box::pin(try_join3(
        identity::store::account(&platform, acting.account),
        member(&table, acting.account),
        identity::store::credential(&platform, &input.email),
    ))
    .await?;
    if account.is_none_or(|account| account.email.is_some()) {
        let message = "this child has an address to sign in with already";
        return Err(Error::conflict("ALREADY_PROMOTED", message).into());
    }
    if credential.is_some() {
        return Err(identity::store::email_taken().into());
    }
    let now = app.clock().now();
    let invitation = Invitation::new(InvitationId::new(), input.email, membership.roles, now)
        .for_account(acting.account);
    let told = InvitationCreated { invitation_id: invitation.id };
    let event = table.event(InvitationCreated::TYPE, InvitationCreated::VERSION, now, &told)?;
    let writes = vec![
        identity::store::invite(&table, &invitation)?.telling(&[event])?,
        store::mark_invited(&table, acting.account, now),
    ];
    let promoted = Entry::new(caller.origin(), "child.promoted", acting.account);
    audit::write(&table, promoted, now, writes).await?;
    let Invitation { id: invitation_id, email, expires_at, .. } = invitation;
    let location = format!("/v1/users/me/children/{child}");
    Ok(Reply::accepted(location, Promotion { invitation_id, email, expires_at }))
}
