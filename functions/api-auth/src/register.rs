//! `POST /v1/auth/register`.

use axum::extract::State;
use futures::future::try_join3;
use garde::Validate;
use identity::{
    Account, Credential, CredentialStatus, Invitation, InvitationToken, Membership, Password, store,
};
use kernel::{AccountId, ClubId, Email, Error, Locale, PersonName, Result, Role, Slug, Tenant};
use runtime::App;
use serde::{Deserialize, Serialize};
use table::{TenantTable, Write};
use utoipa::ToSchema;
use web::{Body, Correlation, Envelope, Outcome, Problem, Reply};

/// Who wants to join which club.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct Registration {
    /// The club's slug.
    club: Slug,
    email: Email,
    /// At least 12 characters, at most 1024 bytes.
    #[schema(value_type = String, min_length = 12)]
    password: Password,
    name: PersonName,
    /// The club's own, if absent.
    locale: Option<Locale>,
    /// The token of an invitation's mail.
    invitation: Option<String>,
}

/// Who is now what where.
#[derive(Serialize, ToSchema)]
pub(crate) struct Registered {
    account_id: AccountId,
    club_id: ClubId,
    roles: Vec<Role>,
}

/// Register in a club.
///
/// With an invitation one gets its roles, else one is a member. Who has an account already joins another
/// club with an invitation and the account's own password.
#[utoipa::path(
    post,
    path = "/v1/auth/register",
    tag = "auth",
    request_body = Registration,
    responses(
        (status = 201, body = Envelope<Registered>, description = "Registered; now log in."),
        (status = 404, body = Problem, description = "CLUB_NOT_FOUND: no club of this slug is open."),
        (status = 409, body = Problem, description = "EMAIL_TAKEN, INVITATION_USED, ALREADY_MEMBER."),
        (
            status = 422,
            body = Problem,
            description = "INVITATION_UNKNOWN, INVITATION_EXPIRED, INVITATION_FOR_ANOTHER_ADDRESS, BODY_INVALID."
        ),
    )
)]
pub(crate) async fn register(
    State(app): State<App>,
    Correlation(correlation): Correlation,
    Body(input): Body<Registration>,
) -> Outcome<Registered> {
    let (platform, now) = (app.table().platform(), app.clock().now());
    let club = tenancy::store::open_club(&platform, &input.club).await?;
    let table = app.table().tenant(&Tenant::from_platform_record(club, correlation));
    let (credential, settings, invitation) = Box::pin(try_join3(
        store::credential(&platform, &input.email),
        tenancy::store::settings(&table),
        invited(&app, &table, &input),
    ))
    .await?;

    let roles = invitation.as_ref().map_or(vec![Role::Member], |it| it.roles.clone());
    let locale = input.locale.clone().unwrap_or(settings.locale);
    let (account, mut writes) =
        own_account(&app, &input, locale, credential, invitation.is_some()).await?;
    let membership = Membership::new(&account, roles, now);
    writes.push(store::join(&platform, &table, &membership, now)?);
    writes.extend(invitation.map(|invitation| store::accept(&table, invitation.id, now)));
    platform.write(writes).await?;

    let Membership { account_id, roles, .. } = membership;
    Ok(Reply::created("/v1/users/me", Registered { account_id, club_id: club, roles }))
}

/// The invitation that came along, if it is good for this address.
async fn invited(
    app: &App,
    table: &TenantTable,
    input: &Registration,
) -> Result<Option<Invitation>> {
    let Some(text) = &input.invitation else { return Ok(None) };
    let token: InvitationToken = text.parse()?;
    let invitation = store::invitation(table, token.invitation()).await?;
    invitation.check(&token, &input.email, app.clock().now())?;
    Ok(Some(invitation))
}

/// The account to join with, and what must be written for it to be theirs.
///
/// An address that has an account is not taken over: without an invitation, which proves that the
/// address is theirs, it is refused; one that has a password asks for it as well, because whoever
/// registered an address need not be the one who reads its mail.
async fn own_account(
    app: &App,
    input: &Registration,
    locale: Locale,
    credential: Option<Credential>,
    is_invited: bool,
) -> Result<(Account, Vec<Write>)> {
    let platform = app.table().platform();
    let Some(credential) = credential else {
        let account = Account {
            id: AccountId::new(),
            email: input.email.clone(),
            name: input.name.clone(),
            locale,
            platform_roles: Vec::new(),
            created_at: app.clock().now(),
            version: 1,
        };
        let writes = store::create_account(&platform, &account, input.password.hash()?)?;
        return Ok((account, writes));
    };
    if !is_invited {
        return Err(store::email_taken());
    }
    let account = store::account(&platform, credential.account_id)
        .await?
        .ok_or_else(|| Error::internal("an address has no account"))?;
    match credential.status {
        CredentialStatus::Invited => {
            let name = input.name.clone();
            let account = Account { name, locale, version: account.version + 1, ..account };
            let writes = store::claim_account(&platform, &account, input.password.hash()?)?;
            Ok((account, writes))
        }
        CredentialStatus::Active => {
            if input.password.matches(credential.password_hash.as_deref())? {
                Ok((account, Vec::new()))
            } else {
                Err(store::email_taken())
            }
        }
    }
}
