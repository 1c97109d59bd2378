//! Random secrets and their hashes.

use aws_lc_rs::{
    constant_time::verify_slices_are_equal,
    digest::{SHA256, digest},
    rand,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{Error, Result};

/// Bytes that nobody can guess.
pub(crate) fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    rand::fill(&mut bytes)
        .map_err(|_| Error::internal("the system has no random bytes to give"))?;
    Ok(bytes)
}

/// SHA-256 as base64url. A plain hash is enough: what is hashed is random and 32 bytes long.
pub(crate) fn hash(secret: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, secret))
}

/// Whether both hashes are the same, in the same time for every difference.
pub(crate) fn same(one: &str, other: &str) -> bool {
    verify_slices_are_equal(one.as_bytes(), other.as_bytes()).is_ok()
}

/// `<prefix><base64url of the bytes>`.
pub(crate) fn write_token(prefix: &str, bytes: &[u8]) -> String {
    format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes))
}

/// The bytes of such a text; `None` for another prefix, length or alphabet.
pub(crate) fn read_token<const N: usize>(prefix: &str, text: &str) -> Option<[u8; N]> {
    URL_SAFE_NO_PAD.decode(text.strip_prefix(prefix)?).ok()?.try_into().ok()
}

/// The `N` bytes of `bytes` from `start`.
pub(crate) fn part<const N: usize>(bytes: &[u8], start: usize) -> [u8; N] {
    let mut part = [0; N];
    part.copy_from_slice(&bytes[start..start + N]);
    part
}
