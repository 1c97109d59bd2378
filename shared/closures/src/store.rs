//! What closures keep in the table: themselves and their results.

mod closures;
mod results;

pub use closures::{closure, closures_of, create, days, save};
pub use results::{known, record, result, results, settle};
