//! The table engine against the embedded DynamoDB.

use std::sync::atomic::{AtomicU32, Ordering};

use futures::future::join_all;
use kernel::{ClubId, Error, Kind, Tenant};
use serde::{Deserialize, Serialize};
use table::{Condition, Query, TenantTable, Update, Value, Write};
use testkit::TestApp;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Counter {
    name: String,
    count: i64,
    note: Option<String>,
}

fn counter(name: &str) -> Counter {
    Counter { name: name.to_owned(), count: 0, note: None }
}

async fn start() -> (TestApp, TenantTable) {
    let app = TestApp::start(vec![], "2026-11-20T12:00:00Z".parse().unwrap(), &[]).await;
    let table = app.app.table().tenant(&Tenant::from_envelope(ClubId::new(), "test"));
    (app, table)
}

#[tokio::test]
async fn what_is_put_is_read_and_absent_values_are_absent_attributes() {
    let (app, table) = start().await;
    let key = table.key("COUNTER#a", "COUNTER");
    table.write(vec![Write::put(key.clone(), "counter", &counter("a")).unwrap()]).await.unwrap();
    assert_eq!(table.get(&key).await.unwrap(), Some(counter("a")));
    assert!(app.database.items()[0].get("note").is_none());
}

#[tokio::test]
async fn a_refused_condition_becomes_its_writer_s_error() {
    let (_app, table) = start().await;
    let put = || {
        Write::put(table.key("COUNTER#a", "COUNTER"), "counter", &counter("a"))
            .unwrap()
            .if_absent()
            .or(|old| Error::conflict("TAKEN", format!("there is one: {}", old.is_some())))
    };
    table.write(vec![put()]).await.unwrap();
    assert_eq!(
        table.write(vec![put()]).await.unwrap_err().to_string(),
        "TAKEN: there is one: true"
    );
}

#[tokio::test]
async fn a_transaction_names_the_part_that_was_refused_and_writes_nothing() {
    let (app, table) = start().await;
    let put = |name: &str| {
        Write::put(table.key(format!("COUNTER#{name}"), "COUNTER"), "counter", &counter(name))
            .unwrap()
            .if_absent()
    };
    table.write(vec![put("b")]).await.unwrap();
    let refused = put("b").or(|_| Error::conflict("B_TAKEN", "b is there already"));
    let error = table.write(vec![put("a"), refused, put("c")]).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (Kind::Conflict, "B_TAKEN"));
    assert_eq!(app.database.items().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_additions_at_once_lose_none() {
    let (_app, table) = start().await;
    let key = table.key("COUNTER#a", "COUNTER");
    table.write(vec![Write::put(key.clone(), "counter", &counter("a")).unwrap()]).await.unwrap();
    let add = || async {
        let update = Update::new().add("count", 1_i64);
        let write = Write::update(key.clone(), update).when(Condition::item_exists());
        table.write_one(write).await
    };
    assert!(join_all((0..100).map(|_| add())).await.iter().all(Result::is_ok));
    assert_eq!(table.get::<Counter>(&key).await.unwrap().unwrap().count, 100);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_first_puts_at_once_one_wins() {
    let (_app, table) = start().await;
    let wins = AtomicU32::new(0);
    let put = |index: usize| {
        let (table, wins) = (&table, &wins);
        async move {
            let key = table.key("COUNTER#a", "COUNTER");
            let mine = Counter { name: index.to_string(), count: 0, note: None };
            let other = table.key(format!("OTHER#{index}"), "OTHER");
            let writes = vec![
                Write::put(key, "counter", &mine).unwrap().if_absent(),
                Write::put(other, "other", &mine).unwrap(),
            ];
            if table.write(writes).await.is_ok() {
                wins.fetch_add(1, Ordering::SeqCst);
            }
        }
    };
    join_all((0..50).map(put)).await;
    assert_eq!(wins.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn sets_are_guarded_member_by_member() {
    let (_app, table) = start().await;
    let take = |slots: Vec<u16>| {
        let free = slots.iter().map(|slot| Condition::contains("taken", *slot).negated());
        let condition = Condition::all(free);
        let update = Update::new().add("taken", Value::numbers(slots));
        Write::update(table.key("DAY#1", "COURT#1"), update).when(condition)
    };
    table.write(vec![take(vec![1, 2, 3])]).await.unwrap();
    table.write(vec![take(vec![4])]).await.unwrap();
    assert!(table.write(vec![take(vec![3, 5])]).await.is_err());
}

#[tokio::test]
async fn another_tenant_s_items_are_not_there() {
    let (app, table) = start().await;
    let key = table.key("COUNTER#a", "COUNTER");
    table.write(vec![Write::put(key, "counter", &counter("a")).unwrap()]).await.unwrap();
    let other = app.app.table().tenant(&Tenant::from_envelope(ClubId::new(), "test"));
    let found: Option<Counter> = other.get(&other.key("COUNTER#a", "COUNTER")).await.unwrap();
    assert_eq!(found, None);
    let query = Query::of(other.partition("COUNTER#a"));
    assert!(other.query_all::<Counter>(&query).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_table_that_does_not_answer_is_unavailable_not_a_defect() {
    let app = TestApp::start(
        vec![],
        "2026-11-20T12:00:00Z".parse().unwrap(),
        &[("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:9")],
    )
    .await;
    let table = app.app.table().tenant(&Tenant::from_envelope(ClubId::new(), "test"));
    let error = table.get::<Counter>(&table.key("A", "A")).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (Kind::Unavailable, "DATABASE_UNAVAILABLE"));
}
