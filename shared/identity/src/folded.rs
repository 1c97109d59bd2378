//! Names as they are searched: `Ñandú  Pérez` is found by `nandu p`.

use std::fmt;

use kernel::PersonName;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// A name, or the beginning of one, without capitals, accents and superfluous spaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoldedName(String);

impl FoldedName {
    /// What somebody types into a search; `None` where that is nothing. A space at its end stays, so that
    /// `ana ` does not find `Anabel`.
    pub fn beginning(typed: &str) -> Option<Self> {
        let folded = fold(typed.trim_start());
        (!folded.is_empty()).then_some(Self(folded))
    }

    /// Whether the name begins like that.
    pub fn begins_with(&self, beginning: &Self) -> bool {
        self.0.starts_with(&beginning.0)
    }
}

impl From<&PersonName> for FoldedName {
    fn from(name: &PersonName) -> Self {
        Self(fold(name.as_str().trim()))
    }
}

impl fmt::Display for FoldedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    // Compatibility decomposition takes accents off their letters; lower case after it, since `İ` has one.
    let letters = text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase);
    for letter in letters.filter(|c| !is_combining_mark(*c)) {
        if !letter.is_whitespace() {
            folded.push(letter);
        } else if !folded.ends_with(' ') {
            folded.push(' ');
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, expected: &str) {
        let name: PersonName = name.parse().unwrap();
        assert_eq!(FoldedName::from(&name).to_string(), expected);
    }

    #[test]
    fn capitals_accents_and_spaces_do_not_count() {
        check("Ana", "ana");
        check("  ÑANDÚ \u{a0}  Pérez-Ibáñez ", "nandu perez-ibanez");
        check("Jose\u{301}", "jose");
        check("João Ça", "joao ca");
        check("İpek", "ipek");
        check("李 小龍", "李 小龍");
    }

    #[test]
    fn a_search_folds_as_names_do_and_keeps_the_space_at_its_end() {
        assert_eq!(FoldedName::beginning(" Áña  ").unwrap().to_string(), "ana ");
        assert_eq!(FoldedName::beginning(" "), None);
        let name: PersonName = "Ána Ferreyra".parse().unwrap();
        for typed in ["a", "ANA", "ána ", "ana  f"] {
            assert!(
                FoldedName::from(&name).begins_with(&FoldedName::beginning(typed).unwrap()),
                "{typed}"
            );
        }
        assert!(!FoldedName::from(&name).begins_with(&FoldedName::beginning("anabel").unwrap()));
    }
}
