//! What can be wrong with taking from a wallet.

use kernel::{Error, Money};
use serde_json::json;

/// The code of a posting that takes more from a wallet than there is.
pub const INSUFFICIENT_FUNDS: &str = "INSUFFICIENT_FUNDS";
/// The code of a posting that wanted all that was in a wallet, which is another amount by now.
pub const WALLET_CHANGED: &str = "WALLET_CHANGED";

/// 409: there is less than is needed; the details have both.
pub(crate) fn insufficient_funds(balance: i64, needed: Money) -> Error {
    let balance = Money { amount: balance, ..needed };
    Error::conflict(INSUFFICIENT_FUNDS, format!("the wallet has {balance}, and it takes {needed}"))
        .with_details(json!({ "balance": balance, "needed": needed }))
}

/// 409: somebody paid in or out meanwhile.
pub(crate) fn wallet_changed() -> Error {
    Error::conflict(
        WALLET_CHANGED,
        "the wallet changed at the same moment; read it again and repeat",
    )
}
