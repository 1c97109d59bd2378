//! A platform in one process: every function over one embedded DynamoDB, with what lies between them
//! carried by hand, so that a test can deliver twice, late, out of order, or not at all.

use std::{future::poll_fn, pin::pin, task::Poll};

use kernel::{AccountId, Clock, ClubId, CourtId, Event, Role, VenueId, jiff::Timestamp};
use local::provider::{Options, Provider};
use runtime::{Message, handle_messages, handle_stream, sqs::SqsEvent};
use serde_json::{Value, json};
use testkit::{Answer, Sent, TestApp};
use tokio::net::TcpListener;

/// A Friday at noon in UTC; 9 in the morning at the club.
pub(crate) const NOW: &str = "2026-11-20T12:00:00Z";
pub(crate) const TIME_ZONE: &str = "America/Argentina/Buenos_Aires";
pub(crate) const PASSWORD: &str = "correct horse battery";
/// The steps of `statemachines/onboard-club.asl.json`, in its order.
pub(crate) const ONBOARDING_STEPS: [&str; 8] = [
    "reserve_slug",
    "create_club",
    "apply_template",
    "create_provider_secret",
    "create_owner",
    "activate",
    "send_invitation",
    "finish",
];
/// The subscriptions of `template.yaml`: queue and types of events.
const SUBSCRIPTIONS: [(&str, &[&str]); 3] = [
    ("booking-events", &["booking.held", "payment.refund_requested"]),
    (
        "freed-slots",
        &[
            "booking.cancelled",
            "booking.confirmed",
            "booking.expired",
            "booking.missed",
            "booking.moved",
            "closure.lifted",
            "waitlist.joined",
        ],
    ),
    (
        "notifications",
        &[
            "booking.confirmed",
            "booking.cancelled",
            "booking.expired",
            "booking.missed",
            "booking.moved",
            "closure.announced",
            "payment.refunded",
            "payment.declined",
            "payment.owed",
            "series.booked",
            "series.cancelled",
            "series.changed",
            "invitation.created",
            "member.registered",
            "waitlist.offered",
            "waitlist.slot_free",
        ],
    ),
];

/// Every API function and webhook.
pub(crate) fn functions() -> Vec<runtime::Routes> {
    vec![
        api_access::routes(),
        api_auth::routes(),
        api_bookings::routes(),
        api_calendar::routes(),
        api_closures::routes(),
        api_clubs::routes(),
        api_docs::routes(),
        api_facilities::routes(),
        api_members::routes(),
        api_payments::routes(),
        api_pricing::routes(),
        api_series::routes(),
        api_sessions::routes(),
        api_sso::routes(),
        api_users::routes(),
        api_waitlist::routes(),
        webhook_mercadopago::routes(),
    ]
}

/// Somebody who is signed in.
pub(crate) struct Person {
    pub(crate) account: AccountId,
    pub(crate) email: String,
    pub(crate) token: String,
}

/// A club that was onboarded through the API.
pub(crate) struct Club {
    pub(crate) id: ClubId,
    pub(crate) slug: String,
    pub(crate) owner: Person,
}

/// The platform.
pub(crate) struct World {
    pub(crate) test: TestApp,
    pub(crate) operator: String,
    /// The stand-in of the payment provider.
    pub(crate) provider: Provider,
}

impl World {
    /// A platform with an operator and no clubs.
    pub(crate) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// The same with more configuration.
    pub(crate) async fn start_with(variables: &[(&str, &str)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let clock = Clock::manual(NOW.parse().unwrap());
        let provider = Provider::start(Options::new(clock.clone())).await.unwrap();
        let provider_url = provider.url().to_owned();
        let mut all =
            vec![("PUBLIC_BASE_URL", &*base_url), ("MERCADOPAGO_BASE_URL", &*provider_url)];
        all.extend(variables);
        let test = TestApp::start_with_clock(functions(), clock, &all).await;
        let service = test.service();
        tokio::spawn(async move { axum::serve(listener, service).await });
        let operator = test.token(AccountId::new(), None, &[Role::Operator]);
        Self { test, operator, provider }
    }

    /// A platform with one club, and nothing under way.
    pub(crate) async fn with_club() -> (Self, Club) {
        let world = Self::start().await;
        let club = world.club("norte").await;
        world.drain().await;
        (world, club)
    }

    /// The same with a member who has booked and paid nothing yet.
    pub(crate) async fn with_booking() -> (Self, Club, Person) {
        let world = Self::start().await;
        let club = world.club("norte").await;
        let (venue, courts) = world.venue(&club, 1).await;
        let member = world.member(&club, "marta").await;
        world.book(&member, venue, courts[0], "2026-11-21T18:00").await.data(201);
        world.drain().await;
        (world, club, member)
    }

    /// Runs until the table was called more often than this, and drops what is under way then, as a process that is
    /// killed does: `None`.
    pub(crate) async fn killed_after<T>(
        &self,
        calls: u64,
        run: impl Future<Output = T>,
    ) -> Option<T> {
        let meter = self.test.app.table().meter();
        let before = meter.usage();
        self.killed_when(|| meter.usage().since(before).round_trips > calls, run).await
    }

    /// The same as soon as something is seen.
    pub(crate) async fn killed_when<T>(
        &self,
        is_seen: impl Fn() -> bool,
        run: impl Future<Output = T>,
    ) -> Option<T> {
        let mut run = pin!(run);
        poll_fn(|context| match run.as_mut().poll(context) {
            Poll::Ready(done) => Poll::Ready(Some(done)),
            Poll::Pending if is_seen() => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        })
        .await
    }

    /// Every item at one moment: what a killed request has sent may still happen while this looks.
    pub(crate) fn still(&self) -> Vec<Value> {
        let mut items = self.test.database.items();
        loop {
            let again = self.test.database.items();
            if again == items {
                return items;
            }
            items = again;
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.test.clock.now()
    }

    /// Asks for a club, without running its workflow.
    pub(crate) async fn ask_for_club(&self, slug: &str) -> Answer {
        let collector = format!("9{}", slug.bytes().map(u64::from).sum::<u64>());
        let (access_token, secret) = (format!("token-{slug}"), format!("secret-{slug}"));
        self.provider.add_seller(&collector, &access_token, &secret);
        let body = json!({
            "name": "Club Norte",
            "slug": slug,
            "time_zone": TIME_ZONE,
            "currency": "ARS",
            "owner": { "email": format!("owner@{slug}.example.org"), "name": "Olga Owner" },
            "payment_provider": {
                "access_token": access_token, "webhook_secret": secret, "collector_id": collector,
            },
        });
        self.test.post("/v1/admin/clubs", &self.operator, body).await
    }

    /// One step of the workflow.
    pub(crate) async fn step(&self, step: &str, onboarding: &Value) -> kernel::Result<Value> {
        let input = json!({
            "step": step,
            "onboarding_id": onboarding["onboarding_id"],
            "club_id": onboarding["club_id"],
        });
        task_onboard_club::handle(self.test.app.clone(), input).await
    }

    /// A club whose owner has accepted the invitation.
    pub(crate) async fn club(&self, slug: &str) -> Club {
        self.ask_for_club(slug).await.data(202);
        let (_, onboarding) = self.test.cloud.take_executions().remove(0);
        for step in ONBOARDING_STEPS {
            self.step(step, &onboarding).await.unwrap();
        }
        let id = onboarding["club_id"].as_str().unwrap().parse().unwrap();
        let email = format!("owner@{slug}.example.org");
        let invitation = self.invitation_of(&email);
        let body = json!({
            "club": slug, "email": email, "password": PASSWORD, "name": "Olga Owner",
            "invitation": invitation,
        });
        let owner = self.register(body).await;
        Club { id, slug: slug.to_owned(), owner }
    }

    /// The token in the newest invitation that was sent to this address.
    pub(crate) fn invitation_of(&self, email: &str) -> String {
        let mails = self.test.cloud.mails();
        // Of several mails that are due at once, any may go first.
        let mut links = mails.iter().rev().filter(|mail| mail.to == email);
        let link = links.find_map(|mail| mail.text.split_once("invitation="));
        let (_, rest) = link.expect("a link with the invitation");
        rest.split(|c: char| c.is_whitespace() || c == '&').next().unwrap().to_owned()
    }

    async fn register(&self, body: Value) -> Person {
        let answer = self.test.call("POST", "/v1/auth/register").json(&body).send().await;
        let account = answer.data(201)["account_id"].as_str().unwrap().parse().unwrap();
        let email = body["email"].as_str().unwrap();
        let token = self.log_in(email, body["club"].as_str().unwrap()).await;
        Person { account, email: email.to_owned(), token }
    }

    /// Whose address this is.
    pub(crate) async fn account_of(&self, email: &str) -> AccountId {
        let platform = self.test.app.table().platform();
        let found = identity::store::credential(&platform, &email.parse().unwrap()).await.unwrap();
        found.expect("somebody's address").account_id
    }

    /// An access token by password.
    pub(crate) async fn log_in(&self, email: &str, club: &str) -> String {
        let body = json!({ "email": email, "password": PASSWORD, "club": club });
        let answer = self.test.call("POST", "/v1/auth/login").json(&body).send().await;
        answer.data(200)["access_token"].as_str().unwrap().to_owned()
    }

    /// A member of the club who registered and logged in.
    pub(crate) async fn member(&self, club: &Club, name: &str) -> Person {
        let email = format!("{name}@{}.example.org", club.slug);
        let body = json!({ "club": club.slug, "email": email, "password": PASSWORD, "name": name });
        self.register(body).await
    }

    /// Takes an existing account into another club.
    pub(crate) async fn join(&self, club: &Club, email: &str, roles: &[&str]) {
        let (platform, now) = (self.test.app.table().platform(), self.now());
        let account = self.account_of(email).await;
        let account = identity::store::account(&platform, account).await.unwrap().unwrap();
        let tenant = kernel::Tenant::from_platform_record(club.id, "test");
        let table = self.test.app.table().tenant(&tenant);
        let roles = roles.iter().map(|role| role.parse().unwrap()).collect();
        let membership = identity::Membership::new(&account, roles, now);
        let writes = identity::store::join(&platform, &table, &membership, now).unwrap();
        table.write(writes).await.unwrap();
    }

    /// A venue with tennis courts of 60 and 90 minutes at 120.00 an hour.
    pub(crate) async fn venue(&self, club: &Club, courts: usize) -> (VenueId, Vec<CourtId>) {
        let venue = json!({ "name": "Sede Central", "time_zone": TIME_ZONE });
        let venue = self.test.post("/v1/venues", &club.owner.token, venue).await.data(201);
        let venue = venue["id"].as_str().unwrap().to_owned();
        let mut ids = Vec::new();
        for number in 1..=courts {
            let court = json!({
                "name": format!("Court {number}"), "sport": "tennis", "surface": "clay",
                "indoor": false, "durations_minutes": [60, 90],
                "price_per_hour": { "amount": 12_000, "currency": "ARS" },
            });
            let path = format!("/v1/venues/{venue}/courts");
            let court = self.test.post(&path, &club.owner.token, court).await.data(201);
            ids.push(court["id"].as_str().unwrap().parse().unwrap());
        }
        (venue.parse().unwrap(), ids)
    }

    /// Asks for an hour on a court at a local time, `2026-11-21T18:00`.
    pub(crate) async fn book(
        &self,
        person: &Person,
        venue: VenueId,
        court: CourtId,
        starts_at: &str,
    ) -> Answer {
        let body = json!({
            "venue_id": venue, "court_id": court, "starts_at": starts_at, "duration_minutes": 60,
        });
        self.test.post("/v1/bookings", &person.token, body).await
    }

    /// Publishes what the stream tells; answers the events.
    pub(crate) async fn publish(&self) -> Vec<Event> {
        while let Some(changes) = self.test.database.changes() {
            let done = handle_stream(&self.test.app, stream_events::handle, changes).await;
            assert!(done.batch_item_failures.is_empty(), "the stream stands still: {done:?}");
        }
        self.test.cloud.take_published()
    }

    /// Runs everything that is under way, until nothing is left but delayed messages. Answers those.
    pub(crate) async fn drain(&self) -> Vec<Sent> {
        let mut delayed = Vec::new();
        loop {
            let events = self.publish().await;
            let webhooks = self.test.cloud.take_sent("payment-webhooks.fifo");
            delayed.extend(self.test.cloud.take_sent("hold-expiry"));
            let mails = self.test.cloud.take_sent("account-mail");
            if events.is_empty() && webhooks.is_empty() && mails.is_empty() {
                return delayed;
            }
            for (queue, kinds) in SUBSCRIPTIONS {
                let wanted = events.iter().filter(|event| kinds.contains(&event.kind.as_str()));
                let bodies = wanted.map(|event| serde_json::to_string(event).unwrap()).collect();
                assert_eq!(self.deliver(queue, bodies).await, [0_usize; 0], "{queue} failed");
            }
            let bodies = mails.into_iter().map(|sent| sent.body).collect();
            let failed = self.deliver("account-mail", bodies).await;
            assert_eq!(failed, [0_usize; 0], "account mails failed");
            let bodies = webhooks.into_iter().map(|sent| sent.body).collect();
            let failed = self.deliver("payment-webhooks.fifo", bodies).await;
            assert_eq!(failed, [0_usize; 0], "payment webhooks failed");
        }
    }

    /// Delivers messages of a queue to its consumer as one batch; answers which of them failed.
    pub(crate) async fn deliver(&self, queue: &str, bodies: Vec<String>) -> Vec<usize> {
        let fifo = queue == "payment-webhooks.fifo";
        let records: Vec<_> = bodies
            .into_iter()
            .enumerate()
            .map(|(index, body)| {
                let group =
                    if fifo { json!({ "MessageGroupId": index.to_string() }) } else { json!({}) };
                json!({ "messageId": index.to_string(), "body": body, "attributes": group })
            })
            .collect();
        let batch: SqsEvent = serde_json::from_value(json!({ "Records": records })).unwrap();
        let app = &self.test.app;
        let response = match queue {
            "account-mail" => handle_messages(app, consume_account_mail::handle, batch).await,
            "booking-events" => handle_messages(app, consume_booking_events::handle, batch).await,
            "freed-slots" => handle_messages(app, consume_freed_slots::handle, batch).await,
            "notifications" => handle_messages(app, consume_notifications::handle, batch).await,
            "hold-expiry" => handle_messages(app, consume_hold_expiry::handle, batch).await,
            "payment-webhooks.fifo" => handle_messages(app, consume_payments::handle, batch).await,
            _ => panic!("no consumer of {queue}"),
        };
        let failures = response.batch_item_failures;
        failures.into_iter().map(|failure| failure.item_identifier.parse().unwrap()).collect()
    }
}

/// A message as a consumer gets it.
pub(crate) fn message(body: &Value) -> Message {
    Message { id: "1".to_owned(), body: body.to_string(), group: None, receive_count: 1 }
}
