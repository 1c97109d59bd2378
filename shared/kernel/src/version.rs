//! Versions of records: what somebody read, and whether it is still so.

use crate::{Error, Result};

/// Somebody changed `what`, `this role` for instance, after it was read: `stale`, `STALE_VERSION`.
pub fn stale_version(what: &str) -> Error {
    Error::stale("STALE_VERSION", format!("somebody changed {what} meanwhile; read it again"))
}

/// Whether a record still has the version that the caller read. Who does not say what they read wants it
/// changed whatever it is. Else [`stale_version`].
pub fn same_version(read: Option<u64>, version: u64, what: &str) -> Result<()> {
    if read.is_some_and(|read| read != version) {
        return Err(stale_version(what));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_version_than_the_one_that_was_read_is_stale() {
        assert!(same_version(Some(3), 3, "this role").is_ok());
        assert!(same_version(None, 3, "this role").is_ok());
        for read in [0, 2, 4] {
            let error = same_version(Some(read), 3, "this role").unwrap_err();
            assert_eq!((error.kind(), error.code()), (crate::Kind::Stale, "STALE_VERSION"));
        }
    }
}
