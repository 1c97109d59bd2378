//! The owner is told, with the one copy of the invitation's token.

use std::time::Duration;

use cloud::MailMessage;
use identity::{Invitation, InvitationToken};
use kernel::{Error, Kind, Result};
use notification::{Claim, Language, Letter, Notice};
use table::Write;

use crate::work::Work;

/// Another call may be sending, or have died while it did; its claim lapses before the workflow gives up.
const WAITS: u32 = 4;
const WAIT: Duration = Duration::from_secs(5);

pub(crate) async fn run(work: &Work<'_>) -> Result<Vec<Write>> {
    let invitation = identity::store::invitation(&work.own, work.invitation()).await?;
    if invitation.accepted_at.is_some() {
        return Ok(Vec::new());
    }
    // The token is good before the mail is out; one that was sent before stays good.
    let (invitation, token) = invitation.with_token()?;
    let stored = identity::store::add_token(&work.own, &invitation)?;
    work.own.write(vec![stored]).await?;
    let message = message(work, &invitation, &token).await?;
    let Some(claim) = claim(work, &invitation).await? else { return Ok(Vec::new()) };
    let sent = work.app.mail()?.send(&message).await;
    let refused = sent.as_ref().is_err_and(|error| error.kind() == Kind::Invalid);
    notification::settle(&work.own, claim, sent, work.now()).await?;
    if refused {
        let message = "the mail service does not take mail for the owner's address; check it";
        return Err(Error::invalid("OWNER_UNREACHABLE", message));
    }
    Ok(Vec::new())
}

/// The right to send; `None` where an earlier call sent.
async fn claim(work: &Work<'_>, invitation: &Invitation) -> Result<Option<Claim>> {
    let (subject, template) = (invitation.id.to_string(), notification::Template::OwnerInvitation);
    let mut waits = 0;
    loop {
        match notification::claim(&work.own, &subject, template, work.now()).await {
            Err(error) if error.code() == "NOTIFICATION_IN_FLIGHT" && waits < WAITS => {
                waits += 1;
                tokio::time::sleep(WAIT).await;
            }
            outcome => return outcome,
        }
    }
}

async fn message(
    work: &Work<'_>,
    invitation: &Invitation,
    token: &InvitationToken,
) -> Result<MailMessage> {
    let request = &work.onboarding.request;
    let language = Language::choose(&[&request.template.locale()]);
    let base = work.app.config().public_base_url()?;
    let (slug, token) = (&request.slug, token.reveal());
    let notice = Notice::OwnerInvitation {
        link: format!("{base}/docs#club={slug}&invitation={token}"),
        expires_at: invitation.expires_at,
    };
    let wording = notification::wording(&work.own, notice.template(), language).await?;
    let letter = Letter {
        recipient: request.owner.name.clone(),
        language,
        club: request.name.as_str().to_owned(),
        time_zone: request.time_zone.zone(),
        notice,
    };
    let rendered = notification::render(&letter, &wording)?;
    Ok(MailMessage {
        to: request.owner.email.clone(),
        subject: rendered.subject,
        text: rendered.text,
        html: rendered.html,
    })
}
