//! `POST /v1/users/me/exports` and `POST /v1/users/{account_id}/exports`.

use axum::extract::State;
use kernel::{AccountId, Error, ExportId, Result};
use profiles::{Export, store};
use runtime::App;
use serde_json::json;
use web::{Caller, ClientAddress, Correlation, Envelope, Id, Outcome, Problem, Reply};

use crate::read_export::ExportView;

/// Start an export of one's own data in the club: a ZIP with one JSON file for each kind of data.
#[utoipa::path(
    post,
    path = "/v1/users/me/exports",
    tag = "privacy",
    responses(
        (status = 202, body = Envelope<ExportView>, description = "Started; Location says where to watch it."),
        (status = 404, body = Problem, description = "MEMBER_NOT_FOUND."),
        (status = 409, body = Problem, description = "EXPORT_RUNNING: the details name it."),
    )
)]
pub(crate) async fn start_own(
    State(app): State<App>,
    caller: Caller,
    address: ClientAddress,
    correlation: Correlation,
) -> Outcome<ExportView> {
    start(&app, &caller, caller.account(), (address, correlation)).await
}

/// Start an export of a member's data, for them or for an authority.
#[utoipa::path(
    post,
    path = "/v1/users/{account_id}/exports",
    tag = "privacy",
    params(("account_id" = AccountId, Path)),
    responses(
        (status = 202, body = Envelope<ExportView>, description = "Started; Location says where to watch it."),
        (status = 404, body = Problem, description = "MEMBER_NOT_FOUND."),
        (status = 409, body = Problem, description = "EXPORT_RUNNING: the details name it."),
    )
)]
pub(crate) async fn start_of(
    State(app): State<App>,
    caller: Caller,
    Id(account): Id<AccountId>,
    address: ClientAddress,
    correlation: Correlation,
) -> Outcome<ExportView> {
    start(&app, &caller, account, (address, correlation)).await
}

async fn start(
    app: &App,
    caller: &Caller,
    account: AccountId,
    (address, correlation): (ClientAddress, Correlation),
) -> Outcome<ExportView> {
    let table = app.tenant_table(caller)?;
    if identity::store::membership(&table, account).await?.is_none() {
        return Err(member_not_found().into());
    }
    let now = app.clock().now();
    let export = Export::new(account, caller.account(), &correlation.0, now);
    let entry = audit::Entry {
        actor: caller.account(),
        session: Some(caller.session()),
        action: "member.export_requested",
        target: account.to_string(),
        before: None,
        after: Some(json!({ "export_id": export.id })),
        address: address.0,
        correlation: correlation.0,
    };
    audit::commit(&table, entry, now, || store::request_export(&table, &export)).await?;
    if let Err(error) = launch(app, caller, export.id).await {
        // Nothing runs, so nothing else would ever end the record.
        if let Err(stuck) = store::fail_export(&table, &export).await {
            tracing::error!(export.id = %export.id, error = ?stuck, "an export stays open");
        }
        return Err(error.into());
    }
    let location = format!("/v1/exports/{}", export.id);
    Ok(Reply::accepted(location, ExportView::new(&export, None)))
}

async fn launch(app: &App, caller: &Caller, export: ExportId) -> Result<()> {
    let input = json!({ "export_id": export, "club_id": caller.club()? });
    let workflow = app.config().export_state_machine_arn()?;
    app.workflows().start(workflow, &export.to_string(), &input).await
}

pub(crate) fn member_not_found() -> Error {
    Error::not_found("MEMBER_NOT_FOUND", "there is no such member in this club")
}
