//! Real routers and handlers over an embedded DynamoDB, one for each test; no network beyond loopback.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a test stops at the first surprise, and runs things side by side"
)]

mod api_keys;
mod audit_acts;
mod audit_log;
mod auth;
mod bookings;
mod checkout;
mod clock_changes;
mod clubs;
mod consents;
mod documentation;
mod domains;
mod edge;
mod emails;
mod erasures;
mod exports;
mod facilities;
mod families;
mod holds;
mod import;
mod invitations;
mod jose;
mod limits;
mod lockouts;
mod members;
mod mfa;
mod notifications;
mod onboarding;
mod openapi;
mod overtaken;
mod passwords;
mod payments;
mod people;
mod photos;
mod polls;
mod refunds;
mod registration;
mod rights;
mod roles;
mod rotation;
mod second_factor;
mod sessions;
mod sign_in_policy;
mod sso;
mod standing;
mod stream_events;
mod table_engine;
mod tidy;
mod tokens;
mod users;
mod waitlist;
mod waitlist_orders;
mod webhooks;
mod world;
