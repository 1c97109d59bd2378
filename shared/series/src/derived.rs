//! Ids that follow from others, so that a repeated request makes the same things.

use aws_lc_rs::digest::{SHA256, digest};
use kernel::{AccountId, BookingId, ClubId, SeriesId, jiff::civil::DateTime};
use uuid::{Builder, Uuid};

/// The series that a member's request with this `Idempotency-Key` makes.
pub fn series_of_request(club: ClubId, account: AccountId, key: &[u8]) -> SeriesId {
    SeriesId::from_uuid(derived(&[
        b"series",
        club.uuid().as_bytes(),
        account.uuid().as_bytes(),
        key,
    ]))
}

/// The booking of an occurrence.
pub fn booking_of(series: SeriesId, recurrence_id: DateTime) -> BookingId {
    let time = recurrence_id.to_string();
    BookingId::from_uuid(derived(&[b"occurrence", series.uuid().as_bytes(), time.as_bytes()]))
}

/// A `UUIDv8` (RFC 9562 5.8) of these bytes.
fn derived(parts: &[&[u8]]) -> Uuid {
    let hash = digest(&SHA256, &parts.concat());
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(hash.as_ref()).for_each(|(byte, hashed)| *byte = *hashed);
    Builder::from_custom_bytes(bytes).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_things_have_the_same_ids_and_no_others() {
        let (series, time) = (SeriesId::new(), "2026-11-24T18:00".parse().unwrap());
        assert_eq!(booking_of(series, time), booking_of(series, time));
        assert_ne!(booking_of(series, time), booking_of(SeriesId::new(), time));
        assert_ne!(
            booking_of(series, time),
            booking_of(series, "2026-11-24T19:00".parse().unwrap())
        );
        let (club, account) = (ClubId::new(), AccountId::new());
        let one = series_of_request(club, account, b"one");
        assert_eq!(one, series_of_request(club, account, b"one"));
        assert_ne!(one, series_of_request(club, AccountId::new(), b"one"));
        assert_eq!(one.uuid().get_version_num(), 8);
    }
}
