//! What goes wrong with a provider, as what people hear. The causes that could quote a token stay out.

use kernel::Error;
use openidconnect::{
    ClaimsVerificationError, DiscoveryError, RequestTokenError, SignatureVerificationError,
    StandardErrorResponse, UserInfoError, core::CoreErrorResponseType,
};

use crate::fetch::FetchError;

pub(super) fn fetching(cause: FetchError) -> Error {
    match cause {
        FetchError::Forbidden => invalid_answer("names an address that must not be called"),
        FetchError::TooLarge => Error::unavailable(
            "IDENTITY_PROVIDER_ANSWER_TOO_LARGE",
            "the identity provider's answer is too large to be one; tell the club",
        ),
        FetchError::NoAnswer(cause) => Error::unavailable(
            "IDENTITY_PROVIDER_UNAVAILABLE",
            "the identity provider does not answer; try again, or sign in another way",
        )
        .with_source(cause),
    }
}

/// Of the discovery document or the keys.
pub(super) fn discovering(cause: DiscoveryError<FetchError>) -> Error {
    match cause {
        DiscoveryError::Request(cause) => fetching(cause),
        DiscoveryError::Validation(_) => Error::unavailable(
            "ISSUER_MISMATCH",
            "the identity provider says that it is another one; tell the club",
        ),
        DiscoveryError::Response(status, ..) if status.is_server_error() => Error::unavailable(
            "IDENTITY_PROVIDER_UNAVAILABLE",
            "the identity provider does not answer; try again, or sign in another way",
        ),
        other => invalid_answer("has no usable discovery document").with_source(other.to_string()),
    }
}

/// Of the exchange of a code.
pub(super) fn exchanging(
    cause: RequestTokenError<FetchError, StandardErrorResponse<CoreErrorResponseType>>,
) -> Error {
    match cause {
        RequestTokenError::Request(cause) => fetching(cause),
        RequestTokenError::ServerResponse(answer) => refused(answer.error().as_ref()),
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
            invalid_answer("does not answer with tokens")
        }
    }
}

/// Of `UserInfo`.
pub(super) fn asking(cause: UserInfoError<FetchError>) -> Error {
    match cause {
        UserInfoError::Request(cause) => fetching(cause),
        UserInfoError::ClaimsVerification(ClaimsVerificationError::InvalidSubject(_)) => {
            let message =
                "the identity provider tells of somebody else than who signed in; tell the club";
            Error::unauthenticated("USER_INFO_WRONG_SUBJECT", message)
        }
        UserInfoError::Response(status, ..) if status.is_server_error() => Error::unavailable(
            "IDENTITY_PROVIDER_UNAVAILABLE",
            "the identity provider does not answer; try again, or sign in another way",
        ),
        _ => invalid_answer("does not tell who signed in"),
    }
}

fn refused(code: &str) -> Error {
    if code == CoreErrorResponseType::InvalidGrant.as_ref() {
        return Error::unauthenticated(
            "SSO_CODE_REFUSED",
            "the identity provider does not take this code; start again",
        );
    }
    Error::unavailable(
        "IDENTITY_PROVIDER_REFUSED_CLIENT",
        "the identity provider does not know the club; the club's client_id or client_secret is wrong",
    )
}

pub(super) fn invalid_answer(what: &'static str) -> Error {
    let message = format!("the identity provider {what}; tell the club");
    Error::unavailable("IDENTITY_PROVIDER_ANSWER_INVALID", message)
}

/// Of an ID token.
pub(super) fn token(code: &'static str, what: &'static str) -> Error {
    let message = format!("the identity provider's token {what}; start again, or tell the club");
    Error::unauthenticated(code, message)
}

pub(super) fn verifying(cause: &ClaimsVerificationError) -> Error {
    use ClaimsVerificationError as Claim;
    match cause {
        Claim::Expired(_) => token("ID_TOKEN_EXPIRED", "has expired"),
        Claim::InvalidAudience(_) => token("ID_TOKEN_WRONG_AUDIENCE", "is for somebody else"),
        Claim::InvalidIssuer(_) => token("ID_TOKEN_WRONG_ISSUER", "is of another issuer"),
        Claim::InvalidNonce(_) => token("ID_TOKEN_WRONG_NONCE", "is of another sign-in"),
        Claim::SignatureVerification(cause) => signature(cause),
        _ => token("ID_TOKEN_INVALID", "is not one that can be read"),
    }
}

fn signature(cause: &SignatureVerificationError) -> Error {
    use SignatureVerificationError as Signature;
    match cause {
        Signature::NoSignature => token("ID_TOKEN_UNSIGNED", "is not signed"),
        Signature::DisallowedAlg(_) | Signature::UnsupportedAlg(_) => {
            token("ID_TOKEN_ALGORITHM_REFUSED", "is signed in a way that is not taken")
        }
        Signature::NoMatchingKey => {
            token("ID_TOKEN_KEY_UNKNOWN", "is signed with a key that it does not publish")
        }
        _ => token("ID_TOKEN_SIGNATURE_INVALID", "has a wrong signature"),
    }
}
