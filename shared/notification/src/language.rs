//! The languages that people are written to in.

use kernel::Locale;

/// A language that every notice is worded in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// Spanish, which is written to whoever's language is not here.
    #[default]
    Spanish,
    /// English.
    English,
    /// Portuguese.
    Portuguese,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 3] = [Self::Spanish, Self::English, Self::Portuguese];

    /// Its code (ISO 639-1).
    pub fn code(self) -> &'static str {
        match self {
            Self::Spanish => "es",
            Self::English => "en",
            Self::Portuguese => "pt",
        }
    }

    /// The first of the wishes (the person's, then their club's) that is spoken here, of any region.
    pub fn choose(wishes: &[&Locale]) -> Self {
        wishes
            .iter()
            .find_map(|wish| Self::ALL.into_iter().find(|known| known.code() == wish.language()))
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_wish_that_is_spoken_here_wins() {
        let check = |wishes: &[&str], expected| {
            let wishes: Vec<Locale> = wishes.iter().map(|wish| wish.parse().unwrap()).collect();
            assert_eq!(Language::choose(&wishes.iter().collect::<Vec<_>>()), expected);
        };
        check(&["pt-BR", "en"], Language::Portuguese);
        check(&["fr", "en-GB"], Language::English);
        check(&["fr", "de"], Language::Spanish);
        check(&[], Language::Spanish);
    }
}
