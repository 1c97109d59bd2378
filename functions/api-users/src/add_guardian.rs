//! `POST /v1/users/{account_id}/guardians`.

use audit::Entry;
use axum::extract::State;
use futures::future::try_join4;
use garde::Validate;
use kernel::{AccountId, Error};
use profiles::{Guardianship, store};
use runtime::App;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, Id, Outcome, Problem, Reply};

use crate::{
    acting::{adult_today, member},
    list_guardians::Guardian,
};

/// Who is to act for the child.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct AddGuardian {
    account_id: AccountId,
}

/// Let one more member act for a child, as the club's staff.
#[utoipa::path(
    post,
    path = "/v1/users/{account_id}/guardians",
    tag = "users",
    params(("account_id" = AccountId, Path)),
    request_body = AddGuardian,
    responses(
        (status = 201, body = Envelope<Guardian>, description = "Acts for the child from now on."),
        (status = 403, body = Problem, description = "GUARDIAN_MUST_BE_ADULT, PERMISSION_MISSING, CLUB_REQUIRED."),
        (status = 404, body = Problem, description = "USER_NOT_FOUND."),
        (status = 409, body = Problem, description = "ALREADY_GUARDIAN, NOT_A_CHILD, TOO_MANY_CHILDREN, TOO_MANY_GUARDIANS, CONCURRENT_CHANGE."),
        (status = 422, body = Problem, description = "BODY_INVALID."),
    )
)]
pub(crate) async fn add(
    State(app): State<App>,
    caller: Caller,
    Id(child): Id<AccountId>,
    Body(input): Body<AddGuardian>,
) -> Outcome<Guardian> {
    let table = app.tenant_table(&caller)?;
    let (_, guardian, profile, today) = Box::pin(try_join4(
        member(&table, child),
        member(&table, input.account_id),
        store::profile(&table, child),
        adult_today(&app, &table, input.account_id),
    ))
    .await?;
    if !profile.is_minor(today) {
        let message = "only who is known to be under age has guardians; set the day of birth first";
        return Err(Error::conflict("NOT_A_CHILD", message).into());
    }
    let guardianship = Guardianship {
        guardian_id: guardian.account_id,
        child_id: child,
        added_by: caller.account(),
        since: app.clock().now(),
    };
    let told = Entry::new(caller.origin(), "guardian.added", child);
    let told = told.making(&serde_json::json!({ "guardian_id": guardianship.guardian_id }))?;
    let mut writes = store::link(&table, &guardianship)?;
    // Whoever is being erased gets no child any more.
    writes.push(identity::store::unchanged(&table, &guardian));
    audit::write(&table, told, guardianship.since, writes).await?;
    let location = format!("/v1/users/{child}/guardians");
    Ok(Reply::created(location, Guardian::of(&guardianship, Some(guardian.name))))
}
