//! One row of an import: how it is read, and what is written for it.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::try_join;
use identity::{Account, Actor, ExternalId, ImportedHash, Membership, Placement, store};
use kernel::{AccountId, Email, Error, Locale, PersonName, Result, Role, jiff::Timestamp};
use serde::Deserialize;
use serde_json::Value;
use table::{PlatformTable, TenantTable};
use utoipa::ToSchema;

use crate::wanted::ROLES_LIMIT;

/// How often a row is tried whose address somebody else takes at the same moment.
const TRIES: usize = 3;

/// Somebody whom the club brings along.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImportedMember {
    pub(crate) email: Email,
    name: PersonName,
    /// The club's own, if absent.
    locale: Option<Locale>,
    /// bcrypt (`$2a$`, `$2b$`, `$2y$`, cost 4 to 14) or an argon2id PHC string. Without one they choose a
    /// password by an invitation or a reset.
    password_hash: Option<ImportedHash>,
    /// `member`, if absent.
    #[serde(default = "plain_member")]
    roles: BTreeSet<Role>,
    /// What the club knows them by elsewhere.
    external_id: Option<ExternalId>,
}

fn plain_member() -> BTreeSet<Role> {
    BTreeSet::from([Role::Member])
}

/// A row that is not carried out, and why.
pub(crate) struct Refused {
    pub(crate) email: Option<Email>,
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

/// What became of a row that was carried out.
pub(crate) enum Imported {
    Created(AccountId),
    Joined(AccountId),
    AlreadyMember(AccountId),
}

/// Reads the rows. Of several with one address the first counts.
pub(crate) fn check(
    actor: &Actor,
    rows: Vec<Value>,
) -> Vec<std::result::Result<ImportedMember, Refused>> {
    let mut seen = BTreeMap::new();
    let rows = rows.into_iter().enumerate();
    rows.map(|(index, row)| {
        let row = read(row)?;
        if let Some(first) = seen.get(&row.email) {
            let message = format!("row {first} has this address already");
            return Err(refused(row, "DUPLICATE_ROW", message));
        }
        seen.insert(row.email.clone(), index);
        if !(1..=ROLES_LIMIT).contains(&row.roles.len()) {
            let message = format!("roles: must be 1 to {ROLES_LIMIT}");
            return Err(refused(row, "ROW_INVALID", message));
        }
        match actor.may_place(&Placement::default(), &row.placement()) {
            Ok(()) => Ok(row),
            Err(error) => Err(refused(row, error.code(), error.message().to_owned())),
        }
    })
    .collect()
}

fn refused(row: ImportedMember, code: &'static str, message: String) -> Refused {
    Refused { email: Some(row.email), code, message }
}

fn read(row: Value) -> std::result::Result<ImportedMember, Refused> {
    let email = row["email"].as_str().and_then(|text| text.parse().ok());
    serde_path_to_error::deserialize(row).map_err(|cause| {
        let message = match cause.path().to_string() {
            path if path == "." => cause.inner().to_string(),
            path => format!("{path}: {}", cause.inner()),
        };
        Refused { email, code: "ROW_INVALID", message }
    })
}

impl ImportedMember {
    fn placement(&self) -> Placement {
        Placement::new(self.roles.iter().cloned(), [])
    }
}

/// One club's import.
pub(crate) struct Importing {
    pub(crate) platform: PlatformTable,
    pub(crate) table: TenantTable,
    /// The club's own.
    pub(crate) locale: Locale,
    pub(crate) now: Timestamp,
}

impl Importing {
    /// Makes the row's person a member, in one transaction.
    pub(crate) async fn bring(&self, row: &ImportedMember) -> Result<Imported> {
        for _ in 0..TRIES {
            let found = match store::credential(&self.platform, &row.email).await? {
                None => self.create(row).await?,
                Some(credential) => Some(self.join(row, credential.account_id).await?),
            };
            if let Some(imported) = found {
                return Ok(imported);
            }
        }
        Err(Error::unavailable(
            "IMPORT_OVERTAKEN",
            "another request brings the same people; repeat",
        ))
    }

    /// `None` where somebody took the address at the same moment.
    async fn create(&self, row: &ImportedMember) -> Result<Option<Imported>> {
        let account = Account {
            id: AccountId::new(),
            email: Some(row.email.clone()),
            name: row.name.clone(),
            locale: row.locale.clone().unwrap_or_else(|| self.locale.clone()),
            platform_roles: Vec::new(),
            created_at: self.now,
            version: 1,
        };
        let mut writes = match &row.password_hash {
            Some(hash) => {
                store::create_account(&self.platform, &account, hash.as_str().to_owned(), None)?
            }
            None => store::invite_account(&self.platform, &account)?,
        };
        let member = self.member(row, &account);
        writes.extend(store::import(&self.platform, &self.table, &member, self.now)?);
        match self.platform.write(writes).await {
            Ok(()) => Ok(Some(Imported::Created(account.id))),
            Err(error) if error.code() == "EMAIL_TAKEN" => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn join(&self, row: &ImportedMember, id: AccountId) -> Result<Imported> {
        let (account, member) =
            try_join(store::account(&self.platform, id), store::membership(&self.table, id))
                .await?;
        if member.is_some() {
            return Ok(Imported::AlreadyMember(id));
        }
        let account = account.ok_or_else(|| Error::internal("an address has no account"))?;
        let member = self.member(row, &account);
        let writes = store::import(&self.platform, &self.table, &member, self.now)?;
        match self.platform.write(writes).await {
            Ok(()) => Ok(Imported::Joined(id)),
            Err(error) if error.code() == "ALREADY_MEMBER" => Ok(Imported::AlreadyMember(id)),
            Err(error) => Err(error),
        }
    }

    fn member(&self, row: &ImportedMember, account: &Account) -> Membership {
        let roles = row.roles.iter().cloned().collect();
        let member = Membership::new(account, roles, self.now);
        Membership { external_id: row.external_id.clone(), ..member }
    }
}
