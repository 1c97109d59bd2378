//! A person's profile in a club, and how it changes.

use std::collections::BTreeMap;

use kernel::{AccountId, Error, LocalDate, Photo, Result, jiff::tz::TimeZone};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use tenancy::TimeZoneName;

use crate::{
    FieldKey, FieldValue, PersonFields, Phone,
    age::{ADULT_FROM_YEARS, age_on, check_birth_date},
    field_value::{changed, missing, shown},
};

/// Who writes or reads a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Author {
    /// The person, or a guardian for them.
    Themselves,
    /// The club's staff.
    Staff,
}

/// What a club knows of a person beside their account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// Whose it is.
    pub account_id: AccountId,
    /// The zone that their availability is written in; the club's, where they have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<TimeZoneName>,
    /// Where they are called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Phone>,
    /// When they were born: what is for adults or for minors goes by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<LocalDate>,
    /// Values of the club's own fields, of those that are gone, too.
    #[serde(default)]
    custom_fields: BTreeMap<FieldKey, FieldValue>,
    /// What they look like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo: Option<Photo>,
    /// Grows with every change; 0 of a profile that nobody has written yet.
    pub version: u64,
}

impl Profile {
    /// Of somebody of whom the club knows nothing yet.
    pub fn empty(account_id: AccountId) -> Self {
        Self {
            account_id,
            time_zone: None,
            phone: None,
            birth_date: None,
            custom_fields: BTreeMap::new(),
            photo: None,
            version: 0,
        }
    }

    /// Of a child that was born that day.
    pub fn of_child(account_id: AccountId, birth_date: LocalDate) -> Self {
        Self { birth_date: Some(birth_date), version: 1, ..Self::empty(account_id) }
    }

    /// How old they are, if they said when they were born.
    pub fn age(&self, today: LocalDate) -> Option<i16> {
        self.birth_date.map(|birth| age_on(birth, today))
    }

    /// Whether they are known to be under age.
    pub fn is_minor(&self, today: LocalDate) -> bool {
        self.age(today).is_some_and(|age| age < ADULT_FROM_YEARS)
    }

    /// Their zone, in a club of this one.
    pub fn zone_name<'a>(&'a self, club: &'a TimeZoneName) -> &'a TimeZoneName {
        self.time_zone.as_ref().unwrap_or(club)
    }

    /// The rules of their zone, in a club of this one.
    pub fn zone(&self, club: &TimeZoneName) -> TimeZone {
        self.zone_name(club).zone()
    }

    /// The custom fields that this reader sees.
    pub fn custom_fields(
        &self,
        fields: &PersonFields,
        reader: Author,
    ) -> BTreeMap<FieldKey, FieldValue> {
        shown(&self.custom_fields, fields, reader)
    }

    /// Required fields that the person has not filled yet.
    pub fn missing_fields(&self, fields: &PersonFields) -> Vec<FieldKey> {
        missing(&self.custom_fields, fields)
    }

    /// The profile with this photo, or without one.
    #[must_use]
    pub fn with_photo(&self, photo: Option<Photo>) -> Self {
        Self { photo, version: self.version + 1, ..self.clone() }
    }
}

/// What happens to something that may be missing. In JSON: absent, null, or the value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Edit<T> {
    /// It stays as it is.
    #[default]
    Keep,
    /// It is taken away.
    Clear,
    /// It is this from now on.
    Set(T),
}

impl<T> Edit<T> {
    fn applied(self, before: Option<T>) -> Option<T> {
        match self {
            Self::Keep => before,
            Self::Clear => None,
            Self::Set(value) => Some(value),
        }
    }
}

/// Of a field that is there; give an absent one its default.
impl<'de, T: Deserialize<'de>> Deserialize<'de> for Edit<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(|value| value.map_or(Self::Clear, Self::Set))
    }
}

/// What changes of a profile; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct ProfileChange {
    /// The zone.
    pub time_zone: Edit<TimeZoneName>,
    /// The telephone number.
    pub phone: Edit<Phone>,
    /// The day of birth: set once by oneself, corrected by the staff.
    pub birth_date: Option<LocalDate>,
    /// Values of custom fields; null takes one away.
    pub custom_fields: Option<BTreeMap<String, Value>>,
}

impl ProfileChange {
    /// Whether it says anything.
    pub fn is_empty(&self) -> bool {
        self.time_zone == Edit::Keep
            && self.phone == Edit::Keep
            && self.birth_date.is_none()
            && self.custom_fields.is_none()
    }

    /// The profile with the change, and whether that is another than before. `invalid`,
    /// `VALIDATION_FAILED`, with all that is wrong; `conflict`, `BIRTH_DATE_SET`, where that is the club's
    /// to correct.
    pub fn applied(
        self,
        before: &Profile,
        fields: &PersonFields,
        author: Author,
        today: LocalDate,
    ) -> Result<(Profile, bool)> {
        let mut after = before.clone();
        let mut wrong = Vec::new();
        after.time_zone = self.time_zone.applied(after.time_zone);
        after.phone = self.phone.applied(after.phone);
        if let Some(birth_date) = self.birth_date {
            wrong.extend(check_birth_date(birth_date, today).err());
            after.birth_date = Some(birth_date);
        }
        if let Some(change) = &self.custom_fields {
            match changed(&before.custom_fields, change, fields, author) {
                Ok(values) => after.custom_fields = values,
                Err(violations) => wrong.extend(violations),
            }
        }
        if !wrong.is_empty() {
            return Err(Error::violations(&wrong));
        }
        // What is for minors goes by it, so nobody makes themselves older.
        let corrects = before.birth_date.is_some() && after.birth_date != before.birth_date;
        if corrects && author == Author::Themselves {
            let message = "the day of birth is set once; ask the club to correct it";
            return Err(Error::conflict("BIRTH_DATE_SET", message));
        }
        let differs = after != *before;
        after.version += u64::from(differs);
        Ok((after, differs))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> LocalDate {
        text.parse().unwrap()
    }

    fn apply(change: ProfileChange, before: &Profile, author: Author) -> Result<(Profile, bool)> {
        change.applied(before, &PersonFields::default(), author, day("2026-11-20"))
    }

    #[test]
    fn a_change_moves_the_version_and_nothing_moves_without_one() {
        let empty = Profile::empty(AccountId::new());
        let phone: Phone = "+5491122334455".parse().unwrap();
        let change = || ProfileChange { phone: Edit::Set(phone.clone()), ..Default::default() };
        let (changed, differs) = apply(change(), &empty, Author::Themselves).unwrap();
        assert!(differs);
        assert_eq!((changed.version, changed.phone.as_ref()), (1, Some(&phone)));
        assert!(!apply(change(), &changed, Author::Themselves).unwrap().1);
        let away = ProfileChange { phone: Edit::Clear, ..Default::default() };
        assert_eq!(apply(away, &changed, Author::Themselves).unwrap().0.phone, None);
    }

    #[test]
    fn a_day_of_birth_is_set_once_and_corrected_by_staff() {
        let born = |text: &str| ProfileChange { birth_date: Some(day(text)), ..Default::default() };
        let empty = Profile::empty(AccountId::new());
        let (profile, _) = apply(born("2012-05-01"), &empty, Author::Themselves).unwrap();
        assert!(profile.is_minor(day("2026-11-20")) && !profile.is_minor(day("2030-05-01")));
        assert!(apply(born("2012-05-01"), &profile, Author::Themselves).is_ok(), "the same day");
        let error = apply(born("2000-05-01"), &profile, Author::Themselves).unwrap_err();
        assert_eq!(error.code(), "BIRTH_DATE_SET");
        assert!(apply(born("2000-05-01"), &profile, Author::Staff).is_ok());
        let error = apply(born("2027-01-01"), &profile, Author::Staff).unwrap_err();
        assert_eq!(error.code(), "VALIDATION_FAILED");
    }
}
