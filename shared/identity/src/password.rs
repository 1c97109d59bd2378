//! Passwords: argon2id with the parameters OWASP recommends (19 MiB, 2 passes, 1 lane; Password Storage
//! Cheat Sheet), and never a shortcut that tells whether an address is known.

use std::fmt;

use argon2::{
    Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version,
    password_hash::phc::PasswordHash,
};
use kernel::{Error, Result, TextError};
use serde::Deserialize;

use crate::secret;

/// The fewest characters of a new password (NIST SP 800-63B asks for 8 and allows more).
const LEAST_CHARACTERS: usize = 12;
/// The most bytes of any password. Longer ones are refused, never cut.
const MOST_BYTES: usize = 1_024;
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// A hash with our parameters whose output is random, so that no password has it: verifying against it
/// takes as long as against a real one.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$mXzkS5l7NmPRWQBUDnRz9w$\
    H7c1n1vW6pXkq0m5Vbq3s8o2sYcG4y0Qx9dJtEoZLUI";

/// A new password that keeps the rules: at least 12 characters, at most 1024 bytes, whatever they are.
#[derive(Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct Password(String);

impl TryFrom<String> for Password {
    type Error = TextError;

    fn try_from(text: String) -> Result<Self, TextError> {
        if text.chars().count() < LEAST_CHARACTERS {
            return Err(TextError("must have at least 12 characters"));
        }
        if text.len() > MOST_BYTES {
            return Err(TextError("must have at most 1024 bytes"));
        }
        Ok(Self(text))
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

impl Password {
    /// The hash to keep, with a fresh salt, as a PHC string. Takes some 20 ms of CPU.
    pub fn hash(&self) -> Result<String> {
        let salt: [u8; 16] = secret::random()?;
        let hash = hasher()?
            .hash_password_with_salt(self.0.as_bytes(), &salt)
            .map_err(|cause| Error::internal("a password was not hashed").with_source(cause))?;
        Ok(hash.to_string())
    }

    /// Whether this is the password of that hash; see [`verify`].
    pub fn matches(&self, stored: Option<&str>) -> Result<bool> {
        verify(&self.0, stored)
    }
}

/// Whether a text is the password of that hash. Without a hash the answer is no, after the same work.
pub fn verify(attempt: &str, stored: Option<&str>) -> Result<bool> {
    // What nobody can have as a password need not be hashed at full length.
    let (attempt, possible) =
        if attempt.len() > MOST_BYTES { ("", false) } else { (attempt, stored.is_some()) };
    let hash = PasswordHash::new(stored.unwrap_or(NOBODY))
        .map_err(|cause| Error::internal("a password hash is not one").with_source(cause))?;
    let matches = hasher()?.verify_password(attempt.as_bytes(), &hash).is_ok();
    Ok(matches && possible)
}

fn hasher() -> Result<Argon2<'static>> {
    let parameters = Params::new(MEMORY_KIB, PASSES, LANES, None)
        .map_err(|cause| Error::internal("argon2 refuses its parameters").with_source(cause))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> Password {
        Password::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn a_password_is_known_again_and_no_other_is_taken() {
        let hash = password("correct horse battery").hash().unwrap();
        assert!(verify("correct horse battery", Some(&hash)).unwrap());
        for wrong in ["correct horse batterY", "correct horse batter", "correct horse battery ", ""]
        {
            assert!(!verify(wrong, Some(&hash)).unwrap(), "{wrong}");
        }
    }

    #[test]
    fn the_same_password_is_hashed_differently_each_time() {
        let password = password("correct horse battery");
        assert_ne!(password.hash().unwrap(), password.hash().unwrap());
    }

    #[test]
    fn the_hash_says_the_recommended_parameters() {
        let hash = password("correct horse battery").hash().unwrap();
        let parameters = "$argon2id$v=19$m=19456,t=2,p=1$";
        assert!(hash.starts_with(parameters), "{hash}");
        assert!(NOBODY.starts_with(parameters));
        assert_eq!(NOBODY.len(), hash.len(), "the same work for nobody as for somebody");
    }

    #[test]
    fn nobody_s_password_is_never_right() {
        assert!(!verify("correct horse battery", None).unwrap());
        assert!(!verify("", None).unwrap());
    }

    #[test]
    fn nothing_is_cut_off() {
        let long = "ñ".repeat(512);
        let hash = password(&long).hash().unwrap();
        assert!(verify(&long, Some(&hash)).unwrap());
        assert!(!verify(&long[..1022], Some(&hash)).unwrap());
        assert!(!verify(&format!("{long}x"), Some(&hash)).unwrap());
        // bcrypt would stop at 72 bytes, and C strings at a zero.
        let zeros = password("before\0after-and-more").hash().unwrap();
        assert!(!verify("before\0other-and-more", Some(&zeros)).unwrap());
    }

    #[test]
    fn short_and_huge_passwords_are_refused() {
        let refused = |text: &str| Password::try_from(text.to_owned()).unwrap_err().0;
        assert_eq!(refused("eleven char"), "must have at least 12 characters");
        assert_eq!(refused(&"x".repeat(1_025)), "must have at most 1024 bytes");
        assert!(Password::try_from("ñandú ñandú ".to_owned()).is_ok(), "characters, not bytes");
    }

    #[test]
    fn a_broken_hash_is_a_defect_not_a_wrong_password() {
        assert_eq!(verify("x", Some("not a hash")).unwrap_err().code(), "INTERNAL");
    }

    #[test]
    fn passwords_do_not_show_in_debug_output() {
        assert_eq!(format!("{:?}", password("correct horse battery")), "Password(…)");
    }
}
