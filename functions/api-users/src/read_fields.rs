//! `GET /v1/person-fields`.

use axum::extract::State;
use kernel::Permission;
use profiles::{PersonField, PersonFields, store};
use runtime::App;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Caller, Envelope, Outcome, Reply};

/// The club's own fields, in the order in which they are asked for.
#[derive(Serialize, ToSchema)]
#[schema(as = PersonFields)]
pub(crate) struct FieldsView {
    fields: Vec<PersonField>,
}

impl FieldsView {
    /// To the staff all of them, to anybody else the open ones.
    pub(crate) fn of(fields: &PersonFields, caller: &Caller) -> Self {
        let staff = [Permission::ProfileRead, Permission::ProfileManage];
        let fields = if staff.into_iter().any(|permission| caller.may(permission)) {
            fields.all().to_vec()
        } else {
            fields.open().cloned().collect()
        };
        Self { fields }
    }
}

/// Read which fields the club asks its people to fill. Fields for the staff alone are shown to the staff.
#[utoipa::path(
    get,
    path = "/v1/person-fields",
    tag = "users",
    responses((status = 200, body = Envelope<FieldsView>, description = "With their ETag."))
)]
pub(crate) async fn read(State(app): State<App>, caller: Caller) -> Outcome<FieldsView> {
    let fields = store::person_fields(&app.tenant_table(&caller)?).await?;
    Ok(Reply::ok(FieldsView::of(&fields, &caller)).etag(fields.version))
}
