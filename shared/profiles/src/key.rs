//! Short names that a club gives to its own things.

use std::fmt;

use kernel::TextError;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

macro_rules! keys {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
            #[serde(try_from = "String", into = "String")]
            #[schema(value_type = String, pattern = "^[a-z][a-z0-9_]{0,39}$")]
            pub struct $name(String);

            impl fmt::Debug for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    write!(f, "{:?}", self.0)
                }
            }
        )*

        kernel::text_value! { $($name(parse);)* }
    };
}

keys! {
    /// A custom field's name: 1 to 40 of `a-z0-9_`, a letter first.
    FieldKey;
    /// A consent document's name: 1 to 40 of `a-z0-9_`, a letter first.
    DocumentKey;
}

fn parse(text: &str) -> Result<String, TextError> {
    let fits = (1..=40).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    fits.then(|| text.to_owned())
        .ok_or(TextError("must have 1 to 40 of a-z, 0-9 and _, and start with a letter"))
}
