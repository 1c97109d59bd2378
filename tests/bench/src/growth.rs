//! Whether a table that has grown for years costs more: what is asked most, of a thousand bookings and of a million.

use std::time::Instant;

use kernel::{AccountId, BookingId, jiff::ToSpan};
use serde_json::Value;

use crate::{
    copies,
    hall::Hall,
    measure::{Bounds, Measured, binary, measure},
    operation::{Operation, asked_most, growing},
    world::World,
};

const SMALL: usize = 1_000;
const LARGE: usize = 1_000_000;
/// What one import holds in memory.
const PORTION: usize = 20_000;
/// Bookings of one court on one day.
const A_DAY: usize = 15;
/// Bookings of one member that follow each other: more than a page, so that pages are full at both sizes.
const A_MEMBER: usize = 25;

/// Measures and prints.
pub(crate) async fn run(world: &World, bounds: Bounds) {
    for operation in growing() {
        if !binary(operation.function).exists() {
            eprintln!("{} is not built, and so nothing is measured", operation.function);
            return;
        }
    }
    // What functions wrote is what is copied, so they write first.
    for operation in asked_most() {
        measure(world, &operation, Bounds { starts: 1, requests: 20, ..bounds }).await;
    }
    let small = grown(world, bounds, 0, SMALL).await;
    let large = grown(world, bounds, SMALL, LARGE).await;
    println!("operation                  bookings  CPU ms  p50 ms  RRU/WRU");
    for ((operation, before), (_, after)) in small.iter().zip(&large) {
        for (bookings, measured) in [(SMALL, before), (LARGE, after)] {
            println!(
                "{:<25}  {bookings:>8}  {:>6.2}  {:>6.2}  {:.1}/{:.1}",
                operation.name,
                measured.cpu_ms,
                measured.p50_ms,
                measured.paid.read_units,
                measured.paid.write_units
            );
        }
    }
}

async fn grown(
    world: &World,
    bounds: Bounds,
    from: usize,
    to: usize,
) -> Vec<(Operation, Measured)> {
    let begun = Instant::now();
    load(world, &world.hall, from, to);
    eprintln!("{to} bookings after {:.0} s", begun.elapsed().as_secs_f64());
    let mut results = Vec::new();
    for operation in growing() {
        eprintln!("{}: {} of {to} bookings", operation.function, operation.name);
        let measured = measure(world, &operation, bounds).await;
        results.push((operation, measured));
    }
    results
}

/// Bookings of the years before, and the days of their courts.
fn load(world: &World, hall: &Hall, from: usize, to: usize) {
    let database = &world.test.database;
    let booking = copies::pattern(database, "booking", hall);
    let day = copies::pattern(database, "court_day", hall);
    let text = |name: &str| booking[name]["S"].as_str().expect("a text").to_owned();
    let old =
        [text("id"), text("account_id"), text("court_id"), text("starts_at")[..10].to_owned()];
    let old_day = [copies::court_of(&day, hall), copies::date_of(&day)];
    let courts = hall.courts.len();
    let place = |number: usize| {
        let (court, days) = (number / A_DAY % courts, number / A_DAY / courts);
        let date = world.busy_day().saturating_sub(i64::try_from(days + 60).expect("days").days());
        (hall.courts[court].to_string(), date.to_string())
    };
    let copied = |number: usize| {
        let (court, date) = place(number);
        let account: AccountId = world.member(number / A_MEMBER);
        let new = [BookingId::new().to_string(), account.to_string(), court.clone(), date.clone()];
        let booking = copies::copy(&booking, &old, &new);
        let is_first = number.is_multiple_of(A_DAY);
        let day = is_first.then(|| copies::copy(&day, &old_day, &[court, date]));
        std::iter::once(booking).chain(day)
    };
    let numbers: Vec<_> = (from..to).collect();
    for portion in numbers.chunks(PORTION) {
        let items: Vec<Value> = portion.iter().copied().flat_map(copied).collect();
        database.load(items);
    }
}
