//! Secrets Manager.

use std::{sync::Arc, time::Duration};

use aws_config::SdkConfig;
use aws_sdk_secretsmanager::{
    Client,
    error::SdkError,
    operation::{
        create_secret::CreateSecretError,
        delete_secret::DeleteSecretError,
        get_secret_value::{GetSecretValueError, GetSecretValueOutput},
    },
};
use kernel::{Error, Result};
use moka::future::Cache;
use serde::{Serialize, de::DeserializeOwned};

use crate::failure::failure;

/// How long a read secret is kept: a rotated one is seen everywhere after that.
const KEPT: Duration = Duration::from_mins(5);
/// How many secrets a warm function keeps.
const KEPT_MOST: u64 = 1_000;

/// Reads, makes and removes secrets, all of them JSON.
#[derive(Debug, Clone)]
pub struct Secrets {
    pub(crate) client: Client,
    kept: Cache<String, Arc<str>>,
}

impl Secrets {
    /// With the process's shared AWS configuration.
    pub fn new(config: &SdkConfig) -> Self {
        let kept = Cache::builder().max_capacity(KEPT_MOST).time_to_live(KEPT).build();
        Self { client: Client::new(config), kept }
    }

    /// The secret as it is now; `None` where there is none.
    pub async fn get<T: DeserializeOwned>(&self, id: &str) -> Result<Option<T>> {
        self.read(id).await?.map(|text| parse(&text)).transpose()
    }

    /// The secret, at most five minutes old; `None` where there is none, which is not remembered.
    pub async fn get_cached<T: DeserializeOwned>(&self, id: &str) -> Result<Option<T>> {
        if let Some(text) = self.kept.get(id).await {
            return parse(&text).map(Some);
        }
        let Some(text) = self.read(id).await? else { return Ok(None) };
        let secret = parse(&text)?;
        self.kept.insert(id.to_owned(), text).await;
        Ok(Some(secret))
    }

    async fn read(&self, id: &str) -> Result<Option<Arc<str>>> {
        let asked = self.client.get_secret_value().secret_id(id).send().await;
        Ok(value(asked)?.map(Into::into))
    }

    /// Makes the secret, or gives an existing one this value: repeating it changes nothing.
    pub async fn put(&self, name: &str, secret: &impl Serialize) -> Result<()> {
        let made = self.client.create_secret().name(name).secret_string(json(secret)?).send().await;
        match made {
            Ok(_) => Ok(()),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(CreateSecretError::is_resource_exists_exception) =>
            {
                self.replace(name, secret).await
            }
            Err(error) => Err(failure("CreateSecret", &error)),
        }
    }

    /// Removes the secret at once; one that is not there is removed already.
    pub async fn delete(&self, name: &str) -> Result<()> {
        let removed = self
            .client
            .delete_secret()
            .secret_id(name)
            .force_delete_without_recovery(true)
            .send()
            .await;
        match removed {
            Ok(_) => Ok(()),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(DeleteSecretError::is_resource_not_found_exception) =>
            {
                Ok(())
            }
            Err(error) => Err(failure("DeleteSecret", &error)),
        }
    }
}

/// The text that a read answered; `None` where there is none.
pub(crate) fn value(
    asked: Result<GetSecretValueOutput, SdkError<GetSecretValueError>>,
) -> Result<Option<String>> {
    match asked {
        Ok(answer) => Ok(answer.secret_string),
        // A deleted secret is marked first, and reads of it are an invalid request.
        Err(error)
            if error.as_service_error().is_some_and(|cause| {
                cause.is_resource_not_found_exception() || cause.is_invalid_request_exception()
            }) =>
        {
            Ok(None)
        }
        Err(error) => Err(failure("GetSecretValue", &error)),
    }
}

pub(crate) fn json(secret: &impl Serialize) -> Result<String> {
    serde_json::to_string(secret)
        .map_err(|cause| Error::internal("a secret is not JSON").with_source(cause))
}

pub(crate) fn parse<T: DeserializeOwned>(text: &str) -> Result<T> {
    // The cause would quote the secret, so it is left out.
    serde_json::from_str(text).map_err(|_| Error::internal("a secret does not have its shape"))
}
