//! Signing up, in and out: the API gateway calls it without authorizer.
//!
//! | route | permission |
//! |---|---|
//! | `POST /v1/auth/register` | none |
//! | `POST /v1/auth/login` | none |
//! | `POST /v1/auth/refresh` | none: the refresh token is the proof |
//! | `POST /v1/auth/logout` | none: the refresh token is the proof |
//! | `GET /.well-known/jwks.json` | none |
//!
//! None of them takes an `Idempotency-Key`: a kept answer would be a kept token.

mod admission;
mod jwks;
mod login;
mod logout;
mod refresh;
mod register;
mod tokens;

use runtime::Routes;
use utoipa_axum::routes;

/// The route table.
pub fn routes() -> Routes {
    Routes::new()
        .open(routes!(register::register))
        .open(routes!(login::login))
        .open(routes!(refresh::refresh))
        .open(routes!(logout::logout))
        .open(routes!(jwks::jwks))
}
