//! Ids that follow from others, so that a repeated request makes the same things.

use aws_lc_rs::digest::{SHA256, digest};
use kernel::{AccountId, BookingId, ClubId, SeriesActId, SeriesId, jiff::civil::DateTime};
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

/// The request of a member with this `Idempotency-Key` and body that changes dates of a series.
pub fn act_of_request(
    series: SeriesId,
    account: AccountId,
    key: &[u8],
    body: &[u8],
) -> SeriesActId {
    let (series, account) = (series.uuid(), account.uuid());
    let length = key.len().to_be_bytes();
    let parts = [b"act".as_slice(), series.as_bytes(), account.as_bytes(), &length, key, body];
    SeriesActId::from_uuid(derived(&parts))
}

/// The series that carries the rest of another which such a request splits.
pub fn series_of_split(series: SeriesId, act: SeriesActId) -> SeriesId {
    SeriesId::from_uuid(derived(&[b"split", series.uuid().as_bytes(), act.uuid().as_bytes()]))
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
        let act = act_of_request(series, account, b"key", b"body");
        assert_eq!(act, act_of_request(series, account, b"key", b"body"));
        assert_ne!(act, act_of_request(series, account, b"keyb", b"ody"));
        assert_ne!(series_of_split(series, act), series_of_split(SeriesId::new(), act));
    }
}
