//! Lambda's Runtime API for one function (docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html).

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Path, State},
    http::{Response, StatusCode},
    routing::{get, post},
    serve::ListenerExt,
};
use kernel::Clock;
use tokio::{
    net::TcpListener,
    sync::{Mutex as AsyncMutex, mpsc, oneshot},
    task::JoinHandle,
    time::timeout,
};

/// No answer takes longer; a function that needs it hangs.
const ANSWER_LIMIT: Duration = Duration::from_secs(10);
const VERSION: &str = "/2018-06-01/runtime";

/// The API's side of one function.
pub(crate) struct RuntimeApi {
    /// What `AWS_LAMBDA_RUNTIME_API` says.
    pub(crate) address: SocketAddr,
    ready: Option<oneshot::Receiver<Instant>>,
    work: mpsc::Sender<Work>,
    server: JoinHandle<()>,
}

/// What a function answered.
pub(crate) struct Answered {
    /// From handing out the event to having the answer.
    pub(crate) latency: Duration,
    /// Whether it is an answer; else the function reported an error.
    pub(crate) is_answer: bool,
    /// The answer or the error, as it came.
    pub(crate) text: Bytes,
}

struct Work {
    payload: Bytes,
    reply: oneshot::Sender<Answered>,
}

struct Open {
    handed_out: Instant,
    reply: oneshot::Sender<Answered>,
}

struct Inner {
    ready: Mutex<Option<oneshot::Sender<Instant>>>,
    work: AsyncMutex<mpsc::Receiver<Work>>,
    open: Mutex<Option<Open>>,
}

impl RuntimeApi {
    /// Listens on a port of its own.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (ready_sender, ready) = oneshot::channel();
        let (work, receiver) = mpsc::channel(1);
        let inner = Arc::new(Inner {
            ready: Mutex::new(Some(ready_sender)),
            work: AsyncMutex::new(receiver),
            open: Mutex::default(),
        });
        let router = Router::new()
            .route(&format!("{VERSION}/invocation/next"), get(next))
            .route(&format!("{VERSION}/invocation/{{id}}/response"), post(response))
            .route(&format!("{VERSION}/invocation/{{id}}/error"), post(error))
            .route(&format!("{VERSION}/init/error"), post(init_error))
            .with_state(inner);
        let listener = listener.tap_io(|stream| {
            // An answer that waits for an acknowledgement would be measured as the function's time.
            stream.set_nodelay(true).expect("a socket takes the option");
        });
        let server = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("the server runs until it is dropped");
        });
        Self { address, ready: Some(ready), work, server }
    }

    /// When the function first asked for an event.
    pub(crate) async fn ready(&mut self) -> Option<Instant> {
        let ready = self.ready.take().expect("it gets ready once");
        timeout(ANSWER_LIMIT, ready).await.ok()?.ok()
    }

    /// Hands one event to the function; `None` where no answer comes.
    pub(crate) async fn invoke(&self, payload: Bytes) -> Option<Answered> {
        let (reply, answered) = oneshot::channel();
        self.work.send(Work { payload, reply }).await.ok()?;
        timeout(ANSWER_LIMIT, answered).await.ok()?.ok()
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn next(State(inner): State<Arc<Inner>>) -> Response<Body> {
    let asked = Instant::now();
    if let Some(ready) = inner.ready.lock().expect("no holder panics").take() {
        // Nobody waits any more where the function was too slow.
        let _ = ready.send(asked);
    }
    let Some(Work { payload, reply }) = inner.work.lock().await.recv().await else {
        return status(StatusCode::GONE);
    };
    let deadline = Clock::system().now().as_millisecond()
        + i64::try_from(ANSWER_LIMIT.as_millis()).unwrap_or_default();
    let response = Response::builder()
        .header("content-type", "application/json")
        .header("lambda-runtime-aws-request-id", kernel::random_uuid().to_string())
        .header("lambda-runtime-deadline-ms", deadline)
        .header("lambda-runtime-invoked-function-arn", FUNCTION_ARN)
        .header("lambda-runtime-trace-id", TRACE_ID)
        .body(Body::from(payload))
        .expect("a response");
    let open = Open { handed_out: Instant::now(), reply };
    *inner.open.lock().expect("no holder panics") = Some(open);
    response
}

const FUNCTION_ARN: &str = "arn:aws:lambda:us-east-1:000000000000:function:bench";
const TRACE_ID: &str = "Root=1-6b0187c0-1b2c3d4e5f60718293a4b5c6;Parent=53995c3f42cd8ad8;Sampled=0";

async fn response(
    State(inner): State<Arc<Inner>>,
    Path(_id): Path<String>,
    text: Bytes,
) -> Response<Body> {
    answer(&inner, true, text)
}

async fn error(
    State(inner): State<Arc<Inner>>,
    Path(_id): Path<String>,
    text: Bytes,
) -> Response<Body> {
    answer(&inner, false, text)
}

fn answer(inner: &Inner, is_answer: bool, text: Bytes) -> Response<Body> {
    if let Some(open) = inner.open.lock().expect("no holder panics").take() {
        let latency = open.handed_out.elapsed();
        // Nobody waits any more where the function was too slow.
        let _ = open.reply.send(Answered { latency, is_answer, text });
    }
    status(StatusCode::ACCEPTED)
}

async fn init_error(State(inner): State<Arc<Inner>>, text: Bytes) -> Response<Body> {
    eprintln!("the function failed to start: {}", String::from_utf8_lossy(&text));
    inner.ready.lock().expect("no holder panics").take();
    status(StatusCode::ACCEPTED)
}

fn status(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}
