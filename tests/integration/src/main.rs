//! Real routers and handlers over an embedded DynamoDB, one for each test; no network beyond loopback.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a test stops at the first surprise, runs things side by side, and says what it skips"
)]

mod edge;
mod table_engine;
mod tidy;
