//! `T#<club>#DOMAIN#<domain>` / `DOMAIN`: what a club says; `P#DOMAIN#<domain>` / `DOMAIN`: what is proved.

use kernel::{ClubId, Email, Error, IdentityProviderId, Page, PageRequest, Result};
use table::{
    Condition, Index, Key, Partition, PlatformTable, Query, TenantTable, Update, Write, read_item,
};

use crate::{ClubDomain, DomainOwner, DomainStatus, MailDomain};

fn key(table: &TenantTable, domain: &MailDomain) -> Key {
    table.key(format_args!("DOMAIN#{domain}"), "DOMAIN")
}

/// The guard that makes a proved domain one club's alone.
fn owner_key(table: &PlatformTable, domain: &MailDomain) -> Key {
    table.key(format_args!("DOMAIN#{domain}"), "DOMAIN")
}

/// A club's domains by name: gsi1 `T#<club>#DOMAINS` → `<domain>`.
fn partition(table: &TenantTable) -> Partition {
    table.partition("DOMAINS")
}

/// Query gsi1 `T#<club>#DOMAINS`: one page of the club's domains, proved or not, by name.
pub async fn domains(table: &TenantTable, page: PageRequest) -> Result<Page<ClubDomain>> {
    table.query(&Query::index(Index::Gsi1, partition(table)).page(page)).await
}

/// Get `T#<club>#DOMAIN#<domain>` / `DOMAIN`: `not_found`, `DOMAIN_NOT_FOUND`, where the club never named it.
pub async fn domain(table: &TenantTable, domain: &MailDomain) -> Result<ClubDomain> {
    table.get(&key(table, domain)).await?.ok_or_else(|| {
        Error::not_found("DOMAIN_NOT_FOUND", "the club has no such domain; add it first")
    })
}

/// Put `T#<club>#DOMAIN#<domain>` / `DOMAIN` if absent: else `conflict`, `DOMAIN_EXISTS`.
pub fn claim_domain(table: &TenantTable, domain: &ClubDomain) -> Result<Write> {
    let write = Write::put(key(table, &domain.domain), "ClubDomain", domain)?;
    let write = write.gsi1(&partition(table), domain.domain.as_str()).if_absent();
    Ok(write.or(|_| Error::conflict("DOMAIN_EXISTS", "the club has added this domain already")))
}

/// Update `T#<club>#DOMAIN#<domain>` / `DOMAIN` to this, its proved version, and put `P#DOMAIN#<domain>` /
/// `DOMAIN` if absent: else `conflict`, `DOMAIN_TAKEN`.
pub fn verify_domain(
    platform: &PlatformTable,
    table: &TenantTable,
    domain: &ClubDomain,
) -> Result<Vec<Write>> {
    let owner = DomainOwner {
        domain: domain.domain.clone(),
        club_id: table.tenant().club(),
        provider_id: None,
    };
    let update = Update::new().set("status", "verified").set("version", domain.version);
    let update = domain.verified_at.into_iter().fold(update, |it, at| it.set("verified_at", at));
    let before = Condition::equals("version", domain.version - 1);
    Ok(vec![
        Write::update(key(table, &domain.domain), update).when(before),
        Write::put(owner_key(platform, &domain.domain), "DomainOwner", &owner)?
            .if_absent()
            .or(|_| taken()),
    ])
}

/// Delete `T#<club>#DOMAIN#<domain>` / `DOMAIN` of this version, and of a proved one `P#DOMAIN#<domain>` /
/// `DOMAIN` while no provider uses it: else `conflict`, `DOMAIN_IN_USE`.
pub fn release_domain(
    platform: &PlatformTable,
    table: &TenantTable,
    domain: &ClubDomain,
) -> Vec<Write> {
    let same = Condition::equals("version", domain.version);
    let mut writes = vec![Write::delete(key(table, &domain.domain)).when(same)];
    if domain.status == DomainStatus::Verified {
        let unused = is_of(table.tenant().club()).and(Condition::absent("provider_id"));
        writes.push(Write::delete(owner_key(platform, &domain.domain)).when(unused).or(|_| {
            let message =
                "an identity provider signs its people in; take it off the provider first";
            Error::conflict("DOMAIN_IN_USE", message)
        }));
    }
    writes
}

fn is_of(club: ClubId) -> Condition {
    Condition::equals("club_id", club.to_string())
}

/// Get `P#DOMAIN#<domain>` / `DOMAIN`: the club that proved it, if any did.
pub async fn domain_owner(
    table: &PlatformTable,
    domain: &MailDomain,
) -> Result<Option<DomainOwner>> {
    table.get(&owner_key(table, domain)).await
}

/// Get `P#DOMAIN#<domain of the address>` / `DOMAIN`: the club whose verified domain the address is in.
pub async fn domain_of(table: &PlatformTable, email: &Email) -> Result<Option<ClubId>> {
    let owner = domain_owner(table, &MailDomain::of(email)).await?;
    Ok(owner.map(|owner| owner.club_id))
}

/// Update `P#DOMAIN#<domain>` / `DOMAIN` of this club: the provider signs its people in. Where the club has
/// not proved it: `invalid`, `DOMAIN_NOT_VERIFIED`; where another provider does: `conflict`,
/// `DOMAIN_HAS_PROVIDER`.
pub fn route_domain(
    platform: &PlatformTable,
    table: &TenantTable,
    domain: &MailDomain,
    provider: IdentityProviderId,
) -> Write {
    let club = table.tenant().club();
    let update = Update::new().set("provider_id", provider.to_string());
    let free = is_of(club).and(Condition::absent("provider_id"));
    Write::update(owner_key(platform, domain), update).when(free).or(move |old| {
        match old.map(read_item::<DomainOwner>) {
            Some(Ok(owner)) if owner.club_id == club => Error::conflict(
                "DOMAIN_HAS_PROVIDER",
                "another provider of the club signs in one of these domains' people",
            ),
            _ => not_verified(),
        }
    })
}

/// Update `P#DOMAIN#<domain>` / `DOMAIN` of this club and this provider: no provider signs its people in.
pub fn unroute_domain(
    platform: &PlatformTable,
    table: &TenantTable,
    domain: &MailDomain,
    provider: IdentityProviderId,
) -> Write {
    let update = Update::new().remove("provider_id");
    let ours =
        is_of(table.tenant().club()).and(Condition::equals("provider_id", provider.to_string()));
    Write::update(owner_key(platform, domain), update).when(ours)
}

/// `conflict`, `DOMAIN_TAKEN`: another club proved it.
pub fn taken() -> Error {
    Error::conflict(
        "DOMAIN_TAKEN",
        "another club has verified this domain; ask the platform's operator if it is yours",
    )
}

/// `invalid`, `DOMAIN_NOT_VERIFIED`: the club has not proved it.
pub fn not_verified() -> Error {
    Error::invalid(
        "DOMAIN_NOT_VERIFIED",
        "the club has not verified this domain: its TXT record is not there yet; it may take hours",
    )
}
