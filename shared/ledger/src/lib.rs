//! The books: double entry, immutable, in integer minor units.
//!
//! Words: an *account* is an address (`assets:provider:mercadopago`) and comes into being with its first
//! posting; a *posting* adds a signed amount to one account, positive being a debit; a *transaction* is
//! postings that sum to zero in each currency; its *reference* names the fact it books, and books it
//! once. Nothing is ever changed: a correction is a new transaction.
//!
//! | question | keys | items read |
//! |---|---|---|
//! | What does every account hold? | `T#<club>#LEDGER` / `ACCOUNT#…` | accounts × currencies × shards |
//! | Which transactions were there, latest first? | gsi1 `T#<club>#LEDGER` | one page |
//! | Was this reference posted? | `T#<club>#LTX#<reference>` / `TRANSACTION` | 1 |
//!
//! It publishes nothing: whoever posts tells the fact that was booked.

mod address;
mod balance;
mod reference;
mod store;
mod transaction;

pub use address::AccountAddress;
pub use balance::{Account, Share, balances};
pub use reference::Reference;
pub use store::{accounts, post, posted, transactions};
pub use transaction::{Posting, Transaction, Unsound};

/// The code of a posting whose reference is in the books already.
pub const ALREADY_POSTED: &str = "ALREADY_POSTED";
