//! What is played.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::TextError;

macro_rules! sports {
    ($($(#[$doc:meta])* $variant:ident = $text:literal,)*) => {
        /// What a court is for, and what people play.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
        pub enum Sport {
            $($(#[$doc])* #[serde(rename = $text)] $variant,)*
        }

        impl Sport {
            /// Every sport.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word as it is written in the API.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }
    };
}

sports! {
    /// Padel.
    Padel = "padel",
    /// Tennis.
    Tennis = "tennis",
    /// Football of any size of team.
    Football = "football",
    /// Futsal.
    Futsal = "futsal",
    /// Basketball.
    Basketball = "basketball",
    /// Volleyball.
    Volleyball = "volleyball",
    /// Beach volleyball.
    BeachVolleyball = "beach_volleyball",
    /// Beach tennis.
    BeachTennis = "beach_tennis",
    /// Pickleball.
    Pickleball = "pickleball",
    /// Squash.
    Squash = "squash",
    /// Badminton.
    Badminton = "badminton",
    /// Table tennis.
    TableTennis = "table_tennis",
    /// Handball.
    Handball = "handball",
    /// Field or rink hockey.
    Hockey = "hockey",
    /// Rugby.
    Rugby = "rugby",
    /// Anything else.
    Other = "other",
}

impl fmt::Display for Sport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Sport {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        let found = Self::ALL.iter().find(|sport| sport.as_str() == text);
        found.copied().ok_or(TextError("must be a sport, such as padel"))
    }
}
