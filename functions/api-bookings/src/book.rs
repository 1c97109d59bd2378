//! `POST /v1/bookings`.

use audit::Entry;
use axum::extract::State;
use booking::{Booking, ExtraWishes, LocalStart, Participant, Payable, RuleName, Wish};
use frontdesk::{Asked, Booked as Done, LookUp, named, participant_unknown};
use garde::Validate;
use kernel::{
    AccountId, BookingId, CourtId, Permission, Result, VenueId, in_rounds, jiff::Timestamp,
    timestamp_text,
};
use payments::{Paperwork, Payment, mercadopago::MercadoPago};
use profiles::{acting_for, user_not_found};
use runtime::App;
use serde::{Deserialize, Serialize};
use serde_json::json;
use table::TenantTable;
use utoipa::ToSchema;
use web::{Body, Caller, Envelope, Outcome, Problem, Reply};

use crate::{
    checkout::{Checkout, CheckoutProblem, connect, open},
    pay::{Arranged, HowPaid, PayWith, arrange, check_spending, from_wallet, spent_for_another},
    read::BookingView,
    store,
};

/// So often a booking is decided again because the court's day changed under it.
const ROUNDS: usize = 4;

/// The booking to be made.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[garde(allow_unvalidated)]
pub(crate) struct NewBooking {
    venue_id: VenueId,
    court_id: CourtId,
    starts_at: LocalStart,
    /// One of the court's durations.
    duration_minutes: u16,
    /// What is wanted beside the court: at most 4 different resources of the venue.
    #[serde(default)]
    extras: ExtraWishes,
    /// Who plays along: members of the club, and guests. Members see the booking; its owner and staff change it.
    #[serde(default)]
    #[schema(max_items = 31)]
    participants: Vec<Participant>,
    /// Whose booking it will be: one's own if absent. One's child's while one is its guardian and it is under age;
    /// another member's takes `booking:manage` at the venue.
    account_id: Option<AccountId>,
    /// How it is paid: by whose it is, at once, if absent.
    #[serde(default)]
    pub(crate) payment: HowPaid,
    /// The rules to override, where they can be; takes `booking:override` at the venue. The audit log says so.
    #[serde(default, rename = "override")]
    #[garde(length(max = 20))]
    overrides: Vec<RuleName>,
    /// By card unless it says otherwise. Out of a member's wallet, staff pay with `wallet:manage` at the venue.
    #[serde(default)]
    pay_with: PayWith,
}

impl NewBooking {
    /// What the front desk is asked, and which rules shall not matter: `PERMISSION_MISSING` where the caller may
    /// not book for another, or against rules; `USER_NOT_FOUND`, `PARTICIPANTS_INVALID`.
    pub(crate) async fn asked(
        self,
        table: &TenantTable,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<(Asked, Vec<RuleName>)> {
        let account_id = self.account_id.unwrap_or(caller.account());
        check_spending(caller, (account_id, self.venue_id), self.pay_with)?;
        // Staff's member is read with what decides.
        if account_id != caller.account()
            && !caller.may_at(Permission::BookingManage, self.venue_id)
        {
            let who = (caller.account(), account_id);
            match acting_for(table, who, false, now).await {
                Err(error) if error.code() == "NOT_GUARDIAN" => {
                    caller.require_at(Permission::BookingManage, self.venue_id)?;
                }
                acting => acting?.comes_in()?,
            }
        }
        if !self.overrides.is_empty() {
            caller.require_at(Permission::BookingOverride, self.venue_id)?;
        }
        let party = named(account_id, self.participants)?;
        let asked = Asked {
            venue_id: self.venue_id,
            court_id: self.court_id,
            wish: Wish { start: self.starts_at, duration_minutes: self.duration_minutes },
            account_id,
            asked_by: caller.account(),
            extras: self.extras,
            party,
            series: None,
        };
        Ok((asked, self.overrides))
    }
}

/// What decides; `USER_NOT_FOUND` where it is asked for somebody who is no member, `PARTICIPANT_UNKNOWN` where one
/// plays along.
pub(crate) async fn look_up(table: &TenantTable, asked: &Asked) -> Result<LookUp> {
    let found = LookUp::of(table, asked).await?;
    if asked.account_id != asked.asked_by && !found.is_member {
        return Err(user_not_found());
    }
    if !found.strangers.is_empty() {
        return Err(participant_unknown(&found.strangers));
    }
    Ok(found)
}

/// A booking, and where it is paid.
#[derive(Serialize, ToSchema)]
pub(crate) struct Booked {
    booking: BookingView,
    /// Null where there is nothing to pay any more, or where `checkout_problem` says why it is missing.
    checkout: Option<Checkout>,
    /// Null unless the provider did not answer: the booking is held all the same.
    checkout_problem: Option<CheckoutProblem>,
}

/// Book a court, for oneself, for one's child or, as staff, for a member.
///
/// A refusal has the code of the first rule that is against it, and under `details.reasons` everything that is.
/// Staff with `booking:override` name the rules that shall not matter; those that are not named still hold.
///
/// The slot is held until the booking is paid, for ten minutes at most; a booking without price, or that is paid
/// later, is confirmed at once, and so is one that is paid out of a wallet, if that has the price. Where the price is
/// split, the owner's part confirms it; each member who plays pays their own until it starts, and what nobody has paid
/// two hours after its end is a debt of theirs.
#[utoipa::path(
    post,
    path = "/v1/bookings",
    tag = "bookings",
    request_body = NewBooking,
    responses(
        (status = 201, body = Envelope<Booked>, description = "Held, or confirmed if free of charge, paid, or paid later."),
        (status = 403, body = Problem, description = "PERMISSION_MISSING, PAY_LATER_NOT_ALLOWED, BOOKING_SUSPENDED, MEMBER_SUSPENDED, LEVEL_UNKNOWN, LEVEL_TOO_LOW, LEVEL_TOO_HIGH, AGE_UNKNOWN, TOO_YOUNG, TOO_OLD."),
        (status = 404, body = Problem, description = "VENUE_NOT_FOUND, COURT_NOT_FOUND, USER_NOT_FOUND, RESOURCE_NOT_FOUND."),
        (status = 409, body = Problem, description = "SLOT_TAKEN, VENUE_RETIRED, COURT_RETIRED, COURT_CLOSED, COURT_BUSY, WINDOW_NOT_OPEN, QUOTA_REACHED, TOO_MANY_BOOKINGS, GUEST_QUOTA_REACHED, ALREADY_BOOKED_THEN, DEBTS_OPEN, RESOURCE_TAKEN, RESOURCE_RETIRED, NO_PRICE, PAYMENTS_NOT_CONNECTED, INSUFFICIENT_FUNDS (the details have the wallet's balance and the price)."),
        (status = 422, body = Problem, description = "DURATION_NOT_ALLOWED, LOCAL_TIME_DOES_NOT_EXIST, LOCAL_TIME_AMBIGUOUS, OFFSET_MISMATCH, START_IN_PAST, NOTICE_TOO_SHORT, TOO_FAR_AHEAD, OUTSIDE_OPENING_HOURS, OFF_GRID, TOO_MANY_PLAYERS, TOO_MANY_GUESTS, PARTICIPANTS_INVALID, PARTICIPANT_UNKNOWN, RESOURCE_NOT_HERE, RESOURCE_CLOSED, PRICE_OUT_OF_RANGE, BODY_INVALID."),
    )
)]
pub(crate) async fn book(
    State(app): State<App>,
    caller: Caller,
    Body(input): Body<NewBooking>,
) -> Outcome<Booked> {
    let (table, how) = (app.tenant_table(&caller)?, (input.payment, input.pay_with));
    let (asked, overrides) = input.asked(&table, &caller, app.clock().now()).await?;
    let once = || Box::pin(make(&app, &caller, &table, (&asked, &overrides, how)));
    let made = in_rounds(ROUNDS, booking::may_be_repeated, once).await;
    let Made { booking, due } = made.map_err(booking::not_repeated)?;
    metrics::counter!("bookings_made").increment(1);
    let (checkout, checkout_problem) = match due {
        None => (None, None),
        Some((payment, provider)) => match open(&app, &table, provider, &booking, &payment).await {
            Ok(checkout) => (Some(checkout), None),
            Err(problem) => (None, Some(problem)),
        },
    };
    let location = format!("/v1/bookings/{}", booking.id);
    let booking = BookingView::at(booking, app.clock().now());
    Ok(Reply::created(location, Booked { booking, checkout, checkout_problem }))
}

struct Made {
    booking: Booking,
    /// What is to be paid, and where.
    due: Option<(Payment, Option<MercadoPago>)>,
}

/// One round of reads, the decision, one transaction.
async fn make(
    app: &App,
    caller: &Caller,
    table: &TenantTable,
    (asked, overrides, (how, pay_with)): (&Asked, &[RuleName], (HowPaid, PayWith)),
) -> Result<Made> {
    let (club, platform, now) = (caller.club()?, app.table().platform(), app.clock().now());
    let found = look_up(table, asked).await?;
    let agreed = found.judge_overriding(asked, overrides, now)?;
    let Arranged { agreed, holds, bills } = arrange(how, &found, asked, agreed)?;
    let (held_for, spent) = match pay_with {
        PayWith::Card => (holds, None),
        PayWith::Wallet => (None, holds),
    };
    let provider = if held_for.is_some() { Some(connect(app, club).await?) } else { None };
    let hold_seconds = u32::try_from(app.config().hold().as_secs()).unwrap_or(u32::MAX);
    let payable = held_for.map(|(payment, _)| Payable { payment, hold_seconds });
    let ids = (BookingId::new(), payable);
    let Done { booking, mut writes } = found.book(table, asked, agreed, ids, now).await?;
    // The booking's own refusals first: that the court is taken says more than that there is no money for it.
    if let Some(spent) = spent {
        writes.extend(from_wallet((table, &platform), &booking, spent, now)?);
    }
    let payment = held_for.and_then(|(_, amount)| Payment::of_booking(&booking, amount, club, now));
    let mut paperwork = Paperwork::default();
    let bills = bills.into_iter().map(|bill| Payment::billed(&booking, club, bill, now));
    paperwork.make(payment.iter().cloned().chain(bills));
    writes.extend(paperwork.writes(table, &platform)?);
    let told = if !booking.overridden.is_empty() {
        Some(against_rules(caller, &booking)?)
    } else if spent.is_some() && booking.account_id != caller.account() {
        Some(spent_for_another(caller, &booking)?)
    } else {
        None
    };
    let stored = store(table, told, now, writes).await;
    stored.map_err(|error| payments::with_price(error, booking.price))?;
    Ok(Made { booking, due: payment.zip(provider) })
}

/// That somebody booked against the club's rules, which, and for whom.
fn against_rules(caller: &Caller, booking: &Booking) -> Result<Entry> {
    let said = json!({
        "account_id": booking.account_id, "venue_id": booking.venue_id, "court_id": booking.court_id,
        "starts_at": timestamp_text(booking.starts_at), "overridden": booking.overridden,
        "payment_id": booking.payment_id,
    });
    Entry::new(caller.origin(), "booking.overridden", booking.id).making(&said)
}
