//! Members that a club brings along from elsewhere, with the hashes of their passwords.

use argon2::password_hash::phc::{Output, PasswordHash};
use kernel::{TextError, text_value};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// bcrypt's costs that a login can afford: each step doubles its time.
const BCRYPT_COSTS: std::ops::RangeInclusive<u8> = 4..=14;
/// `$2b$12$`, 22 characters of salt and 31 of hash.
const BCRYPT_CHARACTERS: usize = 60;
/// The most memory that a login can afford.
const ARGON2_MOST_KIB: u32 = 64 * 1_024;
const ARGON2_MOST_PASSES: u32 = 10;
const ARGON2_MOST_LANES: u32 = 4;
/// Bytes of an argon2 output that are worth verifying.
const ARGON2_OUTPUT_BYTES: std::ops::RangeInclusive<usize> = 16..=64;
/// The fewest bytes of a salt (RFC 9106 3.1).
const ARGON2_LEAST_SALT_BYTES: usize = 8;
/// A PHC string within these limits is never longer.
const MOST_CHARACTERS: usize = 256;

const WRONG: TextError = TextError(
    "must be a bcrypt hash ($2a$, $2b$ or $2y$, cost 4 to 14) or an argon2id PHC string (at most 64 MiB, \
     10 passes, 4 lanes)",
);

/// A password's hash as another system made it: bcrypt's modular format, or argon2id's PHC string
/// (RFC 9106; PHC string format), with parameters that a login here can afford.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String)]
pub struct ImportedHash(String);

/// What the club knows a member by elsewhere: 1 to 100 characters, no control characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, min_length = 1, max_length = 100)]
pub struct ExternalId(String);

text_value! {
    ImportedHash(parse_hash);
    ExternalId(parse_external_id);
}

/// A hash is nearly a password: it stays out of logs.
impl std::fmt::Debug for ImportedHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ImportedHash(…)")
    }
}

fn parse_hash(text: &str) -> Result<String, TextError> {
    let fits = text.len() <= MOST_CHARACTERS && (is_bcrypt(text) || is_argon2id(text));
    fits.then(|| text.to_owned()).ok_or(WRONG)
}

fn is_bcrypt(text: &str) -> bool {
    let rest = ["$2a$", "$2b$", "$2y$"].iter().find_map(|version| text.strip_prefix(version));
    let Some((cost, tail)) = rest.and_then(|rest| rest.split_once('$')) else { return false };
    let is_digit = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'/';
    let two_digits = cost.len() == 2 && cost.bytes().all(|byte| byte.is_ascii_digit());
    two_digits
        && cost.parse().is_ok_and(|cost| BCRYPT_COSTS.contains(&cost))
        && text.len() == BCRYPT_CHARACTERS
        && tail.bytes().all(is_digit)
}

fn is_argon2id(text: &str) -> bool {
    let Ok(hash) = PasswordHash::new(text) else { return false };
    let number = |name: &str| hash.params.get_decimal(name);
    let within = |name: &str, most: u32| number(name).is_some_and(|it| (1..=most).contains(&it));
    let salt = hash.salt.as_ref().map_or(0, |salt| salt.len());
    let output = hash.hash.as_ref().map_or(0, Output::len);
    hash.algorithm.as_str() == "argon2id"
        && hash.version == Some(0x13)
        && hash.params.iter().count() == 3
        && within("m", ARGON2_MOST_KIB)
        && within("t", ARGON2_MOST_PASSES)
        && within("p", ARGON2_MOST_LANES)
        && number("m") >= number("p").map(|lanes| 8 * lanes)
        && salt >= ARGON2_LEAST_SALT_BYTES
        && ARGON2_OUTPUT_BYTES.contains(&output)
}

fn parse_external_id(text: &str) -> Result<String, TextError> {
    let text = text.trim();
    let fits = (1..=100).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    fits.then(|| text.to_owned())
        .ok_or(TextError("must have 1 to 100 characters and no control characters"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BCRYPT_TAIL: &str = "R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW";
    const SALT: &str = "c29tZXNhbHRzb21lc2FsdA";
    const OUTPUT: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

    fn taken(text: &str) -> bool {
        text.parse::<ImportedHash>().is_ok()
    }

    #[test]
    fn bcrypt_of_every_usual_kind_is_taken_up_to_cost_14() {
        for start in ["$2a$10$", "$2b$12$", "$2y$04$", "$2b$14$"] {
            assert!(taken(&format!("{start}{BCRYPT_TAIL}")), "{start}");
        }
        for start in ["$2x$10$", "$2$10$", "$2b$03$", "$2b$15$", "$2b$99$", "$2b$+9$", "$1$10$"] {
            assert!(!taken(&format!("{start}{BCRYPT_TAIL}")), "{start}");
        }
        assert!(!taken(&format!("$2b$10${BCRYPT_TAIL}x")), "too long");
        assert!(!taken(&format!("$2b$10${}", &BCRYPT_TAIL[1..])), "too short");
        assert!(!taken(&format!("$2b$10${}!", &BCRYPT_TAIL[1..])), "another alphabet");
    }

    #[test]
    fn argon2id_is_taken_with_parameters_that_a_login_can_afford() {
        let phc = |start: &str| format!("{start}${SALT}${OUTPUT}");
        assert!(taken(&phc("$argon2id$v=19$m=19456,t=2,p=1")));
        assert!(taken(&phc("$argon2id$v=19$m=65536,t=10,p=4")));
        for start in [
            "$argon2id$v=19$m=65537,t=2,p=1",
            "$argon2id$v=19$m=19456,t=11,p=1",
            "$argon2id$v=19$m=19456,t=2,p=5",
            "$argon2id$v=19$m=19456,t=0,p=1",
            "$argon2id$v=19$m=16,t=1,p=4",
            "$argon2id$v=19$m=19456,t=2",
            "$argon2id$v=16$m=19456,t=2,p=1",
            "$argon2id$m=19456,t=2,p=1",
            "$argon2i$v=19$m=19456,t=2,p=1",
            "$argon2d$v=19$m=19456,t=2,p=1",
            "$scrypt$ln=16,r=8,p=1",
        ] {
            assert!(!taken(&phc(start)), "{start}");
        }
        assert!(!taken(&format!("$argon2id$v=19$m=19456,t=2,p=1${SALT}")), "no output");
        assert!(!taken(&format!("$argon2id$v=19$m=19456,t=2,p=1${SALT}$AAECAwQFBgc")), "short");
    }

    #[test]
    fn a_password_is_not_a_hash() {
        for wrong in ["", "correct horse battery", "{SSHA}abc", "5f4dcc3b5aa765d61d8327deb882cf99"]
        {
            assert!(!taken(wrong), "{wrong}");
        }
        let hash: ImportedHash = format!("$2b$12${BCRYPT_TAIL}").parse().unwrap();
        assert_eq!(format!("{hash:?}"), "ImportedHash(…)");
    }
}
