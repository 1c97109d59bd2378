//! What a handler says of a sensitive act.

use std::fmt::Display;

use kernel::{AccountId, Error, Origin, Result, SessionId};
use serde::Serialize;
use serde_json::{Map, Value};

/// Who did what to whom, before it has its place in the chain.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Who did it.
    pub actor: AccountId,
    /// In which session; none where a program or the platform did it.
    pub session: Option<SessionId>,
    /// `<thing>.<what happened>`: `member.suspended`.
    pub action: &'static str,
    /// The id of what it was done to: `acc_…`, or a name where there is no id (`role night_porter`).
    pub target: String,
    /// The changed fields as they were; none of something new. No secrets.
    pub before: Option<Value>,
    /// The changed fields as they are; none of something removed. No secrets.
    pub after: Option<Value>,
    /// The caller's address as the gateway saw it. Personal data, kept because it is the log's purpose, and
    /// in no other log.
    pub address: String,
    /// Ties the record to the request's log lines.
    pub correlation: String,
}

impl Entry {
    /// That somebody did something to something; see the fields.
    pub fn new(origin: &Origin, action: &'static str, target: impl Display) -> Self {
        let Origin { account, session, address, correlation } = origin.clone();
        let target = target.to_string();
        Self {
            actor: account,
            session,
            action,
            target,
            before: None,
            after: None,
            address,
            correlation,
        }
    }

    /// With the fields in which the two states differ.
    pub fn changing(self, before: &impl Serialize, after: &impl Serialize) -> Result<Self> {
        let (before, after) = changes(before, after)?;
        Ok(Self { before, after, ..self })
    }

    /// With what there is now.
    pub fn making(self, after: &impl Serialize) -> Result<Self> {
        self.changing(&Value::Null, after)
    }

    /// With what there was.
    pub fn removing(self, before: &impl Serialize) -> Result<Self> {
        self.changing(before, &Value::Null)
    }
}

/// The top-level fields in which two states of a thing differ, as they were and as they are: what an
/// entry's `before` and `after` hold.
pub fn changes(
    before: &impl Serialize,
    after: &impl Serialize,
) -> Result<(Option<Value>, Option<Value>)> {
    let (before, after) = (members(before)?, members(after)?);
    let differing = |of: &Map<String, Value>, other: &Map<String, Value>| {
        let differ = |(name, value): &(&String, &Value)| other.get(*name) != Some(*value);
        let found: Map<_, _> =
            of.iter().filter(differ).map(|(name, value)| (name.clone(), value.clone())).collect();
        (!found.is_empty()).then_some(Value::Object(found))
    };
    Ok((differing(&before, &after), differing(&after, &before)))
}

fn members(state: &impl Serialize) -> Result<Map<String, Value>> {
    match serde_json::to_value(state) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(Value::Null) => Ok(Map::new()),
        Ok(_) => Err(Error::internal("a state of the audit log is not an object")),
        Err(cause) => Err(Error::internal("a state is not JSON").with_source(cause)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_differs_is_told() {
        let before = json!({ "name": "Ana", "roles": ["member"], "phone": "1" });
        let after = json!({ "name": "Ana", "roles": ["coach"], "photo": true });
        let (was, is) = changes(&before, &after).unwrap();
        assert_eq!(was, Some(json!({ "roles": ["member"], "phone": "1" })));
        assert_eq!(is, Some(json!({ "roles": ["coach"], "photo": true })));
        assert_eq!(changes(&before, &before).unwrap(), (None, None));
        assert_eq!(
            changes(&Value::Null, &json!({ "a": 1 })).unwrap(),
            (None, Some(json!({ "a": 1 })))
        );
    }
}
