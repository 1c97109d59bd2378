//! Clubs: who is a tenant, how one becomes it, and what it has settled for itself.
//!
//! Words: a *club* is a tenant; its *slug* is its name in addresses, and nobody else's; an *onboarding*
//! is the record of one workflow that makes a club, *step* by step; a *template* is what a new club
//! starts with; *settings* are the club's own records, read by every context.
//!
//! | question | keys | items read |
//! |---|---|---|
//! | Which club has this slug? | `P#SLUG#<slug>` / `SLUG` | 1 |
//! | What is this club? | `P#CLUB#<club>` / `CLUB` | 1 |
//! | Which clubs are there, oldest first? | gsi1 `P#CLUBS` | one page |
//! | How far is this onboarding? | `P#ONB#<onboarding>` / `ONBOARDING` | 1 |
//! | What do the club's own roles allow? | `T#<club>#SETTINGS` / `ROLE#…` | its own roles |
//! | What does a new venue start with? | `T#<club>#SETTINGS` / `VENUE_DEFAULTS` | 1 |
//! | What is this club called, in which currency and language? | `T#<club>#SETTINGS` / `CLUB` | 1 |
//!
//! Invariant: a step's effect and its mark in the onboarding's record are one transaction, so a step that
//! is killed has happened wholly or not at all, and a step that comes late changes nothing.

mod club;
mod onboarding;
mod settings;
pub mod store;
mod text;

pub use club::{Club, ClubStatus, SlugRecord, Tier};
pub use onboarding::{
    Backward, Forward, Onboarding, OnboardingRequest, OnboardingStatus, Owner, Step, StepFailure,
    StepRecord, StepStatus,
};
pub use settings::{ClubSettings, CustomRole, OpeningSpan, Template, VenueDefaults, allowed};
pub use text::{ClubName, TimeZoneName};
