//! The single-table engine: keys, items, conditional writes, transactions, queries.
//!
//! Invariants: the only user of the DynamoDB SDK. A key is made by a [`TenantTable`] or a
//! [`PlatformTable`], so no read or write can miss its tenant. There is no Scan. A refused condition
//! becomes the error that the writer of the condition gave it.

mod attempt;
mod engine;
mod expression;
mod key;
mod meter;
mod query;
mod scope;
mod single;
mod together;
mod transaction;
mod write;

pub use engine::{Engine, Items};
pub use expression::{Condition, Update, Value};
pub use key::{Key, Partition};
pub use meter::{Meter, Usage};
pub use query::{Index, Query};
pub use scope::{PlatformTable, Table, TenantTable};
pub use single::Attempt;
pub use together::Together;
pub use write::{Item, Write, read_item};

pub use aws_sdk_dynamodb::types::AttributeValue;
pub use serde_dynamo::number_set;
