//! One runner for each kind of trigger. Each is a function's whole `main`.

use std::{future::Future, process::ExitCode};

use aws_lambda_events::{dynamodb::Event as StreamEvent, sqs::SqsEvent};
use kernel::{Error, Result};
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde_json::Value;

use crate::{App, Change, Message, Routes, batch, http as api, telemetry};

/// An API function.
pub fn http(routes: fn() -> Routes) -> ExitCode {
    start(async |app: App| {
        let api_service = api::router(routes(), &app);
        let service = service_fn(|request: lambda_http::Request| {
            let (api_service, app) = (api_service.clone(), app.clone());
            async move {
                let response = api::serve(api_service, &app, request).await;
                telemetry::flush();
                response
            }
        });
        lambda_http::run(service).await
    })
}

/// A consumer of a queue.
pub fn queue<F>(handler: fn(App, Message) -> F) -> ExitCode
where
    F: Future<Output = Result<()>> + Send + 'static,
{
    start(async |app: App| {
        let service = service_fn(|event: LambdaEvent<SqsEvent>| {
            let app = app.clone();
            async move {
                let response = batch::handle_messages(&app, handler, event.payload).await;
                telemetry::flush();
                Ok::<_, lambda_runtime::Error>(response)
            }
        });
        lambda_runtime::run(service).await
    })
}

/// A reader of the table's stream.
pub fn stream<F>(handler: fn(App, Change) -> F) -> ExitCode
where
    F: Future<Output = Result<()>> + Send + 'static,
{
    start(async |app: App| {
        let service = service_fn(|event: LambdaEvent<StreamEvent>| {
            let app = app.clone();
            async move {
                let invocation = telemetry::Invocation::start(&app);
                let records = event.payload.records.len();
                let response = batch::handle_stream(&app, handler, event.payload).await;
                tracing::info!(records, duration_ms = invocation.duration_ms(), "stream");
                telemetry::flush();
                Ok::<_, lambda_runtime::Error>(response)
            }
        });
        lambda_runtime::run(service).await
    })
}

/// A job that a schedule starts.
pub fn schedule<F>(handler: fn(App) -> F) -> ExitCode
where
    F: Future<Output = Result<()>> + Send + 'static,
{
    start(async |app: App| {
        let service = service_fn(|_: LambdaEvent<Value>| {
            let app = app.clone();
            async move {
                let invocation = telemetry::Invocation::start(&app);
                let done = handler(app.clone()).await;
                report("job", &app, &invocation, done.as_ref().err());
                done.map_err(|error| diagnostic(&error))
            }
        });
        lambda_runtime::run(service).await
    })
}

/// A step of a workflow, or the API's authorizer: a JSON value in, a JSON value out.
///
/// A failure that a repetition cannot mend has the error type `TaskRejected`, any other `TaskFailed`;
/// the message starts with the stable code.
pub fn task<F>(handler: fn(App, Value) -> F) -> ExitCode
where
    F: Future<Output = Result<Value>> + Send + 'static,
{
    start(async |app: App| {
        let service = service_fn(|event: LambdaEvent<Value>| {
            let app = app.clone();
            async move {
                let invocation = telemetry::Invocation::start(&app);
                let done = handler(app.clone(), event.payload).await;
                report("task", &app, &invocation, done.as_ref().err());
                done.map_err(|error| diagnostic(&error))
            }
        });
        lambda_runtime::run(service).await
    })
}

fn report(name: &str, app: &App, invocation: &telemetry::Invocation, error: Option<&Error>) {
    let usage = invocation.usage(app);
    tracing::info!(
        error.code = error.map(Error::code),
        error = error.map(tracing::field::debug),
        duration_ms = invocation.duration_ms(),
        db.round_trips = usage.round_trips,
        db.units = usage.units,
        "{name}"
    );
    telemetry::flush();
}

fn diagnostic(error: &Error) -> Diagnostic {
    let again = error.is_transient() || error.kind() == kernel::Kind::Internal;
    Diagnostic {
        error_type: if again { "TaskFailed" } else { "TaskRejected" }.to_owned(),
        error_message: error.to_string(),
    }
}

fn start<R>(run: impl AsyncFnOnce(App) -> Result<R, lambda_runtime::Error>) -> ExitCode {
    let app = App::from_env();
    telemetry::start(app.config());
    // One invocation at a time: one thread is all that a function needs.
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            tracing::error!(%error, "no runtime");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run(app)) {
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the function stopped");
            ExitCode::FAILURE
        }
    }
}
