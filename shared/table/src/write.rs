//! One conditional write, alone or as a part of a transaction.

use std::{collections::HashMap, sync::Arc};

use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, Delete, Put, ReturnValuesOnConditionCheckFailure,
    TransactWriteItem, Update as UpdateItem, builders::TransactWriteItemBuilder,
};
use kernel::{Error, Event, Result, jiff::Timestamp};
use serde::{Serialize, de::DeserializeOwned};

use crate::{Condition, Key, Partition, Update, Value, expression::Placeholders};

/// A stored item as it lies in the table.
pub type Item = HashMap<String, AttributeValue>;

/// Reads a stored item as a context's type.
pub fn read_item<T: DeserializeOwned>(item: Item) -> Result<T> {
    serde_dynamo::from_item(item)
        .map_err(|cause| Error::internal("an item does not have its shape").with_source(cause))
}

type Refusal = Arc<dyn Fn(Option<Item>) -> Error + Send + Sync>;

/// A put, update, delete or check, with its condition and the error that a refused condition becomes.
#[derive(Clone)]
pub struct Write {
    pub(crate) key: Key,
    pub(crate) action: Action,
    pub(crate) condition: Option<Condition>,
    refusal: Option<Refusal>,
}

#[derive(Clone)]
pub(crate) enum Action {
    Put(Item),
    Update(Update),
    Delete,
    Check,
}

/// The parts of a request that all kinds of write share.
pub(crate) struct Rendered {
    pub(crate) condition: Option<String>,
    pub(crate) update: String,
    pub(crate) placeholders: Placeholders,
}

impl Write {
    fn new(key: Key, action: Action) -> Self {
        Self { key, action, condition: None, refusal: None }
    }

    /// Stores a whole item of this kind. The item brings its own `version`.
    pub fn put(key: Key, kind: &str, item: &impl Serialize) -> Result<Self> {
        let mut item: Item = serde_dynamo::to_item(item).map_err(|cause| {
            Error::internal("an item cannot be stored in the table").with_source(cause)
        })?;
        // An absent value is an absent attribute: sparse indexes and conditions rely on it.
        item.retain(|_, value| !matches!(value, AttributeValue::Null(_)));
        item.extend(key.attributes());
        item.insert("kind".to_owned(), AttributeValue::S(kind.to_owned()));
        Ok(Self::new(key, Action::Put(item)))
    }

    /// Changes attributes of an item. Give it a condition, or it makes the item where there is none.
    pub fn update(key: Key, update: Update) -> Self {
        Self::new(key, Action::Update(update))
    }

    /// Takes an item away.
    pub fn delete(key: Key) -> Self {
        Self::new(key, Action::Delete)
    }

    /// Changes nothing; the transaction happens only if the condition holds of this item.
    pub fn check(key: Key, condition: Condition) -> Self {
        Self::new(key, Action::Check).when(condition)
    }

    /// Happens only if this holds, too.
    #[must_use]
    pub fn when(mut self, condition: Condition) -> Self {
        self.condition = Some(match self.condition.take() {
            Some(earlier) => earlier.and(condition),
            None => condition,
        });
        self
    }

    /// Happens only if the item is not there yet.
    #[must_use]
    pub fn if_absent(self) -> Self {
        self.when(Condition::absent("PK"))
    }

    /// The error that a refused condition becomes, from the item as it was.
    #[must_use]
    pub fn or(mut self, refusal: impl Fn(Option<Item>) -> Error + Send + Sync + 'static) -> Self {
        self.refusal = Some(Arc::new(refusal));
        self
    }

    /// Puts the item into the first index.
    #[must_use]
    pub fn gsi1(self, partition: &Partition, sort: impl Into<String>) -> Self {
        self.attribute("GSI1PK", partition.as_str()).attribute("GSI1SK", sort.into())
    }

    /// Puts the item into the second index.
    #[must_use]
    pub fn gsi2(self, partition: &Partition, sort: impl Into<String>) -> Self {
        self.attribute("GSI2PK", partition.as_str()).attribute("GSI2SK", sort.into())
    }

    /// The table may drop the item after this instant.
    #[must_use]
    pub fn expiring(self, at: Timestamp) -> Self {
        self.attribute("ttl", at.as_second())
    }

    /// The facts that this write tells; the stream publishes them.
    pub fn telling(self, events: &[Event]) -> Result<Self> {
        Ok(self.attribute("events", Value::of(&events)?))
    }

    /// Sets one more attribute on the item put or updated.
    #[must_use]
    pub fn attribute(mut self, name: &str, value: impl Into<Value>) -> Self {
        match &mut self.action {
            Action::Put(item) => {
                item.insert(name.to_owned(), value.into().0);
            }
            Action::Update(update) => *update = std::mem::take(update).set(name, value),
            Action::Delete | Action::Check => {}
        }
        self
    }

    pub(crate) fn refused(self, old: Option<Item>) -> Error {
        match self.refusal {
            Some(refusal) => refusal(old.filter(|item| !item.is_empty())),
            None => Error::conflict(
                "CONCURRENT_CHANGE",
                "somebody changed this at the same moment; read it again and repeat",
            ),
        }
    }

    pub(crate) fn render(&self) -> Rendered {
        let mut placeholders = Placeholders::default();
        let condition = self.condition.as_ref().map(|c| c.render(&mut placeholders));
        let update = match &self.action {
            Action::Update(update) => update.render(&mut placeholders),
            _ => String::new(),
        };
        Rendered { condition, update, placeholders }
    }

    pub(crate) fn transact_item(&self, table: &str) -> Result<TransactWriteItem> {
        let Rendered { condition, update, placeholders } = self.render();
        let (names, values) = (placeholders.names(), placeholders.values());
        let old = ReturnValuesOnConditionCheckFailure::AllOld;
        let item = TransactWriteItem::builder();
        let key = Some(self.key.attributes());
        let built = match &self.action {
            Action::Put(put) => Put::builder()
                .table_name(table)
                .set_item(Some(put.clone()))
                .set_condition_expression(condition)
                .set_expression_attribute_names(names)
                .set_expression_attribute_values(values)
                .return_values_on_condition_check_failure(old)
                .build()
                .map(|put| item.put(put)),
            Action::Update(_) => UpdateItem::builder()
                .table_name(table)
                .set_key(key)
                .update_expression(update)
                .set_condition_expression(condition)
                .set_expression_attribute_names(names)
                .set_expression_attribute_values(values)
                .return_values_on_condition_check_failure(old)
                .build()
                .map(|update| item.update(update)),
            Action::Delete => Delete::builder()
                .table_name(table)
                .set_key(key)
                .set_condition_expression(condition)
                .set_expression_attribute_names(names)
                .set_expression_attribute_values(values)
                .return_values_on_condition_check_failure(old)
                .build()
                .map(|delete| item.delete(delete)),
            Action::Check => ConditionCheck::builder()
                .table_name(table)
                .set_key(key)
                .set_condition_expression(condition)
                .set_expression_attribute_names(names)
                .set_expression_attribute_values(values)
                .return_values_on_condition_check_failure(old)
                .build()
                .map(|check| item.condition_check(check)),
        };
        built
            .map(TransactWriteItemBuilder::build)
            .map_err(|cause| Error::internal("a write is incomplete").with_source(cause))
    }
}
