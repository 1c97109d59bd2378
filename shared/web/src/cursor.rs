//! Paging cursors: opaque, signed, good for one list of one tenant.

use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{Error, LastKey, Result};

const TAG_BYTES: usize = 32;

pub(crate) fn write_cursor(key: &hmac::Key, list: &str, after: &LastKey) -> String {
    let payload = serde_json::to_vec(after).unwrap_or_default();
    let mut bytes = hmac::sign(key, &signed(list, &payload)).as_ref().to_vec();
    bytes.extend(payload);
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn read_cursor(key: &hmac::Key, list: &str, cursor: &str) -> Result<LastKey> {
    let wrong = || {
        Error::invalid(
            "CURSOR_INVALID",
            "this cursor is not of this list; start again without a cursor",
        )
    };
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| wrong())?;
    let (tag, payload) = bytes.split_at_checked(TAG_BYTES).ok_or_else(wrong)?;
    hmac::verify(key, &signed(list, payload), tag).map_err(|_| wrong())?;
    serde_json::from_slice(payload).map_err(|_| wrong())
}

fn signed(list: &str, payload: &[u8]) -> Vec<u8> {
    [list.as_bytes(), &[0], payload].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_good_for_its_own_list_only() {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &[7; 32]);
        let after = LastKey::from([("PK".to_owned(), "T#1".to_owned())]);
        let cursor = write_cursor(&key, "club|bookings", &after);
        assert_eq!(read_cursor(&key, "club|bookings", &cursor).unwrap(), after);
        assert!(read_cursor(&key, "other|bookings", &cursor).is_err());
        for changed in [cursor[1..].to_owned(), format!("{cursor}AA"), String::new(), "~".into()] {
            assert!(read_cursor(&key, "club|bookings", &changed).is_err(), "{changed}");
        }
    }
}
