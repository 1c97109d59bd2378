//! Whether a token is good: the API gateway calls it before every route that is not open (payload format
//! 2.0, simple response), and remembers the answer for each token.
//!
//! A bad token is an answer, never an error. Where the keys or the club's record cannot be read there is no
//! answer to remember, so that is an error. What nobody of ours has signed costs no read of the table.
//!
//! A refused token goes on to the function, marked with the refusal's code: an HTTP API can answer a denial
//! only with its own 403 and no code, where callers need a 401 that says what is wrong. Nothing is opened by
//! that, because the function verifies every token again and refuses, too, whatever is marked here.
//!
//! Who was suspended or signed out reads on for five minutes at most: the gateway remembers an answer for
//! four, and this process the club's record for one. Changes are refused by the function at once.

use kernel::{Claims, Result, Role};
use runtime::App;
use serde_json::{Value, json};

/// Answers `{isAuthorized, context}`. The context goes to the function and the access log: `account_id`,
/// `club_id` (absent of an operator), `roles` joined by commas, `session_id`; of a refused token `refusal` alone.
pub async fn handle(app: App, event: Value) -> Result<Value> {
    let correlation = event["requestContext"]["requestId"].as_str().unwrap_or_default();
    Ok(match web::at_gateway(app.edge(), authorization(&event), correlation).await? {
        Ok(claims) => json!({ "isAuthorized": true, "context": context(&claims) }),
        Err(refusal) => json!({ "isAuthorized": true, "context": { "refusal": refusal.code() } }),
    })
}

/// The identity source is the Authorization header and nothing else.
fn authorization(event: &Value) -> Option<&str> {
    event["identitySource"][0].as_str().or_else(|| event["headers"]["authorization"].as_str())
}

fn context(claims: &Claims) -> Value {
    let roles: Vec<_> = claims.roles.iter().map(Role::as_str).collect();
    let mut context = json!({
        "account_id": claims.sub,
        "roles": roles.join(","),
        "session_id": claims.sid,
    });
    if let Some(club) = claims.club {
        context["club_id"] = json!(club);
    }
    context
}
