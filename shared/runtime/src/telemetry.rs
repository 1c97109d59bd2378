//! Logs and metrics: JSON lines and CloudWatch's embedded metric format, both on standard output.

use std::{sync::OnceLock, time::Instant};

use metrics_cloudwatch_embedded::Collector;
use table::Usage;
use tracing::Level;

use crate::{App, Config};

static METRICS: OnceLock<Option<&'static Collector>> = OnceLock::new();

/// Starts logging and metrics, once a process.
pub(crate) fn start(config: &Config) {
    let level: Level = config.log_level().parse().unwrap_or(Level::INFO);
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_target(false)
        .with_max_level(level)
        .init();
    METRICS.get_or_init(|| {
        metrics_cloudwatch_embedded::Builder::new()
            .cloudwatch_namespace("ClubPulse")
            .with_dimension("stage", config.stage().unwrap_or("local").to_owned())
            .init()
            .ok()
    });
}

/// The measure of one invocation: how long, and what the table cost.
pub(crate) struct Invocation {
    started: Instant,
    before: Usage,
}

impl Invocation {
    pub(crate) fn start(app: &App) -> Self {
        Self { started: Instant::now(), before: app.usage() }
    }

    pub(crate) fn duration_ms(&self) -> f64 {
        (self.started.elapsed().as_secs_f64() * 100_000.0).round() / 100.0
    }

    pub(crate) fn usage(&self, app: &App) -> Usage {
        app.usage().since(self.before)
    }
}

/// Writes the metrics that an invocation counted.
pub(crate) fn flush() {
    if let Some(Some(collector)) = METRICS.get()
        && let Err(error) = collector.flush(std::io::stdout())
    {
        tracing::warn!(%error, "metrics were not written");
    }
}
