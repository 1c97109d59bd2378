//! `PUT /v1/users/{account_id}/emergency-contact`.

use audit::Entry;
use axum::extract::State;
use garde::Validate;
use kernel::{Permission, PersonName, same_version};
use profiles::{EmergencyContact, Phone, Relation, store};
use runtime::App;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, Id, IfMatch, Outcome, Problem, Reply, Whom};

use crate::{
    acting::{self, acting_for},
    read_emergency::ContactView,
};

/// Whom to call.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct SetContact {
    name: PersonName,
    phone: Phone,
    relation: Relation,
}

/// Say whom to call for oneself, for one's child, or with `profile:manage` for any member.
#[utoipa::path(
    put,
    path = "/v1/users/{account_id}/emergency-contact",
    tag = "users",
    params(
        ("account_id" = String, Path, description = "An account, or `me`."),
        ("If-Match" = Option<String>, Header, description = "The ETag of what was read."),
    ),
    request_body = SetContact,
    responses(
        (status = 200, body = Envelope<ContactView>, description = "As it is now, with its ETag."),
        (status = 403, body = Problem, description = "NOT_GUARDIAN, PERMISSION_MISSING, CLUB_REQUIRED."),
        (status = 404, body = Problem, description = "USER_NOT_FOUND."),
        (status = 412, body = Problem, description = "STALE_VERSION: it changed since it was read."),
        (status = 422, body = Problem, description = "BODY_INVALID."),
    )
)]
pub(crate) async fn set(
    State(app): State<App>,
    caller: Caller,
    Id(whom): Id<Whom>,
    IfMatch(version): IfMatch,
    Body(input): Body<SetContact>,
) -> Outcome<ContactView> {
    let acting = acting_for(&app, &caller, whom, Some(Permission::ProfileManage)).await?;
    let table = app.tenant_table(&caller)?;
    let before = store::emergency_contact(&table, acting.account).await?;
    let known = before.map_or(0, |contact| contact.version);
    same_version(version, known, "the contact")?;
    let SetContact { name, phone, relation } = input;
    let contact = EmergencyContact { name, phone, relation, version: known + 1 };
    let told = Entry::new(caller.origin(), "emergency_contact.changed", acting.account);
    let writes = vec![store::put_emergency_contact(&table, acting.account, &contact)?];
    acting::write(&acting, (&app, &caller), told, writes).await?;
    let version = contact.version;
    Ok(Reply::ok(ContactView::from(contact)).etag(version))
}
