//! A stand-in for the AWS services around the table. It answers in their published shapes and records
//! what it was asked; tests take the records and run the consumers on them.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri},
    response::Response,
};
use kernel::Event;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::{Object, objects, secrets::Vault};

/// A service that a test may have fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the services' names")]
pub enum Service {
    Queue,
    Topic,
    Secrets,
    Storage,
    Mail,
    Workflows,
}

/// A message sent to a queue.
#[derive(Debug, Clone)]
pub struct Sent {
    /// The last part of the queue's URL.
    pub queue: String,
    /// The payload.
    pub body: String,
    /// `MessageGroupId`.
    pub group: Option<String>,
    /// `MessageDeduplicationId`.
    pub deduplication: Option<String>,
    /// `DelaySeconds`.
    pub delay_seconds: i64,
}

/// An e-mail that was handed over.
#[derive(Debug, Clone)]
pub struct Mail {
    /// Whom it goes to.
    pub to: String,
    /// One line.
    pub subject: String,
    /// The plain-text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
}

#[derive(Default)]
struct Records {
    secrets: Vault,
    sent: Vec<Sent>,
    published: Vec<Event>,
    mails: Vec<Mail>,
    executions: Vec<(String, Value)>,
    objects: BTreeMap<String, Object>,
    /// By service: requests that still go well, and then those that fail.
    failures: HashMap<Service, (u32, u32)>,
}

/// The stand-in.
#[derive(Clone)]
pub struct Cloud {
    records: Arc<Mutex<Records>>,
    /// Where it listens.
    pub url: String,
}

impl Cloud {
    /// Starts one. It ends with the test's runtime.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let cloud = Self { records: Arc::default(), url };
        let router = Router::new().fallback(answer).with_state(cloud.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        cloud
    }

    fn records(&self) -> MutexGuard<'_, Records> {
        self.records.lock().expect("no test panics while it records")
    }

    /// The service answers its next `times` requests with 500.
    pub fn fail(&self, service: Service, times: u32) {
        self.fail_after(service, 0, times);
    }

    /// The service answers as many requests well, and the next `times` with 500.
    pub fn fail_after(&self, service: Service, well: u32, times: u32) {
        self.records().failures.insert(service, (well, times));
    }

    /// Forgets a secret.
    pub fn remove_secret(&self, name: &str) {
        let request = json!({ "SecretId": name });
        self.records().secrets.answer("DeleteSecret", &request).expect("a secret");
    }

    /// Stores a secret.
    pub fn put_secret(&self, name: &str, secret: &Value) {
        self.records().secrets.put(name, secret.to_string());
    }

    /// A secret, as JSON.
    pub fn secret(&self, name: &str) -> Option<Value> {
        self.records().secrets.current(name).and_then(|text| serde_json::from_str(text).ok())
    }

    /// Makes the pending version of a rotation; answers its token.
    pub fn begin_rotation(&self, secret: &str) -> String {
        self.records().secrets.begin_rotation(secret)
    }

    /// Takes the events published since the last call.
    pub fn take_published(&self) -> Vec<Event> {
        std::mem::take(&mut self.records().published)
    }

    /// Takes the messages sent to a queue since the last call.
    pub fn take_sent(&self, queue: &str) -> Vec<Sent> {
        let mut records = self.records();
        let (taken, left) =
            std::mem::take(&mut records.sent).into_iter().partition(|sent| sent.queue == queue);
        records.sent = left;
        taken
    }

    /// The e-mails so far.
    pub fn mails(&self) -> Vec<Mail> {
        self.records().mails.clone()
    }

    /// Takes the workflow executions started since the last call: name and input.
    pub fn take_executions(&self) -> Vec<(String, Value)> {
        std::mem::take(&mut self.records().executions)
    }

    /// An object by its key.
    pub fn object(&self, key: &str) -> Option<Object> {
        self.records().objects.get(key).cloned()
    }

    /// The keys of all objects.
    pub fn objects(&self) -> Vec<String> {
        self.records().objects.keys().cloned().collect()
    }

    /// What no test has taken yet, as words.
    pub fn left_over(&self) -> Vec<String> {
        let records = self.records();
        let sent = records.sent.iter().map(|sent| format!("a message in {}", sent.queue));
        let published = records.published.iter().map(|event| format!("an event {}", event.kind));
        sent.chain(published).collect()
    }

    fn fails(&self, service: Service) -> bool {
        let mut records = self.records();
        let (well, left) = records.failures.entry(service).or_default();
        if *well > 0 {
            *well -= 1;
            return false;
        }
        let fails = *left > 0;
        *left = left.saturating_sub(1);
        fails
    }
}

async fn answer(
    State(cloud): State<Cloud>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let target = headers.get("x-amz-target").and_then(|value| value.to_str().ok());
    let json: Value = serde_json::from_slice(&body).unwrap_or_default();
    let (service, operation) = match target.and_then(|target| target.split_once('.')) {
        Some(("AmazonSQS", operation)) => (Service::Queue, operation),
        Some(("secretsmanager", operation)) => (Service::Secrets, operation),
        Some(("AWSStepFunctions", operation)) => (Service::Workflows, operation),
        _ if uri.path().starts_with("/v2/email") => (Service::Mail, "SendEmail"),
        _ if objects::key(&uri).is_some() => (Service::Storage, ""),
        _ => (Service::Topic, "Publish"),
    };
    if cloud.fails(service) {
        return reply(StatusCode::INTERNAL_SERVER_ERROR, &json!({ "__type": "InternalFailure" }));
    }
    match service {
        Service::Queue => send_message(&cloud, &json),
        Service::Secrets => secret(&cloud, operation, &json),
        Service::Workflows => start_execution(&cloud, &json),
        Service::Storage => {
            objects::answer(&mut cloud.records().objects, &method, &uri, &headers, &body)
        }
        Service::Mail => send_email(&cloud, &json),
        Service::Topic => publish(&cloud, &body),
    }
}

fn reply(status: StatusCode, body: &Value) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response
}

fn text(json: &Value, name: &str) -> String {
    json[name].as_str().unwrap_or_default().to_owned()
}

fn send_message(cloud: &Cloud, json: &Value) -> Response {
    let url = text(json, "QueueUrl");
    cloud.records().sent.push(Sent {
        queue: url.rsplit('/').next().unwrap_or_default().to_owned(),
        body: text(json, "MessageBody"),
        group: json["MessageGroupId"].as_str().map(str::to_owned),
        deduplication: json["MessageDeduplicationId"].as_str().map(str::to_owned),
        delay_seconds: json["DelaySeconds"].as_i64().unwrap_or_default(),
    });
    reply(StatusCode::OK, &json!({ "MessageId": kernel::random_uuid().to_string() }))
}

fn secret(cloud: &Cloud, operation: &str, json: &Value) -> Response {
    match cloud.records().secrets.answer(operation, json) {
        Ok(answer) => reply(StatusCode::OK, &answer),
        Err(refusal) => reply(StatusCode::BAD_REQUEST, &json!({ "__type": refusal })),
    }
}

fn start_execution(cloud: &Cloud, json: &Value) -> Response {
    let mut records = cloud.records();
    let name = text(json, "name");
    if records.executions.iter().any(|(known, _)| *known == name) {
        return reply(StatusCode::BAD_REQUEST, &json!({ "__type": "ExecutionAlreadyExists" }));
    }
    let input = serde_json::from_str(json["input"].as_str().unwrap_or_default());
    records.executions.push((name, input.unwrap_or_default()));
    reply(StatusCode::OK, &json!({ "executionArn": "arn:aws:states:x", "startDate": 0 }))
}

fn send_email(cloud: &Cloud, json: &Value) -> Response {
    let simple = &json["Content"]["Simple"];
    let part = |part: &Value| part["Data"].as_str().unwrap_or_default().to_owned();
    let to = json["Destination"]["ToAddresses"][0].as_str().unwrap_or_default().to_owned();
    // SES's own simulator refuses nothing by address, so the stand-in has one that it always refuses.
    if to.starts_with("refused@") {
        let mut refusal =
            reply(StatusCode::BAD_REQUEST, &json!({ "message": "Email address is not verified" }));
        refusal
            .headers_mut()
            .insert("x-amzn-errortype", axum::http::HeaderValue::from_static("MessageRejected"));
        return refusal;
    }
    cloud.records().mails.push(Mail {
        to,
        subject: part(&simple["Subject"]),
        text: part(&simple["Body"]["Text"]),
        html: part(&simple["Body"]["Html"]),
    });
    reply(StatusCode::OK, &json!({ "MessageId": kernel::random_uuid().to_string() }))
}

fn publish(cloud: &Cloud, body: &[u8]) -> Response {
    let fields: HashMap<_, _> = form_urlencoded::parse(body).into_owned().collect();
    let message = fields.get("Message").map(String::as_str).unwrap_or_default();
    cloud.records().published.push(serde_json::from_str(message).expect("an event"));
    let xml = "<PublishResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><PublishResult>\
               <MessageId>1</MessageId></PublishResult></PublishResponse>";
    let mut response = Response::new(Body::from(xml));
    response.headers_mut().insert("content-type", axum::http::HeaderValue::from_static("text/xml"));
    response
}
