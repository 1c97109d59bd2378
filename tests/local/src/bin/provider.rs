//! The payment provider's stand-in as a process.
//!
//! `STAND_IN_PORT` is where it listens on 127.0.0.1 (0 for any), `STAND_IN_PUBLIC_URL` how browsers reach it.

use std::process::ExitCode;

use kernel::Clock;
use local::provider::{Options, Provider};

#[expect(clippy::disallowed_methods, reason = "a process of its own, configured here alone")]
fn options() -> Result<Options, String> {
    let port = std::env::var("STAND_IN_PORT").unwrap_or_else(|_| "0".to_owned());
    let port = port.parse().map_err(|_| format!("STAND_IN_PORT is no port: {port}"))?;
    let public_url = std::env::var("STAND_IN_PUBLIC_URL").ok().filter(|url| !url.is_empty());
    Ok(Options { port, public_url, ..Options::new(Clock::system()) })
}

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "whoever started it reads them")]
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let options = match options() {
        Ok(options) => options,
        Err(problem) => {
            eprintln!("{problem}");
            return ExitCode::FAILURE;
        }
    };
    match Provider::start(options).await {
        Ok(provider) => {
            println!("listening {}", provider.url());
            provider.ended().await;
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("the stand-in cannot listen: {error}");
            ExitCode::FAILURE
        }
    }
}
