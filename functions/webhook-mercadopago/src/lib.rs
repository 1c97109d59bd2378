//! MercadoPago's webhooks: called by the provider, through the API gateway without authorizer.
//!
//! | route | permission |
//! |---|---|
//! | `POST /webhooks/mercadopago/{club_id}` | none: the signature is the proof |
//!
//! It verifies the signature with the club's secret, puts the bytes into the queue and answers. What a
//! webhook says is never believed: its consumer asks the provider's API.

mod notify;

use runtime::Routes;
use utoipa_axum::routes;

/// The route table.
pub fn routes() -> Routes {
    Routes::new().open_unlimited(routes!(notify::notify))
}
