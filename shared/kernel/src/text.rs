//! Texts that are domain values: parsed once at the edge, valid ever after.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Why a text is not such a value, in a sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct TextError(pub &'static str);

/// What every domain text can do: gives `struct Name(String)` its `as_str`, its conversions and its
/// `Display`, with `parse: fn(&str) -> Result<String, TextError>` as the only way in.
#[macro_export]
macro_rules! text_value {
    ($($name:ident($parse:path);)*) => {$(
        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::TextError;

            fn from_str(text: &str) -> ::std::result::Result<Self, $crate::TextError> {
                $parse(text).map(Self)
            }
        }

        impl ::std::convert::TryFrom<String> for $name {
            type Error = $crate::TextError;

            fn try_from(text: String) -> ::std::result::Result<Self, $crate::TextError> {
                text.parse()
            }
        }

        impl ::std::convert::From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

/// Gives a type that has `FromStr` and `Display` the conversions from and to `String` that serde asks for
/// where a value is kept as its text.
#[macro_export]
macro_rules! kept_as_text {
    ($($name:ident;)*) => {$(
        impl ::std::convert::TryFrom<String> for $name {
            type Error = <Self as ::std::str::FromStr>::Err;

            fn try_from(text: String) -> ::std::result::Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl ::std::convert::From<$name> for String {
            fn from(value: $name) -> Self {
                value.to_string()
            }
        }
    )*};
}

macro_rules! text {
    ($($(#[$doc:meta])* $name:ident($parse:path);)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
            #[serde(try_from = "String", into = "String")]
            #[schema(value_type = String)]
            pub struct $name(String);
        )*

        text_value! { $($name($parse);)* }
    };
}

text! {
    /// An e-mail address, lower-cased, at most 254 bytes (RFC 5321 4.5.3.1).
    Email(parse_email);
    /// A person's name as they write it: 1 to 100 characters, no control characters.
    PersonName(parse_name);
    /// A club's name in addresses: 3 to 40 of `a-z0-9-`, a letter first, no hyphen last or doubled.
    Slug(parse_slug);
    /// A language with optional region, BCP 47: `es`, `en`, `pt-BR`.
    Locale(parse_locale);
}

// Personal data stays out of logs, so the two that hold it print no content.
impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(…)")
    }
}

impl fmt::Debug for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonName(…)")
    }
}

impl fmt::Debug for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl fmt::Debug for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl Locale {
    /// The language alone: `pt` of `pt-BR`.
    pub fn language(&self) -> &str {
        self.0.split('-').next().unwrap_or_default()
    }
}

impl Default for Locale {
    fn default() -> Self {
        Self("es".to_owned())
    }
}

fn parse_email(text: &str) -> Result<String, TextError> {
    const WRONG: TextError = TextError("must be an e-mail address such as ana@example.org");
    let text = text.trim().to_lowercase();
    let (local, domain) = text.rsplit_once('@').ok_or(WRONG)?;
    let local_fits = (1..=64).contains(&local.len())
        && local.bytes().all(|b| b.is_ascii_graphic() && !b"@,;:<>()[]\\\"".contains(&b))
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..");
    let label_fits = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let domain_fits = domain.contains('.') && domain.split('.').all(label_fits);
    (local_fits && domain_fits && text.len() <= 254).then_some(text).ok_or(WRONG)
}

fn parse_name(text: &str) -> Result<String, TextError> {
    let text = text.trim();
    let fits = (1..=100).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    fits.then(|| text.to_owned())
        .ok_or(TextError("must have 1 to 100 characters and no control characters"))
}

/// A line for people, such as a reason: 1 to 200 characters, trimmed, no control characters.
pub fn one_line(text: &str) -> Result<String, TextError> {
    let text = text.trim();
    let fits = (1..=200).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    fits.then(|| text.to_owned())
        .ok_or(TextError("must have 1 to 200 characters and no control characters"))
}

fn parse_slug(text: &str) -> Result<String, TextError> {
    let fits = (3..=40).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && !text.ends_with('-')
        && !text.contains("--");
    fits.then(|| text.to_owned()).ok_or(TextError(
        "must have 3 to 40 of a-z, 0-9 and single hyphens, start with a letter and not end with a hyphen",
    ))
}

fn parse_locale(text: &str) -> Result<String, TextError> {
    let (language, region) = text.split_once('-').map_or((text, None), |(l, r)| (l, Some(r)));
    let language_fits = language.len() == 2 && language.bytes().all(|b| b.is_ascii_lowercase());
    let region_fits =
        region.is_none_or(|r| r.len() == 2 && r.bytes().all(|b| b.is_ascii_uppercase()));
    (language_fits && region_fits)
        .then(|| text.to_owned())
        .ok_or(TextError("must be a language with optional region, such as es or pt-BR"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_lower_cased_and_nonsense_is_refused() {
        assert_eq!(
            "Ana@Example.ORG".parse::<Email>().map(String::from).as_deref(),
            Ok("ana@example.org")
        );
        for wrong in
            ["", "a", "a@b", "@b.c", "a b@c.de", "a@b..c", "a@-b.c", "a@b.c\n<x>", ".a@b.c"]
        {
            assert!(wrong.parse::<Email>().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn slugs_are_safe_in_addresses() {
        assert!("club-norte-2".parse::<Slug>().is_ok());
        for wrong in ["ab", "2club", "Club", "club-", "clu--b", "clú"] {
            assert!(wrong.parse::<Slug>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn personal_texts_do_not_show_in_debug_output() {
        let email = "ana@example.org".parse::<Email>();
        assert_eq!(format!("{email:?}"), "Ok(Email(…))");
    }
}
