//! What is read of an ID token: what Core 2 and 5.1 name, and the one claim that Google adds.

use openidconnect::{
    AdditionalClaims, Client, EmptyExtraTokenFields, IdToken, IdTokenClaims, IdTokenFields,
    StandardErrorResponse, StandardTokenResponse,
    core::{
        CoreAuthDisplay, CoreAuthPrompt, CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey,
        CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreRevocableToken,
        CoreRevocationErrorResponse, CoreTokenIntrospectionResponse, CoreTokenType,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// `hd` is the domain of the organisation that hosts the account at Google.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Hosted {
    /// Any value, because elsewhere it may mean anything, and hinders nobody there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hd: Option<Value>,
}

impl AdditionalClaims for Hosted {}

impl Hosted {
    /// Whether an organisation is named.
    pub(super) fn is_named(&self) -> bool {
        self.hd.as_ref().and_then(Value::as_str).is_some_and(|name| !name.is_empty())
    }
}

/// An ID token.
pub(super) type Token =
    IdToken<Hosted, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;

/// What it says.
pub(super) type Claims = IdTokenClaims<Hosted, CoreGenderClaim>;

type Answer = StandardTokenResponse<
    IdTokenFields<
        Hosted,
        EmptyExtraTokenFields,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    >,
    CoreTokenType,
>;

/// Who asks for it; the last six say which endpoints are known.
pub(super) type Party<A, D, I, R, T, U> = Client<
    Hosted,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Answer,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    A,
    D,
    I,
    R,
    T,
    U,
>;
