//! Random secrets, the texts that carry them, and the hashes that are kept of them.

use std::fmt;

use aws_lc_rs::{
    constant_time::verify_slices_are_equal,
    digest::{SHA256, digest},
    rand,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::Uuid;

use crate::{ClubId, Error, Result};

const ID_BYTES: usize = 16;
const SECRET_BYTES: usize = 32;

/// Bytes that nobody can guess. Where the system has none, the error is internal.
pub fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    rand::fill(&mut bytes)
        .map_err(|_| Error::internal("the system has no random bytes to give"))?;
    Ok(bytes)
}

/// SHA-256 as base64url. A plain hash is enough: what is hashed is random and 32 bytes long.
pub fn hash(secret: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, secret))
}

/// Whether both hashes are the same, in the same time for every difference.
pub fn same(one: &str, other: &str) -> bool {
    verify_slices_are_equal(one.as_bytes(), other.as_bytes()).is_ok()
}

/// `<prefix><base64url of the bytes>`.
pub fn write_token(prefix: &str, bytes: &[u8]) -> String {
    format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes))
}

/// The bytes of such a text; `None` for another prefix, length or alphabet.
pub fn read_token<const N: usize>(prefix: &str, text: &str) -> Option<[u8; N]> {
    URL_SAFE_NO_PAD.decode(text.strip_prefix(prefix)?).ok()?.try_into().ok()
}

/// The `N` bytes of `bytes` from `start`.
pub fn part<const N: usize>(bytes: &[u8], start: usize) -> [u8; N] {
    let mut part = [0; N];
    part.copy_from_slice(&bytes[start..start + N]);
    part
}

/// What finds and opens a record of a club by itself: the record's id, its club and 32 random bytes, in base64url.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ClubSecret([u8; 2 * ID_BYTES + SECRET_BYTES]);

// It is never printed by accident: its text is asked for by name.
impl fmt::Debug for ClubSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClubSecret({}, …)", self.id())
    }
}

impl ClubSecret {
    /// A fresh one of this record.
    pub fn new(id: Uuid, club: ClubId) -> Result<Self> {
        let mut bytes = [0; 2 * ID_BYTES + SECRET_BYTES];
        bytes[..ID_BYTES].copy_from_slice(id.as_bytes());
        bytes[ID_BYTES..2 * ID_BYTES].copy_from_slice(club.uuid().as_bytes());
        bytes[2 * ID_BYTES..].copy_from_slice(&random::<SECRET_BYTES>()?);
        Ok(Self(bytes))
    }

    /// The record's id.
    pub fn id(&self) -> Uuid {
        Uuid::from_bytes(part(&self.0, 0))
    }

    /// Whose the record is.
    pub fn club(&self) -> ClubId {
        ClubId::from_uuid(Uuid::from_bytes(part(&self.0, ID_BYTES)))
    }

    /// The text; shown once.
    pub fn reveal(&self) -> String {
        write_token("", &self.0)
    }

    /// What such a text says; `None` of any other.
    pub fn read(text: &str) -> Option<Self> {
        read_token("", text).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_club_s_secret_reads_back_and_is_never_printed() {
        let (id, club) = (crate::random_uuid(), ClubId::new());
        let secret = ClubSecret::new(id, club).unwrap();
        let shown = secret.reveal();
        assert_eq!(ClubSecret::read(&shown), Some(secret));
        assert_eq!((secret.id(), secret.club()), (id, club));
        assert!(!format!("{secret:?}").contains(&shown[45..]));
        assert_ne!(ClubSecret::new(id, club).unwrap(), secret);
        for wrong in ["", &shown[1..], &shown[..shown.len() - 1], &format!("{shown}A")] {
            assert_eq!(ClubSecret::read(wrong), None, "{wrong}");
        }
    }
}
