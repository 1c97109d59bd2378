//! Everything that hashes a password, and the mails that replace one: the API gateway calls it. It has a memory
//! size of its own and a bounded number at once, so that hashing starves nothing else.
//!
//! | route | permission |
//! |---|---|
//! | `POST /v1/auth/register` | none |
//! | `POST /v1/auth/login` | none |
//! | `POST /v1/auth/step-up` | `profile:self` |
//! | `POST /v1/auth/password/reset-request` | none |
//! | `POST /v1/auth/password/reset` | none: the mail's token is the proof |
//! | `POST /v1/auth/password/change` | `profile:self` |
//! | `POST /v1/auth/email/verification-request` | `profile:self` |
//! | `POST /v1/auth/email/verify` | none: the mail's token is the proof |
//! | `POST /v1/auth/email/change` | `profile:self`, freshly proved |
//! | `POST /v1/auth/email/change/confirm` | none: the mail's token is the proof |
//!
//! None of them takes an `Idempotency-Key`: a kept answer would be a kept token.

mod account_mail;
mod change_email;
mod change_password;
mod confirm_email_change;
mod login;
mod register;
mod request_reset;
mod request_verification;
mod reset_password;
mod step_up;
mod verify_email;

use kernel::Permission;
use runtime::Routes;
use utoipa_axum::routes;

/// The route table.
pub fn routes() -> Routes {
    Routes::new()
        .open_sign_in(routes!(register::register))
        .open_sign_in_ahead(routes!(login::login))
        .allow(Permission::ProfileSelf, routes!(step_up::step_up))
        .open_sign_in(routes!(request_reset::request_reset))
        .open_sign_in(routes!(reset_password::reset_password))
        .allow(Permission::ProfileSelf, routes!(change_password::change_password))
        .allow(Permission::ProfileSelf, routes!(request_verification::request_verification))
        .open_sign_in(routes!(verify_email::verify_email))
        .allow_fresh(Permission::ProfileSelf, routes!(change_email::change_email))
        .open_sign_in(routes!(confirm_email_change::confirm_email_change))
}
