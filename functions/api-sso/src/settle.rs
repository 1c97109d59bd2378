//! Whose account somebody has who comes back, and their place in the club.

use audit::Entry;
use futures::future::try_join3;
use identity::{
    Account, Arrival, Credential, Ending, Identity, IdentityProvider, Membership, MembershipStatus,
    Person, arrive, store, write_ahead,
};
use kernel::{AccountId, Email, Error, Origin, PersonName, Result, Role};
use runtime::App;
use serde_json::json;
use table::{TenantTable, Write};
use web::standing;

/// How often it is decided anew where somebody else changed what it was decided by.
const TRIES: usize = 3;
/// The most identities that the transaction of an arrival takes off an account.
const UNLINKED_TOGETHER_LIMIT: usize = 10;

/// The credential of the account that they have from now on. Two first arrivals of one person at once find
/// each other's account.
pub(crate) async fn settle(
    app: &App,
    table: &TenantTable,
    person: &Person,
    provider: &IdentityProvider,
    address: &str,
) -> Result<Credential> {
    for _ in 1..TRIES {
        match Box::pin(settle_once(app, table, person, provider, address)).await {
            Err(error) if is_overtaken(&error) => {}
            settled => return settled,
        }
    }
    Box::pin(settle_once(app, table, person, provider, address)).await
}

fn is_overtaken(error: &Error) -> bool {
    [
        "EMAIL_TAKEN",
        "IDENTITY_TAKEN",
        "ALREADY_MEMBER",
        "CONCURRENT_CHANGE",
        "INVITATION_USED",
        "INVITATION_REVOKED",
        "INVITATION_OVERTAKEN",
    ]
    .contains(&error.code())
}

async fn settle_once(
    app: &App,
    table: &TenantTable,
    person: &Person,
    provider: &IdentityProvider,
    address: &str,
) -> Result<Credential> {
    let platform = app.table().platform();
    let (linked, found, belief) = Box::pin(try_join3(
        store::identity(&platform, &person.id()),
        async {
            match &person.email {
                Some(email) => store::credential(&platform, email).await,
                None => Ok(None),
            }
        },
        belief(app, table, person, provider),
    ))
    .await?;
    let linked = linked.map(|identity| identity.account_id);
    let is_vouched = belief != Belief::Nothing;
    let mut ending = None;
    let (account, mut writes) = match arrive(person, linked, found.as_ref(), is_vouched)? {
        Arrival::Known(id) => (account(app, id).await?, Vec::new()),
        Arrival::Found { account_id, email, is_unproved } => {
            if is_unproved {
                ending = Some(Ending::of(&platform, account_id, None, app.clock().now()).await?);
            }
            let writes = found_writes(app, person, provider, account_id, &email, is_unproved);
            (account(app, account_id).await?, writes.await?)
        }
        Arrival::New { email } => {
            new_account(app, table, person, provider, email, is_vouched).await?
        }
    };
    if let Some(ending) = &mut ending {
        writes.append(&mut ending.writes);
    }
    let place = place_in_club(app, table, &account, (person, provider), belief).await?;
    let correlation = table.tenant().correlation().to_owned();
    let origin =
        Origin { account: account.id, session: None, address: address.to_owned(), correlation };
    write(app, table, (&origin, provider), (writes, place)).await?;
    if let Some(ending) = ending {
        let ended = ending.finish(&platform, app.clock().now()).await?;
        standing::bar_sessions(app.table(), &origin.correlation, ended, app.clock().now()).await?;
    }
    let credential = store::credential(&platform, account.address()?).await?;
    credential.ok_or_else(|| Error::internal("an account has no credential"))
}

/// Writes what became of an arrival, and tells it: the club who joined it, or else the platform whose account
/// was linked.
async fn write(
    app: &App,
    table: &TenantTable,
    (origin, provider): (&Origin, &IdentityProvider),
    (mut linked, place): (Vec<Write>, Vec<Write>),
) -> Result<()> {
    let (account, now) = (origin.account, app.clock().now());
    let by = json!({ "provider_id": provider.reference() });
    if !place.is_empty() {
        linked.extend(place);
        let told = Entry::new(origin, "member.joined", account).making(&by)?;
        audit::write(table, told, now, linked).await?;
    } else if !linked.is_empty() {
        let told = Entry::new(origin, "identity.linked", account).making(&by)?;
        audit::write_platform(&app.table().platform(), told, now, linked).await?;
    }
    Ok(())
}

/// What is believed of somebody's address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Belief {
    Nothing,
    /// That it is theirs.
    Theirs,
    /// And that the club has proved its domain.
    TheirsAndClubs,
}

async fn belief(
    app: &App,
    table: &TenantTable,
    person: &Person,
    provider: &IdentityProvider,
) -> Result<Belief> {
    let Some(email) = &person.email else { return Ok(Belief::Nothing) };
    let owner = store::domain_of(&app.table().platform(), email).await?;
    let is_club_s = owner == Some(table.tenant().club());
    Ok(match (provider.is_believed(person, is_club_s), is_club_s) {
        (false, _) => Belief::Nothing,
        (true, false) => Belief::Theirs,
        (true, true) => Belief::TheirsAndClubs,
    })
}

async fn account(app: &App, id: AccountId) -> Result<Account> {
    let account = store::account(&app.table().platform(), id).await?;
    account.ok_or_else(|| {
        Error::not_found("ACCOUNT_NOT_FOUND", "the account that this was linked with is gone")
    })
}

/// The account gets the identity. Where nobody had proved to own its address, what was linked with it
/// before goes, and a second factor, too: whoever made it was not its owner.
async fn found_writes(
    app: &App,
    person: &Person,
    provider: &IdentityProvider,
    account: AccountId,
    email: &Email,
    is_unproved: bool,
) -> Result<Vec<Write>> {
    let (platform, now) = (app.table().platform(), app.clock().now());
    let mut writes = store::adopt_account(&platform, account, email, is_unproved, now);
    if is_unproved {
        let mut foreign = store::identities(&platform, account).await?;
        // Where the same person has arrived at this moment in another way, it is linked already.
        foreign.retain(|identity| identity.id != person.id());
        let gone = foreign.iter().map(|identity| store::drop_identity(&platform, identity));
        writes.extend(write_ahead(&platform, gone.collect(), UNLINKED_TOGETHER_LIMIT).await?);
    }
    let identity = Identity::new(person, &provider.name, account, now);
    writes.push(store::link(&platform, &identity)?);
    Ok(writes)
}

/// An account without a password. Its address counts as proved only where the provider is believed about it.
async fn new_account(
    app: &App,
    table: &TenantTable,
    person: &Person,
    provider: &IdentityProvider,
    email: Email,
    is_vouched: bool,
) -> Result<(Account, Vec<Write>)> {
    let (platform, now) = (app.table().platform(), app.clock().now());
    let locale = match &person.locale {
        Some(locale) => locale.clone(),
        None => tenancy::store::settings(table).await?.locale,
    };
    let account = Account {
        id: AccountId::new(),
        name: name_of(person, &email)?,
        email: Some(email),
        locale,
        platform_roles: Vec::new(),
        created_at: now,
        version: 1,
    };
    let mut writes =
        store::create_federated_account(&platform, &account, is_vouched.then_some(now))?;
    let identity = Identity::new(person, &provider.name, account.id, now);
    writes.push(store::link(&platform, &identity)?);
    Ok((account, writes))
}

/// As the provider calls them, else as their address does.
fn name_of(person: &Person, email: &Email) -> Result<PersonName> {
    if let Some(name) = &person.name {
        return Ok(name.clone());
    }
    let local = email.as_str().split('@').next().unwrap_or_default();
    local.parse().map_err(|cause| Error::internal("an address is no name").with_source(cause))
}

/// Their place in the club, where they have none yet. Whoever has proved an address that the club has
/// invited is what the invitation says, and has accepted it; one of the club's own domain is a member. Of the
/// others, the club approves those whom its own provider brings; whom the platform's bring could as well
/// have registered.
async fn place_in_club(
    app: &App,
    table: &TenantTable,
    account: &Account,
    (person, provider): (&Person, &IdentityProvider),
    belief: Belief,
) -> Result<Vec<Write>> {
    if store::membership(table, account.id).await?.is_some() {
        return Ok(Vec::new());
    }
    let (platform, now) = (app.table().platform(), app.clock().now());
    let member = Membership::new(account, vec![Role::Member], now);
    let proved = person.email.as_ref().filter(|_| belief != Belief::Nothing);
    let invitation = match proved {
        Some(email) => store::invitation_for(table, email, now).await?,
        None => None,
    };
    let Some(invitation) = invitation else {
        let status = match belief {
            Belief::TheirsAndClubs => MembershipStatus::Active,
            _ if provider.platform.is_none() => MembershipStatus::Pending,
            _ => store::sign_in_policy(table).await?.registration.status()?,
        };
        return store::join(&platform, table, &Membership { status, ..member }, now);
    };
    let mut writes = store::join(&platform, table, &invitation.place(member), now)?;
    writes.push(store::accept(table, invitation.id, now));
    // Who was expelled a moment ago is barred still.
    writes.push(standing::lift(table, account.id));
    Ok(writes)
}
