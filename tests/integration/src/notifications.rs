//! From an event to one e-mail: `consume-notifications` over real deliveries, with a mail service that may fail.

use booking::{Booking, BookingFact, RefundTo, Status};
use futures::future::join_all;
use identity::{Account, MemberRegistered};
use kernel::{
    AccountId, BookingId, ClubId, CourtId, Currency, Event, Money, PaymentId, RefundId, Role,
    Tenant, VenueId,
    jiff::{SignedDuration, Timestamp},
};
use notification::{Language, Template, Wording};
use payments::{
    Payment, Provider, RefundReason,
    event::{PaymentFact, RefundFact},
};
use runtime::{Message, handle_messages, sqs::SqsEvent};
use serde_json::{Value, json};
use table::{PlatformTable, TenantTable, Write};
use tenancy::{ClubSettings, ClubStatus};
use testkit::{Mail, Service, TestApp};

/// A club with one member who booked a court for Thursday at six, on the venue's clock.
struct Club {
    test: TestApp,
    table: TenantTable,
    platform: PlatformTable,
    account: Account,
    booking: Booking,
}

async fn club() -> Club {
    club_of("ana@example.org", "es").await
}

async fn club_of(email: &str, locale: &str) -> Club {
    let test = TestApp::start(vec![], "2026-11-21T12:00:00Z".parse().unwrap(), &[]).await;
    let table = test.app.table().tenant(&Tenant::from_envelope(ClubId::new(), "test"));
    let platform = test.app.table().platform();
    let account = Account {
        id: AccountId::new(),
        email: Some(email.parse().unwrap()),
        name: "Ana Ferreyra".parse().unwrap(),
        locale: locale.parse().unwrap(),
        platform_roles: vec![],
        created_at: test.clock.now(),
        version: 1,
    };
    let settings = ClubSettings {
        name: "Club Norte".parse().unwrap(),
        slug: "norte".parse().unwrap(),
        currency: Currency::Ars,
        time_zone: "America/Argentina/Buenos_Aires".parse().unwrap(),
        locale: "pt".parse().unwrap(),
        status: ClubStatus::Active,
    };
    let settings = Write::put(table.key("SETTINGS", "CLUB"), "club_settings", &settings).unwrap();
    table.write(vec![settings]).await.unwrap();
    platform
        .write(identity::store::create_account(&platform, &account, "hash".into(), None).unwrap())
        .await
        .unwrap();
    let booking = booked(&account, &test);
    let club = Club { test, table, platform, account, booking };
    club.put(&club.booking).await;
    club
}

fn booked(account: &Account, test: &TestApp) -> Booking {
    serde_json::from_value(json!({
        "id": BookingId::new(), "account_id": account.id,
        "venue_id": VenueId::new(), "venue_name": "Costanera",
        "court_id": CourtId::new(), "court_name": "Padel 1",
        "time_zone": "America/Argentina/Buenos_Aires",
        "starts_at": "2026-11-26T21:00:00Z", "ends_at": "2026-11-26T22:30:00Z", "parts": [],
        "price": Money::new(1_200_000, Currency::Ars), "status": "confirmed",
        "created_at": test.clock.now(), "confirmed_at": test.clock.now(), "version": 2,
    }))
    .unwrap()
}

impl Club {
    async fn put(&self, booking: &Booking) {
        let key = self.table.key(format_args!("BOOKING#{}", booking.id), "BOOKING");
        self.table.write(vec![Write::put(key, "booking", booking).unwrap()]).await.unwrap();
    }

    async fn becomes(&self, status: Status) {
        self.put(&Booking { status, ..self.booking.clone() }).await;
    }

    fn event(&self, kind: &str, data: &impl serde::Serialize) -> Event {
        self.table.event(kind, 1, self.test.clock.now(), data).unwrap()
    }

    fn of_booking(&self, kind: &str) -> Event {
        let fact = BookingFact {
            booking_id: self.booking.id,
            hold_expires_at: None,
            payment_id: None,
            closure_id: None,
            series_id: None,
            freed: None,
        };
        self.event(kind, &fact)
    }

    fn fact(&self, refund: Option<RefundFact>) -> PaymentFact {
        PaymentFact {
            payment_id: PaymentId::new(),
            booking_id: self.booking.id,
            account_id: self.account.id,
            amount: self.booking.price,
            refunded: Money::new(0, Currency::Ars),
            refund,
        }
    }

    fn payment(&self, expires_at: Timestamp) -> Payment {
        let due = payments::Due {
            booking_id: self.booking.id,
            account_id: self.account.id,
            amount: self.booking.price,
            expires_at,
        };
        let (club, now) = (self.table.tenant().club(), self.test.clock.now());
        Payment::new(PaymentId::new(), club, Provider::Mercadopago, due, now)
    }

    async fn store(&self, payment: &Payment) {
        let write = payments::create(&self.table, &self.platform, payment).unwrap();
        self.table.write(vec![write]).await.unwrap();
    }

    async fn told(&self, event: &Event) -> Result<(), &'static str> {
        let message = Message {
            id: event.id.to_string(),
            body: serde_json::to_string(event).unwrap(),
            group: None,
            receive_count: 1,
        };
        let told = consume_notifications::handle(self.test.app.clone(), message).await;
        told.map_err(|error| error.code())
    }

    fn mails(&self) -> Vec<Mail> {
        self.test.cloud.mails()
    }

    /// The only mail so far.
    #[track_caller]
    fn mail(&self) -> Mail {
        let mut mails = self.mails();
        assert_eq!(mails.len(), 1, "{mails:?}");
        mails.remove(0)
    }

    fn deliveries(&self) -> Vec<Value> {
        let items = self.test.database.items();
        items.into_iter().filter(|item| item["SK"]["S"] == "NOTIFICATION").collect()
    }
}

#[tokio::test]
async fn a_confirmation_says_when_and_where_on_the_venue_s_clock() {
    let club = club().await;
    club.told(&club.of_booking(booking::CONFIRMED)).await.unwrap();
    let mail = club.mail();
    assert_eq!(mail.to, "ana@example.org");
    assert_eq!(mail.subject, "Reserva confirmada: Padel 1, jueves 26 de noviembre de 2026, 18:00");
    for part in [&mail.text, &mail.html] {
        for words in [
            "Ana Ferreyra",
            "Club Norte",
            "Costanera",
            "de 18:00 a 19:30",
            "UTC-3",
            "ARS 12.000,00",
        ] {
            assert!(part.contains(words), "{words}: {part}");
        }
    }
}

#[tokio::test]
async fn each_event_sends_one_e_mail() {
    let club = club().await;
    let refund = RefundFact {
        refund_id: RefundId::new(),
        amount: Money::new(600_000, Currency::Ars),
        reason: RefundReason::Staff,
        to: RefundTo::Card,
    };
    let registered = MemberRegistered { account_id: club.account.id, roles: vec![Role::Member] };
    for (status, event, words) in [
        (Status::Confirmed, club.of_booking(booking::CONFIRMED), "Reserva confirmada"),
        (Status::Cancelled, club.of_booking(booking::CANCELLED), "Reserva cancelada"),
        (Status::Expired, club.of_booking(booking::EXPIRED), "Reserva sin pagar"),
        (
            Status::Cancelled,
            club.event(payments::event::REFUNDED, &club.fact(Some(refund))),
            "Devolución de ARS 6.000,00",
        ),
        (
            Status::Confirmed,
            club.event(MemberRegistered::TYPE, &registered),
            "Te damos la bienvenida a Club Norte",
        ),
    ] {
        club.becomes(status).await;
        let before = club.mails().len();
        club.told(&event).await.unwrap();
        club.told(&event).await.unwrap();
        let mails = club.mails();
        assert_eq!(mails.len(), before + 1, "{}", event.kind);
        assert!(mails[before].subject.starts_with(words), "{}", mails[before].subject);
    }
}

#[tokio::test]
async fn a_declined_try_is_told_while_there_is_time_for_another() {
    let mut club = club().await;
    let until = club.test.clock.now() + SignedDuration::from_mins(10);
    let mut payment = club.payment(until);
    payment.checkout_url = Some("https://pay.example/?a=1&b=2".to_owned());
    club.store(&payment).await;
    club.booking.status = Status::Held;
    club.booking.hold_expires_at = Some(until);
    club.put(&club.booking).await;
    let mut fact = club.fact(None);
    fact.payment_id = payment.id;
    let declined = || club.event(payments::event::DECLINED, &fact);
    club.told(&declined()).await.unwrap();
    let mail = club.mail();
    assert!(mail.subject.starts_with("Pago no aprobado"), "{}", mail.subject);
    assert!(mail.text.contains("hasta las 09:10"), "{}", mail.text);
    assert!(mail.text.contains("Pagar ahora: https://pay.example/?a=1&b=2"), "{}", mail.text);
    assert!(mail.html.contains("?a=1&amp;b=2"), "{}", mail.html);
    club.told(&declined()).await.unwrap();
    assert_eq!(club.mails().len(), 2, "another try is other news");
    club.test.clock.advance(SignedDuration::from_mins(10));
    club.told(&declined()).await.unwrap();
    assert_eq!(club.mails().len(), 2, "the hold is over; another message says so");
}

#[tokio::test]
async fn a_cancellation_says_what_goes_back() {
    let mut club = club().await;
    let mut payment = club.payment(club.test.clock.now());
    let refund = |reason, amount| payments::Refund {
        id: RefundId::new(),
        amount,
        reason,
        to: RefundTo::Card,
        status: payments::RefundStatus::Requested,
        provider_payment_id: "9001".parse().unwrap(),
        provider_refund_id: None,
        requested_at: club.test.clock.now(),
        done_at: None,
    };
    payment.refunds = vec![
        refund(RefundReason::Staff, 200_000),
        refund(RefundReason::BookingCancelled, 1_000_000),
    ];
    club.store(&payment).await;
    club.booking.status = Status::Cancelled;
    club.booking.payment_id = Some(payment.id);
    club.put(&club.booking).await;
    club.told(&club.of_booking(booking::CANCELLED)).await.unwrap();
    assert!(club.mail().text.contains("Te devolvemos ARS 10.000,00"), "{}", club.mail().text);
}

#[tokio::test]
async fn of_many_deliveries_at_once_one_sends() {
    let club = club().await;
    let event = club.of_booking(booking::CONFIRMED);
    let told = join_all((0..10).map(|_| club.told(&event))).await;
    assert!(told.contains(&Ok(())));
    assert!(told.iter().filter_map(|told| told.err()).all(|code| code == "NOTIFICATION_IN_FLIGHT"));
    club.told(&event).await.unwrap();
    club.mail();
}

#[tokio::test]
async fn what_was_overtaken_is_not_told() {
    let club = club().await;
    let (confirmed, cancelled) =
        (club.of_booking(booking::CONFIRMED), club.of_booking(booking::CANCELLED));
    club.becomes(Status::Cancelled).await;
    club.told(&cancelled).await.unwrap();
    club.told(&confirmed).await.unwrap();
    assert!(club.mail().subject.starts_with("Reserva cancelada"));
}

#[tokio::test]
async fn a_poisoned_message_fails_alone() {
    let club = club().await;
    let unknown = club.event("court.swept", &json!({}));
    let misshapen = club.event(booking::CONFIRMED, &json!("a booking"));
    let nowhere = club.event(booking::CONFIRMED, &json!({ "booking_id": BookingId::new() }));
    let text = |event: &Event| serde_json::to_string(event).unwrap();
    let good = text(&club.of_booking(booking::CONFIRMED));
    let bodies = ["{".to_owned(), text(&unknown), good, text(&misshapen), text(&nowhere)];
    let record = |(index, body)| json!({ "messageId": format!("{index}"), "body": body });
    let records: Vec<_> = bodies.iter().enumerate().map(record).collect();
    let batch: SqsEvent = serde_json::from_value(json!({ "Records": records })).unwrap();
    let answer = handle_messages(&club.test.app, consume_notifications::handle, batch).await;
    let mut failed: Vec<_> =
        answer.batch_item_failures.iter().map(|failure| failure.item_identifier.clone()).collect();
    failed.sort();
    assert_eq!(failed, ["0", "1", "3", "4"]);
    club.mail();
}

#[tokio::test]
async fn while_the_mail_service_is_down_the_message_comes_back() {
    let club = club().await;
    let event = club.of_booking(booking::CONFIRMED);
    club.test.cloud.fail(Service::Mail, 100);
    assert_eq!(club.told(&event).await, Err("DEPENDENCY_UNAVAILABLE"));
    assert_eq!(club.told(&event).await, Err("DEPENDENCY_UNAVAILABLE"), "the claim was given back");
    assert!(club.mails().is_empty());
    club.test.cloud.fail(Service::Mail, 0);
    club.told(&event).await.unwrap();
    club.told(&event).await.unwrap();
    club.mail();
    let deliveries = club.deliveries();
    assert_eq!(deliveries[0]["status"]["S"], "sent");
    assert_eq!(deliveries[0]["attempts"]["N"], "3");
    assert!(deliveries[0].get("lease_until").is_none() && deliveries[0].get("ttl").is_some());
}

#[tokio::test]
async fn a_refused_address_is_not_tried_again() {
    let club = club_of("refused@example.org", "es").await;
    let event = club.of_booking(booking::CONFIRMED);
    club.told(&event).await.unwrap();
    club.told(&event).await.unwrap();
    let deliveries = club.deliveries();
    assert_eq!(deliveries.len(), 1);
    assert_eq!(deliveries[0]["status"]["S"], "failed");
    assert_eq!(deliveries[0]["error"]["S"], "MAIL_REFUSED");
    assert_eq!(deliveries[0]["attempts"]["N"], "1");
}

#[tokio::test]
async fn a_claim_whose_holder_died_lapses() {
    let club = club().await;
    let event = club.of_booking(booking::CONFIRMED);
    let subject = club.booking.id.to_string();
    let claim = |now| notification::claim(&club.table, &subject, Template::BookingConfirmed, now);
    let dead = claim(club.test.clock.now()).await.unwrap().unwrap();
    assert_eq!(club.told(&event).await, Err("NOTIFICATION_IN_FLIGHT"));
    club.test.clock.advance(SignedDuration::from_secs(notification::LEASE_SECONDS - 1));
    assert_eq!(club.told(&event).await, Err("NOTIFICATION_IN_FLIGHT"));
    club.test.clock.advance(SignedDuration::from_secs(1));
    club.told(&event).await.unwrap();
    club.mail();
    // Whoever was only thought dead can no longer change what the living one wrote.
    let error = kernel::Error::invalid("MAIL_REFUSED", "too late");
    notification::settle(&club.table, dead, Err(error), club.test.clock.now()).await.unwrap();
    assert_eq!(club.deliveries()[0]["status"]["S"], "sent");
}

#[tokio::test]
async fn a_delivery_names_nobody() {
    let club = club().await;
    club.told(&club.of_booking(booking::CONFIRMED)).await.unwrap();
    let stored = club.deliveries()[0].to_string();
    for personal in ["ana", "Ana", "Ferreyra", "example.org"] {
        assert!(!stored.contains(personal), "{stored}");
    }
}

#[tokio::test]
async fn the_club_s_own_words_are_used_in_the_reader_s_language() {
    let club = club_of("ana@example.org", "fr-CA").await;
    club.table.write(notification::default_templates(&club.table).unwrap()).await.unwrap();
    club.told(&club.of_booking(booking::CONFIRMED)).await.unwrap();
    // Nobody here writes French; the club writes Portuguese.
    assert!(club.mail().text.contains("Sua reserva em Club Norte está confirmada."));
    let own = Wording {
        subject: "Joga bonito, {{ name }}".into(),
        text: "{{ court }}".into(),
        html: "<p>{{ court }}</p>".into(),
    };
    let key = club.table.key("SETTINGS", "TEMPLATE#booking_confirmed#pt");
    let words = Write::put(key, "notification_template", &own).unwrap();
    club.table.write(vec![words]).await.unwrap();
    let second = booked(&club.account, &club.test);
    club.put(&second).await;
    let second = Club { booking: second, ..club };
    second.told(&second.of_booking(booking::CONFIRMED)).await.unwrap();
    assert_eq!(second.mails()[1].subject, "Joga bonito, Ana Ferreyra");
}

#[tokio::test]
async fn templates_are_stored_and_taken_back_whole() {
    let club = club().await;
    let count = || {
        let items = club.test.database.items();
        items
            .iter()
            .filter(|item| item["SK"]["S"].as_str().unwrap().starts_with("TEMPLATE#"))
            .count()
    };
    let of_clubs = Template::ALL.iter().filter(|template| !template.is_of_platform());
    let all = of_clubs.count() * Language::ALL.len();
    for _ in 0..2 {
        club.table.write(notification::default_templates(&club.table).unwrap()).await.unwrap();
        assert_eq!(count(), all);
    }
    club.table.write(notification::remove_templates(&club.table)).await.unwrap();
    assert_eq!(count(), 0);
}
