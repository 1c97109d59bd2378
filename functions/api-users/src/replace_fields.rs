//! `PUT /v1/person-fields`.

use audit::Entry;
use axum::extract::State;
use garde::Validate;
use kernel::same_version;
use profiles::{PersonField, store};
use runtime::App;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, IfMatch, Outcome, Problem, Reply};

use crate::read_fields::FieldsView;

/// All fields, at most 50. One that is left out is gone; its values are kept for when it comes back.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct ReplaceFields {
    fields: Vec<PersonField>,
}

/// Replace the club's own fields.
#[utoipa::path(
    put,
    path = "/v1/person-fields",
    tag = "users",
    params(("If-Match" = Option<String>, Header, description = "The ETag of what was read.")),
    request_body = ReplaceFields,
    responses(
        (status = 200, body = Envelope<FieldsView>, description = "As they are now, with their ETag."),
        (status = 412, body = Problem, description = "STALE_VERSION: they changed since they were read."),
        (status = 422, body = Problem, description = "BODY_INVALID, VALIDATION_FAILED."),
    )
)]
pub(crate) async fn replace(
    State(app): State<App>,
    caller: Caller,
    IfMatch(version): IfMatch,
    Body(input): Body<ReplaceFields>,
) -> Outcome<FieldsView> {
    let table = app.tenant_table(&caller)?;
    let before = store::person_fields(&table).await?;
    same_version(version, before.version, "the list of fields")?;
    let mut fields = before.replaced_by(input.fields)?;
    if fields.all() == before.all() {
        fields = before;
    } else {
        let told = Entry::new(caller.origin(), "person_fields.changed", caller.club()?);
        let writes = vec![store::put_person_fields(&table, &fields)?];
        audit::write(&table, told, app.clock().now(), writes).await?;
    }
    Ok(Reply::ok(FieldsView::of(&fields, &caller)).etag(fields.version))
}
