//! JSON in one form only, so that its hash means something.

use serde_json::{Map, Value};

/// A name that ends so is of a secret, whatever a caller believes.
const SECRET_ENDINGS: [&str; 6] =
    ["password", "password_hash", "secret", "token", "private_key", "recovery_codes"];
const WITHHELD: &str = "[withheld]";

/// The value's text as RFC 8785 has it: members sorted by name, no spaces. (Numbers are as `serde_json`
/// writes them, which for whole numbers is the same.) Secrets are replaced by a mark.
pub fn canonical(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    text
}

fn write(value: &Value, text: &mut String) {
    match value {
        Value::Array(values) => {
            text.push('[');
            for (index, value) in values.iter().enumerate() {
                separate(index, text);
                write(value, text);
            }
            text.push(']');
        }
        Value::Object(members) => write_members(members, text),
        plain => text.push_str(&plain.to_string()),
    }
}

fn write_members(members: &Map<String, Value>, text: &mut String) {
    let mut names: Vec<_> = members.keys().collect();
    names.sort_by(|a, b| a.encode_utf16().cmp(b.encode_utf16()));
    text.push('{');
    for (index, name) in names.into_iter().enumerate() {
        separate(index, text);
        text.push_str(&Value::from(name.as_str()).to_string());
        text.push(':');
        match &members[name] {
            value if is_secret(name, value) => write(&Value::from(WITHHELD), text),
            value => write(value, text),
        }
    }
    text.push('}');
}

/// Whether something is set tells no secret.
fn is_secret(name: &str, value: &Value) -> bool {
    let told = matches!(value, Value::Null | Value::Bool(_));
    !told && SECRET_ENDINGS.iter().any(|ending| name.ends_with(ending))
}

fn separate(index: usize, text: &mut String) {
    if index > 0 {
        text.push(',');
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn members_are_sorted_at_every_depth_and_nothing_is_added() {
        let value = json!({ "b": [1, { "z": null, "a": "\"ü\n" }], "a": true, "A": -3 });
        assert_eq!(canonical(&value), r#"{"A":-3,"a":true,"b":[1,{"a":"\"ü\n","z":null}]}"#);
    }

    #[test]
    fn secrets_are_withheld_wherever_they_stand() {
        let value =
            json!({ "client_secret": "s3", "owner": { "password": "p" }, "has_token": true });
        assert_eq!(
            canonical(&value),
            r#"{"client_secret":"[withheld]","has_token":true,"owner":{"password":"[withheld]"}}"#
        );
    }
}
