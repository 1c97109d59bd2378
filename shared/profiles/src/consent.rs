//! What a club asks people to agree to, and what they answered: a ledger that only grows.

use kernel::{AccountId, Error, LocalDate, Result, Violation, jiff::Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{DocumentKey, Profile};

/// Longest title, in characters.
const TITLE_LIMIT: usize = 100;
/// Longest address of a document, in bytes.
const URL_LIMIT_BYTES: usize = 500;
/// Longest text of a document, in characters.
const TEXT_LIMIT: usize = 20_000;
/// Most answers of one person to one document.
const ANSWERS_LIMIT: u32 = 200;

/// Whom a document is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ConsentAudience)]
pub enum Audience {
    /// Everybody.
    Everyone,
    /// Whoever is not known to be under age.
    Adults,
    /// Whoever is known to be under age; a guardian answers for them.
    Minors,
}

/// A document as the club writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentDraft {
    /// Its name for people.
    pub title: String,
    /// Where it can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// What it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Whether the club asks everybody it is for to agree.
    pub required: bool,
    /// Whom it is for.
    pub audience: Audience,
}

impl DocumentDraft {
    /// All that is wrong with it, else `invalid`, `VALIDATION_FAILED`.
    pub fn check(&self) -> Result<()> {
        let mut wrong = Vec::new();
        let mut tell = |path: &str, message: &str| {
            wrong.push(Violation { path: path.to_owned(), message: message.to_owned() });
        };
        let plain = !self.title.chars().any(char::is_control) && self.title.trim() == self.title;
        if !plain || !(1..=TITLE_LIMIT).contains(&self.title.chars().count()) {
            tell("title", "must have 1 to 100 characters on one line");
        }
        let is_address = |url: &String| {
            url.len() <= URL_LIMIT_BYTES
                && url.strip_prefix("https://").is_some_and(|rest| rest.contains('.'))
                && url.bytes().all(|b| b.is_ascii_graphic())
        };
        if self.url.as_ref().is_some_and(|url| !is_address(url)) {
            tell("url", "must be an address that begins with https://, of at most 500 bytes");
        }
        if self.text.as_ref().is_some_and(|text| !(1..=TEXT_LIMIT).contains(&text.chars().count()))
        {
            tell("text", "must have 1 to 20000 characters");
        }
        if self.url.is_none() && self.text.is_none() {
            tell("text", "give the text, or the address where it can be read");
        }
        if wrong.is_empty() { Ok(()) } else { Err(Error::violations(&wrong)) }
    }
}

/// One version of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentDocument {
    /// Which document.
    pub document: DocumentKey,
    /// What it says.
    pub draft: DocumentDraft,
    /// Since when.
    pub published_at: Timestamp,
    /// 1 of the first; every change makes the next.
    pub version: u64,
}

impl ConsentDocument {
    /// Whether it is for this person.
    pub fn is_for(&self, profile: &Profile, today: LocalDate) -> bool {
        match self.draft.audience {
            Audience::Everyone => true,
            Audience::Adults => !profile.is_minor(today),
            Audience::Minors => profile.is_minor(today),
        }
    }
}

/// As whom somebody answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ConsentGivenAs)]
pub enum GivenAs {
    /// For themselves.
    #[serde(rename = "self")]
    Themselves,
    /// For a child.
    Guardian,
}

/// One answer: a line of the ledger, which nothing changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// To which document.
    pub document: DocumentKey,
    /// To which version of it.
    pub version: u64,
    /// Yes or no.
    pub granted: bool,
    /// When.
    pub at: Timestamp,
    /// Who said so.
    pub given_by: AccountId,
    /// As whom.
    pub given_as: GivenAs,
    /// Which answer of this person to this document it is, from 1.
    pub number: u32,
}

/// How a person stands to a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ConsentStanding)]
pub enum Standing {
    /// They agreed to what it says now.
    Given,
    /// They agreed to what it said before.
    Outdated,
    /// They never answered.
    Missing,
    /// Their last word was no.
    Withdrawn,
}

/// How a person stands to a document, with their last answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement<'a> {
    /// How they stand.
    pub standing: Standing,
    /// Their last answer.
    pub last: Option<&'a Consent>,
}

/// How whoever gave these answers stands to this document.
pub fn agreement<'a>(document: &ConsentDocument, answers: &'a [Consent]) -> Agreement<'a> {
    let own = answers.iter().filter(|answer| answer.document == document.document);
    let last = own.max_by_key(|answer| answer.number);
    let standing = match last {
        None => Standing::Missing,
        Some(last) if !last.granted => Standing::Withdrawn,
        Some(last) if last.version == document.version => Standing::Given,
        Some(_) => Standing::Outdated,
    };
    Agreement { standing, last }
}

/// The line that an answer adds, or `None` where the last one says the same.
///
/// One agrees to what the document says now: of another version it is `conflict`, `CONSENT_OUTDATED`. A
/// consent can always be withdrawn, of the version that it was given to as well.
pub fn answer(
    document: &ConsentDocument,
    answers: &[Consent],
    (version, granted): (u64, bool),
    (given_by, given_as): (AccountId, GivenAs),
    now: Timestamp,
) -> Result<Option<Consent>> {
    let last = agreement(document, answers).last;
    let withdraws = !granted && last.is_some_and(|last| last.granted && last.version == version);
    if version != document.version && !withdraws {
        return Err(consent_outdated());
    }
    if last.is_some_and(|last| last.version == version && last.granted == granted) {
        return Ok(None);
    }
    let number = last.map_or(0, |last| last.number) + 1;
    if number > ANSWERS_LIMIT {
        let message = "this was answered too often; ask the club";
        return Err(Error::conflict("TOO_MANY_ANSWERS", message));
    }
    Ok(Some(Consent {
        document: document.document.clone(),
        version,
        granted,
        at: now,
        given_by,
        given_as,
        number,
    }))
}

/// `conflict`, `CONSENT_OUTDATED`.
pub fn consent_outdated() -> Error {
    Error::conflict(
        "CONSENT_OUTDATED",
        "the document has another version now; read it again and answer that one",
    )
}

/// `not_found`, `CONSENT_DOCUMENT_NOT_FOUND`.
pub fn document_not_found() -> Error {
    Error::not_found(
        "CONSENT_DOCUMENT_NOT_FOUND",
        "the club has no such document, or version of it",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn document(version: u64) -> ConsentDocument {
        let draft = DocumentDraft {
            title: "Rules".to_owned(),
            url: None,
            text: Some("Be kind.".to_owned()),
            required: true,
            audience: Audience::Everyone,
        };
        ConsentDocument { document: "rules".parse().unwrap(), draft, published_at: NOW, version }
    }

    fn say(ledger: &mut Vec<Consent>, now: u64, version: u64, granted: bool) -> &'static str {
        let who = (AccountId::new(), GivenAs::Themselves);
        match answer(&document(now), ledger, (version, granted), who, NOW) {
            Ok(Some(line)) => {
                ledger.push(line);
                "added"
            }
            Ok(None) => "same",
            Err(error) => error.code(),
        }
    }

    #[test]
    fn a_ledger_tells_how_one_stands() {
        let mut ledger = Vec::new();
        let standing = |ledger: &[Consent], version| agreement(&document(version), ledger).standing;
        assert_eq!(standing(&ledger, 1), Standing::Missing);
        assert_eq!(say(&mut ledger, 1, 1, true), "added");
        assert_eq!(standing(&ledger, 1), Standing::Given);
        assert_eq!(standing(&ledger, 2), Standing::Outdated);
        assert_eq!(say(&mut ledger, 1, 1, true), "same");
        assert_eq!(say(&mut ledger, 2, 1, true), "CONSENT_OUTDATED");
        assert_eq!(say(&mut ledger, 2, 2, true), "added");
        assert_eq!(say(&mut ledger, 2, 2, false), "added");
        assert_eq!(standing(&ledger, 2), Standing::Withdrawn);
        let numbers: Vec<_> = ledger.iter().map(|line| line.number).collect();
        assert_eq!(numbers, [1, 2, 3], "nothing is overwritten");
    }

    #[test]
    fn what_was_given_can_be_withdrawn_after_the_document_changed() {
        let mut ledger = Vec::new();
        assert_eq!(say(&mut ledger, 1, 1, true), "added");
        assert_eq!(say(&mut ledger, 3, 2, false), "CONSENT_OUTDATED");
        assert_eq!(say(&mut ledger, 3, 1, false), "added");
        assert_eq!(say(&mut ledger, 3, 1, false), "CONSENT_OUTDATED");
    }

    #[test]
    fn answers_have_an_end() {
        let mut ledger = Vec::new();
        for number in 0..ANSWERS_LIMIT {
            assert_eq!(say(&mut ledger, 1, 1, number % 2 == 0), "added");
        }
        assert_eq!(say(&mut ledger, 1, 1, true), "TOO_MANY_ANSWERS");
    }

    #[test]
    fn documents_are_for_ages() {
        let today: LocalDate = "2026-11-20".parse().unwrap();
        let unknown = Profile::empty(AccountId::new());
        let child = Profile::of_child(AccountId::new(), "2015-01-01".parse().unwrap());
        let is_for = |audience, profile: &Profile| {
            let mut document = document(1);
            document.draft.audience = audience;
            document.is_for(profile, today)
        };
        for (audience, of_child, of_unknown) in [
            (Audience::Everyone, true, true),
            (Audience::Adults, false, true),
            (Audience::Minors, true, false),
        ] {
            assert_eq!(
                (is_for(audience, &child), is_for(audience, &unknown)),
                (of_child, of_unknown)
            );
        }
    }

    #[test]
    fn a_document_says_something() {
        let draft = |title: &str, url: Option<&str>, text: Option<&str>| DocumentDraft {
            title: title.to_owned(),
            url: url.map(str::to_owned),
            text: text.map(str::to_owned),
            required: false,
            audience: Audience::Everyone,
        };
        assert!(draft("Rules", Some("https://club.example.org/rules"), None).check().is_ok());
        for (draft, path) in [
            (draft("", None, Some("x")), "title"),
            (draft("Rules", Some("http://club.example.org"), None), "url"),
            (draft("Rules", None, Some("")), "text"),
            (draft("Rules", None, None), "text"),
        ] {
            let error = draft.check().unwrap_err();
            assert_eq!(error.details().unwrap()["violations"][0]["path"], path);
        }
    }
}
