//! Drives one function through one operation and measures it.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use axum::body::Bytes;
use serde_json::Value;

use crate::{
    operation::Operation,
    process::Process,
    runtime_api::{Answered, RuntimeApi},
    toll::Paid,
    world::World,
};

/// Bounds of one run.
#[derive(Clone, Copy)]
pub(crate) struct Bounds {
    /// Processes whose start is measured.
    pub(crate) starts: u32,
    /// The most warm requests,
    pub(crate) requests: u32,
    /// and the most time for them.
    pub(crate) time: Duration,
}

/// Requests that are counted at the toll instead of being timed.
const COUNTED: u32 = 20;
/// Requests before the warm ones.
const WARMING: u32 = 20;

/// What an operation took.
pub(crate) struct Measured {
    pub(crate) ready_ms: f64,
    pub(crate) first_ms: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) requests: u32,
    pub(crate) cpu_ms: f64,
    pub(crate) resident_mb: f64,
    pub(crate) binary_mb: f64,
    /// Of one request.
    pub(crate) paid: Paid,
    /// Where the function's own log tells of other round trips or units than the database.
    pub(crate) disagreement: Option<String>,
}

struct Driven<'a> {
    operation: &'a Operation,
    process: Process,
    api: RuntimeApi,
    ready: Duration,
}

/// The binary of a function: beside this program, so of the same profile.
pub(crate) fn binary(function: &str) -> PathBuf {
    let own = std::env::current_exe().expect("this program has a path");
    own.with_file_name(function)
}

/// Measures an operation.
pub(crate) async fn measure(world: &World, operation: &Operation, bounds: Bounds) -> Measured {
    let before = (operation.before)(world);
    if !before.is_empty() {
        let driven = Driven::start(world, operation, false).await;
        for event in before {
            driven.answer(&event, |answer| answer["statusCode"] == 201).await;
        }
        world.confirm_busy_day().await;
    }
    let (mut ready, mut first) = (Vec::new(), Vec::new());
    for _ in 0..bounds.starts {
        let driven = Driven::start(world, operation, false).await;
        ready.push(driven.ready);
        first.push(driven.invoke(world).await);
    }
    let driven = Driven::start(world, operation, false).await;
    for _ in 0..WARMING {
        driven.invoke(world).await;
    }
    let (cpu_before, begun) = (driven.process.cpu_ms(), Instant::now());
    let mut warm = Vec::new();
    while warm.len() < bounds.requests as usize && begun.elapsed() < bounds.time {
        warm.push(driven.invoke(world).await);
    }
    let cpu_ms = (driven.process.cpu_ms() - cpu_before) / count(&warm);
    let resident_mb = driven.process.resident_mb();
    drop(driven);
    let (paid, disagreement) = pay(world, operation).await;
    world.sweep();
    Measured {
        ready_ms: percentile(&mut ready, 50),
        first_ms: percentile(&mut first, 50),
        p50_ms: percentile(&mut warm, 50),
        p99_ms: percentile(&mut warm, 99),
        requests: u32::try_from(warm.len()).unwrap_or(u32::MAX),
        cpu_ms,
        resident_mb,
        binary_mb: size_mb(&binary(operation.function)),
        paid,
        disagreement,
    }
}

fn count(warm: &[Duration]) -> f64 {
    f64::from(u32::try_from(warm.len()).unwrap_or(u32::MAX))
}

/// In milliseconds; sorts.
fn percentile(durations: &mut [Duration], percent: usize) -> f64 {
    durations.sort_unstable();
    let index = (durations.len() * percent / 100).min(durations.len().saturating_sub(1));
    durations.get(index).map_or(0.0, |duration| duration.as_secs_f64() * 1_000.0)
}

fn size_mb(binary: &Path) -> f64 {
    let length = std::fs::metadata(binary).expect("the binary is there").len();
    f64::from(u32::try_from(length / 1_000).unwrap_or(u32::MAX)) / 1_000.0
}

/// What one request pays for the table, and whether the function's log says the same.
async fn pay(world: &World, operation: &Operation) -> (Paid, Option<String>) {
    let driven = Driven::start(world, operation, true).await;
    // The first one fills caches.
    driven.invoke(world).await;
    let told_before = driven.told_at_least(1).await;
    world.toll.take();
    for _ in 0..COUNTED {
        driven.invoke(world).await;
    }
    let mut paid = world.toll.take();
    let told = driven.told_at_least(COUNTED + 1).await;
    let round_trips = told.round_trips - told_before.round_trips;
    let units = told.units - told_before.units;
    let (passed, passed_units) = (paid.round_trips(), paid.read_units + paid.write_units);
    let differs =
        (round_trips - passed).abs() > f64::EPSILON || (units - passed_units).abs() > 0.05;
    let disagreement = differs.then(|| {
        format!(
            "{}: {COUNTED} requests made {passed} round trips and {passed_units} units, \
             their log lines say {round_trips} and {units}",
            operation.name
        )
    });
    let each = f64::from(COUNTED);
    paid.read_units /= each;
    paid.write_units /= each;
    for requests in paid.requests.values_mut() {
        *requests /= each;
    }
    (paid, disagreement)
}

impl<'a> Driven<'a> {
    async fn start(world: &World, operation: &'a Operation, counted: bool) -> Self {
        let mut api = RuntimeApi::start().await;
        let mut environment = world.environment(operation.function, counted);
        let own = operation.variables.iter();
        environment.extend(own.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        environment.push(("AWS_LAMBDA_RUNTIME_API".to_owned(), api.address.to_string()));
        let process = Process::spawn(&binary(operation.function), &environment);
        let Some(ready) = api.ready().await else {
            panic!("{} does not get ready{}", operation.function, process.last_lines());
        };
        let ready = ready.duration_since(process.spawned);
        Self { operation, process, api, ready }
    }

    async fn invoke(&self, world: &World) -> Duration {
        self.answer(&(self.operation.event)(world), self.operation.is_right).await
    }

    async fn answer(&self, event: &Value, is_right: fn(&Value) -> bool) -> Duration {
        let answered = self.api.invoke(Bytes::from(event.to_string())).await;
        let Some(Answered { latency, is_answer, text }) = answered else {
            panic!("{}: no answer{}", self.operation.name, self.process.last_lines());
        };
        let answer: Value = serde_json::from_slice(&text).unwrap_or_default();
        assert!(
            is_answer && is_right(&answer),
            "{}: unexpected answer {}{}",
            self.operation.name,
            String::from_utf8_lossy(&text),
            self.process.last_lines()
        );
        latency
    }

    /// What the log says once it has so many lines: it is read a moment after it is written.
    async fn told_at_least(&self, lines: u32) -> crate::process::Told {
        for _ in 0..100 {
            let told = self.process.told();
            if told.lines >= lines {
                return told;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.process.told()
    }
}
