//! Where a venue is.

use kernel::TextError;
use serde::{Deserialize, Serialize};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

/// A postal address in one line: 1 to 200 characters, trimmed, no control characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, min_length = 1, max_length = 200)]
pub struct Address(String);

kernel::text_value! {
    Address(parse_address);
}

fn parse_address(text: &str) -> Result<String, TextError> {
    let text = text.trim();
    let fits = (1..=200).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    fits.then(|| text.to_owned())
        .ok_or(TextError("must have 1 to 200 characters and no control characters"))
}

/// A place on Earth, WGS 84, in degrees with six decimals, which is 11 centimetres.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Degrees", into = "Degrees")]
pub struct Location {
    latitude_millionths: i32,
    longitude_millionths: i32,
}

/// A place as it is written.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Location)]
pub struct Degrees {
    /// North of the equator, -90 to 90.
    #[schema(minimum = -90, maximum = 90)]
    pub latitude: f64,
    /// East of Greenwich, -180 to 180.
    #[schema(minimum = -180, maximum = 180)]
    pub longitude: f64,
}

impl Location {
    /// In degrees.
    pub fn degrees(self) -> Degrees {
        let degrees = |millionths: i32| f64::from(millionths) / 1e6;
        Degrees {
            latitude: degrees(self.latitude_millionths),
            longitude: degrees(self.longitude_millionths),
        }
    }
}

impl PartialSchema for Location {
    fn schema() -> RefOr<Schema> {
        Degrees::schema()
    }
}

impl ToSchema for Location {}

impl TryFrom<Degrees> for Location {
    type Error = TextError;

    #[expect(clippy::cast_possible_truncation, reason = "180 degrees are 180 million millionths")]
    fn try_from(Degrees { latitude, longitude }: Degrees) -> Result<Self, Self::Error> {
        let fits = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
        if !fits {
            return Err(TextError("latitude is from -90 to 90 and longitude from -180 to 180"));
        }
        let millionths = |degrees: f64| (degrees * 1e6).round() as i32;
        Ok(Self {
            latitude_millionths: millionths(latitude),
            longitude_millionths: millionths(longitude),
        })
    }
}

impl From<Location> for Degrees {
    fn from(location: Location) -> Self {
        location.degrees()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_kept_to_six_decimals() {
        let place = r#"{"latitude":-34.549012,"longitude":-58.420041}"#;
        let location: Location = serde_json::from_str(place).unwrap();
        assert_eq!(serde_json::to_string(&location).unwrap(), place);
        for wrong in [r#"{"latitude":90.1,"longitude":0}"#, r#"{"latitude":0,"longitude":-181}"#] {
            assert!(serde_json::from_str::<Location>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_address_is_one_line() {
        assert!("Av. Costanera 1200, Buenos Aires".parse::<Address>().is_ok());
        for wrong in ["  ", "a\nb"] {
            assert!(wrong.parse::<Address>().is_err(), "{wrong}");
        }
    }
}
