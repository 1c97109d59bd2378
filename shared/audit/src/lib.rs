//! The audit log: who did what to whom, in a chain that shows when somebody bends it.
//!
//! Words: a club and the platform have one *log* each; an *entry* is what a handler says of a sensitive
//! act; a *record* is the entry in its place in the chain, with the hash of the record before; the *head*
//! is where the chain ends.
//!
//! | question | keys | items read |
//! |---|---|---|
//! | Where does the chain end? | `T#<club>#AUDIT` / `HEAD` | 1 |
//! | What happened, newest first? | `T#<club>#AUDIT#<block>` / `<sequence>`, a thousand records a block | one page |
//! | What did this account do? | gsi1 `T#<club>#AUDITACTOR#<account>` → sequence | one page |
//! | What was done to this? | gsi2 `T#<club>#AUDITTARGET#<target>` → sequence | one page |
//! | Which record is the first of this day? | `T#<club>#AUDIT#<block>` / `<sequence>`, by halving | about 17 of 100 000 |
//! | Is the chain whole? | every block from the first | all |
//!
//! The platform's log has the same keys with `P#` in front.
//!
//! Invariants: a record and the act that it tells are one transaction, so there is neither without the
//! other. A record is never changed. Times never go back along a chain, whatever the clocks of the
//! machines say, so a span of time is a span of sequences.

mod canonical;
mod chain;
mod entry;
mod filter;
mod record;
pub mod store;

pub use canonical::canonical;
pub use chain::{Break, Fault, Verdict};
pub use entry::{Entry, changes};
pub use filter::Filter;
pub use record::{Record, fingerprint};
pub use store::{Log, commit, write, write_platform, write_telling};
