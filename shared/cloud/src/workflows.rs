//! Step Functions: starting executions.

use aws_config::SdkConfig;
use aws_sdk_sfn::{Client, operation::start_execution::StartExecutionError};
use kernel::{Error, Result};
use serde::Serialize;

use crate::failure::failure;

/// Starts executions of state machines.
#[derive(Debug, Clone)]
pub struct Workflows(Client);

impl Workflows {
    /// With the process's shared AWS configuration.
    pub fn new(config: &SdkConfig) -> Self {
        Self(Client::new(config))
    }

    /// Starts the execution of this name, once: starting it again is a success that changes nothing.
    pub async fn start(&self, arn: &str, name: &str, input: &impl Serialize) -> Result<()> {
        let input = serde_json::to_string(input).map_err(|cause| {
            Error::internal("a workflow's input is not JSON").with_source(cause)
        })?;
        let started =
            self.0.start_execution().state_machine_arn(arn).name(name).input(input).send().await;
        match started {
            Ok(_) => Ok(()),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(StartExecutionError::is_execution_already_exists) =>
            {
                Ok(())
            }
            Err(error) => Err(failure("StartExecution", &error)),
        }
    }
}
