//! Whether a token is good: the API gateway calls it before every route that is not open (payload format
//! 2.0, simple response), and remembers the answer for each token.
//!
//! A bad token is an answer, never an error. Where the keys cannot be read there is no answer to remember,
//! so that is an error.
//!
//! A refused token goes on to the function, marked with the refusal's code: an HTTP API can answer a denial
//! only with its own 403 and no code, where callers need a 401 that says what is wrong. Nothing is opened by
//! that, because the function verifies every token again and refuses, too, whatever is marked here.

use kernel::{Claims, Result};
use runtime::App;
use serde_json::{Value, json};

/// Answers `{isAuthorized, context}`. The context goes to the function and the access log: `account_id`,
/// `club_id` (absent of an operator), `roles` joined by commas, `session_id`; of a refused token `refusal` alone.
pub async fn handle(app: App, event: Value) -> Result<Value> {
    let keys = app.edge().keys().await?;
    let (issuer, now) = (app.edge().issuer(), app.clock().now());
    let claims = web::token::bearer(authorization(&event))
        .and_then(|token| web::token::verify(token, &keys, issuer, now));
    Ok(match claims {
        Ok(claims) => json!({ "isAuthorized": true, "context": context(&claims) }),
        Err(refusal) => json!({ "isAuthorized": true, "context": { "refusal": refusal.code() } }),
    })
}

/// The identity source is the Authorization header and nothing else.
fn authorization(event: &Value) -> Option<&str> {
    event["identitySource"][0].as_str().or_else(|| event["headers"]["authorization"].as_str())
}

fn context(claims: &Claims) -> Value {
    let roles: Vec<_> = claims.roles.iter().filter_map(|role| role_name(*role)).collect();
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

fn role_name(role: kernel::Role) -> Option<String> {
    json!(role).as_str().map(str::to_owned)
}
