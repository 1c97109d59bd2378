//! What an event means to a person.

use booking::{Booking, RefundTo, Status};
use futures::future::try_join;
use kernel::{
    AccountId, ClosureId, Email, Error, Event, Money, PersonName, Result,
    jiff::{Timestamp, tz::TimeZone},
};
use notification::{BookingFacts, Due, GivenBack, Notice};
use payments::{Payment, Refund, RefundReason, RefundStatus};
use runtime::App;
use table::TenantTable;

/// Something to be told.
pub(crate) struct News {
    /// What it is about: told once.
    pub(crate) subject: String,
    /// Whom it is told.
    pub(crate) recipient: Recipient,
    /// The clock of where it happens; `None` for the club's.
    pub(crate) time_zone: Option<TimeZone>,
    /// What is said.
    pub(crate) notice: Notice,
    /// The members who play along, and need to know where and whether.
    pub(crate) along: Vec<AccountId>,
}

/// Who is told.
pub(crate) enum Recipient {
    /// Somebody with an account, as it says now.
    Account(AccountId),
    /// Somebody who need not have one.
    Address { email: Email, name: PersonName },
}

/// What the event tells, if it is still so, to whom.
pub(crate) async fn of(app: &App, table: &TenantTable, event: &Event) -> Result<Vec<News>> {
    let parts = async {
        if [booking::CONFIRMED, booking::CANCELLED].contains(&event.kind.as_str()) {
            others_parts(app, table, event).await
        } else {
            Ok(Vec::new())
        }
    };
    let (one, mut all) = Box::pin(try_join(to_one(app, table, event), parts)).await?;
    if let Some(one) = one {
        let is_told = |account| {
            all.iter().any(|news| matches!(news.recipient, Recipient::Account(id) if id == account))
        };
        let along = one.along.iter().copied().filter(|account| !is_told(*account));
        let along: Vec<_> = along.filter_map(|account| one.to_who_plays_along(account)).collect();
        all.extend(along);
        all.push(one);
    }
    Ok(all)
}

impl News {
    /// The same to somebody else who plays; what goes back to them, or is asked of them, they are told apart.
    fn to_who_plays_along(&self, account: AccountId) -> Option<Self> {
        let notice = match self.notice.clone() {
            Notice::BookingCancelled { booking, .. } => {
                Notice::BookingCancelled { booking, refund: None, due: None }
            }
            Notice::BookingClosedOut { booking, reason, rebook, .. } => {
                Notice::BookingClosedOut { booking, reason, refund: None, rebook }
            }
            Notice::BookingMoved { booking, .. } => {
                Notice::BookingMoved { booking, refund: None, due: None }
            }
            notice @ Notice::ClosureAnnounced { .. } => notice,
            _ => return None,
        };
        Some(Self {
            subject: format!("{}.{account}", self.subject),
            recipient: Recipient::Account(account),
            time_zone: self.time_zone.clone(),
            notice,
            along: Vec::new(),
        })
    }
}

async fn to_one(app: &App, table: &TenantTable, event: &Event) -> Result<Option<News>> {
    let now = app.clock().now();
    match event.kind.as_str() {
        booking::CONFIRMED
        | booking::CANCELLED
        | booking::EXPIRED
        | booking::MOVED
        | booking::MISSED => of_booking(app, table, event).await,
        series::event::BOOKED | series::event::CHANGED | series::event::CANCELLED => {
            crate::series_news::of_series(table, event).await
        }
        closures::ANNOUNCED => announced(table, event).await,
        waitlist::OFFERED => offered(table, event, now).await,
        waitlist::SLOT_FREE => slot_free(table, event, now).await,
        payments::event::DECLINED => declined(table, event, now).await,
        payments::event::REFUNDED => refunded(table, event).await.map(Some),
        payments::event::OWED => owed(app, table, event).await,
        identity::MemberRegistered::TYPE => {
            let fact: identity::MemberRegistered = event.data()?;
            Ok(Some(News {
                subject: fact.account_id.to_string(),
                recipient: Recipient::Account(fact.account_id),
                time_zone: None,
                notice: Notice::MemberWelcome(None),
                along: Vec::new(),
            }))
        }
        identity::InvitationCreated::TYPE => invited(app, table, event, now).await,
        _ => Err(Error::malformed("EVENT_UNKNOWN", "nobody is told of events of this type")),
    }
}

/// The mail has the one copy of its token, which is good before the mail is out; one that was sent before
/// stays good.
async fn invited(
    app: &App,
    table: &TenantTable,
    event: &Event,
    now: Timestamp,
) -> Result<Option<News>> {
    let fact: identity::InvitationCreated = event.data()?;
    let invitation = identity::store::invitation(table, fact.invitation_id).await?;
    if invitation.open().is_err() || invitation.expires_at <= now {
        return Ok(None);
    }
    let (invitation, token) = invitation.with_token()?;
    table.write(vec![identity::store::add_token(table, &invitation)?]).await?;
    let (base, slug) =
        (app.config().public_base_url()?, tenancy::store::settings(table).await?.slug);
    let link = format!("{base}/docs#club={slug}&invitation={}", token.reveal());
    let notice = Notice::Invitation { link, expires_at: invitation.expires_at };
    let name = invitation.greeted()?;
    Ok(Some(News {
        // It may be sent again on purpose; each time is news.
        subject: event.id.to_string(),
        recipient: Recipient::Address { email: invitation.email, name },
        time_zone: None,
        notice,
        along: Vec::new(),
    }))
}

async fn of_booking(app: &App, table: &TenantTable, event: &Event) -> Result<Option<News>> {
    let fact: booking::BookingFact = event.data()?;
    // Its series tells all of its dates at once.
    if fact.series_id.is_some() {
        return Ok(None);
    }
    let booking = booking::booking(table, fact.booking_id).await?;
    let notice = match (event.kind.as_str(), booking.status) {
        // What the waiting list booked without asking never was anything but confirmed.
        (booking::CONFIRMED, Status::Confirmed)
            if booking.offer.is_some() && booking.version == 1 =>
        {
            Notice::WaitlistBooked(facts(&booking))
        }
        (booking::CONFIRMED, Status::Confirmed) => Notice::BookingConfirmed {
            due: own_due(table, &booking, app.clock().now()).await?,
            booking: facts(&booking),
        },
        // Until when an offer stood, its own notice has said.
        (booking::EXPIRED, Status::Expired) if booking.offer.is_some() => return Ok(None),
        (booking::EXPIRED, Status::Expired) => Notice::BookingExpired(facts(&booking)),
        (booking::CANCELLED, Status::Cancelled) => match fact.closure_id {
            Some(closure) => closed_out(app, table, &booking, closure).await?,
            None => Notice::BookingCancelled {
                booking: facts(&booking),
                refund: refund_because(table, &booking, RefundReason::BookingCancelled).await?,
                due: own_due(table, &booking, app.clock().now()).await?,
            },
        },
        (booking::MISSED, Status::NoShow) => Notice::BookingMissed(facts(&booking)),
        // Each move is news, of where the booking is by now.
        (booking::MOVED, Status::Confirmed) => {
            let refund = refund_because(table, &booking, RefundReason::BookingMoved).await?;
            let due = own_due(table, &booking, app.clock().now()).await?;
            let notice = Notice::BookingMoved { booking: facts(&booking), refund, due };
            return Ok(Some(news(event.id.to_string(), &booking, notice)));
        }
        _ => return Ok(None),
    };
    Ok(Some(news(booking.id.to_string(), &booking, notice)))
}

/// What others are asked to pay of a booking that is theirs now, or all the same now that it is cancelled.
async fn others_parts(app: &App, table: &TenantTable, event: &Event) -> Result<Vec<News>> {
    let fact: booking::BookingFact = event.data()?;
    let booking = booking::booking(table, fact.booking_id).await?;
    let is_cancelled = event.kind == booking::CANCELLED;
    let stands = if is_cancelled { Status::Cancelled } else { Status::Confirmed };
    let is_theirs = |bill: &Payment| bill.account_id != booking.account_id;
    let bills: Vec<_> = open_bills(table, &booking).await?.into_iter().filter(is_theirs).collect();
    if booking.status != stands || bills.is_empty() {
        return Ok(Vec::new());
    }
    let (link, now) = (link_to(app, table, &booking).await?, app.clock().now());
    let to_payer = |bill: Payment| News {
        // One part may be asked for once more, when the booking is cancelled.
        subject: format!("{}.{}", event.id, bill.id),
        recipient: Recipient::Account(bill.account_id),
        time_zone: Some(booking.time_zone.rules().clone()),
        notice: Notice::PaymentAsked {
            booking: facts(&booking),
            due: Due { amount: bill.amount, by: due_by(&bill, now) },
            is_cancelled,
            link: link.clone(),
        },
        along: Vec::new(),
    };
    Ok(bills.into_iter().map(to_payer).collect())
}

/// What whose booking it is has to pay still.
async fn own_due(table: &TenantTable, booking: &Booking, now: Timestamp) -> Result<Option<Due>> {
    let mut bills = open_bills(table, booking).await?;
    bills.retain(|bill| bill.account_id == booking.account_id);
    let due = bills.iter().map(|bill| Due { amount: bill.amount, by: due_by(bill, now) });
    Ok(due.reduce(|sum, one| Due {
        amount: Money::new(sum.amount.amount + one.amount.amount, sum.amount.currency),
        by: sum.by.zip(one.by).map(|(sum, one)| sum.min(one)),
    }))
}

async fn open_bills(table: &TenantTable, booking: &Booking) -> Result<Vec<Payment>> {
    let mut payments = payments::some(table, payments::ids_of(booking)).await?;
    payments.retain(Payment::is_open);
    Ok(payments)
}

/// Until when it should be paid, where that is still to come.
fn due_by(bill: &Payment, now: Timestamp) -> Option<Timestamp> {
    bill.bill.map(|bill| bill.due_at).filter(|due_at| *due_at > now)
}

/// Where somebody finds a booking, and pays their part of it.
async fn link_to(app: &App, table: &TenantTable, booking: &Booking) -> Result<String> {
    let slug = tenancy::store::settings(table).await?.slug;
    Ok(format!("{}/docs#club={slug}&booking={}", app.config().public_base_url()?, booking.id))
}

/// The club's doing, so it says why.
async fn closed_out(
    app: &App,
    table: &TenantTable,
    booking: &Booking,
    closure: ClosureId,
) -> Result<Notice> {
    let refund = refund_because(table, booking, RefundReason::BookingCancelled).await?;
    let closure = closures::store::closure(table, closure).await?;
    let rebook = if closure.rebook {
        let slug = tenancy::store::settings(table).await?.slug;
        let (base, venue, date) =
            (app.config().public_base_url()?, booking.venue_id, booking.date());
        Some(format!("{base}/docs#club={slug}&venue={venue}&date={date}"))
    } else {
        None
    };
    let reason = closure.reason.into();
    Ok(Notice::BookingClosedOut { booking: facts(booking), reason, refund, rebook })
}

async fn announced(table: &TenantTable, event: &Event) -> Result<Option<News>> {
    let fact: closures::Announced = event.data()?;
    let booking = booking::booking(table, fact.booking_id).await?;
    if !booking.status.has_slots() {
        return Ok(None);
    }
    let reason = closures::store::closure(table, fact.closure_id).await?.reason.into();
    let notice = Notice::ClosureAnnounced { booking: facts(&booking), reason };
    // Two closures of one booking are two pieces of news.
    let subject = format!("{}.{}", fact.closure_id, booking.id);
    Ok(Some(news(subject, &booking, notice)))
}

/// An offer is worth telling while it stands.
async fn offered(table: &TenantTable, event: &Event, now: Timestamp) -> Result<Option<News>> {
    let fact: waitlist::OfferFact = event.data()?;
    let booking = booking::booking(table, fact.booking_id).await?;
    let Some(held_until) = booking.hold_expires_at.filter(|until| *until > now) else {
        return Ok(None);
    };
    let notice = Notice::WaitlistOffer { booking: facts(&booking), held_until };
    Ok(Some(news(booking.id.to_string(), &booking, notice)))
}

/// Told to who still waits, whoever books it first.
async fn slot_free(table: &TenantTable, event: &Event, now: Timestamp) -> Result<Option<News>> {
    let fact: waitlist::SlotFact = event.data()?;
    let entry = waitlist::entry(table, fact.entry_id).await?;
    if !entry.waits(now) || fact.starts_at <= now {
        return Ok(None);
    }
    let venue = facilities::venue(table, entry.venue_id).await?;
    let court = facilities::court(table, entry.venue_id, fact.court_id).await?;
    let booking = BookingFacts {
        court: court.name.as_str().to_owned(),
        venue: venue.name.as_str().to_owned(),
        starts_at: fact.starts_at,
        ends_at: fact.ends_at,
        // What it costs depends on who books it, and is not mentioned.
        price: Money::new(0, court.price_per_hour.money().currency),
    };
    Ok(Some(News {
        subject: event.id.to_string(),
        recipient: Recipient::Account(entry.account_id),
        time_zone: Some(venue.time_zone.rules().clone()),
        notice: Notice::WaitlistSlotFree(booking),
        along: Vec::new(),
    }))
}

/// A declined try is worth telling while there is time for another.
async fn declined(table: &TenantTable, event: &Event, now: Timestamp) -> Result<Option<News>> {
    let fact: payments::event::PaymentFact = event.data()?;
    let booking = booking::booking(table, fact.booking_id).await?;
    let Some(held_until) = booking.hold_expires_at.filter(|until| *until > now) else {
        return Ok(None);
    };
    let checkout = payments::payment(table, fact.payment_id).await?.checkout_url;
    let notice = Notice::PaymentDeclined { booking: facts(&booking), held_until, checkout };
    // One payment may be declined several times; each is news.
    Ok(Some(news(event.id.to_string(), &booking, notice)))
}

/// A debt is worth telling while it is one.
async fn owed(app: &App, table: &TenantTable, event: &Event) -> Result<Option<News>> {
    let fact: payments::event::PaymentFact = event.data()?;
    let payment = payments::payment(table, fact.payment_id).await?;
    if !payment.is_owed() {
        return Ok(None);
    }
    let booking = booking::booking(table, fact.booking_id).await?;
    let link = link_to(app, table, &booking).await?;
    let notice = Notice::PaymentOwed { booking: facts(&booking), amount: payment.amount, link };
    let recipient = Recipient::Account(payment.account_id);
    Ok(Some(News { recipient, ..news(payment.id.to_string(), &booking, notice) }))
}

async fn refunded(table: &TenantTable, event: &Event) -> Result<News> {
    let fact: payments::event::PaymentFact = event.data()?;
    let booking = booking::booking(table, fact.booking_id).await?;
    let (subject, amount, to) = match fact.refund {
        Some(refund) => (refund.refund_id.to_string(), refund.amount, refund.to),
        None => (event.id.to_string(), fact.refunded, RefundTo::Card),
    };
    let refund = GivenBack { amount, to_wallet: to == RefundTo::Wallet };
    let notice = Notice::PaymentRefunded { booking: facts(&booking), refund };
    // Whoever has paid has it back.
    let recipient = Recipient::Account(fact.account_id);
    Ok(News { recipient, ..news(subject, &booking, notice) })
}

fn news(subject: String, booking: &Booking, notice: Notice) -> News {
    // Who was never told of a booking, because it was only held, need not hear of its end.
    let members = booking.party.members().filter(|_| booking.confirmed_at.is_some());
    News {
        along: members.collect(),
        subject,
        recipient: Recipient::Account(booking.account_id),
        time_zone: Some(booking.time_zone.rules().clone()),
        notice,
    }
}

fn facts(booking: &Booking) -> BookingFacts {
    BookingFacts {
        court: booking.court_name.as_str().to_owned(),
        venue: booking.venue_name.as_str().to_owned(),
        starts_at: booking.starts_at,
        ends_at: booking.ends_at,
        price: booking.price,
    }
}

/// What goes back to whose booking it is for this reason, and where the last of it goes; `None` where nothing does.
async fn refund_because(
    table: &TenantTable,
    booking: &Booking,
    reason: RefundReason,
) -> Result<Option<GivenBack>> {
    let payments = payments::payments_of(table, booking).await?;
    let own = payments.iter().filter(|payment| payment.account_id == booking.account_id);
    let goes_back =
        |refund: &&Refund| refund.reason == reason && refund.status != RefundStatus::Failed;
    let refunds: Vec<_> = own.flat_map(|payment| &payment.refunds).filter(goes_back).collect();
    let amount: i64 = refunds.iter().map(|refund| refund.amount).sum();
    let to_wallet = refunds.last().is_some_and(|last| last.to == RefundTo::Wallet);
    let amount = Money::new(amount, booking.price.currency);
    Ok((!amount.is_zero()).then_some(GivenBack { amount, to_wallet }))
}
