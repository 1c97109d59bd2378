//! `POST /v1/users/me/erase` and `POST /v1/users/{account_id}/erase`.
//!
//! First they stop being a member, with the certificate that says so, in one transaction: whoever may not
//! go, loses nothing. From then on every part removes what is still there, so that a call that was killed
//! is completed by the next. The certificate is completed last.

use audit::Entry;
use axum::extract::State;
use booking::Diary;
use identity::Actor;
use kernel::{AccountId, Permission, Result, jiff::Timestamp};
use profiles::{Erasure, ErasureStatus, Export, store};
use runtime::App;
use serde_json::{Value, json};
use table::{PlatformTable, TenantTable, Write};
use web::{
    Caller, ClientAddress, Correlation, Envelope, Id, Outcome, Params, Problem, Reply, standing,
};

use crate::{
    ahead::Ahead,
    family::Family,
    read_erasure::ErasureView,
    start_export::member_not_found,
    wallet::{ErasureOptions, Wallet},
};

/// So often it is completed again because something was booked meanwhile.
const ROUNDS: usize = 4;
/// Writes of one transaction.
const TOGETHER: usize = 90;

/// Be forgotten by the club: profile, consents, photo, sessions and exports are deleted, and with the last
/// club the account, too.
///
/// A guardian goes once each of their children has another one, or was erased before; whoever has money in their
/// wallet, once it was paid out, or if they leave it to the club.
///
/// Bookings ahead are cancelled as the club cancels: what was paid for them goes back. Places in waiting lists and
/// calendar feeds are given up. Bookings, payments and the ledger stay, under the account's id alone. A call that
/// broke off is completed by the next.
#[utoipa::path(
    post,
    path = "/v1/users/me/erase",
    tag = "privacy",
    params(ErasureOptions),
    responses(
        (status = 200, body = Envelope<ErasureView>, description = "The certificate; the same if it was done before."),
        (status = 404, body = Problem, description = "MEMBER_NOT_FOUND."),
        (status = 409, body = Problem, description = "LAST_OWNER, GUARDIAN_NEEDED (the details name the children), WALLET_NOT_EMPTY (the details have the balances), WALLET_CHANGED, ERASURE_RUNNING, CONCURRENT_CHANGE."),
        (status = 422, body = Problem, description = "QUERY_INVALID."),
    )
)]
pub(crate) async fn erase_own(
    State(app): State<App>,
    caller: Caller,
    address: ClientAddress,
    correlation: Correlation,
    Params(options): Params<ErasureOptions>,
) -> Outcome<ErasureView> {
    let account = caller.account();
    let work = Work::new(&app, &caller, account, (address, correlation))?;
    Ok(Reply::ok(work.run(options).await?.into()))
}

/// Have a member forgotten by the club, as if they had asked for it themselves.
///
/// A guardian goes once each of their children has another one, or was erased before; whoever has money in their
/// wallet, once it was paid out, or with `forfeit_wallet`, which the audit log tells. Bookings ahead are cancelled as
/// the club cancels.
#[utoipa::path(
    post,
    path = "/v1/users/{account_id}/erase",
    tag = "privacy",
    params(("account_id" = AccountId, Path), ErasureOptions),
    responses(
        (status = 200, body = Envelope<ErasureView>, description = "The certificate; the same if it was done before."),
        (status = 403, body = Problem, description = "PERMISSION_MISSING, STEP_UP_REQUIRED, TARGET_OUTRANKS."),
        (status = 404, body = Problem, description = "MEMBER_NOT_FOUND."),
        (status = 409, body = Problem, description = "LAST_OWNER, GUARDIAN_NEEDED (the details name the children), WALLET_NOT_EMPTY (the details have the balances), WALLET_CHANGED, ERASURE_RUNNING, CONCURRENT_CHANGE."),
        (status = 422, body = Problem, description = "QUERY_INVALID."),
    )
)]
pub(crate) async fn erase_member(
    State(app): State<App>,
    caller: Caller,
    Id(account): Id<AccountId>,
    address: ClientAddress,
    correlation: Correlation,
    Params(options): Params<ErasureOptions>,
) -> Outcome<ErasureView> {
    let work = Work::new(&app, &caller, account, (address, correlation))?;
    Ok(Reply::ok(work.run(options).await?.into()))
}

struct Work<'a> {
    app: &'a App,
    caller: &'a Caller,
    platform: PlatformTable,
    table: TenantTable,
    account: AccountId,
    address: ClientAddress,
    correlation: Correlation,
    now: Timestamp,
}

impl<'a> Work<'a> {
    fn new(
        app: &'a App,
        caller: &'a Caller,
        account: AccountId,
        (address, correlation): (ClientAddress, Correlation),
    ) -> Result<Self> {
        let (platform, table) = (app.table().platform(), app.tenant_table(caller)?);
        let now = app.clock().now();
        Ok(Self { app, caller, platform, table, account, address, correlation, now })
    }

    async fn run(&self, options: ErasureOptions) -> Result<Erasure> {
        let before = store::erasure(&self.table, self.account).await?;
        match before {
            Some(erasure) if erasure.status == ErasureStatus::Running => {}
            before => match identity::store::membership(&self.table, self.account).await? {
                Some(membership) => self.begin(&membership, before, options).await?,
                None => return before.ok_or_else(member_not_found),
            },
        }
        let mut rounds = ROUNDS;
        let mut diary = self.ahead().give_up().await?;
        self.remove_files().await?;
        self.write_all(store::erase(&self.table, self.account).await?).await?;
        let club = self.table.tenant().club();
        let sessions = identity::store::remove_sessions(&self.platform, self.account, club).await?;
        self.write_all(sessions).await?;
        let account_removed = self.remove_account().await?;
        loop {
            rounds -= 1;
            match self.complete(account_removed, &diary).await {
                // Something was booked meanwhile, or a hold ended.
                Err(error) if rounds > 0 && booking::may_be_repeated(&error) => {
                    diary = self.ahead().give_up().await?;
                }
                completed => return completed,
            }
        }
    }

    fn ahead(&self) -> Ahead<'_> {
        let Self { platform, table, account, now, .. } = self;
        Ahead { platform, table, account: *account, by: self.caller.account(), now: *now }
    }

    /// They are no member from now on.
    async fn begin(
        &self,
        membership: &identity::Membership,
        before: Option<Erasure>,
        options: ErasureOptions,
    ) -> Result<()> {
        let club = self.table.tenant().club();
        let family = Family::of(&self.table, self.account, self.now).await?;
        let wallet = Wallet::of(&self.table, self.account, options).await?;
        let everything = store::everything(&self.table, self.account).await?;
        let sessions = identity::store::remove_sessions(&self.platform, self.account, club).await?;
        let exports = store::exports_of(&self.table, self.account).await?;
        let counts = (sessions.len(), exports.len());
        let by = self.caller.account();
        let mut erasure = Erasure::new(self.account, by, &everything, counts, self.now);
        erasure.previous_hash = before.and_then(|before| before.hash);
        let was = json!({ "roles": membership.roles, "status": membership.status });
        let forfeited = wallet.forfeited();
        let is = (!forfeited.is_empty()).then(|| json!({ "forfeited": forfeited }));
        let entry = self.entry("member.erasure_started", Some(was), is);
        let actor = self.actor(membership).await?;
        audit::commit(&self.table, entry, self.now, || {
            let mut writes = identity::store::expel(&self.table, membership);
            let actor = actor.as_ref();
            writes.extend(actor.and_then(|it| it.unchanged(&self.table, Some(self.account))));
            writes.push(store::begin_erasure(&self.table, &erasure)?);
            writes.extend(family.leave(&self.table, self.account));
            writes.extend(wallet.leave(&self.table, self.account, self.now)?);
            Ok(writes)
        })
        .await
        .map_err(|error| match error.code() {
            // A twin of this call was quicker.
            "MEMBER_NOT_FOUND" => store::erasure_running(),
            _ => error,
        })
        .map(drop)
    }

    /// Who erases somebody else must not be outranked by them.
    async fn actor(&self, member: &identity::Membership) -> Result<Option<Actor>> {
        if self.caller.account() == self.account {
            return Ok(None);
        }
        let needed = Permission::ProfileErase;
        let actor = Actor::load(&self.table, self.caller.claims(), needed).await?;
        actor.may_change(member)?;
        Ok(Some(actor))
    }

    /// Photo and exports. What an export puts there meanwhile is dropped by the bucket after a week.
    async fn remove_files(&self) -> Result<()> {
        let (storage, club) = (self.app.storage()?, self.table.tenant().club());
        storage.delete(&profiles::photo_key(club, self.account)).await?;
        for export in store::exports_of(&self.table, self.account).await? {
            storage.delete(&export.file_key(club)).await?;
            for part in Export::PARTS {
                storage.delete(&export.part_key(club, part)).await?;
            }
            self.table.write(vec![store::drop_export(&self.table, &export)]).await?;
        }
        Ok(())
    }

    /// Where this was their last club; answers whether it was.
    async fn remove_account(&self) -> Result<bool> {
        let club = self.table.tenant().club();
        let clubs = identity::store::memberships(&self.platform, self.account).await?;
        if clubs.iter().any(|other| *other != club) {
            return Ok(false);
        }
        let Some(account) = identity::store::account(&self.platform, self.account).await? else {
            // An earlier call removed it.
            return Ok(true);
        };
        if account.is_operator() {
            return Ok(false);
        }
        self.write_all(identity::store::remove_account(&self.platform, &account).await?).await?;
        Ok(true)
    }

    async fn complete(&self, account_removed: bool, diary: &Diary) -> Result<Erasure> {
        // As it is by now: it counts what has gone.
        let running = store::erasure(&self.table, self.account).await?;
        let running = running.filter(|erasure| erasure.status == ErasureStatus::Running);
        let mut erasure =
            running.ok_or_else(store::erasure_running)?.completed(account_removed, self.now);
        let hash = audit::fingerprint(&audit::canonical(&json!(erasure)));
        erasure.hash = Some(hash.clone());
        let is = json!({ "certificate_hash": hash, "removed": erasure.removed });
        let entry = self.entry("member.erased", None, Some(is));
        // The tokens that they have are good until here, so that they can complete it themselves.
        let bar = || standing::bar(&self.table, self.account, self.now);
        let nothing_ahead = || booking::diary_unchanged(&self.table, self.account, diary);
        let completed =
            || Ok(vec![store::complete_erasure(&self.table, &erasure)?, bar(), nothing_ahead()]);
        audit::commit(&self.table, entry, self.now, completed).await?;
        Ok(erasure)
    }

    async fn write_all(&self, mut writes: Vec<Write>) -> Result<()> {
        while !writes.is_empty() {
            let rest = writes.split_off(writes.len().min(TOGETHER));
            self.platform.write(writes).await?;
            writes = rest;
        }
        Ok(())
    }

    fn entry(&self, action: &'static str, before: Option<Value>, after: Option<Value>) -> Entry {
        Entry {
            actor: self.caller.account(),
            session: Some(self.caller.session()),
            action,
            target: self.account.to_string(),
            before,
            after,
            address: self.address.0.clone(),
            correlation: self.correlation.0.clone(),
        }
    }
}
