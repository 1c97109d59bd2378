//! `PUT /v1/users/{account_id}/sports/{sport}`.

use std::collections::BTreeSet;

use audit::Entry;
use axum::extract::State;
use garde::Validate;
use kernel::{Permission, Sport};
use profiles::{Capacity, Hand, Level, Position, SportChange, store};
use runtime::App;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, Ids, Outcome, Problem, Reply, Whom};

use crate::{
    acting::{self, acting_for},
    list_sports::SportView,
};

/// What is to be known of the sport. Hand and positions replace what was there; a level that is left out
/// stays as it is.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetSport {
    /// From 0 to 7, two decimal places.
    #[garde(skip)]
    level: Option<Level>,
    #[garde(skip)]
    hand: Option<Hand>,
    /// At most 5, each once.
    #[serde(default)]
    #[garde(custom(different))]
    positions: Vec<Position>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde's signature")]
fn different(positions: &[Position], (): &()) -> garde::Result {
    let known: BTreeSet<_> = positions.iter().collect();
    let fits = known.len() == positions.len() && positions.len() <= Position::LIMIT;
    fits.then_some(()).ok_or_else(|| garde::Error::new("at most 5 positions, each once"))
}

/// Say what one plays, how, and how well. One assesses oneself once; the staff, with `profile:manage`,
/// assesses members at any time.
#[utoipa::path(
    put,
    path = "/v1/users/{account_id}/sports/{sport}",
    tag = "users",
    params(
        ("account_id" = String, Path, description = "An account, or `me`."),
        ("sport" = Sport, Path),
    ),
    request_body = SetSport,
    responses(
        (status = 200, body = Envelope<SportView>, description = "As it is now."),
        (status = 403, body = Problem, description = "NOT_GUARDIAN, PERMISSION_MISSING, CLUB_REQUIRED."),
        (status = 404, body = Problem, description = "USER_NOT_FOUND; NOT_FOUND: there is no such sport."),
        (status = 409, body = Problem, description = "LEVEL_ALREADY_ASSESSED, CONCURRENT_CHANGE."),
        (status = 422, body = Problem, description = "BODY_INVALID, VALIDATION_FAILED."),
    )
)]
pub(crate) async fn set(
    State(app): State<App>,
    caller: Caller,
    Ids(whom, sport): Ids<Whom, Sport>,
    Body(input): Body<SetSport>,
) -> Outcome<SportView> {
    let acting = acting_for(&app, &caller, whom, Some(Permission::ProfileManage)).await?;
    let table = app.tenant_table(&caller)?;
    let before = store::sport(&table, acting.account, sport).await?;
    let now = app.clock().now();
    let SetSport { level, hand, positions } = input;
    let action = if level.is_some() { "level.assessed" } else { "sport.changed" };
    let told = Entry::new(caller.origin(), action, acting.account);
    let told = told.making(&json!({ "sport": sport, "level": level }))?;
    let change = SportChange { level, hand, positions };
    let after = match acting.capacity {
        Capacity::Staff => before.by_staff(change, acting.by, now),
        Capacity::Themselves | Capacity::Guardian => {
            before.by_themselves(change, acting.by, now)?
        }
    };
    let writes = vec![store::put_sport(&table, acting.account, &after)?];
    acting::write(&acting, (&app, &caller), told, writes).await?;
    Ok(Reply::ok(SportView::from(after)))
}
