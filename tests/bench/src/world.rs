//! What the functions meet: a table with one club in it, and stand-ins for everything else.

use std::sync::Mutex;

use axum::{Json, Router, routing::post};
use booking::Slots;
use facilities::{Court, Venue};
use identity::{Account, Membership, Password, PasswordCost, Proof, Session};
use kernel::{
    AccountId, Clock, ClubId, CourtId, Email, Locale, Method, PageRequest, Role, Tenant, VenueId,
    jiff::{Timestamp, civil::Date, tz::TimeZone},
};
use serde_json::{Value, json};
use table::{Update, Value as Attribute, Write};
use tenancy::Onboarding;
use testkit::TestApp;
use tokio::net::TcpListener;
use web::{Limits, standing};

use crate::{
    hall::{Hall, day_after},
    toll::Toll,
};

/// As many as the budget of availability speaks of.
pub(crate) const COURTS: usize = 20;
pub(crate) const EMAIL: &str = "ana.souza@example.com";
/// Of an account whose hash costs next to nothing.
pub(crate) const LIGHT_EMAIL: &str = "light@example.com";
const LIGHT: PasswordCost = PasswordCost { memory_kib: 8, passes: 1 };
pub(crate) const PASSWORD: &str = "three rackets and a net";
pub(crate) const SLUG: &str = "racket-club";
pub(crate) const WEBHOOK_SECRET: &str = "a webhook secret of one club";
pub(crate) const ZONE: &str = "America/Argentina/Buenos_Aires";
/// What a search over many courts looks at.
const VENUES: usize = 10;
const COURTS_OF_MANY: usize = 50;
const DAYS_OF_MANY: usize = 7;
/// The run is shorter, and the functions' clock is the system's.
const TOKEN_SECONDS: i64 = 3_600;
/// Who book at a hall, in turn.
const MEMBERS: usize = 1_000;
/// More than are refreshed in one run.
const SESSIONS: usize = 3_500;

/// Everything outside the functions.
pub(crate) struct World {
    pub(crate) test: TestApp,
    pub(crate) toll: Toll,
    provider_url: String,
    pub(crate) club: ClubId,
    pub(crate) hall: Hall,
    /// Where ten rules are asked of a booking.
    pub(crate) strict: Hall,
    /// Where courts are booked for a year.
    pub(crate) yearly: Hall,
    /// Venues of fifty courts each, of which every second hour is taken.
    pub(crate) many: Vec<VenueId>,
    pub(crate) account: AccountId,
    pub(crate) token: String,
    /// The front desk: who it is, and their token.
    pub(crate) desk: (AccountId, String),
    /// Others who book: nobody books thousands of courts.
    members: Vec<(AccountId, String)>,
    /// Of sessions that nobody has refreshed yet.
    refresh_tokens: Mutex<Vec<String>>,
    today: Date,
    variables: Vec<(String, String)>,
}

impl World {
    /// A club with one venue, its courts and one member; functions get these variables, too.
    pub(crate) async fn start(variables: Vec<(String, String)>) -> Self {
        let now = Clock::system().now();
        let test = TestApp::start(vec![], now, &[]).await;
        test.database.forget_changes();
        let club = open_club(&test, now).await;
        let account = join(&test, club, EMAIL, Some(PasswordCost::default()), now).await;
        join(&test, club, LIGHT_EMAIL, Some(LIGHT), now).await;
        let hall = Hall::new(build(&test, club, COURTS, now).await, 0);
        let strict = Hall::new(build(&test, club, COURTS, now).await, MEMBERS);
        ten_rules(&test, club, strict.venue).await;
        let yearly = Hall::new(build(&test, club, COURTS, now).await, 2 * MEMBERS);
        let today = TimeZone::get(ZONE).expect("a zone").to_datetime(now).date();
        let mut many = Vec::new();
        for _ in 0..VENUES {
            let hall = Hall::new(build(&test, club, COURTS_OF_MANY, now).await, 0);
            fill(&test, club, &hall, today).await;
            many.push(hall.venue);
        }
        unlimit(&test, club).await;
        let credentials = json!({
            "access_token": "APP_USR-1", "webhook_secret": WEBHOOK_SECRET, "collector_id": "1",
        });
        let secret = test.app.config().provider_secret_id(club, payments::mercadopago::SECRET);
        test.cloud.put_secret(&secret.expect("a prefix"), &credentials);
        let token = |account, role| {
            let mut claims = test.claims(account, Some(club), &[role]);
            claims.exp = now.as_second() + TOKEN_SECONDS;
            test.keys.sign(&claims)
        };
        let desk = AccountId::new();
        let mut members = Vec::new();
        for number in 0..3 * MEMBERS {
            let email = format!("member{number}@example.com");
            let account = join(&test, club, &email, None, now).await;
            members.push((account, token(account, Role::Member)));
        }
        Self {
            toll: Toll::start(&test.database.url).await,
            provider_url: provider().await,
            token: token(account, Role::Member),
            desk: (desk, token(desk, Role::FrontDesk)),
            members,
            today,
            refresh_tokens: Mutex::new(sessions(&test, account, club, now).await),
            test,
            club,
            hall,
            strict,
            yearly,
            many,
            account,
            variables,
        }
    }

    /// The environment of a function, as the platform gives it; `counted` reads and writes pass the toll.
    pub(crate) fn environment(&self, function: &str, counted: bool) -> Vec<(String, String)> {
        let (config, database) = (self.test.app.config(), &self.test.database.url);
        let own = |value: kernel::Result<&str>| value.expect("the test's configuration").to_owned();
        [
            ("AWS_LAMBDA_FUNCTION_NAME", function.to_owned()),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256".to_owned()),
            ("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{function}")),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "bench".to_owned()),
            ("AWS_REGION", "us-east-1".to_owned()),
            ("AWS_ACCESS_KEY_ID", "bench".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "bench".to_owned()),
            ("AWS_SESSION_TOKEN", "bench".to_owned()),
            ("AWS_ENDPOINT_URL", self.test.cloud.url.clone()),
            (
                "AWS_ENDPOINT_URL_DYNAMODB",
                if counted { self.toll.url.clone() } else { database.clone() },
            ),
            ("TABLE_NAME", own(config.table_name())),
            ("PAYMENT_WEBHOOKS_QUEUE_URL", own(config.payment_webhooks_queue_url())),
            ("TOKEN_SIGNING_KEY_SECRET_ID", own(config.token_signing_key_secret_id())),
            ("EDGE_KEYS_SECRET_ID", own(config.edge_keys_secret_id())),
            ("PROVIDER_SECRET_PREFIX", own(config.provider_secret_prefix())),
            ("PUBLIC_BASE_URL", own(config.public_base_url())),
            ("MERCADOPAGO_BASE_URL", self.provider_url.clone()),
            ("STAGE", "bench".to_owned()),
            ("LOG_LEVEL", "INFO".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into_iter()
        .chain(self.variables.iter().cloned())
        .collect()
    }

    /// A member who has booked little at this hall, and their token.
    pub(crate) fn somebody(&self, hall: &Hall) -> &(AccountId, String) {
        &self.members[hall.first_member + hall.taken() % MEMBERS]
    }

    /// A member who has more bookings than a page holds, where the table has grown.
    pub(crate) fn regular(&self) -> &(AccountId, String) {
        &self.members[0]
    }

    /// One of those members.
    pub(crate) fn member(&self, number: usize) -> AccountId {
        self.members[number % MEMBERS].0
    }

    /// A refresh token that is good, for one exchange.
    pub(crate) fn refresh_token(&self) -> String {
        let mut tokens = self.refresh_tokens.lock().expect("one user at a time");
        tokens.pop().expect("a run refreshes no more often than there are sessions")
    }

    /// The day whose availability is asked for.
    pub(crate) fn busy_day(&self) -> Date {
        day_after(self.today, 1)
    }

    /// The first day on which nobody has booked.
    pub(crate) fn free_day(&self) -> Date {
        day_after(self.today, 2)
    }

    /// Confirms that day's bookings, as if they were paid: of a real day's, next to none are only held.
    pub(crate) async fn confirm_busy_day(&self) {
        let table = self.test.app.table().tenant(&Tenant::from_envelope(self.club, "bench"));
        let now = Clock::system().now();
        let mut page = PageRequest::default();
        loop {
            let day = self.busy_day();
            let found = booking::bookings_of_day(&table, self.hall.venue, day, page).await;
            let found = found.expect("the day's bookings");
            for held in &found.items {
                let changed = booking::confirm(&table, held, now).expect("a held booking");
                table.write(changed.writes).await.expect("the booking is confirmed");
            }
            page = match found.next {
                Some(after) => PageRequest { after: Some(after), ..PageRequest::default() },
                None => return,
            };
        }
    }

    /// Takes what the functions queued, which nobody will look at.
    pub(crate) fn sweep(&self) {
        drop(self.test.cloud.take_sent("payment-webhooks.fifo"));
        drop(self.test.cloud.take_published());
    }
}

pub(crate) fn start(day: Date, hour: usize) -> String {
    format!("{day}T{hour:02}:00")
}

fn read<T: serde::de::DeserializeOwned>(json: Value) -> T {
    serde_json::from_value(json).expect("the shape of the domain type")
}

async fn open_club(test: &TestApp, now: Timestamp) -> ClubId {
    let platform = test.app.table().platform();
    let request = json!({
        "name": "Racket Club", "slug": SLUG, "time_zone": ZONE, "currency": "ARS",
        "owner": { "email": "owner@example.com", "name": "Olga Owner" },
        "template": "standard", "has_payment_provider": true,
    });
    let onboarding = Onboarding::new(read(request), "bench".to_owned(), now);
    let own = test.app.table().tenant(&Tenant::from_envelope(onboarding.club_id, "bench"));
    let template = onboarding.request.template;
    for writes in [
        tenancy::store::reserve_slug(&platform, &onboarding).expect("a slug"),
        tenancy::store::create_club(&platform, &own, &onboarding).expect("a club"),
        tenancy::store::apply_template(&own, template).expect("a template"),
        tenancy::store::activate(&platform, &own, &onboarding),
    ] {
        platform.write(writes).await.expect("the club is written");
    }
    onboarding.club_id
}

/// One member makes all the requests; what the limits cost is measured, not what they refuse.
pub(crate) async fn unlimit(test: &TestApp, club: ClubId) {
    let own = test.app.table().tenant(&Tenant::from_envelope(club, "bench"));
    let limits = Limits {
        account_per_minute: Some(1_000_000),
        club_per_minute: Some(1_000_000),
        ..Limits::default()
    };
    let write = standing::set_limits(&own, &limits, None).expect("an item");
    own.write(vec![write]).await.expect("the limits are written");
}

/// Takes every second hour of a week from tomorrow on.
async fn fill(test: &TestApp, club: ClubId, hall: &Hall, today: Date) {
    let table = test.app.table().tenant(&Tenant::from_envelope(club, "bench"));
    let hours = (8..23).step_by(2).map(|hour| (12 * hour..12 * (hour + 1)).collect::<Slots>());
    let taken = Attribute::numbers(hours.flat_map(Slots::compact));
    for date in (1..=DAYS_OF_MANY).map(|days| day_after(today, days)) {
        for (_, key) in booking::day_keys(&table, hall.venue, &hall.courts, &[date]) {
            let update = Update::new().set("kind", "court_day").add("taken", taken.clone());
            let write = Write::update(key, update.add("version", 8_u64));
            table.write(vec![write]).await.expect("the day is written");
        }
        let day = booking::venue_day(&table, hall.venue, date).await.expect("the day");
        let is_busy = |court: &booking::CourtDay| court.taken.numbers().count() == 8 * 12;
        assert!(day.courts.len() == hall.courts.len() && day.courts.iter().all(is_busy));
    }
}

/// Ten rules beside opening hours and the grid, none of which anybody breaks here.
async fn ten_rules(test: &TestApp, club: ClubId, venue: VenueId) {
    let quota = |name: &str, most: Value, per: &str, of: &str| json!({ "name": name, "most": most, "per": per, "of": of });
    let book = read(json!({ "version": 1, "rules": {
        "notice": [{ "minutes": 30 }],
        "windows": [{ "opens": { "kind": "days_ahead", "days": 365 } }],
        "durations": [{ "min_minutes": 60, "max_minutes": 120 }],
        "quotas": [
            quota("day", json!({ "kind": "bookings", "count": 5 }), "day", "member"),
            quota("week", json!({ "kind": "bookings", "count": 20 }), "week", "family"),
            quota("month", json!({ "kind": "minutes", "count": 6_000 }), "month", "member"),
        ],
        "concurrent": [{ "most": 200 }],
        "guests": [{ "most_per_booking": 3, "most_per_month": 50 }],
        "may_overlap": false,
        "debtors_may_book": false,
    }}));
    let table = test.app.table().tenant(&Tenant::from_envelope(club, "bench"));
    let write = booking::put_rule_book(&table, venue, &book).expect("an item");
    table.write(vec![write]).await.expect("the rules are written");
}

async fn join(
    test: &TestApp,
    club: ClubId,
    email: &str,
    signs_in: Option<PasswordCost>,
    now: Timestamp,
) -> AccountId {
    let platform = test.app.table().platform();
    let own = test.app.table().tenant(&Tenant::from_envelope(club, "bench"));
    let account = Account {
        id: AccountId::new(),
        email: Some(email.parse::<Email>().expect("an address")),
        name: "Ana Souza".parse().expect("a name"),
        locale: Locale::default(),
        platform_roles: Vec::new(),
        created_at: now,
        version: 1,
    };
    // Few of them ever sign in.
    let hash = signs_in.map_or_else(String::new, |cost| {
        let password = Password::try_from(PASSWORD.to_owned()).expect("a password");
        password.hash(cost).expect("a hash")
    });
    let mut writes =
        identity::store::create_account(&platform, &account, hash, None).expect("items");
    let membership = Membership::new(&account, vec![Role::Member], now);
    writes.extend(identity::store::join(&platform, &own, &membership, now).expect("items"));
    platform.write(writes).await.expect("the member is written");
    account.id
}

/// A venue that is open from 8 to 23, with padel courts.
pub(crate) async fn build(
    test: &TestApp,
    club: ClubId,
    courts: usize,
    now: Timestamp,
) -> (VenueId, Vec<CourtId>) {
    let table = test.app.table().tenant(&Tenant::from_envelope(club, "bench"));
    let hours = json!([{ "opens": "08:00", "closes": "23:00" }]);
    let week = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
        .map(|day| (day.to_owned(), hours.clone()));
    let venue: Venue = read(json!({
        "id": VenueId::new(), "name": "Centro", "time_zone": ZONE, "status": "active",
        "opening_hours": Value::Object(week.into_iter().collect()), "start_every_minutes": 30,
        "version": 1, "created_at": now,
    }));
    facilities::create_venue(&table, &venue).await.expect("the venue is written");
    let mut ids = Vec::new();
    for number in 1..=courts {
        let court = court(&venue, number, now);
        facilities::create_court(&table, &court).await.expect("the court is written");
        ids.push(court.id);
    }
    (venue.id, ids)
}

/// A padel court.
pub(crate) fn court(venue: &Venue, number: usize, now: Timestamp) -> Court {
    read(json!({
        "id": CourtId::new(), "venue_id": venue.id, "name": format!("Court {number}"),
        "sport": "padel", "surface": "artificial_grass", "indoor": false,
        "durations_minutes": [60, 90], "price_per_hour": { "amount": 1_200_000, "currency": "ARS" },
        "status": "active", "version": 1, "created_at": now,
    }))
}

/// The payment provider: one answer to every checkout, at once.
pub(crate) async fn provider() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let preference = json!({ "id": "1-1", "init_point": "https://provider.test/checkout/1-1" });
    let router =
        Router::new().route("/checkout/preferences", post(async move || Json(preference.clone())));
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

/// Sessions of the member, and the token of each.
async fn sessions(test: &TestApp, account: AccountId, club: ClubId, now: Timestamp) -> Vec<String> {
    let platform = test.app.table().platform();
    let mut tokens = Vec::new();
    for _ in 0..SESSIONS {
        let proof = Proof::by(&[Method::Pwd], false, now);
        let opened = Session::open(account, Some(club), proof, None, now).expect("a session");
        identity::store::open_session(&platform, &opened.0, None).await.expect("a kept session");
        tokens.push(opened.1.reveal());
    }
    tokens
}
