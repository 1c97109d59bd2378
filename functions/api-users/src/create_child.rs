//! `POST /v1/users/me/children`.

use audit::Entry;
use axum::extract::State;
use garde::Validate;
use identity::{Account, Membership};
use kernel::{AccountId, Error, LocalDate, PersonName, Role};
use profiles::{ADULT_FROM_YEARS, Guardianship, Profile, age_on, check_birth_date, store};
use runtime::App;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, Outcome, Problem, Reply};

use crate::{
    acting::{adult_today, member},
    person::{Own, known},
    read_child::Child,
};

/// Somebody's child.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct CreateChild {
    name: PersonName,
    /// Less than 18 years ago.
    birth_date: LocalDate,
}

/// Make one's child a member of the club. It has an account, and no sign-in until it is promoted; its
/// guardians act for it while it is under age.
#[utoipa::path(
    post,
    path = "/v1/users/me/children",
    tag = "users",
    request_body = CreateChild,
    responses(
        (status = 201, body = Envelope<Child>, description = "A member of the club, with its ETag."),
        (status = 403, body = Problem, description = "GUARDIAN_MUST_BE_ADULT, PERMISSION_MISSING, CLUB_REQUIRED."),
        (status = 404, body = Problem, description = "ACCOUNT_NOT_FOUND, USER_NOT_FOUND."),
        (status = 409, body = Problem, description = "TOO_MANY_CHILDREN: at most 20. CONCURRENT_CHANGE: repeat."),
        (status = 422, body = Problem, description = "BODY_INVALID, VALIDATION_FAILED, CHILD_OF_AGE."),
    )
)]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(input): Body<CreateChild>,
) -> Outcome<Child> {
    let (platform, table) = (app.table().platform(), app.tenant_table(&caller)?);
    let today = adult_today(&app, &table, caller.account()).await?;
    check_birth_date(input.birth_date, today).map_err(|wrong| Error::violations(&[wrong]))?;
    if age_on(input.birth_date, today) >= ADULT_FROM_YEARS {
        let message = "whoever is of age registers themselves";
        return Err(Error::invalid("CHILD_OF_AGE", message).into());
    }
    let parent = member(&table, caller.account()).await?;
    let guardian = Own::load(&app, &caller, caller.account()).await?.account;
    let now = app.clock().now();
    let account = Account {
        id: AccountId::new(),
        email: None,
        name: input.name,
        locale: guardian.locale,
        platform_roles: Vec::new(),
        created_at: now,
        version: 1,
    };
    let membership = Membership::new(&account, vec![Role::Member], now);
    let profile = Profile::of_child(account.id, input.birth_date);
    let guardianship = Guardianship {
        guardian_id: guardian.id,
        child_id: account.id,
        added_by: guardian.id,
        since: now,
    };
    let mut writes = vec![
        identity::store::create_child_account(&platform, &account)?,
        store::put_profile(&table, &profile)?,
    ];
    writes.extend(identity::store::join(&platform, &table, &membership, now)?);
    writes.extend(store::link(&table, &guardianship)?);
    // Whoever is being erased gets no child any more.
    writes.push(identity::store::unchanged(&table, &parent));
    let told = Entry::new(caller.origin(), "child.created", account.id);
    audit::write(&table, told, now, writes).await?;

    let (profile, fields) = known(&table, account.id).await?;
    let child = Own { account, profile, fields };
    let (location, version) =
        (format!("/v1/users/me/children/{}", child.account.id), child.version());
    Ok(Reply::created(location, Child::of(&app, &caller, child).await?).etag(version))
}
