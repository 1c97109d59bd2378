//! What somebody who is erased still has ahead: bookings, places in waiting lists, calendars that show them. Each
//! goes in a transaction of its own, which counts it in the certificate: whoever goes on finds what is left.

use booking::{Canceller, Changed, Diary, Missable, RefundTo};
use kernel::{AccountId, BookingId, Error, Result, WaitlistEntryId, in_rounds, jiff::Timestamp};
use payments::{Paperwork, Payment};
use profiles::store::count_removed;
use table::{PlatformTable, TenantTable};
use waitlist::Status;

/// So often something is decided again because it changed under the decision, or more came meanwhile.
const ROUNDS: usize = 8;

/// Whose it is, and who gives it up for them.
pub(crate) struct Ahead<'a> {
    pub(crate) platform: &'a PlatformTable,
    pub(crate) table: &'a TenantTable,
    pub(crate) account: AccountId,
    pub(crate) by: AccountId,
    pub(crate) now: Timestamp,
}

/// One thing that goes.
#[derive(Debug, Clone, Copy)]
enum Step {
    Cancel(BookingId),
    Leave(WaitlistEntryId),
}

impl Ahead<'_> {
    /// Gives all of it up. Answers the diary in which nothing is ahead any more.
    pub(crate) async fn give_up(&self) -> Result<Diary> {
        let waiter = waitlist::waiter(self.table, self.account).await?;
        for entry in waiter.entries.into_keys() {
            self.again(Step::Leave(entry)).await?;
        }
        self.remove_feeds().await?;
        for _ in 0..ROUNDS {
            let diary = booking::diary(self.table, self.account).await?;
            let mut cancelled = 0;
            for entry in diary.ahead(self.now) {
                let step = Step::Cancel(entry.booking_id);
                cancelled += usize::from(self.again(step).await?);
            }
            if cancelled == 0 {
                return Ok(diary);
            }
        }
        Err(profiles::store::erasure_running())
    }

    /// Answers whether there was something to do.
    async fn again(&self, step: Step) -> Result<bool> {
        let once = || async {
            match step {
                Step::Cancel(booking) => Box::pin(self.cancel(booking)).await,
                Step::Leave(entry) => self.leave(entry).await,
            }
        };
        in_rounds(ROUNDS, is_race, once).await
    }

    /// As the club cancels: all that was paid goes back, and nothing is held against them.
    async fn cancel(&self, id: BookingId) -> Result<bool> {
        let booking = booking::booking(self.table, id).await?;
        if !booking.status.has_slots() {
            return Ok(false);
        }
        let by_club = Canceller::Staff { waive: true };
        let terms = booking::policy(self.table, booking.venue_id).await?.terms;
        let verdict = terms.cancellation.judge(&booking, 0, by_club, self.now)?;
        let payments = payments::payments_of(self.table, &booking).await?;
        let refund = payments::goes_back(&payments, |left| verdict.share(left));
        let diary = Diary::default();
        let against = Missable { diary: &diary, strikes: None };
        let came = (self.by, against);
        let Changed { mut writes, .. } = booking::cancel_by_policy(
            self.table,
            &booking,
            verdict.with(refund, None),
            came,
            self.now,
        )?;
        // What a wallet paid goes back there all the same, and staff pay it out.
        let share = |paid: &Payment| verdict.share(paid.refundable());
        let mut paperwork = Paperwork::default();
        paperwork.give_up(&payments, (share, RefundTo::Card), |_| 0, self.now)?;
        writes.extend(paperwork.writes(self.table, self.platform)?);
        writes.push(count_removed(self.table, self.account, "bookings_ahead", 1));
        self.table.write(writes).await?;
        Ok(true)
    }

    async fn leave(&self, id: WaitlistEntryId) -> Result<bool> {
        let entry = match waitlist::entry(self.table, id).await {
            // It has ended, and was forgotten.
            Err(error) if error.code() == "WAITLIST_ENTRY_NOT_FOUND" => return Ok(false),
            entry => entry?,
        };
        if entry.status != Status::Waiting {
            return Ok(false);
        }
        let mut writes = match waitlist::leave(self.table, &entry, self.now).await {
            // What it offered was taken: a booking like the others.
            Err(error) if error.code() == "WAITLIST_ENTRY_ENDED" => return Ok(false),
            left => left?.1,
        };
        writes.push(count_removed(self.table, self.account, "waitlist_entries", 1));
        self.table.write(writes).await?;
        Ok(true)
    }

    async fn remove_feeds(&self) -> Result<()> {
        let (count, mut writes) = calendar::remove_all(self.table, self.account).await?;
        if count > 0 {
            writes.push(count_removed(self.table, self.account, "calendar_feeds", count));
        }
        self.table.write(writes).await
    }
}

fn is_race(error: &Error) -> bool {
    booking::may_be_repeated(error)
        || matches!(error.code(), "BOOKING_CHANGED" | "CONCURRENT_CHANGE" | "WAITLIST_CHANGED")
}
