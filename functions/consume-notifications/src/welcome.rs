//! A welcome asks whoever has not proved their address to do so.

use identity::{Account, TokenMail, TokenPurpose, store};
use kernel::{EventId, Result};
use notification::{Notice, TimedLink};
use runtime::App;

/// With a link for an address that is not verified, unless too many were mailed: the last of them is good.
pub(crate) async fn to(app: &App, event: EventId, account: Option<Account>) -> Result<Notice> {
    let Some(account) = account else { return Ok(Notice::MemberWelcome(None)) };
    let (platform, now) = (app.table().platform(), app.clock().now());
    let credential = store::credential(&platform, account.address()?).await?;
    if credential.is_none_or(|credential| credential.verified_at.is_some()) {
        return Ok(Notice::MemberWelcome(None));
    }
    let purpose = TokenPurpose::Verify;
    let mail = TokenMail {
        id: event,
        purpose,
        account_id: account.id,
        email: account.address()?.clone(),
        session_id: None,
    };
    let token = store::mint_token(&platform, &mail, now).await?;
    let base = app.config().public_base_url()?;
    let timed = |link| TimedLink { link, expires_at: purpose.ends(now) };
    Ok(Notice::MemberWelcome(token.map(|token| timed(token.link(base, purpose)))))
}
