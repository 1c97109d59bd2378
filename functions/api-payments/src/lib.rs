//! Payments, wallets and the books: the API gateway calls it with authorizer.
//!
//! | route | permission |
//! |---|---|
//! | `POST /v1/bookings/{booking_id}/checkout` | `booking:self`; one's own part |
//! | `POST /v1/bookings/{booking_id}/payments/{payment_id}/take-over` | `booking:self`; another's booking: `booking:manage`, too |
//! | `POST /v1/bookings/{booking_id}/payments/{payment_id}/settle` | `booking:manage`, there or in the club |
//! | `GET /v1/users/{account_id}/debts` | `booking:self`; another's: `payment:read`, too |
//! | `POST /v1/debts/{payment_id}/forgive` | `payment:refund` |
//! | `GET /v1/payments` | `booking:self` |
//! | `GET /v1/payments/{payment_id}` | `booking:self`; one's own payment, or `payment:read` |
//! | `POST /v1/payments/{payment_id}/refund` | `payment:refund` |
//! | `GET /v1/users/{account_id}/wallet` | `profile:self`; another's: a guardian, or `payment:read` |
//! | `GET /v1/users/{account_id}/wallet/entries` | the same |
//! | `POST /v1/users/{account_id}/wallet/entries` | `wallet:manage`; out, and corrections: `payment:refund`, too |
//! | `GET /v1/ledger/accounts` | `ledger:read` |
//! | `GET /v1/ledger/transactions` | `ledger:read` |

mod accounts;
mod bill;
mod checkout;
mod debts;
mod forgive;
mod list_bills;
mod read;
mod refund;
mod settle;
mod take_over;
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
        .allow(Permission::BookingSelf, routes!(take_over::take_over))
        .allow_at_venue(Permission::BookingManage, routes!(settle::settle))
        .allow(Permission::BookingSelf, routes!(list_bills::list_bills))
        .allow(Permission::BookingSelf, routes!(debts::list_debts))
        .allow(Permission::PaymentRefund, routes!(forgive::forgive))
        .allow(Permission::BookingSelf, routes!(read::read_payment))
        .allow(Permission::PaymentRefund, routes!(refund::refund_payment))
        .allow(Permission::ProfileSelf, routes!(wallet::read::read_wallet))
        .allow(Permission::ProfileSelf, routes!(wallet::list_entries::list_entries))
        .allow(Permission::WalletManage, routes!(wallet::enter::enter))
        .allow(Permission::LedgerRead, routes!(accounts::list_accounts))
        .allow(Permission::LedgerRead, routes!(transactions::list_transactions))
}
