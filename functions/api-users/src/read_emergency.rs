//! `GET /v1/users/{account_id}/emergency-contact`.

use axum::extract::State;
use kernel::{Error, Permission, PersonName};
use profiles::{EmergencyContact, Phone, Relation, store};
use runtime::App;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Caller, Envelope, Id, Outcome, Problem, Reply, Whom};

use crate::acting::acting_for;

/// Whom to call.
#[derive(Serialize, ToSchema)]
#[schema(as = EmergencyContact)]
pub(crate) struct ContactView {
    name: PersonName,
    phone: Phone,
    relation: Relation,
}

impl From<EmergencyContact> for ContactView {
    fn from(contact: EmergencyContact) -> Self {
        let EmergencyContact { name, phone, relation, .. } = contact;
        Self { name, phone, relation }
    }
}

/// Read whom to call for oneself, for one's child, or with `profile:read` for any member.
#[utoipa::path(
    get,
    path = "/v1/users/{account_id}/emergency-contact",
    tag = "users",
    params(("account_id" = String, Path, description = "An account, or `me`.")),
    responses(
        (status = 200, body = Envelope<ContactView>, description = "With its ETag."),
        (status = 403, body = Problem, description = "NOT_GUARDIAN, PERMISSION_MISSING, CLUB_REQUIRED."),
        (status = 404, body = Problem, description = "USER_NOT_FOUND, EMERGENCY_CONTACT_NOT_FOUND."),
    )
)]
pub(crate) async fn read(
    State(app): State<App>,
    caller: Caller,
    Id(whom): Id<Whom>,
) -> Outcome<ContactView> {
    let acting = acting_for(&app, &caller, whom, Some(Permission::ProfileRead)).await?;
    let table = app.tenant_table(&caller)?;
    let contact = store::emergency_contact(&table, acting.account).await?.ok_or_else(|| {
        Error::not_found("EMERGENCY_CONTACT_NOT_FOUND", "there is no emergency contact")
    })?;
    let version = contact.version;
    Ok(Reply::ok(ContactView::from(contact)).etag(version))
}
