//! `GET /v1/auth/identities`.

use axum::extract::State;
use identity::{Identity, IdentityId, Issuer, ProviderName, store};
use kernel::{Email, jiff::Timestamp, serialize_timestamp};
use runtime::App;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Caller, Envelope, Outcome, Reply};

/// What one signs in with besides a password.
#[derive(Serialize, ToSchema)]
pub(crate) struct LinkedIdentity {
    id: IdentityId,
    issuer: Issuer,
    /// What the provider was called then.
    provider_name: ProviderName,
    /// The address that the provider knew then.
    email: Option<Email>,
    #[serde(serialize_with = "serialize_timestamp")]
    #[schema(value_type = String, format = DateTime)]
    linked_at: Timestamp,
}

impl From<Identity> for LinkedIdentity {
    fn from(identity: Identity) -> Self {
        Self {
            id: identity.id,
            issuer: identity.issuer,
            provider_name: identity.provider_name,
            email: identity.email,
            linked_at: identity.linked_at,
        }
    }
}

/// List what one's own account is linked with.
#[utoipa::path(
    get,
    path = "/v1/auth/identities",
    tag = "sso",
    responses((status = 200, body = Envelope<Vec<LinkedIdentity>>, description = "All of them."))
)]
pub(crate) async fn list(State(app): State<App>, caller: Caller) -> Outcome<Vec<LinkedIdentity>> {
    let identities = store::identities(&app.table().platform(), caller.account()).await?;
    Ok(Reply::ok(identities.into_iter().map(LinkedIdentity::from).collect()))
}
