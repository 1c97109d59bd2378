//! Values of custom fields, checked against the club's fields.

use std::collections::BTreeMap;

use kernel::{LocalDate, Violation};
use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};
use utoipa::ToSchema;

use crate::{
    Author, FieldKey, FieldType, PersonField, PersonFields,
    field::{FIELDS_LIMIT, NUMBER_RANGE, TEXT_LIMIT, is_number, violation},
};

/// Most values that are kept of one person, those of fields that the club took away included.
const KEPT_LIMIT: usize = 150;

/// What a custom field holds of one person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum FieldValue {
    /// Of a field of type boolean.
    Boolean(bool),
    /// Of a field of type number.
    #[schema(value_type = f64)]
    Number(Number),
    /// Of a field of any other type.
    Text(String),
}

/// A person's values.
pub(crate) type Values = BTreeMap<FieldKey, FieldValue>;

/// The values after a change, in which null takes a value away; or all that is wrong with it.
///
/// Fields that are the staff's alone do not exist for anybody else. Whoever writes their own has to fill
/// what is required; the staff need not know everything, but takes nothing required away.
pub(crate) fn changed(
    before: &Values,
    change: &BTreeMap<String, Value>,
    fields: &PersonFields,
    author: Author,
) -> Result<Values, Vec<Violation>> {
    if change.len() > FIELDS_LIMIT {
        let why = format!("at most {FIELDS_LIMIT} fields");
        return Err(vec![violation("custom_fields".to_owned(), why)]);
    }
    let mut wrong = Vec::new();
    let mut after = before.clone();
    let visible: Vec<_> = match author {
        Author::Staff => fields.all().iter().collect(),
        Author::Themselves => fields.open().collect(),
    };
    for (key, value) in change {
        let at = || format!("custom_fields.{key}");
        let Some(field) = visible.iter().find(|field| field.key.as_str() == key) else {
            wrong.push(violation(at(), "is no field of this club".to_owned()));
            continue;
        };
        if value.is_null() {
            after.remove(&field.key);
            continue;
        }
        match field.read(value) {
            Ok(value) => drop(after.insert(field.key.clone(), value)),
            Err(why) => wrong.push(violation(at(), why)),
        }
    }
    for field in visible.iter().filter(|field| field.required) {
        let asked = author == Author::Themselves || change.contains_key(field.key.as_str());
        let told = wrong.iter().any(|it| it.path == format!("custom_fields.{}", field.key));
        if asked && !told && !after.contains_key(&field.key) {
            wrong.push(violation(format!("custom_fields.{}", field.key), "is required".to_owned()));
        }
    }
    if wrong.is_empty() { Ok(kept(after, fields)) } else { Err(wrong) }
}

/// What is shown of them: to staff all, to anybody else the open ones; of no field that was taken away.
pub(crate) fn shown(values: &Values, fields: &PersonFields, author: Author) -> Values {
    let shows = |field: &&PersonField| author == Author::Staff || !field.admin_only;
    let fields = fields.all().iter().filter(shows);
    fields.filter_map(|field| Some((field.key.clone(), values.get(&field.key)?.clone()))).collect()
}

/// Required fields that are open to the person and not filled yet.
pub(crate) fn missing(values: &Values, fields: &PersonFields) -> Vec<FieldKey> {
    let empty = |field: &&PersonField| field.required && !values.contains_key(&field.key);
    fields.open().filter(empty).map(|field| field.key.clone()).collect()
}

/// Values of fields that are gone are kept, as long as there is room.
fn kept(mut values: Values, fields: &PersonFields) -> Values {
    let gone = |key: &FieldKey| !fields.all().iter().any(|field| field.key == *key);
    while values.len() > KEPT_LIMIT {
        let Some(oldest) = values.keys().find(|key| gone(key)).cloned() else { break };
        values.remove(&oldest);
    }
    values
}

impl PersonField {
    /// The value as this field holds it, or why it holds no such value.
    fn read(&self, value: &Value) -> Result<FieldValue, String> {
        match self.kind {
            FieldType::Boolean => value
                .as_bool()
                .map(FieldValue::Boolean)
                .ok_or_else(|| "must be true or false".to_owned()),
            FieldType::Number => self.read_number(value),
            FieldType::Text => {
                let limit = self.max_length.unwrap_or(TEXT_LIMIT);
                let text = value.as_str().map(str::trim).filter(|text| {
                    (1..=usize::from(limit)).contains(&text.chars().count())
                        && !text.chars().any(|c| c.is_control() && c != '\n')
                });
                text.map(|text| FieldValue::Text(text.to_owned()))
                    .ok_or_else(|| format!("must be a text of 1 to {limit} characters"))
            }
            FieldType::Date => {
                let day = value.as_str().and_then(|text| text.parse::<LocalDate>().ok());
                day.map(|day| FieldValue::Text(day.to_string()))
                    .ok_or_else(|| "must be a day such as 2026-11-21".to_owned())
            }
            FieldType::Choice => {
                let chosen = value.as_str().filter(|text| self.options.iter().any(|it| it == text));
                chosen
                    .map(|text| FieldValue::Text(text.to_owned()))
                    .ok_or_else(|| format!("must be one of {}", self.options.join(", ")))
            }
        }
    }

    fn read_number(&self, value: &Value) -> Result<FieldValue, String> {
        let Value::Number(number) = value else { return Err("must be a number".to_owned()) };
        let given = number.as_f64().filter(|given| is_number(*given)).ok_or(NUMBER_RANGE)?;
        if let Some(minimum) = self.minimum.filter(|minimum| given < *minimum) {
            return Err(format!("must be at least {minimum}"));
        }
        if let Some(maximum) = self.maximum.filter(|maximum| given > *maximum) {
            return Err(format!("must be at most {maximum}"));
        }
        Ok(FieldValue::Number(number.clone()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields() -> PersonFields {
        let fields = json!([
            { "key": "shirt", "label": "Shirt", "type": "choice", "options": ["S", "M"], "required": true },
            { "key": "weight", "label": "Weight", "type": "number", "minimum": 10, "maximum": 200.5 },
            { "key": "since", "label": "Since", "type": "date" },
            { "key": "notes", "label": "Notes", "type": "text", "max_length": 5, "admin_only": true },
            { "key": "car", "label": "Car", "type": "boolean" },
        ]);
        PersonFields::default().replaced_by(serde_json::from_value(fields).unwrap()).unwrap()
    }

    fn change(before: &Values, change: Value, author: Author) -> Result<Values, Vec<String>> {
        let change = serde_json::from_value(change).unwrap();
        changed(before, &change, &fields(), author)
            .map_err(|wrong| wrong.into_iter().map(|it| it.path).collect())
    }

    #[test]
    fn values_are_typed_and_read_back_as_given() {
        let given = json!({ "shirt": "M", "weight": 71.5, "since": "2020-02-29", "car": false });
        let values = change(&Values::new(), given.clone(), Author::Themselves).unwrap();
        assert_eq!(serde_json::to_value(&values).unwrap(), given);
        let read: Values = serde_json::from_value(given).unwrap();
        assert_eq!(read, values);
    }

    #[test]
    fn every_violation_is_told() {
        let wrong = json!({
            "shirt": "L", "weight": 9, "since": "2021-02-29", "car": "yes", "notes": "x", "moon": 1,
        });
        let paths = change(&Values::new(), wrong, Author::Themselves).unwrap_err();
        let names = ["car", "moon", "notes", "shirt", "since", "weight"];
        assert_eq!(paths, names.map(|name| format!("custom_fields.{name}")));
        for wrong in [json!(1e-7), json!(1e13), json!("70"), json!(200.6), json!([1])] {
            let change = change(&Values::new(), json!({ "weight": wrong }), Author::Staff);
            assert_eq!(change.unwrap_err(), ["custom_fields.weight"]);
        }
    }

    #[test]
    fn what_is_required_is_filled_by_oneself_and_taken_away_by_nobody() {
        let missing = ["custom_fields.shirt"];
        let empty = Values::new();
        assert_eq!(
            change(&empty, json!({ "car": true }), Author::Themselves).unwrap_err(),
            missing
        );
        let values = change(&empty, json!({ "notes": "late" }), Author::Staff).unwrap();
        let taken = json!({ "shirt": null });
        assert_eq!(change(&values, taken, Author::Staff).unwrap_err(), missing);
        assert_eq!(super::missing(&values, &fields()), ["shirt".parse().unwrap()]);
    }

    #[test]
    fn only_staff_sees_what_is_theirs_and_nobody_what_is_gone() {
        let staff = json!({ "notes": "late", "shirt": "S" });
        let mut values = change(&Values::new(), staff, Author::Staff).unwrap();
        values.insert("gone".parse().unwrap(), FieldValue::Boolean(true));
        assert_eq!(shown(&values, &fields(), Author::Staff).len(), 2);
        assert_eq!(shown(&values, &fields(), Author::Themselves).len(), 1);
        let after = change(&values, json!({ "car": true }), Author::Themselves).unwrap();
        assert_eq!(after.len(), 4, "what is not shown is kept");
    }

    #[test]
    fn values_of_fields_that_are_gone_make_room_in_the_end() {
        let gone =
            (0..200).map(|n| (format!("gone_{n}").parse().unwrap(), FieldValue::Boolean(true)));
        let values = change(&gone.collect(), json!({ "shirt": "S" }), Author::Themselves).unwrap();
        assert_eq!(values.len(), KEPT_LIMIT);
        assert!(values.contains_key(&"shirt".parse::<FieldKey>().unwrap()));
    }
}
