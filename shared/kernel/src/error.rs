//! One error for every rule and edge: a kind that becomes a status, a stable code, a human message.

use std::{borrow::Cow, error, fmt};

use serde::Serialize;
use serde_json::Value;

/// Shorthand for a result with the house's error.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, in the terms of who must act. `web` maps each to one HTTP status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The request cannot be read (400).
    Malformed,
    /// No token, or not a valid one (401).
    Unauthenticated,
    /// Valid token, not allowed (403).
    Forbidden,
    /// Not there, or another club's (404).
    NotFound,
    /// The state of things forbids it (409).
    Conflict,
    /// `If-Match` names an old version (412).
    Stale,
    /// Larger than the limit (413).
    TooLarge,
    /// Readable, and breaks a rule (422).
    Invalid,
    /// Too many requests (429).
    Throttled,
    /// A dependency does not answer (503); the same call may work later.
    Unavailable,
    /// A defect or a surprise (500); logged once at the edge, never shown.
    Internal,
}

/// One broken rule of an input, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// Path inside the body or query, `owner.email` for instance.
    pub path: String,
    /// What is wrong, in a sentence.
    pub message: String,
}

struct Inner {
    kind: Kind,
    code: &'static str,
    message: Cow<'static, str>,
    details: Option<Value>,
    retry_after_seconds: Option<u32>,
    source: Option<Box<dyn error::Error + Send + Sync>>,
}

/// An error with a stable code. Cheap to return: one pointer.
pub struct Error(Box<Inner>);

macro_rules! constructors {
    ($($(#[$doc:meta])* $name:ident => $kind:ident;)*) => {$(
        $(#[$doc])*
        pub fn $name(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
            Self::new(Kind::$kind, code, message)
        }
    )*};
}

impl Error {
    /// An error of this kind; prefer the constructors named after the kinds.
    pub fn new(kind: Kind, code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        let transient = matches!(kind, Kind::Unavailable | Kind::Throttled);
        Self(Box::new(Inner {
            kind,
            code,
            message: message.into(),
            details: None,
            retry_after_seconds: transient.then_some(1),
            source: None,
        }))
    }

    constructors! {
        /// The request cannot be read.
        malformed => Malformed;
        /// No token, or not a valid one.
        unauthenticated => Unauthenticated;
        /// Valid token, not allowed.
        forbidden => Forbidden;
        /// Not there, or another club's.
        not_found => NotFound;
        /// The state of things forbids it.
        conflict => Conflict;
        /// The caller edited an old version.
        stale => Stale;
        /// Larger than the limit.
        too_large => TooLarge;
        /// Readable, and breaks a rule.
        invalid => Invalid;
        /// Too many requests.
        throttled => Throttled;
        /// A dependency does not answer.
        unavailable => Unavailable;
    }

    /// A defect or a surprise: `context` says what was being done and goes to the log alone.
    pub fn internal(context: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::Internal, "INTERNAL", context)
    }

    /// An input that breaks several rules, each with its path.
    pub fn violations(violations: &[Violation]) -> Self {
        Self::invalid("VALIDATION_FAILED", "some fields are not valid; see details")
            .with_details(serde_json::json!({ "violations": violations }))
    }

    /// Adds facts a client can act on.
    #[must_use]
    pub fn with_details(mut self, details: Value) -> Self {
        self.0.details = Some(details);
        self
    }

    /// Says when the same call may work.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.0.retry_after_seconds = Some(seconds);
        self
    }

    /// Adds the cause, for the log.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn error::Error + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Who must act.
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// The stable code.
    pub fn code(&self) -> &'static str {
        self.0.code
    }

    /// The human message. Of an internal error it is for the log alone.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Facts a client can act on.
    pub fn details(&self) -> Option<&Value> {
        self.0.details.as_ref()
    }

    /// When the same call may work, in seconds from now.
    pub fn retry_after_seconds(&self) -> Option<u32> {
        self.0.retry_after_seconds
    }

    /// Whether the same call may succeed later without any change.
    pub fn is_transient(&self) -> bool {
        matches!(self.0.kind, Kind::Unavailable | Kind::Throttled)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.code, self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {self}", self.0.kind)?;
        let mut source = error::Error::source(self);
        while let Some(cause) = source {
            write!(f, "; caused by {cause}")?;
            source = cause.source();
        }
        Ok(())
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn error::Error + 'static))
    }
}
