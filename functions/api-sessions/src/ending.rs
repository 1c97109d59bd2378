//! Ends sessions.

use identity::{Session, store};
use kernel::{Result, Tenant};
use runtime::App;
use web::standing;

/// Ends a session: its access token is barred, and it refreshes no more. In this order, so that a call that
/// is cut short can be repeated.
pub(crate) async fn end(app: &App, correlation: &str, session: &Session) -> Result<()> {
    let (platform, now) = (app.table().platform(), app.clock().now());
    if let Some(club) = session.club_id {
        let table = app.table().tenant(&Tenant::from_platform_record(club, correlation));
        table.write(vec![standing::bar(&table, session.id, now)]).await?;
    } else {
        platform.write(vec![standing::bar(&platform, session.id, now)]).await?;
    }
    store::revoke(&platform, session, now).await
}
