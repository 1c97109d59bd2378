//! Every AWS edge but the table, one file each. Each turns the service's failures into the house's errors:
//! a service that does not answer is `unavailable`, anything else is a defect.

mod failure;
mod mail;
mod queue;
mod secrets;
mod topic;
mod workflows;

pub use mail::{Mail, MailMessage};
pub use queue::Queue;
pub use secrets::Secrets;
pub use topic::Topic;
pub use workflows::Workflows;
