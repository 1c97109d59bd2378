//! The only wiring: configuration, telemetry, the application, and one runner for each kind of trigger.
//!
//! A function's `main` names its handler and its runner. Everything it uses is built on first use, so a
//! function starts, and links, only what it needs.

mod app;
mod batch;
mod config;
mod http;
mod photos;
mod run;
mod telemetry;

pub use app::App;
pub use batch::{Change, Image, Message, handle_messages, handle_stream};
pub use config::Config;
pub use http::router;
pub use photos::{PhotoUpload, UploadPhoto};
pub use run::{http, queue, schedule, stream, task};

pub use aws_lambda_events::{dynamodb, sqs};

/// The route table of an API function.
pub type Routes = web::Routes<App>;
