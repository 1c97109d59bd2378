//! Who joins or leaves an open match, and that it is decided by the match as it is.

use garde::Validate;
use kernel::{AccountId, BookingId, Error, Result, in_rounds};
use profiles::{Level, acting_for};
use runtime::App;
use serde::Deserialize;
use table::TenantTable;
use web::Caller;

use crate::list_matches::MatchView;

/// So often it is decided again because somebody else joined or left at the same moment.
const ROUNDS: usize = 8;

/// Who plays.
#[derive(Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
#[garde(allow_unvalidated)]
pub(crate) struct Player {
    /// Oneself if absent, or one's child.
    account_id: Option<AccountId>,
}

/// What they do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Join,
    Leave,
}

/// The match after the step.
pub(crate) async fn play(
    app: &App,
    caller: &Caller,
    (id, player): (BookingId, &Player),
    step: Step,
) -> Result<MatchView> {
    let table = app.tenant_table(caller)?;
    let account = player.account_id.unwrap_or(caller.account());
    let who = (caller.account(), account);
    let acting = acting_for(&table, who, false, app.clock().now()).await?;
    if step == Step::Join {
        acting.comes_in()?;
    }
    let is_race = |error: &Error| error.code() == "BOOKING_CHANGED";
    in_rounds(ROUNDS, is_race, || once(app, &table, (id, account), step)).await
}

async fn once(
    app: &App,
    table: &TenantTable,
    (id, account): (BookingId, AccountId),
    step: Step,
) -> Result<MatchView> {
    let now = app.clock().now();
    let before = booking::booking(table, id).await?;
    let after = match step {
        Step::Leave => before.left(account, now)?,
        Step::Join => {
            booking::diary(table, account).await?.check_suspension(now)?;
            let level = match &before.open {
                Some(open) => profiles::store::sport(table, account, open.sport).await?.assessment,
                None => None,
            };
            let level = level.map(|assessment| Level::hundredths(assessment.level()));
            before.joined(account, level, now)?
        }
    };
    table.write(booking::change_players(table, (&before, &after), now)?).await?;
    MatchView::of(&after)
}
