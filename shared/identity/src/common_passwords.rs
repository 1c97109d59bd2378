//! Which passwords are guessed first: common words, walks over the keyboard, repetitions, and what is
//! made of few of them (NIST SP 800-63B 3.1.1.2 asks for such a list, and for no rules of composition).

use std::sync::LazyLock;

/// What a password must cost more than to be taken: three common parts, or one and four characters more.
const CHEAP: usize = 6;
/// What a common word, a sequence or a repetition counts for; any other character counts for one.
const PART: usize = 2;
/// The shortest sequence that counts as one part.
const SHORTEST_SEQUENCE: usize = 3;
/// A whole password that repeats a unit of at most this many characters is common whatever the unit.
const LONGEST_UNIT: usize = 5;
/// Neighbours on these lines follow one another in passwords.
const LINES: [&str; 5] =
    ["abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjklñ", "zxcvbnm"];

static WORDS: LazyLock<Words> = LazyLock::new(Words::read);

struct Words {
    sorted: Vec<&'static str>,
    /// In characters, shortest and longest.
    lengths: (usize, usize),
}

impl Words {
    fn read() -> Self {
        let lines = include_str!("common_passwords.txt").lines();
        let sorted: Vec<_> = lines.filter(|line| !line.starts_with('#')).collect();
        let lengths = sorted.iter().map(|word| word.chars().count());
        let shortest = lengths.clone().min().unwrap_or_default();
        Self { lengths: (shortest, lengths.max().unwrap_or_default()), sorted }
    }

    /// The lengths of the words that the text begins with.
    fn prefixes(&self, text: &[char]) -> impl Iterator<Item = usize> {
        let (shortest, longest) = self.lengths;
        (shortest..=longest.min(text.len())).filter(|length| {
            let prefix: String = text[..*length].iter().collect();
            self.sorted.binary_search(&prefix.as_str()).is_ok()
        })
    }
}

/// Whether a text is among the first that anybody guesses, in any case and with the usual digits for
/// letters.
pub(crate) fn is_common(text: &str) -> bool {
    let text: Vec<char> = text.chars().flat_map(char::to_lowercase).collect();
    repeats(&text) || cost(&text) <= CHEAP
}

fn repeats(text: &[char]) -> bool {
    (1..=LONGEST_UNIT.min(text.len() / 2))
        .any(|unit| text.iter().zip(&text[unit..]).all(|(one, next)| one == next))
}

/// The cheapest way to put the text together, from its end.
fn cost(text: &[char]) -> usize {
    let letters: Vec<char> = text.iter().map(|character| letter(*character)).collect();
    let mut costs = vec![0; text.len() + 1];
    for start in (0..text.len()).rev() {
        let words = WORDS.prefixes(&text[start..]).chain(WORDS.prefixes(&letters[start..]));
        let sequence = sequence(&text[start..]);
        let sequences = (sequence >= SHORTEST_SEQUENCE).then_some(sequence);
        let parts = words.chain(sequences).map(|length| PART + costs[start + length]);
        costs[start] = parts.chain([1 + costs[start + 1]]).min().unwrap_or_default();
    }
    costs[0]
}

/// The letter that a digit or sign usually stands for.
fn letter(character: char) -> char {
    match character {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    }
}

/// How many characters from the start are one sequence: the same again, or each the neighbour of the one
/// before, in one direction.
fn sequence(text: &[char]) -> usize {
    let same = 1 + text.iter().zip(text.iter().skip(1)).take_while(|(a, b)| a == b).count();
    let along = |line: &Vec<char>| {
        let pairs = text.iter().zip(text.iter().skip(1));
        1 + pairs.take_while(|(a, b)| line.windows(2).any(|two| two == [**a, **b])).count()
    };
    let lines =
        LINES.iter().flat_map(|line| [line.chars().collect(), line.chars().rev().collect()]);
    lines.map(|line: Vec<char>| along(&line)).max().unwrap_or_default().max(same).min(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_lower_case_and_has_no_short_words() {
        let words = &WORDS.sorted;
        assert!(words.is_sorted() && words.len() > 500, "{}", words.len());
        assert_eq!(WORDS.lengths.0, 4);
        assert!(words.iter().all(|word| *word == word.to_lowercase()));
    }

    #[test]
    fn what_is_guessed_first_is_known_in_every_guise() {
        for common in [
            "passwordpassword",
            "password1234",
            "Password1234",
            "P@ssw0rd1234",
            "Passw0rd!2026",
            "contraseña123",
            "CONTRASEÑA 2026",
            "qwertyuiop12",
            "qwerty123456",
            "1qaz2wsx3edc",
            "1q2w3e4r5t6y",
            "iloveyou1234",
            "bocajuniors2026",
            "riverplate1986!",
            "administrator",
            "thunderstorm",
            "dragonmonkey12",
            "correcthorsebatterystaple",
            "Correct Horse Battery Staple",
            "ClubPulse2026!",
        ] {
            assert!(is_common(common), "{common}");
        }
    }

    #[test]
    fn sequences_and_repetitions_are_common() {
        for common in [
            "123456789012",
            "1234567890123456",
            "098765432109",
            "abcdefghijkl",
            "zyxwvutsrqpo",
            "aaaaaaaaaaaa",
            "ññññññññññññ",
            "abababababab",
            "xy7!xy7!xy7!",
            "aaaabbbbcccc",
            "abcd12345678",
            "qwertyasdfgh",
            &"x".repeat(1_024),
        ] {
            assert!(is_common(common), "{common}");
        }
    }

    #[test]
    fn other_passwords_are_taken() {
        for good in [
            "correct horse battery",
            "wrong horse battery",
            "ñandú ñandú ",
            "before\0after-and-more",
            "tr0mbone lagoon 81",
            "password839201x",
            "kQ8#vLp2!zRt",
            "el perro de mi vecina ladra",
        ] {
            assert!(!is_common(good), "{good}: {}", cost(&good.chars().collect::<Vec<_>>()));
        }
    }
}
