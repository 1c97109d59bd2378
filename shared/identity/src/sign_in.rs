//! The end of every way to sign in: who somebody is has been proved, now they come in or not.

use futures::future::join;
use kernel::{AccountId, ClubId, Error, Method, Result, jiff::Timestamp};
use serde_json::json;
use table::{Table, Write};

use crate::{
    Admitted, Challenge, ChallengePurpose as Purpose, DeviceName, Footing, Proof, RefreshToken,
    Session, SigningKey, Tokens, admit, oidc::by_platform_provider, store,
};

/// Whoever has proved who they are.
#[derive(Debug, Clone)]
pub struct Entrant {
    /// Who.
    pub account: AccountId,
    /// The club they want to come in to; `None` for the platform.
    pub club: Option<ClubId>,
    /// How they proved it, so far.
    pub proof: Proof,
    /// What must be so still when their session opens.
    pub footing: Footing,
    /// What they call the device.
    pub device: Option<DeviceName>,
}

impl Entrant {
    /// Who has answered a challenge, with this method of their second factor, now.
    pub fn answering(
        challenge: Challenge,
        method: Method,
        device: Option<DeviceName>,
        now: Timestamp,
    ) -> Self {
        Self {
            account: challenge.account,
            club: challenge.club,
            proof: Proof::by(&challenge.methods, true, now).and(method, now),
            footing: challenge.footing,
            device,
        }
    }
}

/// What signing in needs around it.
#[derive(Debug, Clone, Copy)]
pub struct Door<'a> {
    /// The table.
    pub table: &'a Table,
    /// Signs tokens.
    pub key: &'a SigningKey,
    /// The tokens' issuer.
    pub issuer: &'a str,
    /// Ties together what the request sets off.
    pub correlation: &'a str,
    /// The present instant.
    pub now: Timestamp,
}

/// A session that is not open yet.
pub struct Prepared {
    /// For who came in, once it is.
    pub tokens: Tokens,
    /// As it will be.
    pub session: Session,
    /// What opens it: all of them or none.
    pub writes: Vec<Write>,
}

impl Door<'_> {
    /// Lets somebody in: one round of reads, with the new session written in it. `None` where they have no
    /// place there. Refusals are `forbidden`: those of [`admit`], `MFA_REQUIRED` with the challenge to answer
    /// at `/v1/auth/mfa`, `MFA_ENROLMENT_REQUIRED` with the one to enrol with at `/v1/auth/mfa/enrol`, and
    /// `PLATFORM_PROVIDERS_OFF` where nobody comes in by one of the platform's identity providers. Where
    /// what they come in by has gone meanwhile, it is `unauthenticated`: see [`Footing::held`].
    ///
    /// The session is written before it is known whether they may come in, which saves a round; its tokens
    /// are given to nobody where they may not, and it is dropped again.
    pub async fn enter(&self, entrant: Entrant) -> Result<Option<Tokens>> {
        if entrant.proof.is_local() && entrant.proof.lacks_second_factor() {
            return Err(self.second_factor_required(&entrant)?);
        }
        let platform = self.table.platform();
        let (session, token) = Session::open(
            entrant.account,
            entrant.club,
            entrant.proof.clone(),
            entrant.device.clone(),
            self.now,
        )?;
        let holding = entrant.footing.held(&platform, entrant.account);
        let (admitted, opened) = Box::pin(join(
            admit(self.table, self.correlation, entrant.account, entrant.club),
            store::open_session(&platform, &session, Some(holding)),
        ))
        .await;
        let entered = async {
            opened?;
            let Some(admitted) = admitted? else { return Ok(None) };
            self.tokens(&entrant, &session, &token, admitted).map(Some)
        };
        let entered = entered.await;
        if !matches!(entered, Ok(Some(_))) {
            store::drop_session(&platform, &session).await?;
        }
        entered
    }

    /// The same for who writes more with the session: nothing is written yet, and until the session is, its
    /// tokens are to be given to nobody.
    pub async fn prepare(&self, entrant: &Entrant) -> Result<Option<Prepared>> {
        if entrant.proof.is_local() && entrant.proof.lacks_second_factor() {
            return Err(self.second_factor_required(entrant)?);
        }
        let Entrant { account, club, ref proof, ref device, ref footing } = *entrant;
        let opened = Session::open(account, club, proof.clone(), device.clone(), self.now)?;
        let (session, token) = opened;
        let admitted = Box::pin(admit(self.table, self.correlation, account, club)).await?;
        let Some(admitted) = admitted else { return Ok(None) };
        let tokens = self.tokens(entrant, &session, &token, admitted)?;
        let platform = self.table.platform();
        let writes =
            vec![store::new_session(&platform, &session)?, footing.held(&platform, account)];
        Ok(Some(Prepared { tokens, session, writes }))
    }

    fn tokens(
        &self,
        entrant: &Entrant,
        session: &Session,
        token: &RefreshToken,
        Admitted { rights, policy }: Admitted,
    ) -> Result<Tokens> {
        if !policy.platform_providers && by_platform_provider(&entrant.proof.methods) {
            return Err(not_by_platform_provider());
        }
        if policy.demands(&rights.roles, &entrant.proof.methods) {
            if !entrant.proof.second_factor {
                return Err(self.enrolment_required(entrant)?);
            }
            if entrant.proof.lacks_second_factor() {
                return Err(self.second_factor_required(entrant)?);
            }
        }
        Tokens::issue(self.key, self.issuer, session, token, rights, self.now)
    }

    fn second_factor_required(&self, entrant: &Entrant) -> Result<Error> {
        let details = json!({
            "challenge": self.challenge(entrant, Purpose::Login)?,
            "methods": [Method::Otp, Method::Rec],
            "expires_in": Challenge::LIFETIME_SECONDS,
        });
        let message = "a code of your second factor is needed; send it to /v1/auth/mfa";
        Ok(Error::forbidden("MFA_REQUIRED", message).with_details(details))
    }

    fn enrolment_required(&self, entrant: &Entrant) -> Result<Error> {
        let details = json!({
            "challenge": self.challenge(entrant, Purpose::Enrol)?,
            "expires_in": Challenge::LIFETIME_SECONDS,
        });
        let message = "a second factor is required here; set one up at /v1/auth/mfa/enrol";
        Ok(Error::forbidden("MFA_ENROLMENT_REQUIRED", message).with_details(details))
    }

    fn challenge(&self, entrant: &Entrant, purpose: Purpose) -> Result<String> {
        let (account, club) = (entrant.account, entrant.club);
        let (methods, footing) = (entrant.proof.methods.clone(), entrant.footing.clone());
        Challenge { account, club, methods, footing, purpose }.sign(self.key, self.issuer, self.now)
    }
}

fn not_by_platform_provider() -> Error {
    let message = "nobody comes in here by an identity provider of the platform; log in with your own password, \
                   or by the club's own provider";
    Error::forbidden("PLATFORM_PROVIDERS_OFF", message)
}

impl Proof {
    /// Whether it began here, not at another identity provider.
    fn is_local(&self) -> bool {
        !self.methods.iter().copied().any(Method::is_federated)
    }

    /// Whether there is a second factor that was not given.
    fn lacks_second_factor(&self) -> bool {
        let given = |method: &Method| matches!(method, Method::Otp | Method::Rec);
        self.second_factor && !self.methods.iter().any(given)
    }
}
