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
mod booking_policies;
mod booking_rules;
mod bookings;
mod calendar;
mod calendar_feeds;
mod check_ins;
mod checkout;
mod clock_changes;
mod closures;
mod clubs;
mod composite;
mod consents;
mod debts;
mod documentation;
mod domains;
mod edge;
mod emails;
mod erasures;
mod erasures_ahead;
mod exports;
mod facilities;
mod families;
mod galleries;
mod guardians;
mod holds;
mod import;
mod invitations;
mod jose;
mod limits;
mod lockouts;
mod matches;
mod members;
mod mfa;
mod moves;
mod notifications;
mod onboarding;
mod openapi;
mod overtaken;
mod participants;
mod passwords;
mod pay_later;
mod payments;
mod people;
mod photos;
mod polls;
mod posters;
mod pricing;
mod refunds;
mod registration;
mod resources;
mod rights;
mod roles;
mod rotation;
mod rush;
mod second_factor;
mod series;
mod series_changes;
mod series_policies;
mod sessions;
mod sign_in_policy;
mod splits;
mod sso;
mod standing;
mod stream_events;
mod table_engine;
mod tidy;
mod tokens;
mod users;
mod waitlist;
mod waitlist_orders;
mod wallet_races;
mod wallet_refunds;
mod wallet_sequences;
mod wallets;
mod webhooks;
mod world;
