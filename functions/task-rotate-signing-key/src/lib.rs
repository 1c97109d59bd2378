//! Rotates the key that signs access tokens: Secrets Manager calls it once for each step, in this order.
//!
//! | step | what happens |
//! |---|---|
//! | `createSecret` | the pending version gets its keys: the next one to sign, a fresh next one, the retired |
//! | `setSecret` | all their public halves are published in the edge's keys |
//! | `testSecret` | what the pending keys sign is verified with what is published |
//! | `finishSecret` | the pending version becomes the current one |
//!
//! No rotation makes a live token bad: a key is published one rotation before it signs, and until its last
//! token has expired. Every step can be repeated, and killed between any two lines. A step that comes early
//! is refused and one that comes late changes nothing. What is finished is in the platform's log: after the
//! fact, because the secret and the table share no transaction, and once, however often the step comes.

mod create;
mod finish;
mod publish;
mod rotation;
mod test;

use kernel::{Error, Result};
use runtime::App;
use serde::Deserialize;
use serde_json::Value;

use crate::rotation::Rotation;

/// What Secrets Manager sends.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Request {
    step: Step,
    secret_id: String,
    client_request_token: String,
}

#[derive(Deserialize)]
enum Step {
    #[serde(rename = "createSecret")]
    Create,
    #[serde(rename = "setSecret")]
    Set,
    #[serde(rename = "testSecret")]
    Test,
    #[serde(rename = "finishSecret")]
    Finish,
}

/// One step of a rotation. Nothing is answered.
///
/// Refusals: `SECRET_UNKNOWN` of any other secret, `ROTATION_TOKEN_UNKNOWN` and
/// `ROTATION_TOKEN_NOT_PENDING` of another version, `ROTATION_STEP_EARLY`, `ROTATION_TOO_SOON`,
/// `KEYS_MISSING` before the first keys were made.
pub async fn handle(app: App, input: Value) -> Result<Value> {
    let request: Request = serde_json::from_value(input).map_err(|cause| {
        Error::malformed("ROTATION_INPUT_INVALID", "the input is no step of a rotation")
            .with_source(cause)
    })?;
    let rotation = Rotation::of(&app, &request.secret_id, &request.client_request_token).await?;
    if rotation.is_over() {
        if matches!(request.step, Step::Finish) {
            finish::tell(&rotation).await?;
        }
        return Ok(Value::Null);
    }
    match request.step {
        Step::Create => create::create(&rotation).await?,
        Step::Set => publish::publish(&rotation).await?,
        Step::Test => test::test(&rotation).await?,
        Step::Finish => finish::finish(&rotation).await?,
    }
    Ok(Value::Null)
}
