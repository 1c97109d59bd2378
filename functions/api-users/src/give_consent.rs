//! `POST /v1/users/{account_id}/consents`.

use audit::Entry;
use axum::extract::State;
use futures::future::try_join4;
use garde::Validate;
use kernel::{Error, LocalDate, Result};
use profiles::{
    Acting, Audience, Capacity, ConsentDocument, DocumentKey, GivenAs, Profile, answer,
    document_not_found, store,
};
use runtime::App;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, Id, Outcome, Problem, Reply, Whom};

use crate::{
    acting::{acting_for, club_today},
    read_consents::ConsentState,
};

/// An answer.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct GiveConsent {
    document: DocumentKey,
    /// The version that was read.
    version: u64,
    /// Yes, or no: a consent is withdrawn by a no.
    granted: bool,
}

/// Answer what the club asks of one, or of one's child. Answers are kept for good, one after the other.
///
/// What is for minors, a guardian answers. The staff answers for nobody.
#[utoipa::path(
    post,
    path = "/v1/users/{account_id}/consents",
    tag = "users",
    params(("account_id" = String, Path, description = "An account, or `me`.")),
    request_body = GiveConsent,
    responses(
        (status = 200, body = Envelope<ConsentState>, description = "It was the last answer already."),
        (status = 201, body = Envelope<ConsentState>, description = "Kept."),
        (status = 403, body = Problem, description = "NOT_GUARDIAN, GUARDIAN_REQUIRED, PERMISSION_MISSING, CLUB_REQUIRED."),
        (status = 404, body = Problem, description = "USER_NOT_FOUND, CONSENT_DOCUMENT_NOT_FOUND."),
        (status = 409, body = Problem, description = "CONSENT_OUTDATED, CONCURRENT_CHANGE, TOO_MANY_ANSWERS."),
        (status = 422, body = Problem, description = "BODY_INVALID, CONSENT_NOT_APPLICABLE."),
    )
)]
pub(crate) async fn give(
    State(app): State<App>,
    caller: Caller,
    Id(whom): Id<Whom>,
    Body(input): Body<GiveConsent>,
) -> Outcome<ConsentState> {
    let acting = acting_for(&app, &caller, whom, None).await?;
    let table = app.tenant_table(&caller)?;
    let (document, mut answers, profile, today) = Box::pin(try_join4(
        store::document(&table, &input.document),
        store::consents(&table, acting.account),
        store::profile(&table, acting.account),
        club_today(&app, &table),
    ))
    .await?;
    let document = document.ok_or_else(document_not_found)?;
    if input.granted {
        check(&document, &acting, &profile, today)?;
    }
    let given_as = match acting.capacity {
        Capacity::Guardian => GivenAs::Guardian,
        Capacity::Themselves | Capacity::Staff => GivenAs::Themselves,
    };
    let (said, who) = ((input.version, input.granted), (acting.by, given_as));
    let now = app.clock().now();
    let Some(line) = answer(&document, &answers, said, who, now)? else {
        return Ok(Reply::ok(ConsentState::of(document, &answers)));
    };
    let writes = vec![
        store::add_consent(&table, acting.account, &line)?,
        store::document_unchanged(&table, &document),
    ];
    // One's own, too: the club has to show who agreed to what even of somebody it has forgotten.
    let told = Entry::new(caller.origin(), "consent.answered", acting.account).making(&json!({
        "document": line.document, "version": line.version, "granted": line.granted,
    }))?;
    audit::write(&table, told, now, writes).await?;
    answers.push(line);
    let location = format!("/v1/users/{}/consents", acting.account);
    Ok(Reply::created(location, ConsentState::of(document, &answers)))
}

/// Whether they may agree to it.
fn check(
    document: &ConsentDocument,
    acting: &Acting,
    profile: &Profile,
    today: LocalDate,
) -> Result<()> {
    if !document.is_for(profile, today) {
        let message = "this document is for people of another age";
        return Err(Error::invalid("CONSENT_NOT_APPLICABLE", message));
    }
    let for_minors = document.draft.audience == Audience::Minors;
    if for_minors && acting.capacity != Capacity::Guardian {
        let message = "a guardian has to answer this; ask the club to add one";
        return Err(Error::forbidden("GUARDIAN_REQUIRED", message));
    }
    Ok(())
}
