//! Requests that change dates of a series, as the series remembers them.

use axum::http::HeaderMap;
use kernel::{Error, Kind, Result, SeriesActId, SeriesId, jiff::Timestamp};
use serde::Serialize;
use series::{Series, act_of_request};
use table::TenantTable;
use web::Caller;

/// So often the end of a request is written again because others changed the series.
const ROUNDS: usize = 6;

/// The same request with the same `Idempotency-Key` is the same act, whenever it comes.
pub(crate) fn act_of(
    caller: &Caller,
    headers: &HeaderMap,
    series: SeriesId,
    body: &impl Serialize,
) -> Result<SeriesActId> {
    let Some(key) = headers.get("idempotency-key") else { return Ok(SeriesActId::new()) };
    let body = serde_json::to_vec(body)
        .map_err(|cause| Error::internal("a body is not JSON").with_source(cause))?;
    Ok(act_of_request(series, caller.account(), key.as_bytes(), &body))
}

/// Notes that a request is through, and tells the member what came of it, if this series does: once.
pub(crate) async fn finish(
    table: &TenantTable,
    id: SeriesId,
    (kind, act): (Option<&str>, SeriesActId),
    now: Timestamp,
) -> Result<Series> {
    let mut rounds = ROUNDS;
    loop {
        let before = series::series(table, id).await?;
        if before.acts.contains(&act) {
            return Ok(before);
        }
        let after = before.clone().done(act);
        let both = (&before, &after);
        let write = match kind {
            Some(kind) => series::replace_telling(table, both, (kind, Some(act)), now)?,
            None => series::replace(table, &before, &after)?,
        };
        match table.write(vec![write]).await {
            Err(error) if error.kind() == Kind::Conflict && rounds > 0 => rounds -= 1,
            Err(error) => return Err(error),
            Ok(()) => return Ok(Series { version: before.version + 1, ..after }),
        }
    }
}
