//! `DELETE /v1/domains/{domain}`.

use audit::Entry;
use axum::extract::State;
use identity::{MailDomain, store};
use runtime::App;
use web::{Caller, Id, Outcome, Problem, Reply};

/// Remove a domain of the club. Members who came by it stay.
#[utoipa::path(
    delete,
    path = "/v1/domains/{domain}",
    tag = "sso",
    params(("domain" = MailDomain, Path)),
    responses(
        (status = 204, description = "Removed."),
        (status = 404, body = Problem, description = "DOMAIN_NOT_FOUND."),
        (status = 409, body = Problem, description = "DOMAIN_IN_USE: by an identity provider."),
    )
)]
pub(crate) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Id(name): Id<MailDomain>,
) -> Outcome<()> {
    let table = app.tenant_table(&caller)?;
    let domain = store::domain(&table, &name).await?;
    let told = Entry::new(caller.origin(), "domain.released", &domain.domain);
    let writes = store::release_domain(&app.table().platform(), &table, &domain);
    audit::write(&table, told, app.clock().now(), writes).await?;
    Ok(Reply::no_content())
}
