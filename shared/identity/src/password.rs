//! Passwords: argon2id with the parameters OWASP recommends (19 MiB, 2 passes, 1 lane; Password Storage
//! Cheat Sheet) or those that the deployment chooses, and never a shortcut that tells whether an address
//! is known. Members who are imported bring bcrypt hashes along; these are verified, and renewed at the
//! first sign-in.

use std::{fmt, hint::black_box};

use argon2::{
    Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version,
    password_hash::{Error as HashError, phc::PasswordHash},
};
use bcrypt::HashParts;
use kernel::{Email, Error, Result, Slug, TextError, secret};
use serde::Deserialize;

use crate::common_passwords::is_common;

/// The fewest characters of a new password (NIST SP 800-63B asks for 8 and allows more).
const LEAST_CHARACTERS: usize = 12;
/// The most bytes of any password. Longer ones are refused, never cut.
const MOST_BYTES: usize = 1_024;
const LANES: u32 = 1;
/// Dearer hashes than these are none of ours, and would exhaust the function that verifies them.
const MOST_MEMORY_KIB: u32 = 64 * 1_024;
const MOST_PASSES: u32 = 10;
const MOST_LANES: u32 = 4;
const MOST_BCRYPT_COST: u32 = 14;
/// bcrypt reads no further, so what is longer is not what was hashed.
const BCRYPT_BYTES: usize = 72;
/// Parts of addresses and names shorter than this are in many words by accident.
const LEAST_TELLING: usize = 4;
/// Salts the hash that is computed where there is none to compare with.
const NOBODY: &[u8] = b"nobody has this.";

/// What a password's hash costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordCost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
}

impl Default for PasswordCost {
    fn default() -> Self {
        Self { memory_kib: 19_456, passes: 2 }
    }
}

/// Memory in KiB and passes as configured, or the default.
impl From<Option<(u32, u32)>> for PasswordCost {
    fn from(configured: Option<(u32, u32)>) -> Self {
        let given = |(memory_kib, passes)| Self { memory_kib, passes };
        configured.map_or_else(Self::default, given)
    }
}

impl PasswordCost {
    fn hasher(self) -> Result<Argon2<'static>> {
        let parameters = Params::new(self.memory_kib, self.passes, LANES, None)
            .map_err(|cause| Error::internal("argon2 refuses its parameters").with_source(cause))?;
        Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters))
    }
}

/// How a password was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verified {
    /// Wrong.
    No,
    /// Right.
    Yes,
    /// Right, and its hash is weaker than those made today: keep a new one.
    YesRehash,
}

impl Verified {
    /// Whether the password is right.
    pub fn is_right(self) -> bool {
        self != Self::No
    }
}

/// A new password that keeps the rules: at least 12 characters, at most 1024 bytes, whatever they are, and
/// not one of the most common passwords.
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
        if is_common(&text) {
            return Err(TextError("is one of the most common passwords"));
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
    /// Whether it does not give its owner's address away: else `invalid`, `PASSWORD_TOO_COMMON`.
    pub fn suits(&self, email: &Email) -> Result<()> {
        let local = email.as_str().split('@').next().unwrap_or_default();
        self.does_not_contain(local, "the password must not contain your address; choose another")
    }

    /// The same of its club's name.
    pub fn suits_club(&self, club: &Slug) -> Result<()> {
        const MESSAGE: &str = "the password must not contain the club's name; choose another";
        self.does_not_contain(club.as_str(), MESSAGE)?;
        self.does_not_contain(&club.as_str().replace('-', ""), MESSAGE)
    }

    fn does_not_contain(&self, part: &str, message: &'static str) -> Result<()> {
        let told = part.len() >= LEAST_TELLING && self.0.to_lowercase().contains(part);
        if told { Err(Error::invalid("PASSWORD_TOO_COMMON", message)) } else { Ok(()) }
    }

    /// The hash to keep, with a fresh salt, as a PHC string. Takes some 20 ms of CPU.
    pub fn hash(&self, cost: PasswordCost) -> Result<String> {
        hash(&self.0, cost)
    }

    /// Whether this is the password of that hash; see [`verify`].
    pub fn matches(&self, stored: Option<&str>, cost: PasswordCost) -> Result<bool> {
        Ok(verify(&self.0, stored, cost)?.is_right())
    }
}

/// The hash of a text that was verified as a password just now, whatever rules it keeps: for
/// [`Verified::YesRehash`].
pub fn rehash(verified: &str, cost: PasswordCost) -> Result<String> {
    hash(verified, cost)
}

fn hash(text: &str, cost: PasswordCost) -> Result<String> {
    let salt: [u8; 16] = secret::random()?;
    let hash = cost
        .hasher()?
        .hash_password_with_salt(text.as_bytes(), &salt)
        .map_err(|cause| Error::internal("a password was not hashed").with_source(cause))?;
    Ok(hash.to_string())
}

/// Whether a text is the password of that hash: argon2id in a PHC string, or bcrypt. Without a hash the
/// answer is no, after the work that a hash of this cost takes.
pub fn verify(attempt: &str, stored: Option<&str>, cost: PasswordCost) -> Result<Verified> {
    // What nobody can have as a password need not be hashed at full length.
    let possible = attempt.len() <= MOST_BYTES;
    let attempt = if possible { attempt.as_bytes() } else { b"" };
    let (right, weak) = match stored {
        None => (for_nobody(attempt, cost)?, false),
        Some(stored) if stored.starts_with("$2") => (is_bcrypt_of(attempt, stored)?, true),
        Some(stored) => is_argon2_of(attempt, stored, cost)?,
    };
    Ok(match (possible && right, weak) {
        (false, _) => Verified::No,
        (true, false) => Verified::Yes,
        (true, true) => Verified::YesRehash,
    })
}

fn for_nobody(attempt: &[u8], cost: PasswordCost) -> Result<bool> {
    let mut hash = [0; 32];
    cost.hasher()?
        .hash_password_into(attempt, NOBODY, &mut hash)
        .map_err(|cause| Error::internal("a password was not hashed").with_source(cause))?;
    black_box(hash);
    Ok(false)
}

/// Whether it is, and whether the hash is weaker than today's.
fn is_argon2_of(attempt: &[u8], stored: &str, cost: PasswordCost) -> Result<(bool, bool)> {
    let not_one = || Error::internal("a password hash is not one, or of a kind that is not taken");
    let hash = PasswordHash::new(stored).map_err(|cause| not_one().with_source(cause))?;
    let parameters = Params::try_from(&hash).map_err(|cause| not_one().with_source(cause))?;
    let bounded = parameters.m_cost() <= MOST_MEMORY_KIB
        && parameters.t_cost() <= MOST_PASSES
        && parameters.p_cost() <= MOST_LANES;
    let whole = hash.salt.is_some() && hash.hash.is_some() && hash.version.is_some();
    if !bounded || !whole || hash.algorithm.as_str() != "argon2id" {
        return Err(not_one());
    }
    let weak = parameters.m_cost() < cost.memory_kib || parameters.t_cost() < cost.passes;
    match Argon2::default().verify_password(attempt, &hash) {
        Ok(()) => Ok((true, weak)),
        Err(HashError::PasswordInvalid) => Ok((false, weak)),
        Err(cause) => Err(not_one().with_source(cause)),
    }
}

/// What bcrypt would cut off (beyond 72 bytes) or confuse (a zero, which ends its texts) is never right.
fn is_bcrypt_of(attempt: &[u8], stored: &str) -> Result<bool> {
    let not_one = || Error::internal("a bcrypt hash is not one, or dearer than is taken");
    let parts: HashParts = stored.parse().map_err(|_| not_one())?;
    let known = ["$2a$", "$2b$", "$2y$"].iter().any(|prefix| stored.starts_with(prefix));
    if !known || parts.get_cost() > MOST_BCRYPT_COST {
        return Err(not_one());
    }
    let possible = attempt.len() <= BCRYPT_BYTES && !attempt.contains(&0);
    let right = bcrypt::verify(if possible { attempt } else { b"" }, stored);
    Ok(right.map_err(|_| not_one())? && possible)
}

#[cfg(test)]
mod tests;
