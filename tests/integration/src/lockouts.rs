//! Failures of sign-in are counted, whoever fails and however many at once.

use futures::future::join_all;
use identity::{Guarded, Lockout, store};
use kernel::{
    Email,
    jiff::{SignedDuration, Timestamp},
};
use table::PlatformTable;
use testkit::TestApp;

const NETWORK: &str = "203.0.113.9";

async fn start() -> (TestApp, PlatformTable) {
    let app = TestApp::start(vec![], "2026-11-20T12:00:00Z".parse().unwrap(), &[]).await;
    let table = app.app.table().platform();
    (app, table)
}

fn email(text: &str) -> Email {
    text.parse().unwrap()
}

async fn fail(
    table: &PlatformTable,
    whose: &str,
    from: &str,
    now: Timestamp,
) -> (Lockout, Lockout) {
    store::record_failure(table, &email(whose), from, now).await.unwrap()
}

/// The failures of an address of e-mail, and of the network's.
async fn lockouts(table: &PlatformTable, whose: &Email) -> (Lockout, Lockout) {
    let records = store::sign_in_records(table, whose, NETWORK).await.unwrap();
    (records.account_lockout, records.address_lockout)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_failures_at_once_count_eight() {
    let (app, table) = start().await;
    let now = app.clock.now();
    let whose = email("ana@example.org");
    join_all((0..8).map(|_| fail(&table, "ana@example.org", NETWORK, now))).await;
    let (account, network) = lockouts(&table, &whose).await;
    assert_eq!((account.failures, network.failures), (8, 8));
    assert_eq!(account.check(now).unwrap_err().retry_after_seconds(), Some(480));
    network.check(now).unwrap();
    // The same where a window is over, and all of them begin the next.
    let later = now + SignedDuration::from_hours(2);
    join_all((0..8).map(|_| fail(&table, "ana@example.org", NETWORK, later))).await;
    let (account, network) = lockouts(&table, &whose).await;
    assert_eq!((account.failures, network.failures), (8, 8));
}

#[tokio::test]
async fn the_table_counts_as_the_rule_says() {
    let (app, table) = start().await;
    let start = app.clock.now();
    let mut expected = Lockout::none(Guarded::Account);
    // Within the window, at its end, after it; up to the lock, within and after what is remembered.
    for second in
        [0, 1, 899, 900, 901, 902, 1_799, 1_800, 1_801, 1_802, 1_803, 1_804, 2_000, 6_499, 6_500]
            .into_iter()
            .chain([10_999, 11_000, 16_000, 21_000])
    {
        let now = start + SignedDuration::from_secs(second);
        expected = expected.after_failure(now);
        let (found, _) = fail(&table, "ana@example.org", "", now).await;
        assert_eq!(found, expected, "after {second} seconds");
    }
}

#[tokio::test]
async fn all_that_a_sign_in_needs_is_one_round_trip() {
    let (app, table) = start().await;
    let before = app.app.table().meter().usage();
    let records = store::sign_in_records(&table, &email("ana@example.org"), NETWORK).await.unwrap();
    assert_eq!(app.app.table().meter().usage().since(before).round_trips, 1);
    assert!(records.credential.is_none());
    assert_eq!(records.account_lockout, Lockout::none(Guarded::Account));
    assert_eq!(records.address_lockout, Lockout::none(Guarded::Address));
    records.check(app.clock.now()).unwrap();
}

#[tokio::test]
async fn an_unknown_address_is_locked_as_a_known_one() {
    let (app, table) = start().await;
    let now = app.clock.now();
    for _ in 0..5 {
        fail(&table, "nobody@example.org", NETWORK, now).await;
    }
    let whose = email("nobody@example.org");
    let records = store::sign_in_records(&table, &whose, NETWORK).await.unwrap();
    let error = records.check(now).unwrap_err();
    assert_eq!((error.code(), error.retry_after_seconds()), ("ACCOUNT_LOCKED", Some(60)));
    let others = email("ana@example.org");
    let others = store::sign_in_records(&table, &others, NETWORK).await.unwrap();
    others.check(now).unwrap();
}

#[tokio::test]
async fn a_network_is_locked_after_twenty_failures_of_whomever() {
    let (app, table) = start().await;
    let now = app.clock.now();
    for person in 0..20 {
        fail(&table, &format!("person{person}@example.org"), "2001:db8:1:2::1", now).await;
    }
    let records =
        async |from| store::sign_in_records(&table, &email("ana@example.org"), from).await.unwrap();
    let error = records("2001:db8:1:2:ffff::9").await.check(now).unwrap_err();
    assert_eq!((error.code(), error.retry_after_seconds()), ("ADDRESS_LOCKED", Some(60)));
    records("2001:db8:1:3::1").await.check(now).unwrap();
    // Where no gateway says where a call comes from, nobody is to blame.
    records("").await.check(now).unwrap();
    let (_, nowhere) = fail(&table, "ana@example.org", "", now).await;
    assert_eq!(nowhere.failures, 0);
}

#[tokio::test]
async fn a_success_or_an_unlock_forgets_the_failures_of_the_account() {
    let (app, table) = start().await;
    let now = app.clock.now();
    let whose = email("ana@example.org");
    for round in 0..2 {
        for _ in 0..5 {
            fail(&table, "ana@example.org", NETWORK, now).await;
        }
        let locked = lockouts(&table, &whose).await.0;
        assert!(locked.check(now).is_err());
        match round {
            0 => store::clear_failures(&table, &whose).await.unwrap(),
            _ => table.write(vec![store::unlock(&table, &whose)]).await.unwrap(),
        }
        let (account, network) = lockouts(&table, &whose).await;
        assert_eq!(account, Lockout::none(Guarded::Account));
        assert_eq!(network.failures, 5 * (round + 1), "the network's stay");
    }
    store::clear_failures(&table, &whose).await.unwrap();
}

#[tokio::test]
async fn the_table_drops_lockouts_and_keeps_no_network_s_address() {
    let (app, table) = start().await;
    let now = app.clock.now();
    fail(&table, "ana@example.org", NETWORK, now).await;
    fail(&table, "ana@example.org", NETWORK, now + SignedDuration::from_secs(60)).await;
    let items = app.database.items();
    assert_eq!(items.len(), 2);
    let end = (now + SignedDuration::from_secs(60 + 4_500)).as_second().to_string();
    for item in items {
        assert_eq!(item["kind"]["S"], "Lockout");
        assert_eq!(item["ttl"]["N"], end);
        assert!(!item.to_string().contains(NETWORK), "{item}");
    }
}
