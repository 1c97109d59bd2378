//! What the API is, and whether it works: called by the API gateway without authorizer.
//!
//! | route | permission |
//! |---|---|
//! | `GET /openapi.json` | none |
//! | `GET /docs` | none |
//! | `GET /health` | none |
//! | `GET /ready` | none |
//!
//! `openapi.json` is made of every function's routes by a test, which fails while the file is not fresh.

mod document;
mod health;
mod openapi;
mod page;
mod ready;

use runtime::Routes;
use utoipa_axum::routes;

/// The route table.
pub fn routes() -> Routes {
    Routes::new()
        .open_unlimited(routes!(openapi::openapi))
        .open_unlimited(routes!(page::page))
        .open_unlimited(routes!(health::health))
        .open_unlimited(routes!(ready::ready))
}
