//! The opening rush, all of it: 20,000 requests for 8,400 slots, one in a hundred of the table's answers lost
//! or late. The application has one thread, the embedded DynamoDB and the gate before it another.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::ExitCode,
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use futures::{StreamExt, stream};
use kernel::{
    AccountId, Clock, ClubId, CourtId, PageRequest, Role, Tenant, VenueId,
    jiff::{ToSpan, civil::Date, tz::TimeZone},
};
use serde_json::{Value, json};
use testkit::{Answer, Ask, Database, Flaky, Rush, Slot, TestApp};

use crate::{
    process::cpu_ms,
    world::{ZONE, build, provider, start, unlimit},
};

const RUSH: Rush =
    Rush { courts: 40, hours: 15, days: 14, members: 2_000, requests: 20_000, seed: 20_261_121 };
/// Members who wait for an answer at the same time.
const AT_ONCE: usize = 64;
/// Of a thousand requests to the table.
const FAULTS: u32 = 10;
const OPENS: usize = 8;

struct Opening {
    test: TestApp,
    venue: VenueId,
    courts: Vec<CourtId>,
    members: Vec<String>,
    /// The same people at the desk: what costs something is booked again and again by staff.
    desk: Vec<String>,
    first_day: Date,
    tenant: Tenant,
}

/// One wish, what was answered, and how long that took.
type Told = (Ask, Answer, Duration);

/// Of this thread and of the whole process, in seconds.
fn cpu() -> [f64; 2] {
    ["/proc/thread-self/stat", "/proc/self/stat"].map(|path| cpu_ms(path) / 1_000.0)
}

/// Runs it and prints what came of it; fails where a slot was booked twice.
pub(crate) fn run() -> ExitCode {
    let table = serve_table();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(rush(table))
}

/// The gate of the table; both are on a thread of their own.
fn serve_table() -> Flaky {
    let (send, receive) = mpsc::channel();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let (database, gate) = (Database::start().await, Flaky::start().await);
            database.forget_changes();
            gate.guard(&database.url);
            send.send(gate).expect("somebody waits for it");
            std::future::pending::<()>().await;
            drop(database);
        });
    });
    receive.recv().expect("the table is there")
}

async fn rush(table: Flaky) -> ExitCode {
    let opening = Opening::day(&table).await;
    table.fail(FAULTS);
    let (before, begun) = (cpu(), Instant::now());
    let asked = stream::iter(RUSH.asks()).map(|ask| opening.ask(ask)).buffer_unordered(AT_ONCE);
    let told: Vec<Told> = asked.collect().await;
    let took = begun.elapsed();
    table.fail(0);
    report(&told, took, &table);
    let [own, all] = cpu();
    let (own, all) = (own - before[0], all - before[1]);
    println!("CPU: {own:.1} s in the application, {:.1} s in the table and its gate.", all - own);
    let (live, doubles) = opening.live().await;
    println!("{live} bookings live; {doubles} slots are in two of them.");
    if doubles == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

impl Opening {
    async fn day(table: &Flaky) -> Self {
        let (now, provider) = (Clock::system().now(), provider().await);
        let variables =
            [("AWS_ENDPOINT_URL_DYNAMODB", &*table.url), ("MERCADOPAGO_BASE_URL", &*provider)];
        let test =
            TestApp::start(vec![api_bookings::routes(), api_series::routes()], now, &variables)
                .await;
        let club = ClubId::new();
        let (venue, courts) = build(&test, club, RUSH.courts, now).await;
        unlimit(&test, club).await;
        let credentials = json!({
            "access_token": "APP_USR-1", "webhook_secret": "a secret", "collector_id": "1",
        });
        let secret = test.app.config().provider_secret_id(club, payments::mercadopago::SECRET);
        test.cloud.put_secret(&secret.expect("a prefix"), &credentials);
        let accounts: Vec<_> = (0..RUSH.members).map(|_| AccountId::new()).collect();
        let tokens = |role: Role| {
            let token =
                |account: &AccountId| test.token(*account, Some(club), std::slice::from_ref(&role));
            accounts.iter().map(token).collect()
        };
        let (members, desk) = (tokens(Role::Member), tokens(Role::FrontDesk));
        let today = TimeZone::get(ZONE).expect("a zone").to_datetime(now).date();
        let tenant = Tenant::from_envelope(club, "bench");
        Self {
            venue,
            courts,
            members,
            desk,
            first_day: today.saturating_add(1.day()),
            tenant,
            test,
        }
    }

    async fn ask(&self, ask: Ask) -> Told {
        let begun = Instant::now();
        let answer = match ask {
            Ask::Book(member, slot) => {
                self.test.post("/v1/bookings", &self.members[member], self.wish(slot)).await
            }
            Ask::Series(member, slot) => {
                let mut wish = self.wish(slot);
                wish["rrule"] = json!("FREQ=WEEKLY;COUNT=2");
                wish["on_conflict"] = json!("book_around");
                self.test.post("/v1/series", &self.desk[member], wish).await
            }
            Ask::Cancel(member) => self.cancel_one(&self.members[member]).await,
        };
        (ask, answer, begun.elapsed())
    }

    fn wish(&self, slot: Slot) -> Value {
        json!({
            "venue_id": self.venue, "court_id": self.courts[slot.court],
            "starts_at": start(self.date(slot.day), OPENS + slot.hour), "duration_minutes": 60,
        })
    }

    fn date(&self, day: usize) -> Date {
        self.first_day.saturating_add(i64::try_from(day).expect("a few days").days())
    }

    /// The member's latest booking; who has none only looked.
    async fn cancel_one(&self, token: &str) -> Answer {
        let listed = self.test.get("/v1/bookings?limit=1", token).await;
        let Some(id) = listed.body["data"][0]["id"].as_str() else { return listed };
        self.test.post(&format!("/v1/bookings/{id}/cancel"), token, Value::Null).await
    }

    /// How many bookings have slots, and how many slots are in two of them.
    async fn live(&self) -> (usize, usize) {
        let table = self.test.app.table().tenant(&self.tenant);
        let (mut live, mut doubles, mut slots) = (0, 0, BTreeSet::new());
        // A series reaches into the weeks after.
        for day in 0..2 * RUSH.days {
            let mut page = PageRequest::default();
            loop {
                let found =
                    booking::bookings_of_day(&table, self.venue, self.date(day), page).await;
                let found = found.expect("the day's bookings");
                for booking in found.items.iter().filter(|one| one.status.has_slots()) {
                    live += 1;
                    let new = slots.insert((booking.court_id, booking.starts_at));
                    doubles += usize::from(!new);
                }
                let Some(after) = found.next else { break };
                page = PageRequest { after: Some(after), ..PageRequest::default() };
            }
        }
        (live, doubles)
    }
}

fn report(told: &[Told], took: Duration, table: &Flaky) {
    let mut codes = BTreeMap::<String, usize>::new();
    let mut times: Vec<_> = told.iter().map(|(_, _, time)| *time).collect();
    for (_, answer, _) in told {
        let code = answer.body["error"]["code"].as_str().unwrap_or("");
        *codes.entry(format!("{} {code}", answer.status.as_u16())).or_default() += 1;
    }
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100].as_secs_f64() * 1_000.0;
    let (passed, failed) = table.passed();
    let pace = f64::from(u32::try_from(told.len()).expect("some thousands")) / took.as_secs_f64();
    println!(
        "rush: {} requests in {:.1} s, {pace:.0} a second, {AT_ONCE} at once on one thread; p50 {:.0} ms, \
         p95 {:.0} ms, p99 {:.0} ms.\nthe table: {passed} requests, {failed} of them failed or slow.",
        told.len(),
        took.as_secs_f64(),
        at(50),
        at(95),
        at(99),
    );
    for (code, count) in codes {
        println!("{count:>7}  {code}");
    }
}
