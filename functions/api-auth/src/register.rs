//! `POST /v1/auth/register`.

use std::collections::BTreeMap;

use audit::Entry;
use axum::extract::State;
use futures::future::try_join5;
use garde::Validate;
use identity::{
    Account, Credential, CredentialStatus, Invitation, InvitationToken, Membership,
    MembershipStatus, Password, PasswordCost, store, takes_people,
};
use kernel::{
    AccountId, ClubId, Email, Error, Locale, Origin, PersonName, Result, Role, Slug, Tenant,
    VenueId,
};
use runtime::App;
use serde::{Deserialize, Serialize};
use table::{TenantTable, Write};
use utoipa::ToSchema;
use web::{Body, ClientAddress, Correlation, Envelope, Outcome, Problem, Reply, standing};

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
    /// What more they are at single venues.
    venue_roles: BTreeMap<VenueId, Vec<Role>>,
    /// `pending` where the club has to approve it before one can log in.
    status: MembershipStatus,
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
        (
            status = 403,
            body = Problem,
            description = "CLUB_SUSPENDED; INVITATION_REQUIRED: the club takes nobody without one."
        ),
        (status = 404, body = Problem, description = "CLUB_NOT_FOUND: no club of this slug is open."),
        (status = 409, body = Problem, description = "EMAIL_TAKEN, INVITATION_USED, ALREADY_MEMBER."),
        (
            status = 422,
            body = Problem,
            description = "INVITATION_UNKNOWN, INVITATION_EXPIRED, INVITATION_REVOKED, \
                INVITATION_FOR_ANOTHER_ADDRESS, PASSWORD_TOO_COMMON, BODY_INVALID."
        ),
    )
)]
pub(crate) async fn register(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    Correlation(correlation): Correlation,
    Body(input): Body<Registration>,
) -> Outcome<Registered> {
    let (platform, now) = (app.table().platform(), app.clock().now());
    let club = tenancy::store::open_club(&platform, &input.club).await?;
    let table = app.table().tenant(&Tenant::from_platform_record(club, correlation));
    let ((), credential, settings, invitation, policy) = Box::pin(try_join5(
        takes_people(&platform, club),
        store::credential(&platform, &input.email),
        tenancy::store::settings(&table),
        invited(&app, &table, &input),
        store::sign_in_policy(&table),
    ))
    .await?;

    let locale = input.locale.clone().unwrap_or(settings.locale);
    if let Some((invitation, child)) = invitation.as_ref().and_then(|it| Some((it, it.account_id?)))
    {
        let registered =
            promoted(&app, &table, &input, invitation, child, (locale, address)).await?;
        return Ok(Reply::created("/v1/users/me", registered));
    }
    let (account, mut writes) =
        own_account(&app, &input, locale, credential, invitation.is_some()).await?;
    let member = Membership::new(&account, vec![Role::Member], now);
    let membership = match &invitation {
        Some(invitation) => invitation.place(member),
        None => Membership { status: policy.registration.status()?, ..member },
    };
    writes.extend(store::join(&platform, &table, &membership, now)?);
    if let Some(invitation) = invitation {
        writes.push(store::accept(&table, invitation.id, now));
        // Who was expelled a moment ago is barred still.
        writes.push(standing::lift(&table, account.id));
        let told = accepted(&table, account.id, &invitation, address);
        audit::write(&table, told, now, writes).await?;
    } else {
        platform.write(writes).await?;
    }

    let Membership { account_id, roles, venue_roles, status, .. } = membership;
    let registered = Registered { account_id, club_id: club, roles, venue_roles, status };
    Ok(Reply::created("/v1/users/me", registered))
}

/// A child that has been a member without a sign-in gets one: its account, its place and its history stay.
async fn promoted(
    app: &App,
    table: &TenantTable,
    input: &Registration,
    invitation: &Invitation,
    child: AccountId,
    (locale, address): (Locale, String),
) -> Result<Registered> {
    let (platform, now) = (app.table().platform(), app.clock().now());
    let account = store::account(&platform, child).await?;
    let account = account.ok_or_else(|| Error::internal("a promoted child has no account"))?;
    let (name, email) = (input.name.clone(), Some(input.email.clone()));
    let version = account.version + 1;
    let account = Account { name, email, locale, version, ..account };
    let hash = own_password(input, PasswordCost::from(app.config().password_cost()))?;
    let mut writes = store::promote_account(&platform, &account, hash, now)?;
    writes.push(store::set_member_address(table, child, &input.email));
    writes.push(store::accept(table, invitation.id, now));
    audit::write(table, accepted(table, child, invitation, address), now, writes).await?;
    Ok(Registered {
        account_id: child,
        club_id: table.tenant().club(),
        roles: invitation.roles.clone(),
        venue_roles: BTreeMap::new(),
        status: MembershipStatus::Active,
    })
}

/// That whoever registers took an invitation.
fn accepted(
    table: &TenantTable,
    account: AccountId,
    invitation: &Invitation,
    address: String,
) -> Entry {
    let correlation = table.tenant().correlation().to_owned();
    let origin = Origin { account, session: None, address, correlation };
    Entry::new(&origin, "invitation.accepted", invitation.id)
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
    let cost = PasswordCost::from(app.config().password_cost());
    let Some(credential) = credential else {
        let hash = own_password(input, cost)?;
        let account = Account {
            id: AccountId::new(),
            email: Some(input.email.clone()),
            name: input.name.clone(),
            locale,
            platform_roles: Vec::new(),
            created_at: app.clock().now(),
            version: 1,
        };
        let verified_at = is_invited.then(|| app.clock().now());
        let writes = store::create_account(&platform, &account, hash, verified_at)?;
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
            let hash = own_password(input, cost)?;
            let now = app.clock().now();
            let writes = store::claim_account(&platform, &account, hash, now)?;
            Ok((account, writes))
        }
        CredentialStatus::Active => {
            if input.password.matches(credential.password_hash.as_deref(), cost)? {
                Ok((account, Vec::new()))
            } else {
                Err(store::email_taken())
            }
        }
    }
}

/// The hash of a password that is new, and so must not tell whose it is.
fn own_password(input: &Registration, cost: PasswordCost) -> Result<String> {
    input.password.suits(&input.email)?;
    input.password.suits_club(&input.club)?;
    input.password.hash(cost)
}
