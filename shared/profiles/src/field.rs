//! The fields that a club makes up for its people: typed, and checked whenever a value is written.

use std::collections::BTreeSet;

use kernel::{Error, Result, Violation};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::FieldKey;

/// Most fields of a club.
pub(crate) const FIELDS_LIMIT: usize = 50;
/// Longest label and option, in characters.
const LABEL_LIMIT: usize = 80;
/// Most options of a choice.
const OPTIONS_LIMIT: usize = 50;
/// Longest text that a field may hold, in characters, and how long it may be where nothing is said.
pub(crate) const TEXT_LIMIT: u16 = 500;
/// The table keeps numbers of 38 digits; this is what people need.
pub(crate) const NUMBER_LIMIT: f64 = 1e12;

/// What a custom field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    /// A text of one line or more.
    Text,
    /// A number.
    Number,
    /// Yes or no.
    Boolean,
    /// A day, `2026-11-21`.
    Date,
    /// One of its options.
    Choice,
}

/// One custom field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonField {
    /// Its name in `custom_fields`.
    pub key: FieldKey,
    /// Its name for people, 1 to 80 characters.
    pub label: String,
    /// What it holds.
    #[serde(rename = "type")]
    pub kind: FieldType,
    /// Whether whoever writes their fields must fill it.
    #[serde(default)]
    pub required: bool,
    /// Whether the club's staff alone sees and writes it.
    #[serde(default)]
    pub admin_only: bool,
    /// Of a text: the most characters, 1 to 500.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<u16>,
    /// Of a number: the least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<f64>,
    /// Of a number: the most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum: Option<f64>,
    /// Of a choice: what can be chosen, 1 to 50.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
}

/// All custom fields of a club, in the order in which they are asked for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PersonFields {
    fields: Vec<PersonField>,
    /// Grows with every change; 0 of a club that never made any.
    pub version: u64,
}

impl PersonFields {
    /// The fields after these. `invalid`, `VALIDATION_FAILED`, with all that is wrong, where they are no
    /// fields.
    pub fn replaced_by(&self, fields: Vec<PersonField>) -> Result<Self> {
        let mut wrong = Vec::new();
        if fields.len() > FIELDS_LIMIT {
            wrong.push(violation("fields".to_owned(), format!("at most {FIELDS_LIMIT} fields")));
        }
        let mut known = BTreeSet::new();
        for (index, field) in fields.iter().enumerate() {
            let at = |name: &str| format!("fields[{index}].{name}");
            if !known.insert(&field.key) {
                wrong.push(violation(at("key"), "is another field's key already".to_owned()));
            }
            wrong.extend(field.check().into_iter().map(|(name, why)| violation(at(name), why)));
        }
        if !wrong.is_empty() {
            return Err(Error::violations(&wrong));
        }
        Ok(Self { fields, version: self.version + 1 })
    }

    /// Every field, for the club's staff.
    pub fn all(&self) -> &[PersonField] {
        &self.fields
    }

    /// The fields that are not the staff's alone.
    pub fn open(&self) -> impl Iterator<Item = &PersonField> {
        self.fields.iter().filter(|field| !field.admin_only)
    }
}

impl PersonField {
    /// What is wrong with it: member and sentence.
    fn check(&self) -> Vec<(&'static str, String)> {
        let mut wrong = Vec::new();
        if !is_label(&self.label) {
            wrong.push(("label", format!("must have 1 to {LABEL_LIMIT} characters on one line")));
        }
        let mut only = |name, given: bool, kind: FieldType, word: &str| {
            if given && self.kind != kind {
                wrong.push((name, format!("is for fields of type {word} alone")));
            }
        };
        only("max_length", self.max_length.is_some(), FieldType::Text, "text");
        only("minimum", self.minimum.is_some(), FieldType::Number, "number");
        only("maximum", self.maximum.is_some(), FieldType::Number, "number");
        only("options", !self.options.is_empty(), FieldType::Choice, "choice");
        if self.max_length.is_some_and(|length| !(1..=TEXT_LIMIT).contains(&length)) {
            wrong.push(("max_length", format!("must be from 1 to {TEXT_LIMIT}")));
        }
        for (name, bound) in [("minimum", self.minimum), ("maximum", self.maximum)] {
            if bound.is_some_and(|bound| !is_number(bound)) {
                wrong.push((name, NUMBER_RANGE.to_owned()));
            }
        }
        if let (Some(minimum), Some(maximum)) = (self.minimum, self.maximum)
            && minimum > maximum
        {
            wrong.push(("maximum", "must not be less than the minimum".to_owned()));
        }
        if self.kind == FieldType::Choice && !are_options(&self.options) {
            wrong.push((
                "options",
                format!(
                    "must be 1 to {OPTIONS_LIMIT} different texts of 1 to {LABEL_LIMIT} characters"
                ),
            ));
        }
        wrong
    }
}

/// The numbers that a field can hold, in a sentence.
pub(crate) const NUMBER_RANGE: &str =
    "must be a number from -1000000000000 to 1000000000000, no finer than a millionth";

/// Whether the table keeps this number as it is.
pub(crate) fn is_number(number: f64) -> bool {
    number == 0.0 || (1e-6..=NUMBER_LIMIT).contains(&number.abs())
}

fn is_label(text: &str) -> bool {
    (1..=LABEL_LIMIT).contains(&text.chars().count())
        && text.trim() == text
        && !text.chars().any(char::is_control)
}

fn are_options(options: &[String]) -> bool {
    let different: BTreeSet<_> = options.iter().collect();
    (1..=OPTIONS_LIMIT).contains(&options.len())
        && different.len() == options.len()
        && options.iter().all(|option| is_label(option))
}

pub(crate) fn violation(path: String, message: String) -> Violation {
    Violation { path, message }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn replaced(fields: serde_json::Value) -> Result<PersonFields> {
        PersonFields::default().replaced_by(serde_json::from_value(fields).unwrap())
    }

    #[test]
    fn fields_are_kept_in_their_order_and_move_the_version() {
        let fields = replaced(json!([
            { "key": "shirt", "label": "Shirt size", "type": "choice", "options": ["S", "M"] },
            { "key": "debt", "label": "Debt", "type": "number", "admin_only": true, "minimum": 0 },
        ]))
        .unwrap();
        assert_eq!((fields.version, fields.all().len(), fields.open().count()), (1, 2, 1));
        assert_eq!(fields.replaced_by(Vec::new()).unwrap().version, 2);
    }

    #[test]
    fn all_that_is_wrong_is_told_with_its_path() {
        let error = replaced(json!([
            { "key": "a", "label": "", "type": "text", "max_length": 501, "options": ["x"] },
            { "key": "a", "label": "A", "type": "number", "minimum": 3, "maximum": 2 },
            { "key": "b", "label": "B", "type": "choice", "options": ["x", "x"], "maximum": 1e13 },
            { "key": "c", "label": "C", "type": "choice" },
        ]))
        .unwrap_err();
        let violations = error.details().unwrap()["violations"].as_array().unwrap();
        let paths: Vec<_> = violations.iter().map(|it| it["path"].as_str().unwrap()).collect();
        let expected = [
            "fields[0].label",
            "fields[0].options",
            "fields[0].max_length",
            "fields[1].key",
            "fields[1].maximum",
            "fields[2].maximum",
            "fields[2].maximum",
            "fields[2].options",
            "fields[3].options",
        ];
        assert_eq!(paths, expected);
        let many: Vec<_> = (0..51)
            .map(|n| json!({ "key": format!("k{n}"), "label": "K", "type": "boolean" }))
            .collect();
        assert!(replaced(json!(many)).is_err());
    }
}
