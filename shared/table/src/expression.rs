//! Condition and update expressions, with every name and value behind a placeholder.
//!
//! A path is an attribute name, or names joined by dots for a member of a map (`holds.bkg_…`).

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use kernel::{Error, Result, jiff::Timestamp, timestamp_text};
use serde::Serialize;

/// A value of an attribute.
#[derive(Debug, Clone, PartialEq)]
pub struct Value(pub(crate) AttributeValue);

impl Value {
    /// Any serialisable value.
    pub fn of(value: &impl Serialize) -> Result<Self> {
        serde_dynamo::to_attribute_value(value).map(Self).map_err(|cause| {
            Error::internal("a value cannot be stored in the table").with_source(cause)
        })
    }

    /// A set of numbers. DynamoDB has no empty set.
    pub fn numbers<N: ToString>(numbers: impl IntoIterator<Item = N>) -> Self {
        Self(AttributeValue::Ns(numbers.into_iter().map(|number| number.to_string()).collect()))
    }

    /// A set of texts. DynamoDB has no empty set.
    pub fn texts(texts: impl IntoIterator<Item = String>) -> Self {
        Self(AttributeValue::Ss(texts.into_iter().collect()))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self(AttributeValue::S(text.to_owned()))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self(AttributeValue::S(text))
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self(AttributeValue::Bool(value))
    }
}

/// As its sortable text.
impl From<Timestamp> for Value {
    fn from(instant: Timestamp) -> Self {
        Self(AttributeValue::S(timestamp_text(instant)))
    }
}

macro_rules! from_number {
    ($($number:ty),*) => {$(
        impl From<$number> for Value {
            fn from(number: $number) -> Self {
                Self(AttributeValue::N(number.to_string()))
            }
        }
    )*};
}
from_number!(i64, u64, u32, u16);

/// What must hold for a write to happen.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition(Node);

#[derive(Debug, Clone, PartialEq)]
enum Node {
    Function(&'static str, String),
    Contains(String, Value),
    Compare(String, &'static str, Value),
    Join(&'static str, Vec<Condition>),
    Not(Box<Condition>),
}

impl Condition {
    /// The attribute is there.
    pub fn exists(path: impl Into<String>) -> Self {
        Self(Node::Function("attribute_exists", path.into()))
    }

    /// The attribute is not there; of `PK`, the item is not there.
    pub fn absent(path: impl Into<String>) -> Self {
        Self(Node::Function("attribute_not_exists", path.into()))
    }

    /// The item is there.
    pub fn item_exists() -> Self {
        Self::exists("PK")
    }

    /// The attribute has this value.
    pub fn equals(path: impl Into<String>, value: impl Into<Value>) -> Self {
        Self(Node::Compare(path.into(), "=", value.into()))
    }

    /// The attribute is at most this value.
    pub fn at_most(path: impl Into<String>, value: impl Into<Value>) -> Self {
        Self(Node::Compare(path.into(), "<=", value.into()))
    }

    /// The set, list or text contains it.
    pub fn contains(path: impl Into<String>, value: impl Into<Value>) -> Self {
        Self(Node::Contains(path.into(), value.into()))
    }

    /// All of them hold.
    pub fn all(conditions: impl IntoIterator<Item = Self>) -> Self {
        Self(Node::Join(" AND ", conditions.into_iter().collect()))
    }

    /// At least one of them holds.
    pub fn any(conditions: impl IntoIterator<Item = Self>) -> Self {
        Self(Node::Join(" OR ", conditions.into_iter().collect()))
    }

    /// The attribute has one of these values.
    pub fn one_of<V: Into<Value>>(
        path: impl Into<String>,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        let path = path.into();
        Self::any(values.into_iter().map(|value| Self::equals(path.clone(), value)))
    }

    /// It does not hold.
    #[must_use]
    pub fn negated(self) -> Self {
        Self(Node::Not(Box::new(self)))
    }

    /// Both hold.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self::all([self, other])
    }

    pub(crate) fn render(&self, placeholders: &mut Placeholders) -> String {
        match &self.0 {
            Node::Function(function, path) => format!("{function}({})", placeholders.path(path)),
            Node::Contains(path, value) => {
                format!("contains({}, {})", placeholders.path(path), placeholders.value(value))
            }
            Node::Compare(path, operator, value) => {
                format!("{} {operator} {}", placeholders.path(path), placeholders.value(value))
            }
            Node::Join(word, parts) => {
                let parts: Vec<_> = parts.iter().map(|part| part.render(placeholders)).collect();
                match parts.as_slice() {
                    // DynamoDB refuses redundant parentheses.
                    [one] => one.clone(),
                    parts => format!("({})", parts.join(word)),
                }
            }
            Node::Not(inner) => format!("NOT {}", inner.render(placeholders)),
        }
    }
}

/// What a write changes on an item.
#[derive(Debug, Clone, Default)]
pub struct Update {
    set: Vec<(String, Value)>,
    add: Vec<(String, Value)>,
    delete: Vec<(String, Value)>,
    remove: Vec<String>,
}

impl Update {
    /// Changes nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives the attribute this value.
    #[must_use]
    pub fn set(mut self, path: impl Into<String>, value: impl Into<Value>) -> Self {
        self.set.push((path.into(), value.into()));
        self
    }

    /// Adds to a number or a set, from zero or empty where there is none.
    #[must_use]
    pub fn add(mut self, path: impl Into<String>, value: impl Into<Value>) -> Self {
        self.add.push((path.into(), value.into()));
        self
    }

    /// Takes members out of a set.
    #[must_use]
    pub fn delete(mut self, path: impl Into<String>, value: impl Into<Value>) -> Self {
        self.delete.push((path.into(), value.into()));
        self
    }

    /// Takes the attribute away.
    #[must_use]
    pub fn remove(mut self, path: impl Into<String>) -> Self {
        self.remove.push(path.into());
        self
    }

    /// Both updates as one, if no path is changed in two ways. See [`crate::Together::take`].
    pub(crate) fn joined(&self, other: &Self) -> Option<Self> {
        let raised = [self, other].into_iter().find(|update| !update.add.is_empty());
        let raised = raised.map(|update| update.add.clone()).unwrap_or_default();
        let only_versions = |update: &Self| {
            update.delete.is_empty() && update.add.iter().all(|add| raised.contains(add))
        };
        if raised.iter().any(|(path, _)| path != "version")
            || ![self, other].into_iter().all(only_versions)
        {
            return None;
        }
        let mut both = Self { add: raised, ..self.clone() };
        for (path, value) in &other.set {
            match both.set.iter().find(|(set, _)| set == path) {
                Some((_, same)) if same == value => {}
                Some(_) => return None,
                None => both.set.push((path.clone(), value.clone())),
            }
        }
        both.remove.extend(other.remove.iter().filter(|path| !self.remove.contains(path)).cloned());
        let is_set = |path: &str| both.set.iter().any(|(set, _)| set == path);
        let grows = both.add.iter().map(|(path, _)| path);
        (!both.remove.iter().chain(grows).any(|path| is_set(path))).then_some(both)
    }

    pub(crate) fn render(&self, placeholders: &mut Placeholders) -> String {
        let mut clauses = Vec::new();
        let mut clause = |word: &str, between: &str, parts: &[(String, Value)]| {
            let parts: Vec<_> = parts
                .iter()
                .map(|(path, value)| {
                    format!("{}{between}{}", placeholders.path(path), placeholders.value(value))
                })
                .collect();
            if !parts.is_empty() {
                clauses.push(format!("{word} {}", parts.join(", ")));
            }
        };
        clause("SET", " = ", &self.set);
        clause("ADD", " ", &self.add);
        clause("DELETE", " ", &self.delete);
        if !self.remove.is_empty() {
            let paths: Vec<_> = self.remove.iter().map(|path| placeholders.path(path)).collect();
            clauses.push(format!("REMOVE {}", paths.join(", ")));
        }
        clauses.join(" ")
    }
}

/// The names and values behind one request's expressions.
#[derive(Debug, Default)]
pub(crate) struct Placeholders {
    names: Vec<String>,
    values: Vec<AttributeValue>,
}

impl Placeholders {
    pub(crate) fn path(&mut self, path: &str) -> String {
        let segments: Vec<_> = path.split('.').map(|segment| self.name(segment)).collect();
        segments.join(".")
    }

    fn name(&mut self, name: &str) -> String {
        let index = self.names.iter().position(|known| known == name).unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        });
        format!("#n{index}")
    }

    pub(crate) fn value(&mut self, value: &Value) -> String {
        self.values.push(value.0.clone());
        format!(":v{}", self.values.len() - 1)
    }

    /// `None` where nothing was named: DynamoDB refuses empty maps.
    pub(crate) fn names(&self) -> Option<HashMap<String, String>> {
        let named = |(index, name): (usize, &String)| (format!("#n{index}"), name.clone());
        (!self.names.is_empty()).then(|| self.names.iter().enumerate().map(named).collect())
    }

    pub(crate) fn values(&self) -> Option<HashMap<String, AttributeValue>> {
        let valued =
            |(index, value): (usize, &AttributeValue)| (format!(":v{index}"), value.clone());
        (!self.values.is_empty()).then(|| self.values.iter().enumerate().map(valued).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_used_twice_has_one_placeholder() {
        let mut placeholders = Placeholders::default();
        let condition = Condition::absent("PK").and(Condition::any([
            Condition::equals("status", "held"),
            Condition::contains("taken", 3_u16).negated(),
        ]));
        assert_eq!(
            condition.render(&mut placeholders),
            "(attribute_not_exists(#n0) AND (#n1 = :v0 OR NOT contains(#n2, :v1)))"
        );
        let either = Condition::any([Condition::exists("a"), Condition::exists("b")]);
        assert_eq!(
            Condition::all([either]).render(&mut Placeholders::default()),
            "(attribute_exists(#n0) OR attribute_exists(#n1))"
        );
        let update =
            Update::new().set("status", "confirmed").add("balance", 5_i64).remove("holds.bkg_1");
        assert_eq!(update.render(&mut placeholders), "SET #n1 = :v2 ADD #n3 :v3 REMOVE #n4.#n5");
    }
}
