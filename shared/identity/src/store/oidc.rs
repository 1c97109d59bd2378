//! `T#<club>#IDP#<provider>` / `IDP`, `P#IDP#<key>` / `IDP`, `P#SSO#<hash>` / `SSO`, `P#IDENTITY#<hash>` / `IDENTITY`.

use futures::future::try_join;
use kernel::{
    AccountId, Email, Error, IdentityProviderId, Page, PageLimit, PageRequest, Result,
    jiff::Timestamp, stale_version,
};
use table::{
    Attempt, Condition, Index, Key, Partition, PlatformTable, Query, TenantTable, Update, Value,
    Write,
};

use super::{accounts, drop_factor, route_domain, unroute_domain};
use crate::{
    Account, Credential, CredentialStatus, Departure, Identity, IdentityId, IdentityProvider,
    ProviderKey, oidc::departure_key,
};

fn provider_key(table: &TenantTable, id: IdentityProviderId) -> Key {
    table.key(format_args!("IDP#{id}"), "IDP")
}

/// A club's providers by age: gsi1 `T#<club>#IDPS` → `<provider>`.
fn providers_partition(table: &TenantTable) -> Partition {
    table.partition("IDPS")
}

fn platform_provider_key(table: &PlatformTable, key: &ProviderKey) -> Key {
    table.key(format_args!("IDP#{key}"), "IDP")
}

/// The platform's providers by key: gsi1 `P#IDPS` → `<key>`.
fn platform_providers_partition(table: &PlatformTable) -> Partition {
    table.partition("IDPS")
}

fn departure_at(table: &PlatformTable, hash: &str) -> Key {
    table.key(format_args!("SSO#{hash}"), "SSO")
}

fn identity_key(table: &PlatformTable, id: &IdentityId) -> Key {
    table.key(format_args!("IDENTITY#{id}"), "IDENTITY")
}

/// An account's identities: gsi1 `P#ACC#<account>` → `IDENTITY#<hash>`, beside its memberships.
fn identities_partition(table: &PlatformTable, account: AccountId) -> Partition {
    table.partition(format_args!("ACC#{account}"))
}

/// Query gsi1 `T#<club>#IDPS`: one page of the club's providers, oldest first.
pub async fn providers(table: &TenantTable, page: PageRequest) -> Result<Page<IdentityProvider>> {
    table.query(&Query::index(Index::Gsi1, providers_partition(table)).page(page)).await
}

/// Get `T#<club>#IDP#<provider>` / `IDP`: `not_found`, `IDENTITY_PROVIDER_NOT_FOUND`, where there is none.
pub async fn provider(table: &TenantTable, id: IdentityProviderId) -> Result<IdentityProvider> {
    table.get(&provider_key(table, id)).await?.ok_or_else(provider_not_found)
}

/// `not_found`, `IDENTITY_PROVIDER_NOT_FOUND`.
pub fn provider_not_found() -> Error {
    Error::not_found("IDENTITY_PROVIDER_NOT_FOUND", "there is no such identity provider here")
}

/// Query gsi1 `P#IDPS`: one page of the platform's providers, by key.
pub async fn platform_providers(
    table: &PlatformTable,
    page: PageRequest,
) -> Result<Page<IdentityProvider>> {
    table.query(&Query::index(Index::Gsi1, platform_providers_partition(table)).page(page)).await
}

/// Get `P#IDP#<key>` / `IDP`: `not_found`, `IDENTITY_PROVIDER_NOT_FOUND`, where there is none.
pub async fn platform_provider(
    table: &PlatformTable,
    key: &ProviderKey,
) -> Result<IdentityProvider> {
    table.get(&platform_provider_key(table, key)).await?.ok_or_else(provider_not_found)
}

/// Put `P#IDP#<key>` / `IDP` if absent: else `conflict`, `IDENTITY_PROVIDER_EXISTS`.
pub fn create_platform_provider(
    table: &PlatformTable,
    provider: &IdentityProvider,
) -> Result<Vec<Write>> {
    let key = key_of(provider)?;
    let put = Write::put(platform_provider_key(table, key), "IdentityProvider", provider)?;
    let put = put.gsi1(&platform_providers_partition(table), key.as_str()).if_absent();
    Ok(vec![put.or(|_| {
        Error::conflict("IDENTITY_PROVIDER_EXISTS", "the platform has a provider of this key")
    })])
}

/// Update `P#IDP#<key>` / `IDP` if its version is the one before, else `stale`, `STALE_VERSION`.
pub fn change_platform_provider(
    table: &PlatformTable,
    before: &IdentityProvider,
    after: &IdentityProvider,
) -> Result<Vec<Write>> {
    let update = differing(after)?.set("platform", Value::of(&after.platform)?);
    let write = Write::update(platform_provider_key(table, key_of(after)?), update);
    Ok(vec![of_version(write, before)])
}

/// Delete `P#IDP#<key>` / `IDP` of this version, else `stale`, `STALE_VERSION`. People keep their identities,
/// which are the issuer's.
pub fn remove_platform_provider(
    table: &PlatformTable,
    provider: &IdentityProvider,
) -> Result<Vec<Write>> {
    let delete = Write::delete(platform_provider_key(table, key_of(provider)?));
    Ok(vec![of_version(delete, provider)])
}

fn key_of(provider: &IdentityProvider) -> Result<&ProviderKey> {
    let platform = provider.platform.as_ref();
    let key = platform.map(|platform| &platform.key);
    key.ok_or_else(|| Error::internal("a provider of the platform has no key"))
}

/// What a change of a provider may change.
fn differing(after: &IdentityProvider) -> Result<Update> {
    Ok(Update::new()
        .set("name", after.name.as_str())
        .set("client_id", after.client_id.as_str())
        .set("domains", Value::of(&after.domains)?)
        .set("redirect_uris", Value::of(&after.redirect_uris)?)
        .set("enabled", after.enabled)
        .set("version", after.version))
}

fn of_version(write: Write, before: &IdentityProvider) -> Write {
    let same = Condition::equals("version", before.version);
    write.when(same).or(|_| stale_version("this provider"))
}

/// Put `T#<club>#IDP#<provider>` / `IDP` if absent, and update `P#DOMAIN#…` of each of its domains: see
/// [`route_domain`] for what that may refuse.
pub fn create_provider(
    platform: &PlatformTable,
    table: &TenantTable,
    provider: &IdentityProvider,
) -> Result<Vec<Write>> {
    let put = Write::put(provider_key(table, provider.id), "IdentityProvider", provider)?;
    let put = put.gsi1(&providers_partition(table), provider.id.to_string()).if_absent();
    let routes = provider.domains.iter();
    let routes = routes.map(|domain| route_domain(platform, table, domain, provider.id));
    Ok(std::iter::once(put).chain(routes).collect())
}

/// Update `T#<club>#IDP#<provider>` / `IDP` if its version is the one before, else `stale`, `STALE_VERSION`;
/// and `P#DOMAIN#…` of the domains that came or went.
pub fn change_provider(
    platform: &PlatformTable,
    table: &TenantTable,
    before: &IdentityProvider,
    after: &IdentityProvider,
) -> Result<Vec<Write>> {
    let write = Write::update(provider_key(table, after.id), differing(after)?);
    let mut writes = vec![of_version(write, before)];
    let gone = before.domains.iter().filter(|domain| !after.domains.contains(domain));
    writes.extend(gone.map(|domain| unroute_domain(platform, table, domain, after.id)));
    let come = after.domains.iter().filter(|domain| !before.domains.contains(domain));
    writes.extend(come.map(|domain| route_domain(platform, table, domain, after.id)));
    Ok(writes)
}

/// Delete `T#<club>#IDP#<provider>` / `IDP` of this version, else `stale`, `STALE_VERSION`; and update
/// `P#DOMAIN#…` of its domains. People keep their identities, which are the issuer's.
pub fn remove_provider(
    platform: &PlatformTable,
    table: &TenantTable,
    provider: &IdentityProvider,
) -> Vec<Write> {
    let delete = of_version(Write::delete(provider_key(table, provider.id)), provider);
    let routes = provider.domains.iter();
    let routes = routes.map(|domain| unroute_domain(platform, table, domain, provider.id));
    std::iter::once(delete).chain(routes).collect()
}

/// Put `P#SSO#<hash of state>` / `SSO` if absent; the table drops it after its end.
pub fn depart(table: &PlatformTable, state: &str, departure: &Departure) -> Result<Write> {
    let hash = departure_key(state).ok_or_else(|| Error::internal("a state is none"))?;
    let write = Write::put(departure_at(table, &hash), "Departure", departure)?;
    Ok(write.expiring(departure.expires_at).if_absent())
}

/// Get `P#SSO#<hash of state>` / `SSO`: `not_found`, `SSO_STATE_UNKNOWN`, where there is none any more.
pub async fn departure(table: &PlatformTable, state: &str) -> Result<Departure> {
    let hash = departure_key(state).ok_or_else(unknown_state)?;
    table.get(&departure_at(table, &hash)).await?.ok_or_else(unknown_state)
}

/// Delete `P#SSO#<hash of state>` / `SSO` if there: of many who come back with it at once, one passes; the
/// others hear `not_found`, `SSO_STATE_UNKNOWN`.
pub async fn redeem(table: &PlatformTable, state: &str) -> Result<()> {
    let hash = departure_key(state).ok_or_else(unknown_state)?;
    let write = Write::delete(departure_at(table, &hash)).when(Condition::item_exists());
    match table.attempt(write).await? {
        Attempt::Done(_) => Ok(()),
        Attempt::Refused(_) => Err(unknown_state()),
    }
}

/// `not_found`, `SSO_STATE_UNKNOWN`.
pub fn unknown_state() -> Error {
    Error::not_found(
        "SSO_STATE_UNKNOWN",
        "no sign-in of this state is under way; it was used, or is long over; start again",
    )
}

/// Get `P#IDENTITY#<hash>` / `IDENTITY`: whose it is, if anybody's.
pub async fn identity(table: &PlatformTable, id: &IdentityId) -> Result<Option<Identity>> {
    table.get(&identity_key(table, id)).await
}

/// Query gsi1 `P#ACC#<account>` → `IDENTITY#…`: what the account signs in with besides a password.
pub async fn identities(table: &PlatformTable, account: AccountId) -> Result<Vec<Identity>> {
    let query = Query::index(Index::Gsi1, identities_partition(table, account));
    table.query_all(&query.begins_with("IDENTITY#")).await
}

/// Query gsi1 `P#ACC#<account>` → `IDENTITY#…` and gsi1 `P#IDPS`: whether the account signs in with a provider of
/// the platform, open or not.
pub async fn has_platform_identity(table: &PlatformTable, account: AccountId) -> Result<bool> {
    let all = PageRequest { limit: PageLimit::default(), after: None };
    let (identities, providers) =
        Box::pin(try_join(identities(table, account), platform_providers(table, all))).await?;
    let is_its = |identity: &Identity| {
        providers.items.iter().any(|provider| provider.issuer == identity.issuer)
    };
    Ok(identities.iter().any(is_its))
}

/// Put `P#IDENTITY#<hash>` / `IDENTITY` if absent: else `conflict`, `IDENTITY_TAKEN`.
pub fn link(table: &PlatformTable, identity: &Identity) -> Result<Write> {
    let write = Write::put(identity_key(table, &identity.id), "Identity", identity)?;
    let partition = identities_partition(table, identity.account_id);
    let write = write.gsi1(&partition, format!("IDENTITY#{}", identity.id)).if_absent();
    Ok(write.or(|_| {
        Error::conflict("IDENTITY_TAKEN", "this is linked with an account already; unlink it there")
    }))
}

/// Delete `P#IDENTITY#<hash>` / `IDENTITY` of the account, while it can still sign in without: with its
/// password (`P#EMAIL#<email>` / `EMAIL` has one) or with `other`, which must still be there. Else
/// `conflict`, `LAST_SIGN_IN_METHOD`: also of two such deletions at once, the second.
pub fn unlink(
    table: &PlatformTable,
    identity: &Identity,
    email: &Email,
    other: Option<&IdentityId>,
) -> Vec<Write> {
    let of_account = || Condition::equals("account_id", identity.account_id.to_string());
    let still = match other {
        Some(other) => Write::check(identity_key(table, other), of_account()),
        None => Write::check(
            accounts::credential_key(table, email),
            of_account().and(Condition::exists("password_hash")),
        ),
    };
    vec![
        still.or(|_| last_method()),
        Write::delete(identity_key(table, &identity.id))
            .when(of_account())
            .or(|_| Error::not_found("IDENTITY_NOT_FOUND", "your account has no such identity")),
    ]
}

/// Check `P#IDENTITY#<hash>` / `IDENTITY`: still the account's.
pub fn require_identity(table: &PlatformTable, account: AccountId, id: &IdentityId) -> Write {
    let ours = Condition::equals("account_id", account.to_string());
    Write::check(identity_key(table, id), ours)
}

/// Delete `P#IDENTITY#<hash>` / `IDENTITY`, if it is the account's still.
pub fn drop_identity(table: &PlatformTable, identity: &Identity) -> Write {
    let ours = Condition::equals("account_id", identity.account_id.to_string());
    let gone = Condition::absent("PK");
    Write::delete(identity_key(table, &identity.id)).when(Condition::any([ours, gone]))
}

fn last_method() -> Error {
    Error::conflict(
        "LAST_SIGN_IN_METHOD",
        "you could not sign in any more; set a password or link another provider first",
    )
}

/// Put `P#EMAIL#<email>` / `EMAIL` and `P#ACC#<account>` / `ACCOUNT` if absent: an account without a password.
/// Where the address is somebody's already: `conflict`, `EMAIL_TAKEN`.
pub fn create_federated_account(
    table: &PlatformTable,
    account: &Account,
    verified_at: Option<Timestamp>,
) -> Result<Vec<Write>> {
    let credential = Credential {
        account_id: account.id,
        password_hash: None,
        status: CredentialStatus::Active,
        verified_at,
        second_factor: false,
        password_version: 0,
    };
    accounts::put_both(table, account, &credential)
}

/// Update `P#EMAIL#<email>` / `EMAIL`: its owner has proved to read its mail. Where it is nobody's, another's,
/// or has a password that was set without such a proof: `conflict`, `CONCURRENT_CHANGE`. Where nobody had proved
/// it before (`is_unproved`), also delete `P#ACC#<account>` / `MFA#TOTP`: whoever enrolled it need not be them.
pub fn adopt_account(
    table: &PlatformTable,
    account: AccountId,
    email: &Email,
    is_unproved: bool,
    now: Timestamp,
) -> Vec<Write> {
    let update = Update::new().set("status", "active").set("verified_at", now);
    let update = if is_unproved { update.set("second_factor", false) } else { update };
    let unsettled =
        Condition::any([Condition::exists("verified_at"), Condition::absent("password_hash")]);
    let same = Condition::equals("account_id", account.to_string()).and(unsettled);
    let adopted = Write::update(accounts::credential_key(table, email), update).when(same);
    let factor = is_unproved.then(|| drop_factor(table, account));
    std::iter::once(adopted).chain(factor).collect()
}
