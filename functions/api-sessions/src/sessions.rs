//! `/v1/auth/sessions`: where one is signed in.

use axum::extract::State;
use futures::future::try_join_all;
use garde::Validate;
use identity::{DeviceName, Session, store};
use kernel::{ClubId, Error, Method, Result, SessionId, jiff::Timestamp, serialize_timestamp};
use runtime::App;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Body, Caller, Correlation, Envelope, Id, Outcome, Problem, Reply};

use crate::ending::end;

/// One sign-in that is good still.
#[derive(Serialize, ToSchema)]
pub(crate) struct OpenSession {
    id: SessionId,
    /// Null of a platform operator's.
    club_id: Option<ClubId>,
    #[schema(value_type = Option<String>)]
    device: Option<DeviceName>,
    /// How it was proved.
    methods: Vec<Method>,
    /// When that was, last.
    #[serde(serialize_with = "serialize_timestamp")]
    #[schema(value_type = String, format = DateTime)]
    authenticated_at: Timestamp,
    #[serde(serialize_with = "serialize_timestamp")]
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[serde(serialize_with = "serialize_timestamp")]
    #[schema(value_type = String, format = DateTime)]
    last_used_at: Timestamp,
    #[serde(serialize_with = "serialize_timestamp")]
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// Whether it is the one that asks.
    current: bool,
}

impl OpenSession {
    fn new(session: Session, current: SessionId) -> Self {
        Self {
            id: session.id,
            club_id: session.club_id,
            device: session.device,
            methods: session.proof.methods,
            authenticated_at: session.proof.at,
            created_at: session.created_at,
            last_used_at: session.last_used_at,
            expires_at: session.expires_at,
            current: session.id == current,
        }
    }
}

/// The sessions of the caller that are good still.
async fn open_sessions(app: &App, caller: &Caller) -> Result<Vec<Session>> {
    let now = app.clock().now();
    let mut sessions = store::sessions(&app.table().platform(), caller.account()).await?;
    sessions.retain(|session| session.is_open(now));
    Ok(sessions)
}

/// List where one is signed in, in all clubs.
#[utoipa::path(
    get,
    path = "/v1/auth/sessions",
    tag = "auth",
    responses((status = 200, body = Envelope<Vec<OpenSession>>, description = "Newest first."))
)]
pub(crate) async fn list(State(app): State<App>, caller: Caller) -> Outcome<Vec<OpenSession>> {
    let mut sessions = open_sessions(&app, &caller).await?;
    sessions.sort_by_key(|session| std::cmp::Reverse(session.created_at));
    let shown = sessions.into_iter().map(|session| OpenSession::new(session, caller.session()));
    Ok(Reply::ok(shown.collect()))
}

/// What a session is called.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct NameSession {
    #[schema(value_type = String)]
    device: DeviceName,
}

/// Name the device of a session.
#[utoipa::path(
    patch,
    path = "/v1/auth/sessions/{session_id}",
    tag = "auth",
    params(("session_id" = SessionId, Path)),
    request_body = NameSession,
    responses(
        (status = 204, description = "It is called so."),
        (status = 404, body = Problem, description = "SESSION_NOT_FOUND."),
        (status = 422, body = Problem, description = "BODY_INVALID."),
    )
)]
pub(crate) async fn rename(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<SessionId>,
    Body(input): Body<NameSession>,
) -> Outcome<()> {
    let platform = app.table().platform();
    platform
        .write(vec![store::name_session(&platform, caller.account(), id, &input.device)])
        .await?;
    Ok(Reply::no_content())
}

/// End one session.
///
/// It refreshes no more, and its access token writes no more, at once; reads end within five minutes.
#[utoipa::path(
    delete,
    path = "/v1/auth/sessions/{session_id}",
    tag = "auth",
    params(("session_id" = SessionId, Path)),
    responses(
        (status = 204, description = "It is over."),
        (status = 404, body = Problem, description = "SESSION_NOT_FOUND."),
    )
)]
pub(crate) async fn revoke(
    State(app): State<App>,
    caller: Caller,
    Correlation(correlation): Correlation,
    Id(id): Id<SessionId>,
) -> Outcome<()> {
    let sessions = open_sessions(&app, &caller).await?;
    let session = sessions.into_iter().find(|session| session.id == id);
    let session = session.ok_or_else(|| {
        Error::not_found("SESSION_NOT_FOUND", "you have no open session of this id")
    })?;
    end(&app, &correlation, &session).await?;
    Ok(Reply::no_content())
}

/// Which sessions end.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct RevokeAll {
    /// Whether the one that asks stays.
    #[serde(default)]
    keep_current: bool,
}

/// How many ended.
#[derive(Serialize, ToSchema)]
pub(crate) struct Revoked {
    sessions: usize,
}

/// End all of one's sessions, in all clubs.
#[utoipa::path(
    post,
    path = "/v1/auth/sessions/revoke-all",
    tag = "auth",
    request_body = RevokeAll,
    responses(
        (status = 200, body = Envelope<Revoked>, description = "They are over."),
        (status = 422, body = Problem, description = "BODY_INVALID."),
    )
)]
pub(crate) async fn revoke_all(
    State(app): State<App>,
    caller: Caller,
    Correlation(correlation): Correlation,
    Body(input): Body<RevokeAll>,
) -> Outcome<Revoked> {
    let mut sessions = open_sessions(&app, &caller).await?;
    sessions.retain(|session| !input.keep_current || session.id != caller.session());
    try_join_all(sessions.iter().map(|session| end(&app, &correlation, session))).await?;
    Ok(Reply::ok(Revoked { sessions: sessions.len() }))
}
