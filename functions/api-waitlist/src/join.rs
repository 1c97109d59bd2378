//! `POST /v1/waitlist`.

use axum::extract::State;
use booking::{Participant, Party};
use futures::future::{try_join, try_join4};
use garde::Validate;
use kernel::{
    AccountId, Error, LocalDate, Result, TimeOfDay, VenueId, Violation, WaitlistEntryId, in_rounds,
    jiff::Timestamp,
};
use profiles::{Acting, acting_for};
use runtime::App;
use serde::Deserialize;
use table::TenantTable;
use utoipa::ToSchema;
use waitlist::{Entry, Order, Wanted, Wish, admit};
use web::{Body, Caller, Envelope, Outcome, Problem, Reply};

use crate::{read::position, view::EntryView};

/// So often a day's list is read again because somebody else joined.
const ROUNDS: usize = 8;

/// What is waited for.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct JoinWaitlist {
    venue_id: VenueId,
    /// Who waits: oneself if absent, or one's child.
    account_id: Option<AccountId>,
    /// A day on the venue's calendar.
    date: LocalDate,
    /// `"any"`, or one of group, sport and `court_ids`.
    courts: Wanted,
    /// Play begins then or later.
    from: TimeOfDay,
    /// And is over by then.
    until: TimeOfDay,
    /// One of the courts' durations.
    duration_minutes: u16,
    /// Do not bother me after this; until the last start if absent.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
    /// Who plays along.
    #[serde(default)]
    #[schema(max_items = 31)]
    participants: Vec<Participant>,
}

/// Wait for a court to come free, or have one's child wait for it.
///
/// What happens when one does is the venue's policy: it is held for whoever is first, or all are told.
#[utoipa::path(
    post,
    path = "/v1/waitlist",
    tag = "waitlist",
    request_body = JoinWaitlist,
    responses(
        (status = 201, body = Envelope<EntryView>, description = "Waiting."),
        (status = 403, body = Problem, description = "NOT_GUARDIAN."),
        (status = 404, body = Problem, description = "VENUE_NOT_FOUND, USER_NOT_FOUND."),
        (status = 409, body = Problem, description = "SLOT_FREE: its details say which; ALREADY_WAITING, WAITLIST_FULL, TOO_MANY_ENTRIES, WAITLIST_CHANGED, VENUE_RETIRED."),
        (status = 422, body = Problem, description = "WAITLIST_TIME_INVALID, WAITLIST_TIME_OVER, NO_COURT_FITS, DATE_IN_PAST, TOO_FAR_AHEAD, VALIDATION_FAILED, BODY_INVALID."),
    )
)]
pub(crate) async fn join(
    State(app): State<App>,
    caller: Caller,
    Body(input): Body<JoinWaitlist>,
) -> Outcome<EntryView> {
    let table = app.tenant_table(&caller)?;
    let who = (caller.account(), input.account_id.unwrap_or(caller.account()));
    let acting = acting_for(&table, who, false, app.clock().now()).await?;
    acting.comes_in()?;
    let (venue, wish) = wish(&caller, acting, input)?;
    let is_race = |error: &Error| error.code() == waitlist::entry_changed().code();
    let once = || Box::pin(enter(&app, &table, venue, wish.clone()));
    let entry = in_rounds(ROUNDS, is_race, once).await?;
    metrics::counter!("waitlist_joined").increment(1);
    let position = position(&table, &entry, app.clock().now()).await?;
    let location = format!("/v1/waitlist/{}", entry.id);
    Ok(Reply::created(location, EntryView::of(entry, position, app.clock().now())))
}

fn wish(caller: &Caller, acting: Acting, input: JoinWaitlist) -> Result<(VenueId, Wish)> {
    let party = Party::of(input.participants).ok_or_else(|| {
        let message = format!("must be at most {} people, no member twice", Party::MAX);
        Error::violations(&[Violation { path: "participants".to_owned(), message }])
    })?;
    let roles = acting.member.map_or_else(|| caller.roles().to_vec(), |member| member.roles);
    let wish = Wish {
        account_id: acting.account,
        date: input.date.get(),
        courts: input.courts,
        from: input.from,
        until: input.until,
        duration_minutes: input.duration_minutes,
        expires_at: input.expires_at,
        party,
        roles,
    };
    Ok((input.venue_id, wish))
}

/// Two rounds of reads, the decision, one transaction.
async fn enter(app: &App, table: &TenantTable, id: VenueId, wish: Wish) -> Result<Entry> {
    let (date, account) = (wish.date, wish.account_id);
    let (venue, policy, list, waiter) = Box::pin(try_join4(
        facilities::venue_with_courts(table, id),
        waitlist::policy(table, id),
        waitlist::day_list(table, id, date),
        waitlist::waiter(table, account),
    ))
    .await?;
    // The day after, too: a zone's day need not begin at midnight.
    let next = date.tomorrow().unwrap_or(date);
    let (today, next) =
        try_join(booking::venue_day(table, id, date), booking::venue_day(table, id, next)).await?;
    let (given, read) = ((&venue, &policy.terms), (&list, &waiter));
    let id = WaitlistEntryId::new();
    let entry = admit((id, wish), given, read, &[today, next], app.clock().now())?;
    let by_lottery = policy.terms.order == Order::Lottery;
    table.write(waitlist::join(table, read, &entry, by_lottery)?).await?;
    Ok(entry)
}
