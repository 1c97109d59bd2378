//! The envelope of a published fact.

use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{ClubId, Error, EventId, Result, Tenant};

/// A fact about one club. It is stored on the item whose change it tells, and published from there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Consumers are idempotent by it.
    pub id: EventId,
    /// `booking.confirmed` for instance.
    #[serde(rename = "type")]
    pub kind: String,
    /// Of the shape of `data`; grows when a consumer must know.
    pub version: u16,
    /// When it happened.
    pub time: Timestamp,
    /// Whose it is.
    pub club_id: ClubId,
    /// Ties together everything that one request set off.
    pub correlation_id: String,
    /// The fact itself, of the publishing context's type.
    pub data: Value,
}

impl Event {
    /// A new fact of this tenant.
    pub fn new(
        tenant: &Tenant,
        kind: &str,
        version: u16,
        time: Timestamp,
        data: &impl Serialize,
    ) -> Result<Self> {
        let data = serde_json::to_value(data)
            .map_err(|cause| Error::internal("an event's data is not JSON").with_source(cause))?;
        Ok(Self {
            id: EventId::new(),
            kind: kind.to_owned(),
            version,
            time,
            club_id: tenant.club(),
            correlation_id: tenant.correlation().to_owned(),
            data,
        })
    }

    /// The fact as the publishing context's type.
    pub fn data<T: DeserializeOwned>(&self) -> Result<T> {
        T::deserialize(&self.data).map_err(|cause| {
            Error::malformed("EVENT_MALFORMED", format!("{} does not have its shape", self.kind))
                .with_source(cause)
        })
    }
}
