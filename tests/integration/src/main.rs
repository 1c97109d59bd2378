//! Real routers and handlers over an embedded DynamoDB, one for each test; no network beyond loopback.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a test stops at the first surprise, and runs things side by side"
)]

mod auth;
mod bookings;
mod checkout;
mod clock_changes;
mod clubs;
mod documentation;
mod edge;
mod facilities;
mod holds;
mod invitations;
mod notifications;
mod onboarding;
mod openapi;
mod payments;
mod polls;
mod refunds;
mod rights;
mod stream_events;
mod table_engine;
mod tidy;
mod tokens;
mod users;
mod webhooks;
mod world;
