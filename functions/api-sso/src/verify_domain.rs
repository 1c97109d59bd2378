//! `POST /v1/domains/{domain}/verify`.

use audit::Entry;
use axum::extract::State;
use identity::{DomainStatus, MailDomain, store};
use runtime::App;
use web::{Caller, Envelope, Id, Outcome, Problem, Reply};

use crate::add_domain::DomainView;

/// Look for the domain's record. Where it is there, the domain is the club's and no other club's.
#[utoipa::path(
    post,
    path = "/v1/domains/{domain}/verify",
    tag = "sso",
    params(("domain" = MailDomain, Path)),
    responses(
        (status = 200, body = Envelope<DomainView>, description = "Verified, now or before."),
        (status = 404, body = Problem, description = "DOMAIN_NOT_FOUND."),
        (status = 409, body = Problem, description = "DOMAIN_TAKEN: another club has verified it."),
        (status = 422, body = Problem, description = "DOMAIN_NOT_VERIFIED: the record is not there (yet)."),
        (status = 503, body = Problem, description = "DNS_UNAVAILABLE."),
    )
)]
pub(crate) async fn verify(
    State(app): State<App>,
    caller: Caller,
    Id(name): Id<MailDomain>,
) -> Outcome<DomainView> {
    let table = app.tenant_table(&caller)?;
    let domain = store::domain(&table, &name).await?;
    if domain.status == DomainStatus::Verified {
        return Ok(Reply::ok(domain.into()));
    }
    let resolver = app.config().dns_over_https_url();
    let texts = identity::txt_records(app.http()?, resolver, &name.record_name()).await?;
    if !domain.is_proved_by(&texts) {
        return Err(store::not_verified().into());
    }
    let verified = domain.verified(app.clock().now());
    let told = Entry::new(caller.origin(), "domain.verified", &verified.domain);
    let writes = store::verify_domain(&app.table().platform(), &table, &verified)?;
    audit::write(&table, told, app.clock().now(), writes).await?;
    Ok(Reply::ok(verified.into()))
}
