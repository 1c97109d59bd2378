//! A person as the API shows them, and how they change.

use std::collections::BTreeMap;

use audit::Entry;
use futures::future::{try_join, try_join3};
use garde::Validate;
use identity::Account;
use kernel::{AccountId, Email, Error, LocalDate, Locale, PersonName, Result, same_version};
use profiles::{
    Author, Edit, FieldKey, FieldValue, PersonFields, Phone, Profile, ProfileChange, photo_key,
    store,
};
use runtime::App;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tenancy::TimeZoneName;
use utoipa::ToSchema;
use web::Caller;

use crate::acting::club_today;

/// A person in the club of the token.
#[derive(Serialize, ToSchema)]
pub(crate) struct Person {
    id: AccountId,
    /// Null of a child that does not sign in.
    email: Option<Email>,
    name: PersonName,
    /// Null where it is the club's.
    time_zone: Option<TimeZoneName>,
    /// E.164.
    phone: Option<Phone>,
    birth_date: Option<LocalDate>,
    /// The club's own fields, as `GET /v1/person-fields` describes them.
    #[schema(value_type = Object)]
    custom_fields: BTreeMap<FieldKey, FieldValue>,
    /// Fields that the club requires and that are not filled yet.
    missing_custom_fields: Vec<FieldKey>,
    /// Good for an hour; null without a photo.
    photo_url: Option<String>,
}

impl Person {
    /// As this reader sees them.
    pub(crate) async fn of(
        app: &App,
        caller: &Caller,
        (name, email): (PersonName, Option<Email>),
        (profile, fields): (Profile, &PersonFields),
        reader: Author,
    ) -> Result<Self> {
        Ok(Self {
            id: profile.account_id,
            email,
            name,
            custom_fields: profile.custom_fields(fields, reader),
            missing_custom_fields: profile.missing_fields(fields),
            photo_url: photo_url(app, caller, &profile).await?,
            time_zone: profile.time_zone,
            phone: profile.phone,
            birth_date: profile.birth_date,
        })
    }
}

/// Where their photo is shown for an hour.
pub(crate) async fn photo_url(
    app: &App,
    caller: &Caller,
    profile: &Profile,
) -> Result<Option<String>> {
    if profile.photo.is_none() {
        return Ok(None);
    }
    let key = photo_key(caller.club()?, profile.account_id);
    app.photo_url(&key).await.map(Some)
}

/// What changes; what is absent stays. Null takes the time zone, the telephone number or a custom field
/// away.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct ChangeAccount {
    name: Option<PersonName>,
    locale: Option<Locale>,
    #[serde(default)]
    #[schema(value_type = Option<TimeZoneName>)]
    time_zone: Edit<TimeZoneName>,
    #[serde(default)]
    #[schema(value_type = Option<Phone>)]
    phone: Edit<Phone>,
    /// Set once; the club's staff corrects it.
    birth_date: Option<LocalDate>,
    #[schema(value_type = Option<Object>)]
    custom_fields: Option<BTreeMap<String, Value>>,
}

/// Somebody with their account: oneself, or one's child.
pub(crate) struct Own {
    pub(crate) account: Account,
    pub(crate) profile: Profile,
    pub(crate) fields: PersonFields,
}

impl Own {
    /// The account, and what the club of the token knows of them; an operator's token is for no club.
    pub(crate) async fn load(app: &App, caller: &Caller, id: AccountId) -> Result<Self> {
        let platform = app.table().platform();
        let account = async {
            let found = identity::store::account(&platform, id).await?;
            found.ok_or_else(|| Error::not_found("ACCOUNT_NOT_FOUND", "this account is gone"))
        };
        let Ok(table) = app.tenant_table(caller) else {
            let (profile, fields) = (Profile::empty(id), PersonFields::default());
            return Ok(Self { account: account.await?, profile, fields });
        };
        let (account, profile, fields) =
            Box::pin(try_join3(account, store::profile(&table, id), store::person_fields(&table)))
                .await?;
        Ok(Self { account, profile, fields })
    }

    /// Both versions only grow, so their sum names one state of both.
    pub(crate) fn version(&self) -> u64 {
        self.account.version + self.profile.version
    }

    /// Changes them, in one transaction; both parts are still as they were read where `if_match` asks.
    pub(crate) async fn change(
        self,
        app: &App,
        caller: &Caller,
        if_match: Option<u64>,
        input: ChangeAccount,
    ) -> Result<Self> {
        same_version(if_match, self.version(), "this account")?;
        let change = ProfileChange {
            time_zone: input.time_zone,
            phone: input.phone,
            birth_date: input.birth_date,
            custom_fields: input.custom_fields,
        };
        let named = identity::ProfileChange { name: input.name, locale: input.locale };
        let (account, account_differs) = named.applied(&self.account);
        let (profile, profile_differs) = if change.is_empty() {
            (self.profile.clone(), false)
        } else {
            let today = club_today(app, &app.tenant_table(caller)?).await?;
            change.applied(&self.profile, &self.fields, Author::Themselves, today)?
        };
        if !account_differs && !profile_differs {
            return Ok(self);
        }
        let platform = app.table().platform();
        let mut writes = Vec::new();
        if account_differs {
            writes.push(identity::store::change_profile(&platform, &account));
        } else if if_match.is_some() {
            writes.push(identity::store::account_unchanged(&platform, &account));
        }
        if let Ok(table) = app.tenant_table(caller) {
            if account.name != self.account.name {
                writes.push(identity::store::rename(&table, account.id, &account.name));
            }
            if profile_differs {
                writes.push(store::put_profile(&table, &profile)?);
            } else if if_match.is_some() {
                writes.push(store::profile_unchanged(&table, &profile));
            }
        }
        if account.id == caller.account() {
            platform.write(writes).await?;
        } else {
            let (table, now) = (app.tenant_table(caller)?, app.clock().now());
            let told = Entry::new(caller.origin(), "profile.changed", account.id);
            audit::write(&table, told, now, writes).await?;
        }
        Ok(Self { account, profile, fields: self.fields })
    }
}

/// What the club's staff changes of a member; what is absent stays. Null takes the time zone, the telephone
/// number or a custom field away. The name is the club's copy: the account keeps its own.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct ChangeMemberProfile {
    pub(crate) name: Option<PersonName>,
    #[serde(default)]
    #[schema(value_type = Option<TimeZoneName>)]
    pub(crate) time_zone: Edit<TimeZoneName>,
    #[serde(default)]
    #[schema(value_type = Option<Phone>)]
    pub(crate) phone: Edit<Phone>,
    pub(crate) birth_date: Option<LocalDate>,
    #[schema(value_type = Option<Object>)]
    pub(crate) custom_fields: Option<BTreeMap<String, Value>>,
}

/// What the club knows of somebody.
pub(crate) async fn known(
    table: &table::TenantTable,
    account: AccountId,
) -> Result<(Profile, PersonFields)> {
    try_join(store::profile(table, account), store::person_fields(table)).await
}
