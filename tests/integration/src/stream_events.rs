//! From the table's stream to the topic: `stream-events` over the changes of a real table.

use booking::BookingFact;
use kernel::{BookingId, ClubId, Event, EventId, Tenant};
use runtime::{dynamodb::Event as Changes, handle_stream};
use serde_json::json;
use table::{TenantTable, Update, Value, Write};
use testkit::{Service, TestApp};

struct Stream {
    test: TestApp,
    table: TenantTable,
}

async fn stream() -> Stream {
    let test = TestApp::start(vec![], "2026-11-21T12:00:00Z".parse().unwrap(), &[]).await;
    let table = test.app.table().tenant(&Tenant::from_envelope(ClubId::new(), "rainy-7"));
    Stream { test, table }
}

impl Stream {
    fn event(&self, kind: &str) -> Event {
        let fact = BookingFact {
            booking_id: BookingId::new(),
            hold_expires_at: None,
            payment_id: None,
            closure_id: None,
            series_id: None,
            freed: None,
        };
        self.table.event(kind, 1, self.test.clock.now(), &fact).unwrap()
    }

    async fn writes(&self, number: u32, events: &[Event]) {
        let key = self.table.key(format_args!("BOOKING#{number}"), "BOOKING");
        let write = Write::put(key, "booking", &json!({ "number": number })).unwrap();
        let write = if events.is_empty() { write } else { write.telling(events).unwrap() };
        self.table.write(vec![write]).await.unwrap();
    }

    /// The index in the batch of the change to resume at; `None` where all went well.
    async fn runs(&self, changes: Changes) -> Option<usize> {
        let sequences: Vec<_> =
            changes.records.iter().map(|record| record.change.sequence_number.clone()).collect();
        let answer = handle_stream(&self.test.app, stream_events::handle, changes).await;
        assert!(answer.batch_item_failures.len() <= 1);
        let failure = answer.batch_item_failures.first()?;
        sequences.iter().position(|sequence| *sequence == failure.item_identifier)
    }

    fn published(&self) -> Vec<EventId> {
        self.test.cloud.take_published().iter().map(|event| event.id).collect()
    }
}

#[tokio::test]
async fn what_a_change_adds_is_published_once_and_in_order() {
    let stream = stream().await;
    let (held, confirmed, cancelled) = (
        stream.event(booking::HELD),
        stream.event(booking::CONFIRMED),
        stream.event(booking::CANCELLED),
    );
    stream.writes(1, std::slice::from_ref(&held)).await;
    stream.writes(1, &[held.clone(), confirmed.clone()]).await;
    stream.writes(1, &[held.clone(), confirmed.clone()]).await;
    stream.writes(1, std::slice::from_ref(&cancelled)).await;
    assert_eq!(stream.runs(stream.test.database.changes().unwrap()).await, None);
    let published = stream.test.cloud.take_published();
    assert_eq!(published, [held, confirmed, cancelled]);
    assert_eq!(published[0].correlation_id, "rainy-7");
}

#[tokio::test]
async fn a_change_without_events_costs_nothing() {
    let stream = stream().await;
    let event = stream.event(booking::HELD);
    stream.writes(1, &[]).await;
    stream.writes(2, std::slice::from_ref(&event)).await;
    let key = stream.table.key("BOOKING#2", "BOOKING");
    let touch = Write::update(key.clone(), Update::new().set("number", 3_u32));
    stream.table.write(vec![touch]).await.unwrap();
    stream.table.write(vec![Write::delete(key)]).await.unwrap();
    assert_eq!(stream.runs(stream.test.database.changes().unwrap()).await, None);
    assert_eq!(stream.published(), [event.id]);
}

#[tokio::test]
async fn a_batch_whose_publishing_fails_resumes_in_order_without_loss() {
    let stream = stream().await;
    let mut wanted = Vec::new();
    for number in 0..6 {
        let event = stream.event(booking::HELD);
        wanted.push(event.id);
        stream.writes(number, &[event]).await;
    }
    let mut changes = stream.test.database.changes().unwrap();
    // The topic answers the first half, and then no more, whatever is tried again.
    let mut first = changes.clone();
    let rest = first.records.split_off(3);
    assert_eq!(stream.runs(first).await, None);
    stream.test.cloud.fail(Service::Topic, 100);
    let mut second = changes.clone();
    second.records = rest.clone();
    assert_eq!(stream.runs(second).await, Some(0));
    stream.test.cloud.fail(Service::Topic, 0);
    changes.records = rest;
    assert_eq!(stream.runs(changes).await, None);
    assert_eq!(stream.published(), wanted);
}

#[tokio::test]
async fn a_change_that_cannot_be_read_stops_the_batch_there() {
    let stream = stream().await;
    let (first, last) = (stream.event(booking::HELD), stream.event(booking::HELD));
    stream.writes(1, std::slice::from_ref(&first)).await;
    let key = stream.table.key("BOOKING#2", "BOOKING");
    let poison = Write::put(key, "booking", &json!({})).unwrap();
    let poison = poison.attribute("events", Value::of(&[json!({ "type": "nonsense" })]).unwrap());
    stream.table.write(vec![poison]).await.unwrap();
    stream.writes(3, std::slice::from_ref(&last)).await;
    let changes = stream.test.database.changes().unwrap();
    let mut after = changes.clone();
    after.records.drain(..2);
    assert_eq!(stream.runs(changes).await, Some(1));
    assert_eq!(stream.published(), [first.id]);
    // Bisecting isolates it, and the rest goes on.
    assert_eq!(stream.runs(after).await, None);
    assert_eq!(stream.published(), [last.id]);
}
