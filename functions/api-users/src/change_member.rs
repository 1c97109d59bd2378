//! `PATCH /v1/users/{account_id}`.

use audit::Entry;
use axum::extract::State;
use futures::future::try_join3;
use identity::Membership;
use kernel::{AccountId, same_version};
use profiles::{Author, ProfileChange, store};
use runtime::App;
use web::{Body, Caller, Envelope, Id, IfMatch, Outcome, Problem, Reply};

use crate::{
    acting::{club_today, member},
    person::{ChangeMemberProfile, known},
    read_member::MemberProfile,
};

/// Change a member's profile, as the club's staff.
#[utoipa::path(
    patch,
    path = "/v1/users/{account_id}",
    tag = "users",
    params(
        ("account_id" = AccountId, Path),
        ("If-Match" = Option<String>, Header, description = "The ETag of what was read."),
    ),
    request_body = ChangeMemberProfile,
    responses(
        (status = 200, body = Envelope<MemberProfile>, description = "As it is now, with its ETag."),
        (status = 404, body = Problem, description = "USER_NOT_FOUND."),
        (status = 412, body = Problem, description = "STALE_VERSION: it changed since it was read."),
        (status = 422, body = Problem, description = "BODY_INVALID, VALIDATION_FAILED."),
    )
)]
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    Id(account): Id<AccountId>,
    IfMatch(if_match): IfMatch,
    Body(input): Body<ChangeMemberProfile>,
) -> Outcome<MemberProfile> {
    let table = app.tenant_table(&caller)?;
    let (before, (profile, fields), today) = Box::pin(try_join3(
        member(&table, account),
        known(&table, account),
        club_today(&app, &table),
    ))
    .await?;
    same_version(if_match, before.version + profile.version, "this member")?;
    let change = ProfileChange {
        time_zone: input.time_zone,
        phone: input.phone,
        birth_date: input.birth_date,
        custom_fields: input.custom_fields,
    };
    let (profile, differs) = change.applied(&profile, &fields, Author::Staff, today)?;
    let name = input.name.unwrap_or_else(|| before.name.clone());
    let renamed = name != before.name;
    let mut writes = Vec::new();
    if renamed {
        writes.push(identity::store::rename_member(&table, &before, &name));
    } else if differs && if_match.is_some() {
        writes.push(identity::store::member_unchanged(&table, &before));
    }
    if differs {
        writes.push(store::put_profile(&table, &profile)?);
    } else if renamed && if_match.is_some() {
        writes.push(store::profile_unchanged(&table, &profile));
    }
    if renamed || differs {
        // What changed stays out: the log outlives people's wish to be forgotten.
        let told = Entry::new(caller.origin(), "profile.changed", account);
        audit::write(&table, told, app.clock().now(), writes).await?;
    }

    let version = before.version + u64::from(renamed);
    let membership = Membership { name, version, ..before };
    let version = version + profile.version;
    let view = MemberProfile::of(&app, &caller, membership, (profile, &fields)).await?;
    Ok(Reply::ok(view).etag(version))
}
