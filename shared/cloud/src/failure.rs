//! One translation of SDK failures.

use std::error::Error as StdError;

use aws_sdk_sqs::{
    config::http::HttpResponse,
    error::{DisplayErrorContext, ProvideErrorMetadata, SdkError},
};
use kernel::Error;

const TRANSIENT: [&str; 8] = [
    "ThrottlingException",
    "Throttling",
    "ThrottledException",
    "TooManyRequestsException",
    "RequestThrottled",
    "InternalServiceError",
    "InternalFailure",
    "ServiceUnavailable",
];

/// The service did not do what was asked: `unavailable` where it may do it later, else a defect.
pub(crate) fn failure<E>(operation: &'static str, error: &SdkError<E, HttpResponse>) -> Error
where
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    let transient = match error {
        SdkError::ServiceError(service) => {
            service.err().code().is_some_and(|code| TRANSIENT.contains(&code))
                || service.raw().status().is_server_error()
        }
        SdkError::ConstructionFailure(_) => false,
        _ => true,
    };
    let text = DisplayErrorContext(error).to_string();
    if transient {
        return Error::unavailable(
            "DEPENDENCY_UNAVAILABLE",
            "a service we depend on does not answer; try again in a moment",
        )
        .with_source(format!("{operation}: {text}"));
    }
    Error::internal(format!("{operation} failed")).with_source(text)
}
