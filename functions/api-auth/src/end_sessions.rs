//! Whoever knew the old password is out.

use std::collections::BTreeMap;

use identity::{Session, store};
use kernel::{AccountId, ClubId, Result, SessionId, Tenant};
use runtime::App;
use table::Write;
use web::standing;

/// The most sessions that one transaction ends beside everything else that it does.
const TOGETHER_LIMIT: usize = 80;
/// The most sessions that one write bars.
const BARRED_TOGETHER_LIMIT: usize = 100;

/// Sessions that end with a change, and the writes that end them.
pub(crate) struct Ending {
    account: AccountId,
    kept: Option<SessionId>,
    sessions: Vec<Session>,
    pub(crate) writes: Vec<Write>,
}

/// Ends the account's open sessions, but for one. Where there are more than a transaction takes, the
/// oldest end before the change: nobody is in longer for it.
pub(crate) async fn end_sessions(
    app: &App,
    account: AccountId,
    kept: Option<SessionId>,
) -> Result<Ending> {
    let (platform, now) = (app.table().platform(), app.clock().now());
    let mut sessions = open_but(app, account, kept).await?;
    // Ids made later sort later.
    sessions.sort_by_key(|session| session.id);
    let mut writes: Vec<_> =
        sessions.iter().map(|session| store::end_session(&platform, session, now)).collect();
    while writes.len() > TOGETHER_LIMIT {
        platform.write(writes.drain(..TOGETHER_LIMIT).collect()).await?;
    }
    Ok(Ending { account, kept, sessions, writes })
}

async fn open_but(app: &App, account: AccountId, kept: Option<SessionId>) -> Result<Vec<Session>> {
    let mut sessions = store::sessions(&app.table().platform(), account).await?;
    sessions.retain(|session| session.is_open(app.clock().now()) && Some(session.id) != kept);
    Ok(sessions)
}

impl Ending {
    /// To be called once the change is made. From then on no session opens by what it replaced; one that
    /// opened after the sessions were read, and before the change, ends here.
    pub(crate) async fn finish(mut self, app: &App, correlation: &str) -> Result<()> {
        let late = open_but(app, self.account, self.kept).await?;
        for session in &late {
            store::revoke(&app.table().platform(), session, app.clock().now()).await?;
        }
        self.sessions.extend(late);
        self.bar(app, correlation).await
    }

    /// Their access tokens are good for minutes more, so each is barred where it is good.
    async fn bar(self, app: &App, correlation: &str) -> Result<()> {
        let (platform, now) = (app.table().platform(), app.clock().now());
        let mut by_club: BTreeMap<Option<ClubId>, Vec<SessionId>> = BTreeMap::new();
        for session in self.sessions {
            by_club.entry(session.club_id).or_default().push(session.id);
        }
        for (club, sessions) in by_club {
            for some in sessions.chunks(BARRED_TOGETHER_LIMIT) {
                let subjects = some.iter().map(|session| (*session).into());
                let write = match club {
                    Some(club) => {
                        let tenant = Tenant::from_platform_record(club, correlation);
                        standing::bar_all(&app.table().tenant(&tenant), subjects, now)
                    }
                    None => standing::bar_all(&platform, subjects, now),
                };
                platform.write(vec![write]).await?;
            }
        }
        Ok(())
    }
}
