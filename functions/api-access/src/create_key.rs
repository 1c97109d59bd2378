//! `POST /v1/api-keys`.

use audit::Entry;
use axum::extract::State;
use garde::Validate;
use kernel::{Error, Permission, PermissionSet, Result, jiff::SignedDuration};
use runtime::App;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{
    Body, Caller, Envelope, Outcome, Problem, Reply,
    api_key::{self, ApiKey, KeyText},
};

use crate::list_keys::KeyView;

const NAME_LIMIT: usize = 100;
const DAYS_LIMIT: u16 = 365;
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// The key to be made.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewKey {
    /// What it is for.
    #[garde(length(chars, min = 1, max = NAME_LIMIT), custom(printable))]
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// What it may do; none of it may be more than you may yourself.
    #[garde(length(min = 1, max = Permission::ALL.len()))]
    #[schema(min_items = 1)]
    permissions: Vec<Permission>,
    /// Until it is revoked, if absent.
    #[garde(inner(range(min = 1, max = DAYS_LIMIT)))]
    #[schema(minimum = 1, maximum = 365)]
    expires_in_days: Option<u16>,
}

/// The key, this once with its text.
#[derive(Serialize, ToSchema)]
pub(crate) struct CreatedKey {
    /// Send it as `Authorization: Bearer …`. It is shown now and never again.
    key: String,
    #[serde(flatten)]
    view: KeyView,
}

/// Make an API key for a program. An `Idempotency-Key` does not bring its text back: a repetition makes
/// another key.
#[utoipa::path(
    post,
    path = "/v1/api-keys",
    tag = "access",
    request_body = NewKey,
    responses(
        (status = 201, body = Envelope<CreatedKey>, description = "With its text, shown this once."),
        (status = 403, body = Problem, description = "PERMISSION_MISSING, STEP_UP_REQUIRED, CLUB_REQUIRED, CLUB_SUSPENDED, MEMBER_SUSPENDED; GRANT_EXCEEDS_OWN: a permission that you do not have, or that no key can have."),
        (status = 409, body = Problem, description = "KEY_LIMIT_REACHED, IDEMPOTENCY_IN_FLIGHT."),
    )
)]
pub(crate) async fn create_key(
    State(app): State<App>,
    caller: Caller,
    Body(input): Body<NewKey>,
) -> Outcome<CreatedKey> {
    let table = app.tenant_table(&caller)?;
    let permissions = grantable(&caller, input.permissions)?;
    let lifetime = input.expires_in_days.map(|days| DAY * i32::from(days));
    let text = KeyText::new(caller.club()?)?;
    let account = caller.account();
    let now = app.clock().now();
    let key = ApiKey::new(&text, input.name, &permissions, account, lifetime, now);
    let made = serde_json::json!({ "name": key.name, "permissions": permissions });
    let told = Entry::new(caller.origin(), "api_key.created", key.id).making(&made)?;
    audit::write(&table, told, now, api_key::create(&table, &key)?).await?;
    let location = format!("/v1/api-keys/{}", key.id);
    let created = CreatedKey { key: text.reveal(), view: key.into() };
    Ok(Reply::created(location, created).secret())
}

/// Nobody grants what they lack, and no key is an owner.
fn grantable(caller: &Caller, wanted: Vec<Permission>) -> Result<PermissionSet> {
    let exceeds = |it: &&Permission| !caller.may(**it) || !api_key::may_be_a_key_s(**it);
    if let Some(permission) = wanted.iter().find(exceeds) {
        let permission = permission.as_str();
        let message = format!("you cannot give {permission} to a key");
        return Err(Error::forbidden("GRANT_EXCEEDS_OWN", message)
            .with_details(serde_json::json!({ "permission": permission })));
    }
    Ok(wanted.into_iter().collect())
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde gives its context by reference")]
fn printable(name: &str, _: &()) -> garde::Result {
    if name.chars().any(char::is_control) {
        return Err(garde::Error::new("must have no control characters"));
    }
    Ok(())
}
