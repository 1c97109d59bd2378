//! The codes of a booking: one that the desk scans, one that opens the door; and the one of a venue, which players
//! scan there. Whoever has them can use them, so they are in no log and no event.

use std::fmt;

use aws_lc_rs::rand;
use kernel::{Error, Result};
use serde::{Deserialize, Serialize};

/// Crockford's: without letters that are taken for digits.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CODE_LETTERS: usize = 8;
/// 80 bits: nobody guesses it at the pace that the limits of requests allow.
const VENUE_LETTERS: usize = 16;
const DIGITS: u32 = 1_000_000;

/// What shows at the desk that somebody belongs to a booking: eight letters and digits, 40 random bits.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CheckInCode(String);

/// What opens the door: six digits.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AccessCode(String);

/// What shows that somebody is at a venue, where it hangs as a QR code: 16 letters and digits, 80 random bits.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct VenueCode(String);

impl CheckInCode {
    /// A new one.
    pub(crate) fn make() -> Result<Self> {
        letters::<CODE_LETTERS>().map(Self)
    }

    /// For whoever may show it.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether it is this one, in a time that says nothing of where they differ.
    pub fn is(&self, code: &str) -> bool {
        is_same(&self.0, code)
    }
}

impl VenueCode {
    /// A new one.
    pub(crate) fn make() -> Result<Self> {
        letters::<VENUE_LETTERS>().map(Self)
    }

    /// For whoever may print it.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether it is this one, in a time that says nothing of where they differ.
    pub fn is(&self, code: &str) -> bool {
        is_same(&self.0, code)
    }
}

impl AccessCode {
    /// A new one.
    pub(crate) fn make() -> Result<Self> {
        // Of 2^32 values, 296 of the million codes are likelier by a four-thousandth: nobody guesses by that.
        let number = u32::from_be_bytes(random()?) % DIGITS;
        Ok(Self(format!("{number:06}")))
    }

    /// For whoever may come in.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

fn letters<const N: usize>() -> Result<String> {
    let letter = |byte: u8| char::from(LETTERS[usize::from(byte) % LETTERS.len()]);
    Ok(random::<N>()?.into_iter().map(letter).collect())
}

fn is_same(code: &str, other: &str) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(code.as_bytes(), other.as_bytes()).is_ok()
}

fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    rand::fill(&mut bytes)
        .map_err(|_| Error::internal("the system has no random bytes to give"))?;
    Ok(bytes)
}

impl fmt::Debug for CheckInCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CheckInCode(…)")
    }
}

impl fmt::Debug for VenueCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VenueCode(…)")
    }
}

impl fmt::Debug for AccessCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessCode(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_their_form_and_are_not_printed() {
        let (desk, door) = (CheckInCode::make().unwrap(), AccessCode::make().unwrap());
        assert!(desk.0.len() == 8 && desk.0.bytes().all(|byte| LETTERS.contains(&byte)));
        assert!(door.0.len() == 6 && door.0.bytes().all(|byte| byte.is_ascii_digit()));
        assert!(desk.is(&desk.0.clone()) && !desk.is("") && !desk.is(&door.0));
        assert_ne!(desk, CheckInCode::make().unwrap());
        let wall = VenueCode::make().unwrap();
        assert!(wall.0.len() == 16 && wall.is(&wall.0.clone()) && !wall.is(&wall.0[1..]));
        let printed = format!("{desk:?} {door:?} {wall:?}");
        assert!([&desk.0, &door.0, &wall.0].iter().all(|code| !printed.contains(*code)));
    }
}
