//! All of `T#<club>#PERSON#<account>`: to hand it over, and to forget it.

use kernel::{AccountId, Error, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use table::{Condition, Query, TenantTable, Update, Write};

use super::{families, person_key};
use crate::photo_key;

/// What only the table needs of an item.
const OWN_ATTRIBUTES: [&str; 7] = ["PK", "SK", "kind", "ttl", "events", "GSI1PK", "GSI1SK"];

/// All that a club knows of a person beside their account and membership, as it is kept.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Everything {
    /// The profile with custom fields, those of the staff included; the photo by its facts.
    pub profile: Option<Value>,
    /// What they play and played.
    pub sports: Vec<Value>,
    /// When they can play.
    pub availability: Option<Value>,
    /// Whom to call.
    pub emergency_contact: Option<Value>,
    /// All that they answered.
    pub consents: Vec<Value>,
    /// Who acts for them.
    pub guardians: Vec<Value>,
    /// For whom they act.
    pub children: Vec<Value>,
    /// Where their photo lies in the bucket of files, if they have one.
    pub photo_key: Option<String>,
}

#[derive(Deserialize)]
struct Item(Map<String, Value>);

impl Item {
    fn sort_key(&self) -> &str {
        self.0.get("SK").and_then(Value::as_str).unwrap_or_default()
    }

    fn into_value(mut self) -> Value {
        for name in OWN_ATTRIBUTES {
            self.0.remove(name);
        }
        Value::Object(self.0)
    }
}

async fn items(table: &TenantTable, account: AccountId) -> Result<Vec<Item>> {
    let partition = table.partition(format_args!("PERSON#{account}"));
    table.query_all(&Query::of(partition)).await
}

/// Query `T#<club>#PERSON#<account>`: all of it.
pub async fn everything(table: &TenantTable, account: AccountId) -> Result<Everything> {
    let mut everything = Everything::default();
    for item in items(table, account).await? {
        let name = item.sort_key().split('#').next().unwrap_or_default().to_owned();
        let value = item.into_value();
        match name.as_str() {
            "PROFILE" => {
                let has_photo = value.get("photo").is_some();
                let key = has_photo.then(|| photo_key(table.tenant().club(), account));
                everything.photo_key = key;
                everything.profile = Some(value);
            }
            "SPORT" => everything.sports.push(value),
            "AVAILABILITY" => everything.availability = Some(value),
            "EMERGENCY" => everything.emergency_contact = Some(value),
            "CONSENT" => everything.consents.push(value),
            "GUARDIAN" => everything.guardians.push(value),
            "CHILD" => everything.children.push(value),
            // Counts what is told above.
            _ => {}
        }
    }
    Ok(everything)
}

/// Delete all of `T#<club>#PERSON#<account>`, and what others' families hold of them (one query before).
/// There may be more writes than a transaction takes: write them a hundred at a time; doing it again
/// goes on. The photo at [`photo_key`] is the caller's to remove.
pub async fn erase(table: &TenantTable, account: AccountId) -> Result<Vec<Write>> {
    let mut writes = Vec::new();
    for item in items(table, account).await? {
        let key = item.sort_key().to_owned();
        let other = key.split_once('#').map(|(name, rest)| (name, rest.parse::<AccountId>()));
        match other {
            Some(("GUARDIAN", Ok(guardian))) => {
                writes.push(Write::delete(families::child_key(table, guardian, account)));
                writes.push(one_less(table, guardian, "children"));
            }
            Some(("CHILD", Ok(child))) => {
                writes.push(Write::delete(families::guardian_key(table, child, account)));
                writes.push(one_less(table, child, "guardians"));
            }
            Some(("GUARDIAN" | "CHILD", Err(cause))) => {
                let context = "a guardianship names nobody";
                return Err(Error::internal(context).with_source(cause));
            }
            _ => {}
        }
        writes.push(Write::delete(person_key(table, account, key)));
    }
    Ok(writes)
}

fn one_less(table: &TenantTable, account: AccountId, what: &'static str) -> Write {
    let update = Update::new().add(what, -1_i64);
    Write::update(person_key(table, account, "FAMILY"), update).when(Condition::item_exists())
}
