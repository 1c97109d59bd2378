//! Fields of a change that null clears: absent is not null.

use serde::{Deserialize, Deserializer};

/// What is there was given, null too; absent is serde's default.
pub(crate) fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}
