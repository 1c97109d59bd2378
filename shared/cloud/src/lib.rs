//! Every AWS edge but the table, one file each. Each turns the service's failures into the house's errors:
//! a service that does not answer is `unavailable`, anything else is a defect.

mod failure;
mod mail;
mod photo;
mod queue;
mod secret_versions;
mod secrets;
mod storage;
mod topic;
mod workflows;

pub use mail::{Mail, MailMessage};
pub use queue::Queue;
pub use secret_versions::{SecretVersions, Stage};
pub use secrets::Secrets;
pub use storage::{SignedRequest, Storage, StoredObject, Upload};
pub use topic::Topic;
pub use workflows::Workflows;
