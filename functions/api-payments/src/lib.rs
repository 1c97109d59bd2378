//! Payments, wallets and the books: the API gateway calls it with authorizer.
//!
//! | route | permission |
//! |---|---|
//! | `POST /v1/bookings/{booking_id}/checkout` | `booking:self`; one's own booking |
//! | `GET /v1/payments/{payment_id}` | `booking:self`; one's own payment, or `payment:read` |
//! | `POST /v1/payments/{payment_id}/refund` | `payment:refund` |
//! | `GET /v1/users/{account_id}/wallet` | `profile:self`; another's: a guardian, or `payment:read` |
//! | `GET /v1/users/{account_id}/wallet/entries` | the same |
//! | `POST /v1/users/{account_id}/wallet/entries` | `wallet:manage`; out, and corrections: `payment:refund`, too |
//! | `GET /v1/ledger/accounts` | `ledger:read` |
//! | `GET /v1/ledger/transactions` | `ledger:read` |

mod accounts;
mod checkout;
mod read;
mod refund;
mod transactions;
mod view;
mod wallet;

use kernel::Permission;
use runtime::Routes;
use utoipa_axum::routes;

/// The route table.
pub fn routes() -> Routes {
    Routes::new()
        .allow(Permission::BookingSelf, routes!(checkout::open_checkout))
        .allow(Permission::BookingSelf, routes!(read::read_payment))
        .allow(Permission::PaymentRefund, routes!(refund::refund_payment))
        .allow(Permission::ProfileSelf, routes!(wallet::read::read_wallet))
        .allow(Permission::ProfileSelf, routes!(wallet::list_entries::list_entries))
        .allow(Permission::WalletManage, routes!(wallet::enter::enter))
        .allow(Permission::LedgerRead, routes!(accounts::list_accounts))
        .allow(Permission::LedgerRead, routes!(transactions::list_transactions))
}
