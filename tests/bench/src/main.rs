//! Benchmarks: what functions take to start, to answer, in CPU, memory, round trips and money, each as the
//! real binary of the dist profile, driven over the Runtime API; and what the pure rules take.
//!
//! `make bench`, or `make bench FUNCTIONS="api-auth authorizer"`. One function at a time meets an embedded
//! DynamoDB in this process. Budgets are printed, not enforced: machines differ.
//!
//! Of `target/dist/bench` itself: `--quick` for fewer requests, `--no-rules` for functions alone,
//! `--with=NAME=value` for one more variable in the functions' environment, `--rush` for the opening rush and nothing
//! else, `--growth` for what is asked most of a table with a thousand and with a million bookings, and nothing else.
#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a benchmark stops at the first surprise, prints its table, and serves side by side"
)]

mod copies;
mod growth;
mod hall;
mod limiter;
mod measure;
mod operation;
mod price;
mod process;
mod report;
mod rules;
mod runtime_api;
mod rush;
mod toll;
mod world;

use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

use measure::{Bounds, binary};
use operation::Operation;

const THOROUGH: Bounds = Bounds { starts: 11, requests: 3_000, time: Duration::from_secs(10) };
/// To see whether everything works.
const QUICK: Bounds = Bounds { starts: 3, requests: 100, time: Duration::from_secs(3) };
/// Hashes whose median is taken.
const HASHES: usize = 11;
/// Threads of this program's own servers; the function has the other core.
const THREADS: usize = 2;

fn main() -> ExitCode {
    let print_panic = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        process::end_all();
        print_panic(panic);
    }));
    let (flags, functions): (Vec<_>, Vec<_>) =
        std::env::args().skip(1).partition(|argument| argument.starts_with("--"));
    if flags.iter().any(|flag| flag == "--rush") {
        return rush::run();
    }
    let bounds = if flags.iter().any(|flag| flag == "--quick") { QUICK } else { THOROUGH };
    let variables = flags.iter().filter_map(|flag| flag.strip_prefix("--with=")?.split_once('='));
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let chosen = |operation: &Operation| {
        functions.is_empty() || functions.iter().any(|function| function == operation.function)
    };
    let operations: Vec<_> = operation::all().into_iter().filter(chosen).collect();
    for function in &functions {
        if operations.iter().all(|operation| operation.function != *function) {
            eprintln!("no operation of {function} is measured; see tests/bench/src/operation.rs");
            return ExitCode::FAILURE;
        }
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(THREADS)
        .enable_all()
        .build()
        .expect("a runtime");
    let grows = flags.iter().any(|flag| flag == "--growth");
    if grows {
        runtime.block_on(async {
            growth::run(&world::World::start(variables).await, bounds).await;
        });
        process::end_all();
        return ExitCode::SUCCESS;
    }
    let results = runtime.block_on(async {
        tokio::select! {
            results = run(operations, bounds, variables) => {
                Some((results, limiter::measure().await))
            }
            _ = tokio::signal::ctrl_c() => None,
        }
    });
    drop(runtime);
    process::end_all();
    let Some((results, kept)) = results else { return ExitCode::FAILURE };
    let rules = if flags.iter().any(|flag| flag == "--no-rules") {
        Vec::new()
    } else {
        rules::measure(&binary("").with_file_name("criterion"))
    };
    report::print(&results, &rules, hash_ms());
    println!("{}", kept.line());
    ExitCode::SUCCESS
}

async fn run(
    operations: Vec<Operation>,
    bounds: Bounds,
    variables: Vec<(String, String)>,
) -> Vec<(Operation, measure::Measured)> {
    let world = world::World::start(variables).await;
    let mut results = Vec::new();
    for operation in operations {
        if !binary(operation.function).exists() {
            eprintln!("{} is not built, and so not measured", operation.function);
            continue;
        }
        eprintln!("{}: {}", operation.function, operation.name);
        let measured = measure::measure(&world, &operation, bounds).await;
        results.push((operation, measured));
    }
    results
}

/// The median time of one password hash, by the same code on the same machine.
fn hash_ms() -> f64 {
    let mut times: Vec<_> = (0..HASHES)
        .map(|_| {
            let begun = Instant::now();
            identity::verify_password(world::PASSWORD, None, identity::PasswordCost::default())
                .expect("a verdict");
            begun.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[HASHES / 2].as_secs_f64() * 1_000.0
}
