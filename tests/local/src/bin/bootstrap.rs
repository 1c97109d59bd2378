//! What a new platform needs before anybody can log in: its keys, and its first operator.
//!
//! - `bootstrap keys` prints fresh keys: `{"signing_key": {"current", "next", …}, "edge_keys": {"jwks",
//!   "cursor_key"}}`, the values of the two secrets.
//! - `bootstrap operator --table NAME --email ADDRESS`, with the password in `OPERATOR_PASSWORD`, makes the
//!   account of this address an operator's with this password. Doing it again changes nothing else.
//!
//! AWS is found by environment variables alone: `AWS_REGION`, `AWS_ACCESS_KEY_ID` and its companions, and
//! `AWS_ENDPOINT_URL` of a local platform.

use std::{env, process::ExitCode};

use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_lc_rs::rand;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use identity::{Account, Password, PasswordCost, SigningKeys};
use kernel::{AccountId, Clock, Email, Locale, Role};
use runtime::{App, Config};
use serde_json::{Value, json};

const USAGE: &str =
    "usage: bootstrap keys | OPERATOR_PASSWORD=… bootstrap operator --table NAME --email ADDRESS";

/// What is wrong, for whoever started it.
type Problem = String;

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "whoever started it reads them")]
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments[..] {
        ["keys"] => keys().map(|keys| println!("{keys}")),
        ["operator", "--table", table, "--email", email]
        | ["operator", "--email", email, "--table", table] => operator(table, email).await,
        _ => Err(USAGE.to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

fn keys() -> Result<Value, Problem> {
    let signing_keys = SigningKeys::generate().map_err(|error| format!("{error:?}"))?;
    let jwks = signing_keys.published().map_err(|error| format!("{error:?}"))?;
    let mut cursor_key = [0; 32];
    rand::fill(&mut cursor_key).map_err(|_| "the system has no random bytes to give")?;
    Ok(json!({
        "signing_key": signing_keys,
        "edge_keys": { "jwks": jwks, "cursor_key": STANDARD.encode(cursor_key) },
    }))
}

async fn operator(table: &str, email: &str) -> Result<(), Problem> {
    let email: Email = email.parse().map_err(|error| format!("--email {email} {error}"))?;
    let password = variable("OPERATOR_PASSWORD").ok_or(USAGE)?;
    let password =
        Password::try_from(password).map_err(|error| format!("OPERATOR_PASSWORD {error}"))?;
    let clock = Clock::system();
    let account = Account {
        id: AccountId::new(),
        email: Some(email),
        name: "Operator".parse().map_err(|error| format!("{error}"))?,
        locale: Locale::default(),
        platform_roles: vec![Role::Operator],
        created_at: clock.now(),
        version: 1,
    };
    let config = Config::from_lookup(|name| match name {
        "TABLE_NAME" => Some(table.to_owned()),
        _ => variable(name),
    });
    let own = EnvironmentVariableCredentialsProvider::new();
    let app = App::new(config, clock, SharedCredentialsProvider::new(own));
    let cost = PasswordCost::from(app.config().password_cost());
    let hash = password.hash(cost).map_err(|error| format!("{error:?}"))?;
    identity::store::set_operator(&app.table().platform(), &account, hash)
        .await
        .map_err(|error| format!("{error:?}"))
}

#[expect(clippy::disallowed_methods, reason = "a process of its own, configured here alone")]
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}
