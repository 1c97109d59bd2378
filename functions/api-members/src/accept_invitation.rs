//! `POST /v1/auth/invitations/accept`.

use std::collections::BTreeMap;

use audit::Entry;
use axum::extract::State;
use garde::Validate;
use identity::{InvitationToken, Membership, store};
use kernel::{AccountId, ClubId, Error, Role, Slug, Tenant, VenueId};
use runtime::App;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Body, Caller, Correlation, Envelope, Outcome, Problem, Reply, standing};

/// Which invitation, into which club.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct Acceptance {
    /// The slug of the club that invites; any other than the token's.
    club: Slug,
    /// The token of the invitation's mail.
    invitation: String,
}

/// Who is now what where.
#[derive(Serialize, ToSchema)]
pub(crate) struct Joined {
    account_id: AccountId,
    club_id: ClubId,
    roles: Vec<Role>,
    /// What more they are at single venues.
    venue_roles: BTreeMap<VenueId, Vec<Role>>,
}

/// Accept an invitation into another club with the account that one is signed in with.
#[utoipa::path(
    post,
    path = "/v1/auth/invitations/accept",
    tag = "members",
    request_body = Acceptance,
    responses(
        (status = 201, body = Envelope<Joined>, description = "Joined; now log in there."),
        (status = 404, body = Problem, description = "CLUB_NOT_FOUND, ACCOUNT_NOT_FOUND."),
        (status = 409, body = Problem, description = "INVITATION_USED, ALREADY_MEMBER."),
        (
            status = 422,
            body = Problem,
            description = "INVITATION_UNKNOWN, INVITATION_EXPIRED, INVITATION_REVOKED, \
                           INVITATION_FOR_ANOTHER_ADDRESS, BODY_INVALID."
        ),
    )
)]
pub(crate) async fn accept(
    State(app): State<App>,
    caller: Caller,
    Correlation(correlation): Correlation,
    Body(input): Body<Acceptance>,
) -> Outcome<Joined> {
    let (platform, now) = (app.table().platform(), app.clock().now());
    let club = tenancy::store::open_club(&platform, &input.club).await?;
    let token: InvitationToken = input.invitation.parse()?;
    let table = app.table().tenant(&Tenant::from_platform_record(club, correlation));
    let account = store::account(&platform, caller.account())
        .await?
        .ok_or_else(|| Error::not_found("ACCOUNT_NOT_FOUND", "this account is gone"))?;
    let invitation = store::invitation(&table, token.invitation()).await?;
    invitation.check(&token, account.address()?, now)?;

    let member = invitation.place(Membership::new(&account, Vec::new(), now));
    let mut writes = store::join(&platform, &table, &member, now)?;
    writes.push(store::accept(&table, invitation.id, now));
    // Who was expelled a moment ago is barred still.
    writes.push(standing::lift(&table, account.id));
    let told = Entry::new(caller.origin(), "invitation.accepted", invitation.id);
    audit::write(&table, told, now, writes).await?;
    let Membership { account_id, roles, venue_roles, .. } = member;
    Ok(Reply::created("/v1/users/me", Joined { account_id, club_id: club, roles, venue_roles }))
}
