//! The one table.

use crate::{
    measure::Measured,
    operation::{BINARY_MB, FIRST_MS, Operation, READY_MS},
    price::{DYNAMODB_WAIT_MS, REGION, of_a_million},
    rules::Rule,
};

const COLUMNS: [&str; 12] = [
    "operation",
    "ready ms",
    "first ms",
    "warm p50/p99 ms",
    "n",
    "CPU ms",
    "RSS MB",
    "binary MB",
    "table requests",
    "RRU/WRU",
    "$ per million",
    "budget",
];

/// Prints everything that was measured; `hash_ms` is what the password hash takes here.
pub(crate) fn print(results: &[(Operation, Measured)], rules: &[Rule], hash_ms: f64) {
    let mut rows = vec![COLUMNS.map(str::to_owned)];
    rows.extend(results.iter().map(|(operation, measured)| row(operation, measured, hash_ms)));
    rows.extend(rules.iter().map(rule_row));
    let widths: Vec<_> = (0..COLUMNS.len())
        .map(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0))
        .collect();
    println!();
    for row in &rows {
        let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, width))| {
            // Names to the left, numbers to the right, the long last one as it is.
            match column {
                0 => format!("{cell:<width$}"),
                11 => cell.clone(),
                _ => format!("{cell:>width$}"),
            }
        });
        println!("{}", cells.collect::<Vec<_>>().join("  "));
    }
    println!(
        "\nready: process start to the first request for an event; first: the first answer; both medians. \
         CPU: user and system, of one\nwarm request. Price: {REGION}, arm64, on demand, the template's \
         memory; a round trip to the table is billed as {DYNAMODB_WAIT_MS} ms, a call of\nanother service \
         as `operation.rs` says. A password hash takes {hash_ms:.1} ms here."
    );
    for disagreement in results.iter().filter_map(|(_, measured)| measured.disagreement.as_ref()) {
        println!("WARNING {disagreement}");
    }
}

fn row(operation: &Operation, measured: &Measured, hash_ms: f64) -> [String; COLUMNS.len()] {
    let paid = &measured.paid;
    [
        operation.name.to_owned(),
        format!("{:.1}", measured.ready_ms),
        format!("{:.1}", measured.first_ms),
        format!("{:.2}/{:.2}", measured.p50_ms, measured.p99_ms),
        measured.requests.to_string(),
        format!("{:.2}", measured.cpu_ms),
        format!("{:.1}", measured.resident_mb),
        format!("{:.1}", measured.binary_mb),
        requests(measured),
        format!("{:.1}/{:.1}", paid.read_units, paid.write_units),
        format!("{:.2}", of_a_million(operation, measured.cpu_ms, paid)),
        verdict(operation, measured, hash_ms),
    ]
}

fn rule_row(rule: &Rule) -> [String; COLUMNS.len()] {
    let mut row = [const { String::new() }; COLUMNS.len()];
    row[0] = format!("rule: {}", rule.name);
    row[5] = format!("{:.2} µs", rule.microseconds);
    row
}

/// `1 BatchGetItem, 1 TransactWriteItems`
fn requests(measured: &Measured) -> String {
    let requests = measured.paid.requests.iter();
    let named: Vec<_> = requests.map(|(operation, count)| format!("{count} {operation}")).collect();
    if named.is_empty() { "0".to_owned() } else { named.join(", ") }
}

/// `ok`, or what is over its budget and by how much.
fn verdict(operation: &Operation, measured: &Measured, hash_ms: f64) -> String {
    let budget = &operation.budget;
    let requests = budget.requests.map(f64::from);
    let limits = [
        ("ready", measured.ready_ms, Some(READY_MS)),
        ("first", measured.first_ms, Some(FIRST_MS + if budget.hashes { hash_ms } else { 0.0 })),
        ("RSS", measured.resident_mb, Some(budget.resident_mb())),
        ("binary", measured.binary_mb, Some(BINARY_MB)),
        ("CPU", measured.cpu_ms, budget.cpu_ms),
        // Limits are leased once in a while: what is not a whole request is theirs.
        ("requests", measured.paid.round_trips().floor(), requests),
    ];
    let over: Vec<_> = limits
        .iter()
        .filter_map(|(name, value, limit)| {
            let limit = limit.filter(|limit| value > limit)?;
            Some(format!("{name} {value:.1} > {limit:.1}"))
        })
        .collect();
    if over.is_empty() { "ok".to_owned() } else { format!("over: {}", over.join(", ")) }
}
