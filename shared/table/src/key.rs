//! Primary keys and partitions. Their fields are private: only `scope` makes them, with the tenant in front.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

/// The primary key of one item.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    pk: String,
    sk: String,
}

impl Key {
    pub(crate) fn new(pk: String, sk: String) -> Self {
        Self { pk, sk }
    }

    pub(crate) fn attributes(&self) -> HashMap<String, AttributeValue> {
        HashMap::from([
            ("PK".to_owned(), AttributeValue::S(self.pk.clone())),
            ("SK".to_owned(), AttributeValue::S(self.sk.clone())),
        ])
    }

    pub(crate) fn parts(&self) -> (String, String) {
        (self.pk.clone(), self.sk.clone())
    }

    /// The partition that the item lies in.
    pub fn partition(&self) -> Partition {
        Partition::new(self.pk.clone())
    }
}

/// A partition of the table or of an index: what a query reads.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Partition(String);

impl Partition {
    pub(crate) fn new(pk: String) -> Self {
        Self(pk)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}
