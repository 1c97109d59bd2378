//! Ending the sessions of an account with a change of what they rest on: whoever came in by that is out.

use kernel::{AccountId, ClubId, Result, SessionId, jiff::Timestamp};
use table::{PlatformTable, Write};

use crate::{Session, store};

/// The most sessions that one transaction ends beside everything else that it does.
const TOGETHER_LIMIT: usize = 60;
/// The most writes of one transaction before the change.
const BEFORE_LIMIT: usize = 80;

/// Sessions that end with a change, and the writes that end them.
pub struct Ending {
    account: AccountId,
    kept: Option<SessionId>,
    sessions: Vec<Session>,
    /// For the transaction of the change.
    pub writes: Vec<Write>,
}

impl Ending {
    /// Ends the account's open sessions, but for one. Where there are more than a transaction takes, the
    /// oldest end before the change: nobody is in longer for it.
    pub async fn of(
        table: &PlatformTable,
        account: AccountId,
        kept: Option<SessionId>,
        now: Timestamp,
    ) -> Result<Self> {
        let mut sessions = open_but(table, account, kept, now).await?;
        // Ids made later sort later.
        sessions.sort_by_key(|session| session.id);
        let writes =
            sessions.iter().map(|session| store::end_session(table, session, now)).collect();
        let writes = write_ahead(table, writes, TOGETHER_LIMIT).await?;
        Ok(Self { account, kept, sessions, writes })
    }

    /// To be called once the change is made. From then on no session opens by what it replaced; one that
    /// opened after the sessions were read, and before the change, ends here. Answers all that ended, and
    /// where they are to be barred: their access tokens are good for minutes more.
    pub async fn finish(
        mut self,
        table: &PlatformTable,
        now: Timestamp,
    ) -> Result<Vec<(Option<ClubId>, SessionId)>> {
        let late = open_but(table, self.account, self.kept, now).await?;
        for session in &late {
            store::revoke(table, session, now).await?;
        }
        self.sessions.extend(late);
        Ok(self.sessions.into_iter().map(|session| (session.club_id, session.id)).collect())
    }
}

async fn open_but(
    table: &PlatformTable,
    account: AccountId,
    kept: Option<SessionId>,
    now: Timestamp,
) -> Result<Vec<Session>> {
    let mut sessions = store::sessions(table, account).await?;
    sessions.retain(|session| session.is_open(now) && Some(session.id) != kept);
    Ok(sessions)
}

/// Makes all but the last `limit` of these writes at once, some in each transaction, and answers those: for
/// what may be more than the transaction of a change takes, and harms nobody where it is done before it.
pub async fn write_ahead(
    table: &PlatformTable,
    mut writes: Vec<Write>,
    limit: usize,
) -> Result<Vec<Write>> {
    while writes.len() > limit {
        let some = (writes.len() - limit).min(BEFORE_LIMIT);
        table.write(writes.drain(..some).collect()).await?;
    }
    Ok(writes)
}
