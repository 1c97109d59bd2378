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
//! | What has a member in their wallet? | `T#<club>#LEDGER#<wallet>` / `<currency>` | currencies, one query |
//! | What came into it and went out, latest first? | gsi2 `T#<club>#LEDGER#<wallet>` | one page |
//!
//! A *wallet* is the account of what the club owes to one member. Nobody else's money meets it, so it has one
//! item, and no more is taken from it than there is: that is a condition of the posting's own write. The
//! books show all wallets as one account, whose shares change with them.
//!
//! It publishes nothing: whoever posts tells the fact that was booked.

mod address;
mod balance;
mod reference;
mod store;
mod transaction;
mod wallet;

pub use address::AccountAddress;
pub use balance::{Account, Share, balances};
pub use reference::Reference;
pub use store::{
    accounts, post, post_emptying, posted, statement, transactions, wallet, wallet_stays_empty,
};
pub use transaction::{Posting, Transaction, Unsound};
pub use wallet::{INSUFFICIENT_FUNDS, WALLET_CHANGED};

/// The code of a posting whose reference is in the books already.
pub const ALREADY_POSTED: &str = "ALREADY_POSTED";
