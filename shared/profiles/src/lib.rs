//! People in one club: what they say of themselves, what the club asks of them, and who acts for whom.
//!
//! Words: a *profile* is what a club knows of a person beside their account; a *custom field* is one that
//! the club made up; an *assessment* is a level in a sport with its source; an *availability* is a weekly
//! plan with exceptions that win; a *consent document* is what the club asks people to agree to, in
//! versions; a *consent* is one line of a person's ledger of answers; a *guardian* acts for a *child*, who
//! has an account without a sign-in until it is promoted.
//!
//! | question | keys | items read |
//! |---|---|---|
//! | What does the club know of this person? | `T#<club>#PERSON#<account>` / `PROFILE` | 1 |
//! | What do they play, how well? | `T#<club>#PERSON#<account>` / `SPORT#<sport>` | sports, one query |
//! | When can they play? | `T#<club>#PERSON#<account>` / `AVAILABILITY` | 1 |
//! | Whom to call for them? | `T#<club>#PERSON#<account>` / `EMERGENCY` | 1 |
//! | What did they agree to, and when? | `T#<club>#PERSON#<account>` / `CONSENT#<document>#<number>` | answers, one query |
//! | Does this person act for that one? | `T#<club>#PERSON#<child>` / `GUARDIAN#<guardian>` | 1 |
//! | Who acts for this child? | `T#<club>#PERSON#<child>` / `GUARDIAN#…` | guardians, one query |
//! | For whom does this person act? | `T#<club>#PERSON#<guardian>` / `CHILD#…` | children, one query |
//! | How many are in the family, and was its child invited? | `T#<club>#PERSON#<account>` / `FAMILY` | 1, or conditions alone |
//! | Everything about a person | `T#<club>#PERSON#<account>` | all of the above, one query |
//! | How far is this export? | `T#<club>#EXPORT#<export>` / `EXPORT` | 1 |
//! | Does an export of this person run? | `T#<club>#EXPORTING#<account>` / `EXPORT` | condition alone |
//! | What was exported of this person? | gsi1 `T#<club>#EXPORTS#<account>` | a week's exports |
//! | What was erased of this person? | `T#<club>#ERASURE#<account>` / `CERTIFICATE` | 1 |
//! | Which fields did the club make up? | `T#<club>#SETTINGS` / `PERSON_FIELDS` | 1 |
//! | What does the club ask people to agree to? | `T#<club>#SETTINGS` / `CONSENT#<document>` | documents, one query |
//! | What did this version say? | `T#<club>#CONSENT#<document>` / `VERSION#<version>` | 1 |
//!
//! Invariants: a member's self-assessed level is set once; the ledger of consents only grows; an answer
//! names the version that it is about; who is of age has no guardian; values of fields that the club took
//! away are kept and not shown.

mod acting;
mod age;
mod availability;
mod consent;
mod emergency;
mod erasure;
mod export;
mod family;
mod field;
mod field_value;
mod key;
mod person;
mod phone;
mod photo;
mod sport;
pub mod store;

pub use acting::{
    Acting, Capacity, acting_for, acting_guardians, club_today, guards_any, user_not_found,
};
pub use age::{ADULT_FROM_YEARS, age_on, check_birth_date, today};
pub use availability::{Availability, DayException, Span, WeeklyPlan, available};
pub use consent::{
    Agreement, Audience, Consent, ConsentDocument, DocumentDraft, GivenAs, Standing, agreement,
    answer, consent_outdated, document_not_found,
};
pub use emergency::{EmergencyContact, Relation};
pub use erasure::{Erasure, ErasureStatus, KeptData};
pub use export::{Export, ExportStatus, export_not_found};
pub use family::{CHILDREN_LIMIT, GUARDIANS_LIMIT, Guardianship, guardian_needed, not_guardian};
pub use field::{FieldType, PersonField, PersonFields};
pub use field_value::FieldValue;
pub use key::{DocumentKey, FieldKey};
pub use person::{Author, Edit, Profile, ProfileChange};
pub use phone::Phone;
pub use photo::{photo_key, upload_key};
pub use sport::{Assessment, Hand, Level, LevelSource, Position, SportChange, SportPreference};
