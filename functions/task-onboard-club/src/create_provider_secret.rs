//! The credentials of the club's account at the payment provider move from where the operator's request
//! left them to where the functions read them. A club may have none.

use kernel::{Error, Result};
use serde_json::Value;
use table::Write;

use crate::work::Work;

fn intake(work: &Work<'_>) -> Result<String> {
    let prefix = work.app.config().provider_secret_prefix()?;
    Ok(format!("{prefix}intake/{}/mercadopago", work.onboarding.id))
}

fn kept(work: &Work<'_>) -> Result<String> {
    work.app.config().provider_secret_id(work.onboarding.club_id, "mercadopago")
}

/// Copies: the intake goes only once the step is marked as done, so a repetition finds it.
pub(crate) async fn run(work: &Work<'_>) -> Result<Vec<Write>> {
    if work.onboarding.request.has_payment_provider {
        let credentials = work.app.secrets().get::<Value>(&intake(work)?).await?;
        let credentials = credentials.ok_or_else(|| {
            let message = "the payment provider's credentials are gone; onboard the club again";
            Error::invalid("PROVIDER_CREDENTIALS_MISSING", message)
        })?;
        work.app.secrets().put(&kept(work)?, &credentials).await?;
    }
    Ok(Vec::new())
}

/// Takes away the intake.
pub(crate) async fn clear_away(work: &Work<'_>) -> Result<()> {
    if work.onboarding.request.has_payment_provider {
        work.app.secrets().delete(&intake(work)?).await?;
    }
    Ok(())
}

pub(crate) async fn undo(work: &Work<'_>) -> Result<Vec<Write>> {
    if work.onboarding.request.has_payment_provider {
        work.app.secrets().delete(&kept(work)?).await?;
    }
    Ok(Vec::new())
}
