//! One in-memory DynamoDB for one test.

use std::sync::Mutex;

use dynoxide::{
    ImportOptions,
    actions::{
        create_table::CreateTableRequest, describe_stream::DescribeStreamRequest,
        get_records::GetRecordsRequest, get_shard_iterator::GetShardIteratorRequest,
        list_streams::ListStreamsRequest,
    },
};
use runtime::dynamodb::Event as StreamEvent;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// The table's name in tests.
pub(crate) const TABLE: &str = "clubpulse-test";

/// An embedded DynamoDB with the one table, served on loopback.
pub struct Database {
    engine: dynoxide::Database,
    /// Where it listens.
    pub url: String,
    position: Mutex<Option<String>>,
}

impl Database {
    /// Starts one. It ends with the test's runtime.
    pub async fn start() -> Self {
        let database = dynoxide::Database::memory().expect("an in-memory database");
        let request: CreateTableRequest =
            serde_json::from_value(definition()).expect("a table definition");
        database.create_table(request).expect("the table");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(dynoxide::server::serve_on(listener, database.clone()));
        Self { engine: database, url, position: Mutex::new(None) }
    }

    /// The changes since the last call, as the stream would deliver them; `None` where there are none.
    pub fn changes(&self) -> Option<StreamEvent> {
        let mut position = self.position.lock().expect("one reader");
        let iterator = position.take().unwrap_or_else(|| self.beginning());
        let request = GetRecordsRequest { shard_iterator: iterator.clone(), limit: Some(1_000) };
        let answer = self.engine.get_records(request).expect("the stream's records");
        *position = Some(answer.next_shard_iterator.clone().unwrap_or(iterator));
        if answer.records.is_empty() {
            return None;
        }
        let records = serde_json::to_value(&answer.records).expect("records are JSON");
        Some(serde_json::from_value(json!({ "Records": records })).expect("a stream event"))
    }

    /// Keeps no changes from now on: the engine looks through all that it keeps at every write, and whoever measures
    /// writes would measure how many there were before.
    pub fn forget_changes(&self) {
        let request = json!({
            "TableName": TABLE, "StreamSpecification": { "StreamEnabled": false },
        });
        let request = serde_json::from_value(request).expect("a change of the table");
        self.engine.update_table(request).expect("a table without a stream");
    }

    fn beginning(&self) -> String {
        let streams = ListStreamsRequest {
            table_name: Some(TABLE.to_owned()),
            exclusive_start_stream_arn: None,
            limit: None,
        };
        let streams = self.engine.list_streams(streams).expect("the streams");
        let arn = streams.streams[0].stream_arn.clone();
        let describe = DescribeStreamRequest {
            stream_arn: arn.clone(),
            exclusive_start_shard_id: None,
            limit: None,
        };
        let stream = self.engine.describe_stream(describe).expect("the stream");
        let iterator = GetShardIteratorRequest {
            stream_arn: arn,
            shard_id: stream.stream_description.shards[0].shard_id.clone(),
            shard_iterator_type: "TRIM_HORIZON".to_owned(),
            sequence_number: None,
        };
        let iterator = self.engine.get_shard_iterator(iterator).expect("an iterator");
        iterator.shard_iterator.expect("an iterator")
    }

    /// Every item of the table, for assertions that nothing else was written. What limits count is left
    /// out: every request changes it.
    pub fn items(&self) -> Vec<Value> {
        let mut items = self.all_items();
        items.retain(|item| item["kind"]["S"] != "Limit");
        items
    }

    /// Puts items, as [`Database::all_items`] tells them, past the stream: a table that has grown for years.
    pub fn load(&self, items: Vec<Value>) {
        let items = items.into_iter().map(|item| serde_json::from_value(item).expect("an item"));
        let loaded = self.engine.import_items(TABLE, items.collect(), ImportOptions::default());
        loaded.expect("the items are stored");
    }

    /// Every item of the table, what limits count included.
    pub fn all_items(&self) -> Vec<Value> {
        let (mut items, mut request) = (Vec::new(), json!({ "TableName": TABLE }));
        loop {
            let page = serde_json::from_value(request.clone()).expect("a scan");
            let answer = self.engine.scan(page).expect("a scan's answer");
            let mut answer = serde_json::to_value(&answer).expect("a scan's answer is JSON");
            if let Value::Array(page) = answer["Items"].take() {
                items.extend(page);
            }
            match answer["LastEvaluatedKey"].take() {
                Value::Null => return items,
                last => request["ExclusiveStartKey"] = last,
            }
        }
    }
}

/// The same keys and indexes as `template.yaml`; a tidy test compares them.
fn definition() -> Value {
    let key = |pk: &str, sk: &str| json!([{ "AttributeName": pk, "KeyType": "HASH" }, { "AttributeName": sk, "KeyType": "RANGE" }]);
    let index = |name: &str| {
        json!({
            "IndexName": name,
            "KeySchema": key(&format!("{name}PK"), &format!("{name}SK")),
            "Projection": { "ProjectionType": "ALL" },
        })
    };
    let attributes = ["PK", "SK", "GSI1PK", "GSI1SK", "GSI2PK", "GSI2SK"]
        .map(|name| json!({ "AttributeName": name, "AttributeType": "S" }));
    json!({
        "TableName": TABLE,
        "AttributeDefinitions": attributes,
        "KeySchema": key("PK", "SK"),
        "GlobalSecondaryIndexes": [index("GSI1"), index("GSI2")],
        "BillingMode": "PAY_PER_REQUEST",
        "StreamSpecification": { "StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES" },
    })
}
