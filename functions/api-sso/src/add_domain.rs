//! `POST /v1/domains`.

use audit::Entry;
use axum::extract::State;
use garde::Validate;
use identity::{ClubDomain, DomainStatus, MailDomain, store};
use kernel::{
    Error, PageLimit, PageRequest, Result, jiff::Timestamp, serialize_optional_timestamp,
    serialize_timestamp,
};
use runtime::App;
use serde::{Deserialize, Serialize};
use table::TenantTable;
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, Outcome, Problem, Reply};

/// The most domains a club has.
const DOMAINS_LIMIT: usize = 20;

/// The domain that the club's people have addresses in.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct NewDomain {
    domain: MailDomain,
}

/// A domain of the club, and how to prove that it is.
#[derive(Serialize, ToSchema)]
pub(crate) struct DomainView {
    domain: MailDomain,
    status: DomainStatus,
    record: DomainRecord,
    #[serde(serialize_with = "serialize_timestamp")]
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[serde(serialize_with = "serialize_optional_timestamp")]
    #[schema(value_type = Option<String>, format = DateTime)]
    verified_at: Option<Timestamp>,
}

/// What to publish in the domain's DNS.
#[derive(Serialize, ToSchema)]
pub(crate) struct DomainRecord {
    /// Always `TXT`.
    r#type: &'static str,
    name: String,
    value: String,
}

impl From<ClubDomain> for DomainView {
    fn from(domain: ClubDomain) -> Self {
        Self {
            status: domain.status,
            record: DomainRecord {
                r#type: "TXT",
                name: domain.domain.record_name(),
                value: domain.proof,
            },
            domain: domain.domain,
            created_at: domain.created_at,
            verified_at: domain.verified_at,
        }
    }
}

/// Add a domain that the club's people have addresses in.
///
/// It counts once it is verified: publish the record, then ask at `/v1/domains/{domain}/verify`.
#[utoipa::path(
    post,
    path = "/v1/domains",
    tag = "sso",
    request_body = NewDomain,
    responses(
        (status = 201, body = Envelope<DomainView>, description = "Added; now publish its record."),
        (status = 409, body = Problem, description = "DOMAIN_EXISTS, DOMAIN_TAKEN, DOMAINS_LIMIT_REACHED."),
        (status = 422, body = Problem, description = "DOMAIN_PUBLIC, BODY_INVALID."),
    )
)]
pub(crate) async fn add(
    State(app): State<App>,
    caller: Caller,
    Body(input): Body<NewDomain>,
) -> Outcome<DomainView> {
    let table = app.tenant_table(&caller)?;
    if input.domain.is_public() {
        let message = "anybody gets an address in this domain, so it is no club's";
        return Err(Error::invalid("DOMAIN_PUBLIC", message).into());
    }
    let owner = store::domain_owner(&app.table().platform(), &input.domain).await?;
    if owner.is_some_and(|owner| owner.club_id != table.tenant().club()) {
        return Err(store::taken().into());
    }
    has_room(&table).await?;
    let domain = ClubDomain::new(input.domain, app.clock().now())?;
    let told = Entry::new(caller.origin(), "domain.claimed", &domain.domain);
    let writes = vec![store::claim_domain(&table, &domain)?];
    audit::write(&table, told, app.clock().now(), writes).await?;
    Ok(Reply::created("/v1/domains", domain.into()))
}

async fn has_room(table: &TenantTable) -> Result<()> {
    let all = PageRequest { limit: PageLimit::default(), after: None };
    if store::domains(table, all).await?.items.len() < DOMAINS_LIMIT {
        return Ok(());
    }
    let message = format!("a club has at most {DOMAINS_LIMIT} domains");
    Err(Error::conflict("DOMAINS_LIMIT_REACHED", message))
}
