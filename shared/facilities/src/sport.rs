//! What is played on.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $text)] $variant,)*
        }

        impl $name {
            /// The word as it is written in the API.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    )*};
}

words! {
    /// What a court is covered with.
    Surface {
        /// Clay of any colour.
        Clay = "clay",
        /// Acrylic on concrete or asphalt.
        Hard = "hard",
        /// Grass that grows.
        Grass = "grass",
        /// Artificial grass, with or without sand.
        ArtificialGrass = "artificial_grass",
        /// Carpet.
        Carpet = "carpet",
        /// Bare concrete.
        Concrete = "concrete",
        /// Asphalt.
        Asphalt = "asphalt",
        /// Wooden floor.
        Wood = "wood",
        /// Rubber or vinyl floor.
        Synthetic = "synthetic",
        /// Sand.
        Sand = "sand",
        /// Anything else.
        Other = "other",
    }
}
