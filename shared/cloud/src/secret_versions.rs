//! Versions of a secret and their stages: what a rotation moves.

use std::collections::BTreeMap;

use aws_sdk_secretsmanager::operation::{
    describe_secret::DescribeSecretError, put_secret_value::PutSecretValueError,
};
use kernel::{Result, jiff::Timestamp};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    Secrets,
    failure::failure,
    secrets::{json, parse, value},
};

/// A label of one version of a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Being made by a rotation.
    Pending,
    /// In use.
    Current,
}

impl Stage {
    /// As the service writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "AWSPENDING",
            Self::Current => "AWSCURRENT",
        }
    }
}

/// Which versions a secret has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SecretVersions {
    stages: BTreeMap<String, Vec<String>>,
    /// When a rotation was finished last.
    pub last_rotated: Option<Timestamp>,
}

impl SecretVersions {
    /// Whether there is such a version.
    pub fn has(&self, version: &str) -> bool {
        self.stages.contains_key(version)
    }

    /// Whether the version has this stage.
    pub fn is(&self, version: &str, stage: Stage) -> bool {
        self.stages.get(version).is_some_and(|of| of.iter().any(|it| it == stage.as_str()))
    }

    /// The one version of this stage.
    pub fn of(&self, stage: Stage) -> Option<&str> {
        self.stages.keys().map(String::as_str).find(|version| self.is(version, stage))
    }
}

impl Secrets {
    /// Which versions the secret has; `None` where there is no secret.
    pub async fn versions(&self, id: &str) -> Result<Option<SecretVersions>> {
        match self.client.describe_secret().secret_id(id).send().await {
            Ok(answer) => Ok(Some(SecretVersions {
                stages: answer.version_ids_to_stages.unwrap_or_default().into_iter().collect(),
                last_rotated: answer
                    .last_rotated_date
                    .and_then(|date| Timestamp::from_second(date.secs()).ok()),
            })),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(DescribeSecretError::is_resource_not_found_exception) =>
            {
                Ok(None)
            }
            Err(error) => Err(failure("DescribeSecret", &error)),
        }
    }

    /// The value of one version in this stage; `None` where the version has none, or not this stage.
    pub async fn get_version<T: DeserializeOwned>(
        &self,
        id: &str,
        version: &str,
        stage: Stage,
    ) -> Result<Option<T>> {
        let asked = self
            .client
            .get_secret_value()
            .secret_id(id)
            .version_id(version)
            .version_stage(stage.as_str())
            .send()
            .await;
        value(asked)?.map(|text| parse(&text)).transpose()
    }

    /// Gives a version its value, and this stage. A version that has a value keeps it.
    pub async fn put_version(
        &self,
        id: &str,
        version: &str,
        stage: Stage,
        secret: &impl Serialize,
    ) -> Result<()> {
        let put = self
            .client
            .put_secret_value()
            .secret_id(id)
            .client_request_token(version)
            .version_stages(stage.as_str())
            .secret_string(json(secret)?)
            .send()
            .await;
        match put {
            Ok(_) => Ok(()),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(PutSecretValueError::is_resource_exists_exception) =>
            {
                Ok(())
            }
            Err(error) => Err(failure("PutSecretValue", &error)),
        }
    }

    /// Gives the secret, which is there, a new value.
    pub async fn replace(&self, id: &str, secret: &impl Serialize) -> Result<()> {
        self.client
            .put_secret_value()
            .secret_id(id)
            .secret_string(json(secret)?)
            .send()
            .await
            .map(drop)
            .map_err(|error| failure("PutSecretValue", &error))
    }

    /// Moves a stage to a version, from the one that has it. A stage that is there already stays.
    pub async fn move_stage(
        &self,
        id: &str,
        stage: Stage,
        from: Option<&str>,
        to: &str,
    ) -> Result<()> {
        if from == Some(to) {
            return Ok(());
        }
        self.client
            .update_secret_version_stage()
            .secret_id(id)
            .version_stage(stage.as_str())
            .set_remove_from_version_id(from.map(str::to_owned))
            .move_to_version_id(to)
            .send()
            .await
            .map(drop)
            .map_err(|error| failure("UpdateSecretVersionStage", &error))
    }
}
