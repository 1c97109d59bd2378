//! The stand-in's secrets: versions with stages, as Secrets Manager publishes them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

const CURRENT: &str = "AWSCURRENT";
const PENDING: &str = "AWSPENDING";
const PREVIOUS: &str = "AWSPREVIOUS";

/// All secrets, by name.
#[derive(Default)]
pub(crate) struct Vault(BTreeMap<String, Versions>);

type Versions = BTreeMap<String, Version>;

#[derive(Default)]
struct Version {
    value: Option<String>,
    stages: BTreeSet<String>,
}

/// The service's name of a refusal.
type Refusal = &'static str;

impl Vault {
    /// The current value.
    pub(crate) fn current(&self, name: &str) -> Option<&str> {
        let versions = self.0.get(name)?.values();
        versions
            .filter(|version| version.stages.contains(CURRENT))
            .find_map(|it| it.value.as_deref())
    }

    /// Gives a secret this current value.
    pub(crate) fn put(&mut self, name: &str, value: String) {
        let id = kernel::random_uuid().to_string();
        let versions = self.0.entry(name.to_owned()).or_default();
        versions.insert(id.clone(), Version { value: Some(value), ..Version::default() });
        label(versions, CURRENT, &id);
    }

    /// What `RotateSecret` does before it calls the function: a pending version without a value.
    pub(crate) fn begin_rotation(&mut self, name: &str) -> String {
        let token = kernel::random_uuid().to_string();
        let versions = self.0.entry(name.to_owned()).or_default();
        versions.insert(token.clone(), Version::default());
        label(versions, PENDING, &token);
        token
    }

    /// One request.
    pub(crate) fn answer(&mut self, operation: &str, json: &Value) -> Result<Value, Refusal> {
        let text = |name: &str| json[name].as_str();
        let name = text("SecretId").or_else(|| text("Name")).unwrap_or_default().to_owned();
        if operation == "CreateSecret" {
            if self.0.contains_key(&name) {
                return Err("ResourceExistsException");
            }
            self.put(&name, text("SecretString").unwrap_or_default().to_owned());
            return Ok(json!({ "Name": name }));
        }
        let versions = self.0.get_mut(&name).ok_or("ResourceNotFoundException")?;
        match operation {
            "DeleteSecret" => {
                self.0.remove(&name);
            }
            "DescribeSecret" => {
                let stages: BTreeMap<_, _> =
                    versions.iter().map(|(id, version)| (id, &version.stages)).collect();
                return Ok(json!({ "Name": name, "VersionIdsToStages": stages }));
            }
            "PutSecretValue" => put_value(versions, json)?,
            "UpdateSecretVersionStage" => move_stage(versions, json)?,
            _ => {
                let stage = text("VersionStage");
                let stage = stage.or(text("VersionId").is_none().then_some(CURRENT));
                let fits = |id: &str, version: &Version| {
                    text("VersionId").is_none_or(|wanted| wanted == id)
                        && stage.is_none_or(|stage| version.stages.contains(stage))
                };
                let found = versions.iter().find(|(id, version)| fits(id, version));
                let value = found.and_then(|(_, version)| version.value.as_ref());
                let value = value.ok_or("ResourceNotFoundException")?;
                return Ok(json!({ "Name": name, "SecretString": value }));
            }
        }
        Ok(json!({ "Name": name }))
    }
}

fn put_value(versions: &mut Versions, json: &Value) -> Result<(), Refusal> {
    let fresh = kernel::random_uuid().to_string();
    let id = json["ClientRequestToken"].as_str().unwrap_or(&fresh).to_owned();
    let value = json["SecretString"].as_str().unwrap_or_default();
    let version = versions.entry(id.clone()).or_default();
    if version.value.as_deref().is_some_and(|known| known != value) {
        return Err("ResourceExistsException");
    }
    version.value = Some(value.to_owned());
    let stages = json["VersionStages"].as_array().cloned().unwrap_or_else(|| vec![json!(CURRENT)]);
    for stage in stages.iter().filter_map(Value::as_str) {
        label(versions, stage, &id);
    }
    Ok(())
}

fn move_stage(versions: &mut Versions, json: &Value) -> Result<(), Refusal> {
    let text = |name: &str| json[name].as_str().unwrap_or_default();
    let (stage, to) = (text("VersionStage"), text("MoveToVersionId"));
    let holder = versions.iter().find(|(_, version)| version.stages.contains(stage));
    // The stage of another version is taken from nobody but the one that is named.
    if holder.is_some_and(|(id, _)| id != to && id != text("RemoveFromVersionId")) {
        return Err("InvalidParameterException");
    }
    if !versions.contains_key(to) {
        return Err("ResourceNotFoundException");
    }
    label(versions, stage, to);
    Ok(())
}

/// One version has a stage. What was current becomes the previous one.
fn label(versions: &mut Versions, stage: &str, to: &str) {
    let holder = versions.iter().find(|(_, version)| version.stages.contains(stage));
    let holder = holder.map(|(id, _)| id.clone()).filter(|id| id != to);
    for version in versions.values_mut() {
        version.stages.remove(stage);
    }
    if let Some(version) = versions.get_mut(to) {
        version.stages.insert(stage.to_owned());
    }
    if let Some(before) = holder.filter(|_| stage == CURRENT) {
        label(versions, PREVIOUS, &before);
    }
}
