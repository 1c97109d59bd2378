//! What somebody who is erased has in their wallet: paid out before, or left to the club if they say so.

use futures::future::try_join;
use garde::Validate;
use kernel::{AccountId, Currency, Error, Money, Result, jiff::Timestamp};
use serde::Deserialize;
use serde_json::json;
use table::{TenantTable, Write};

/// What shall become of it.
#[derive(Debug, Clone, Copy, Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
#[garde(allow_unvalidated)]
pub(crate) struct ErasureOptions {
    /// Leaves to the club what is in their wallet. Without it, nobody is erased who has something there.
    #[serde(default)]
    pub(crate) forfeit_wallet: bool,
}

/// The wallet of somebody who goes.
pub(crate) struct Wallet {
    balances: Vec<Money>,
    currency: Currency,
}

impl Wallet {
    /// `conflict`, `WALLET_NOT_EMPTY`, where there is something in it that is not left to the club.
    pub(crate) async fn of(
        table: &TenantTable,
        account: AccountId,
        options: ErasureOptions,
    ) -> Result<Self> {
        let (mut balances, settings) =
            try_join(ledger::wallet(table, account), tenancy::store::settings(table)).await?;
        balances.retain(|balance| !balance.is_zero());
        if balances.is_empty() || options.forfeit_wallet {
            return Ok(Self { balances, currency: settings.currency });
        }
        let message = "there is money in their wallet; have the club's staff pay it out first, or leave it to the \
                       club with forfeit_wallet";
        Err(Error::conflict("WALLET_NOT_EMPTY", message)
            .with_details(json!({ "balances": balances })))
    }

    /// What is left to the club.
    pub(crate) fn forfeited(&self) -> &[Money] {
        &self.balances
    }

    /// The writes that leave it to the club, or see that still nothing is in it: `conflict`, `WALLET_CHANGED`, where
    /// somebody paid in or out meanwhile.
    pub(crate) fn leave(
        &self,
        table: &TenantTable,
        account: AccountId,
        now: Timestamp,
    ) -> Result<Vec<Write>> {
        let mut writes = payments::forfeit(table, account, &self.balances, now)?;
        if self.balances.iter().all(|balance| balance.currency != self.currency) {
            writes.push(ledger::wallet_stays_empty(table, account, self.currency));
        }
        Ok(writes)
    }
}
