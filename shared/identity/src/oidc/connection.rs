//! A provider, ready to be spoken to.

use std::{borrow::Cow, sync::Arc};

use chrono::{DateTime, Utc};
use kernel::{ClubId, Email, Error, Result, jiff::Timestamp};
use openidconnect::{
    AccessToken, AuthType, AuthorizationCode, ClaimsVerificationError, ClientId, CsrfToken,
    LoginHint, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, Scope,
    SignatureVerificationError, TokenResponse,
    core::{
        CoreAuthenticationFlow, CoreClientAuthMethod, CoreIdTokenVerifier, CoreJwsSigningAlgorithm,
        CoreUserInfoClaims,
    },
};
use reqwest::Client;

use super::{
    Departure, IdentityProvider, Person,
    claims::{Claims, Party, Token},
    directory::{Known, known, renewed},
    failure::{asking, exchanging, invalid_answer, token, verifying},
    provider::ClientSecret,
};
use crate::fetch::{Reach, fetch};

/// The signatures taken: none without a key pair (RFC 8725 3.1).
const ALGORITHMS: [CoreJwsSigningAlgorithm; 3] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// A provider at a moment.
#[derive(Debug)]
pub struct Connection<'a> {
    http: &'a Client,
    reach: Reach,
    club: Option<ClubId>,
    provider: &'a IdentityProvider,
    now: Timestamp,
}

impl<'a> Connection<'a> {
    /// Of somebody who comes to this club. Through this client, which must follow no redirects and bound every call.
    pub fn new(
        http: &'a Client,
        reach: Reach,
        club: ClubId,
        provider: &'a IdentityProvider,
        now: Timestamp,
    ) -> Self {
        let club = provider.platform.is_none().then_some(club);
        Self { http, reach, club, provider, now }
    }

    async fn known(&self) -> Result<Arc<Known>> {
        known(self.http, self.reach, self.club, &self.provider.issuer, self.now).await
    }

    /// Where somebody who departs goes.
    pub async fn authorization_url(
        &self,
        departure: &Departure,
        state: &str,
        hint: Option<&Email>,
    ) -> Result<String> {
        let known = self.known().await?;
        if !self.reach.admits(known.metadata.authorization_endpoint().url()) {
            return Err(invalid_answer("names an address that must not be called"));
        }
        let client_id = ClientId::new(self.provider.client_id.clone());
        let client = Party::from_provider_metadata(known.metadata.clone(), client_id, None);
        let verifier = PkceCodeVerifier::new(departure.verifier.clone());
        let (state, nonce) = (state.to_owned(), departure.nonce.clone());
        let mut request = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || CsrfToken::new(state),
                move || Nonce::new(nonce),
            )
            .set_redirect_uri(Cow::Owned(departure.redirect_uri.url()?))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .add_scopes(["email", "profile"].map(|scope| Scope::new(scope.to_owned())));
        if let Some(email) = hint {
            request = request.set_login_hint(LoginHint::new(email.to_string()));
        }
        Ok(request.url().0.into())
    }

    /// Whom a code is about that came back, with the issuer that came with it (RFC 9207).
    pub async fn person(
        &self,
        departure: &Departure,
        code: String,
        issuer: Option<&str>,
        secret: &ClientSecret,
    ) -> Result<Person> {
        let known = self.known().await?;
        let names_itself =
            known.metadata.additional_metadata().authorization_response_iss_parameter_supported;
        let expected = self.provider.issuer.as_str();
        if issuer.map_or(names_itself, |issuer| issuer != expected) {
            return Err(Error::unauthenticated(
                "SSO_WRONG_ISSUER",
                "this answer is not of the provider that was asked; start again",
            ));
        }
        let (token, access) = self.exchange(&known, departure, code, secret).await?;
        let claims = self.verified(&known, &token, departure).await?;
        let person = Person::of(&self.provider.issuer, &claims);
        if claims.email().is_some() || known.metadata.userinfo_endpoint().is_none() {
            return Ok(person);
        }
        let told = self.user_info(&known, &claims, access).await?;
        Ok(person.with(&told))
    }

    /// What the provider tells of the token's subject, and of no other (Core 5.3.2).
    async fn user_info(
        &self,
        known: &Known,
        claims: &Claims,
        access: AccessToken,
    ) -> Result<CoreUserInfoClaims> {
        let client_id = ClientId::new(self.provider.client_id.clone());
        let client = Party::from_provider_metadata(known.metadata.clone(), client_id, None);
        let (http, reach) = (self.http.clone(), self.reach);
        let call = move |request| fetch(http.clone(), reach, request);
        client
            .user_info(access, Some(claims.subject().clone()))
            .map_err(|_| invalid_answer("has no userinfo endpoint"))?
            .request_async(&call)
            .await
            .map_err(asking)
    }

    async fn exchange(
        &self,
        known: &Known,
        departure: &Departure,
        code: String,
        secret: &ClientSecret,
    ) -> Result<(Token, AccessToken)> {
        let secret = openidconnect::ClientSecret::new(secret.client_secret.clone());
        let client_id = ClientId::new(self.provider.client_id.clone());
        let client = Party::from_provider_metadata(known.metadata.clone(), client_id, Some(secret))
            .set_auth_type(auth_type(known));
        let (http, reach) = (self.http.clone(), self.reach);
        let call = move |request| fetch(http.clone(), reach, request);
        let answer = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|_| invalid_answer("has no token endpoint"))?
            .set_pkce_verifier(PkceCodeVerifier::new(departure.verifier.clone()))
            .set_redirect_uri(Cow::Owned(departure.redirect_uri.url()?))
            .request_async(&call)
            .await
            .map_err(exchanging)?;
        let id_token = answer.id_token().cloned();
        let id_token = id_token.ok_or_else(|| token("ID_TOKEN_MISSING", "is missing"))?;
        Ok((id_token, answer.access_token().clone()))
    }

    /// The token's claims. Where its key is not known, the keys may have been changed: they are read once more.
    async fn verified(
        &self,
        known: &Known,
        token: &Token,
        departure: &Departure,
    ) -> Result<Claims> {
        let unknown_key = ClaimsVerificationError::SignatureVerification(
            SignatureVerificationError::NoMatchingKey,
        );
        match self.verify(known, token, departure)? {
            Err(cause) if cause == unknown_key => {}
            checked => {
                return checked
                    .map_err(|cause| verifying(&cause))
                    .and_then(|it| self.made_for_club(it));
            }
        }
        let issuer = &self.provider.issuer;
        let renewed = renewed(self.http, self.reach, self.club, known, issuer, self.now).await?;
        let renewed = renewed.ok_or_else(|| verifying(&unknown_key))?;
        let claims = self.verify(&renewed, token, departure)?.map_err(|cause| verifying(&cause))?;
        self.made_for_club(claims)
    }

    fn verify(
        &self,
        known: &Known,
        token: &Token,
        departure: &Departure,
    ) -> Result<Result<Claims, ClaimsVerificationError>> {
        let now = DateTime::<Utc>::from_timestamp(self.now.as_second(), 0)
            .ok_or_else(|| Error::internal("the clock is beyond all years"))?;
        // As a public client, so that no secret is ever a key (RFC 8725 2.1).
        let verifier = CoreIdTokenVerifier::new_public_client(
            ClientId::new(self.provider.client_id.clone()),
            self.provider.issuer.url()?,
            known.keys.clone(),
        )
        .set_allowed_algs(ALGORITHMS)
        .set_time_fn(move || now);
        let nonce = Nonce::new(departure.nonce.clone());
        Ok(token.claims(&verifier, &nonce).cloned())
    }

    /// Core 3.1.3.7, step 5, which the crate leaves to its caller. Tokens with more audiences than the club
    /// are refused before.
    fn made_for_club(&self, claims: Claims) -> Result<Claims> {
        match claims.authorized_party() {
            Some(party) if party.as_str() != self.provider.client_id => {
                Err(token("ID_TOKEN_WRONG_PARTY", "was made for another app"))
            }
            _ => Ok(claims),
        }
    }
}

/// How the club proves itself: by `client_secret_basic`, unless the provider takes it in the body alone.
fn auth_type(known: &Known) -> AuthType {
    let Some(methods) = known.metadata.token_endpoint_auth_methods_supported() else {
        return AuthType::BasicAuth;
    };
    let takes = |method| methods.contains(&method);
    let only_post = takes(CoreClientAuthMethod::ClientSecretPost)
        && !takes(CoreClientAuthMethod::ClientSecretBasic);
    if only_post { AuthType::RequestBody } else { AuthType::BasicAuth }
}
