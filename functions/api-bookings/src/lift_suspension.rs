//! `DELETE /v1/members/{account_id}/booking-suspension`.

use audit::Entry;
use axum::extract::State;
use kernel::{AccountId, timestamp_text};
use runtime::App;
use serde_json::json;
use web::{Caller, Id, Outcome, Problem, Reply};

/// Let a member book again: the suspension ends, and what was held against them is forgotten. Doing it again changes
/// nothing.
#[utoipa::path(
    delete,
    path = "/v1/members/{account_id}/booking-suspension",
    tag = "bookings",
    params(("account_id" = AccountId, Path)),
    responses(
        (status = 204, description = "They may book."),
        (status = 404, body = Problem, description = "MEMBER_NOT_FOUND."),
        (status = 409, body = Problem, description = "DIARY_CHANGED: they book or cancel at this moment; try again."),
    )
)]
pub(crate) async fn lift_suspension(
    State(app): State<App>,
    caller: Caller,
    Id(account): Id<AccountId>,
) -> Outcome<()> {
    let table = app.tenant_table(&caller)?;
    identity::store::member(&table, account).await?;
    let diary = booking::diary(&table, account).await?;
    if diary.suspended_until.is_some() || !diary.strikes.is_empty() {
        let before = json!({
            "suspended_until": diary.suspended_until.map(timestamp_text),
            "strikes": diary.strikes,
        });
        let told = Entry::new(caller.origin(), "member.booking_suspension_lifted", account);
        let writes = vec![booking::lift_suspension(&table, account, &diary)];
        audit::write(&table, told.removing(&before)?, app.clock().now(), writes).await?;
    }
    Ok(Reply::no_content())
}
