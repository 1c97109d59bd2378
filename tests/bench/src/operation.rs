//! The operations that are measured, and their budgets (DESIGN 11).

use std::path::Path;

use aws_lc_rs::hmac;
use kernel::{AccountId, Clock};
use serde_json::{Value, json};

use crate::{
    hall::Hall,
    price::SQS_FIFO_MILLION,
    world::{EMAIL, LIGHT_EMAIL, PASSWORD, SLUG, WEBHOOK_SECRET, World},
};

/// What every function may take: milliseconds from process start to ready, milliseconds more to the first
/// answer, megabytes of memory and of binary.
pub(crate) const READY_MS: f64 = 12.0;
pub(crate) const FIRST_MS: f64 = 5.0;
pub(crate) const RESIDENT_MB: f64 = 20.0;
pub(crate) const BINARY_MB: f64 = 16.0;
/// What the password hash itself works in (argon2id with 19 MiB).
const HASH_MB: f64 = 19_456.0 * 1_024.0 / 1e6;
/// A call of MercadoPago's API, of Secrets Manager or SQS in the own region: assumed, for the price alone.
const PROVIDER_WAIT_MS: f64 = 350.0;
const QUEUE_WAIT_MS: f64 = 10.0;

/// One operation of one function.
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    pub(crate) function: &'static str,
    /// As `template.yaml` gives it.
    pub(crate) memory_mb: f64,
    /// Whether the API's gateway is paid for it.
    pub(crate) through_gateway: bool,
    /// What else a million of it costs.
    pub(crate) other_cost: f64,
    /// How long it waits for others than the table, for its price.
    pub(crate) other_wait_ms: f64,
    pub(crate) budget: Budget,
    /// More of its environment.
    pub(crate) variables: &'static [(&'static str, &'static str)],
    /// The next event.
    pub(crate) event: fn(&World) -> Value,
    /// What is done before it is measured.
    pub(crate) before: fn(&World) -> Vec<Value>,
    /// Whether the answer is the one that is measured.
    pub(crate) is_right: fn(&Value) -> bool,
}

/// What an operation may take beyond what every function may.
#[derive(Default)]
pub(crate) struct Budget {
    /// Milliseconds of CPU.
    pub(crate) cpu_ms: Option<f64>,
    /// Whether it hashes a password, which takes its time and memory.
    pub(crate) hashes: bool,
    /// Requests to the table: each counts, also those that are asked side by side.
    pub(crate) requests: Option<u32>,
}

impl Budget {
    /// Megabytes of memory.
    pub(crate) fn resident_mb(&self) -> f64 {
        RESIDENT_MB + if self.hashes { HASH_MB } else { 0.0 }
    }
}

/// What most operations are: a request through the gateway that asks nobody but the table.
fn plain() -> Operation {
    Operation {
        name: "health",
        function: "api-docs",
        memory_mb: 256.0,
        through_gateway: true,
        other_cost: 0.0,
        other_wait_ms: 0.0,
        budget: Budget::default(),
        variables: &[],
        event: health,
        before: |_| Vec::new(),
        is_right: |answer| answer["statusCode"] == 200,
    }
}

/// Every operation there is.
pub(crate) fn all() -> Vec<Operation> {
    let webhook = Operation {
        name: "webhook accepted",
        function: "webhook-mercadopago",
        other_cost: SQS_FIFO_MILLION,
        other_wait_ms: QUEUE_WAIT_MS,
        event: webhook,
        ..plain()
    };
    let others = [plain(), webhook];
    coming_in().into_iter().chain(looking()).chain(booking()).chain(others).collect()
}

fn coming_in() -> Vec<Operation> {
    vec![
        Operation {
            name: "token verified",
            function: "authorizer",
            through_gateway: false,
            event: authorize,
            // A refused token is let through to the function, marked.
            is_right: |answer| answer["context"]["account_id"].is_string(),
            ..plain()
        },
        Operation {
            name: "login",
            function: "api-auth",
            memory_mb: 512.0,
            budget: Budget { hashes: true, ..Budget::default() },
            event: |world| log_in(world, EMAIL),
            ..plain()
        },
        // What a hash takes swings by more than all the rest, so the rest is measured by itself.
        Operation {
            name: "login, the hash left out",
            function: "api-auth",
            memory_mb: 512.0,
            budget: Budget { cpu_ms: Some(2.0), ..Budget::default() },
            variables: &[("PASSWORD_MEMORY_KIB", "8"), ("PASSWORD_PASSES", "1")],
            event: |world| log_in(world, LIGHT_EMAIL),
            ..plain()
        },
        Operation {
            name: "refresh",
            function: "api-sessions",
            // Two rounds: session, club with membership, and roles side by side, and the exchange; before them the
            // limit of an address that nobody came from yet.
            budget: Budget { requests: Some(5), ..Budget::default() },
            event: refresh,
            ..plain()
        },
    ]
}

fn looking() -> Vec<Operation> {
    vec![
        Operation {
            name: "availability, 20 courts",
            function: "api-bookings",
            budget: Budget { cpu_ms: Some(1.0), requests: Some(1), ..Budget::default() },
            event: availability,
            before: |world| {
                let hours = world.hall.busy_hours(world.busy_day()).into_iter();
                hours.map(|(court, start)| book(world, &world.hall, court, &start, None)).collect()
            },
            ..plain()
        },
        Operation {
            name: "availability, 500 courts, 7 days",
            function: "api-calendar",
            budget: Budget { cpu_ms: Some(60.0), ..Budget::default() },
            event: search,
            ..plain()
        },
    ]
}

fn booking() -> Vec<Operation> {
    let booking = || Operation {
        function: "api-bookings",
        other_wait_ms: PROVIDER_WAIT_MS,
        is_right: |answer| answer["statusCode"] == 201,
        ..plain()
    };
    vec![
        Operation {
            name: "booking",
            // Whether they may come in, beside the limit of somebody who was not here yet; the round of reads, a batch
            // beside the prices; the transaction; and where it is paid.
            budget: Budget { cpu_ms: Some(2.0), requests: Some(6), ..Budget::default() },
            event: |world| book_in(world, &world.hall, None),
            ..booking()
        },
        Operation {
            name: "booking, ten rules",
            budget: Budget { cpu_ms: Some(3.0), requests: Some(6), ..Budget::default() },
            event: |world| book_in(world, &world.strict, None),
            ..booking()
        },
        Operation {
            name: "booking, Idempotency-Key",
            event: |world| book_in(world, &world.hall, Some(kernel::random_uuid().to_string())),
            ..booking()
        },
        Operation {
            name: "a year of weekly bookings",
            function: "api-series",
            budget: Budget { cpu_ms: Some(2_000.0), ..Budget::default() },
            event: series,
            is_right: |answer| answer["statusCode"] == 201,
            ..plain()
        },
    ]
}

/// What is asked most, with what is done before it.
pub(crate) fn asked_most() -> Vec<Operation> {
    let asked = ["availability, 20 courts", "booking"];
    all().into_iter().filter(|operation| asked.contains(&operation.name)).collect()
}

/// The same and its lists, of a table that has grown.
pub(crate) fn growing() -> Vec<Operation> {
    let again = |operation| Operation { before: |_| Vec::new(), ..operation };
    let mut operations: Vec<_> = asked_most().into_iter().map(again).collect();
    let listing = |name, event| Operation { name, function: "api-bookings", event, ..plain() };
    operations.push(listing("own bookings, one page", own_bookings));
    operations.push(listing("a venue's day", venue_day));
    operations
}

fn own_bookings(world: &World) -> Value {
    get(world, world.regular(), "/v1/bookings", "limit=20")
}

fn venue_day(world: &World) -> Value {
    let query = format!("venue_id={}&date={}&limit=20", world.hall.venue, world.busy_day());
    get(world, &world.desk, "/v1/bookings", &query)
}

fn get(world: &World, who: &(AccountId, String), path: &str, query: &str) -> Value {
    let mut event = sample_of(world, "api-bookings/reads-availability.json", who);
    event["rawPath"] = json!(path);
    event["requestContext"]["http"]["path"] = json!(path);
    event["rawQueryString"] = json!(query);
    event
}

/// A sample of `events/` with its placeholders filled in, as somebody's own.
fn sample_of(world: &World, path: &str, (account, token): &(AccountId, String)) -> Value {
    let account = account.to_string();
    sample(
        world,
        path,
        &[("member_token", token), ("staff_token", token), ("account_id", &account)],
    )
}

/// A sample of `events/` with its placeholders filled in.
fn sample(world: &World, path: &str, more: &[(&str, &str)]) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events");
    let mut text = std::fs::read_to_string(folder.join(path)).expect("a sample event");
    let (venue, club) = (world.hall.venue.to_string(), world.club.to_string());
    let (account, day) = (world.account.to_string(), world.busy_day().to_string());
    let known = [
        ("member_token", world.token.as_str()),
        ("venue_id", &venue),
        ("club_id", &club),
        ("account_id", &account),
        ("date", &day),
    ];
    for (name, value) in more.iter().chain(&known) {
        text = text.replace(&format!("{{{{{name}}}}}"), value);
    }
    serde_json::from_str(&text).expect("a sample event is JSON")
}

fn health(world: &World) -> Value {
    sample(world, "api-docs/answers-that-it-is-healthy.json", &[])
}

fn authorize(world: &World) -> Value {
    sample(world, "authorizer/lets-a-member-in.json", &[])
}

fn log_in(world: &World, email: &str) -> Value {
    let mut event = sample(world, "api-auth/registers-a-member.json", &[]);
    event["rawPath"] = json!("/v1/auth/login");
    event["requestContext"]["http"]["path"] = json!("/v1/auth/login");
    if let Some(headers) = event["headers"].as_object_mut() {
        headers.remove("idempotency-key");
    }
    // Each from an address of its own: one address may not sign in so often.
    let number = kernel::random_uuid().as_u128();
    let (one, other) = ((number >> 16) & 0xffff, number & 0xffff);
    let address = format!("2001:db8:{one:x}:{other:x}::1");
    event["requestContext"]["http"]["sourceIp"] = json!(address);
    let body = json!({ "email": email, "password": PASSWORD, "club": SLUG });
    event["body"] = json!(body.to_string());
    event
}

fn refresh(world: &World) -> Value {
    let mut event = log_in(world, EMAIL);
    event["rawPath"] = json!("/v1/auth/refresh");
    event["requestContext"]["http"]["path"] = json!("/v1/auth/refresh");
    let body = json!({ "refresh_token": world.refresh_token() });
    event["body"] = json!(body.to_string());
    event
}

fn availability(world: &World) -> Value {
    sample(world, "api-bookings/reads-availability.json", &[])
}

/// The week of five hundred courts, as busy as the day of the twenty.
fn search(world: &World) -> Value {
    let mut event = sample(world, "api-calendar/reads-a-month.json", &[]);
    let venues: Vec<_> = world.many.iter().map(ToString::to_string).collect();
    let (venues, from) = (venues.join(","), world.busy_day());
    let query = format!("venue_id={venues}&from={from}&days=7&duration_minutes=60");
    event["rawQueryString"] = json!(query);
    event
}

/// Staff book the same hour for a member, every week of a year.
fn series(world: &World) -> Value {
    let mut event = sample_of(world, "api-series/previews-a-series.json", &world.desk);
    let (account, _) = world.somebody(&world.yearly);
    let (court, start) = world.yearly.free_weekly_hour(world.free_day());
    let body = json!({
        "venue_id": world.yearly.venue, "court_id": court, "starts_at": start,
        "duration_minutes": 60, "rrule": "FREQ=WEEKLY;COUNT=52", "on_conflict": "all_or_nothing",
        "account_id": account,
    });
    event["body"] = json!(body.to_string());
    event["headers"]["idempotency-key"] = json!(kernel::random_uuid().to_string());
    event
}

fn book_in(world: &World, hall: &Hall, key: Option<String>) -> Value {
    let (court, start) = hall.free_hour(world.free_day());
    book(world, hall, court, &start, key)
}

fn book(
    world: &World,
    hall: &Hall,
    court: kernel::CourtId,
    start: &str,
    key: Option<String>,
) -> Value {
    let mut event = sample_of(world, "api-bookings/books-a-slot.json", world.somebody(hall));
    let body = json!({
        "venue_id": hall.venue, "court_id": court, "starts_at": start, "duration_minutes": 60,
    });
    event["body"] = json!(body.to_string());
    if let Some(headers) = event["headers"].as_object_mut() {
        headers.remove("idempotency-key");
        headers.extend(key.map(|key| ("idempotency-key".to_owned(), json!(key))));
    }
    event
}

/// Each time about another payment, or the queue's own deduplication would be measured.
fn webhook(world: &World) -> Value {
    let payment = kernel::random_uuid().as_u128().to_string();
    let request = "bb56a2f1-6aae-46ac-982e-9dcd3581d08e";
    let seconds = Clock::system().now().as_second();
    let signature = signature(&payment, request, seconds);
    sample(
        world,
        "webhook-mercadopago/accepts-a-signed-notification.json",
        &[("provider_payment_id", &payment), ("mp_signature", &signature)],
    )
}

/// The header `x-signature` as the provider makes it.
pub(crate) fn signature(payment: &str, request: &str, seconds: i64) -> String {
    let manifest = format!("id:{payment};request-id:{request};ts:{seconds};");
    let key = hmac::Key::new(hmac::HMAC_SHA256, WEBHOOK_SECRET.as_bytes());
    let tag = hmac::sign(&key, manifest.as_bytes());
    tag.as_ref()
        .iter()
        .fold(format!("ts={seconds},v1="), |header, byte| format!("{header}{byte:02x}"))
}
