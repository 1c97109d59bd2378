//! Reads and writes of the one table.

use std::{
    collections::{HashMap, HashSet},
    future::Future,
    sync::Arc,
};

use aws_config::SdkConfig;
use aws_sdk_dynamodb::{
    Client,
    config::{http::HttpResponse, retry::RetryConfig},
    error::{ProvideErrorMetadata, SdkError},
    types::{AttributeValue, KeysAndAttributes, ReturnConsumedCapacity},
};
use futures::future::try_join_all;
use kernel::{Error, LastKey, Page, Result};
use serde::de::DeserializeOwned;

use crate::{
    Item, Key, Meter, Query, Write,
    attempt::{Backoff, Outcome, busy, gave_up, outcome},
    expression::Placeholders,
    read_item,
};

/// `BatchGetItem`'s limit.
const BATCH_LIMIT: usize = 100;
/// The most pages that [`Engine::query_all`] reads before it calls the list too long.
const PAGES_LIMIT: usize = 20;

/// The engine of one physical table.
#[derive(Debug, Clone)]
pub struct Engine {
    pub(crate) client: Client,
    pub(crate) name: Arc<str>,
    pub(crate) meter: Meter,
}

impl Engine {
    /// The table of this name, with the process's shared AWS configuration.
    pub fn new(config: &SdkConfig, name: &str) -> Self {
        let config = aws_sdk_dynamodb::config::Builder::from(config)
            .retry_config(RetryConfig::disabled())
            .build();
        Self { client: Client::from_conf(config), name: name.into(), meter: Meter::default() }
    }

    /// What was used so far.
    pub fn meter(&self) -> &Meter {
        &self.meter
    }

    /// Whether the table answers: reads a key that no item has.
    pub async fn ping(&self) -> Result<()> {
        self.get::<HashMap<String, String>>(&Key::new("P#PING".into(), "PING".into())).await?;
        Ok(())
    }

    async fn repeat<T, E, F>(&self, operation: &'static str, call: impl Fn() -> F) -> Result<T>
    where
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        let mut backoff = Backoff::start();
        loop {
            self.meter.round_trip();
            let error = match call().await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            if outcome(&error) == Outcome::Final || !backoff.pause().await {
                return Err(gave_up(operation, &error));
            }
        }
    }

    /// One item by its key, consistently: half to one unit for each 4 KB.
    pub async fn get<T: DeserializeOwned>(&self, key: &Key) -> Result<Option<T>> {
        let answer = self
            .repeat("GetItem", || {
                self.client
                    .get_item()
                    .table_name(&*self.name)
                    .set_key(Some(key.attributes()))
                    .consistent_read(true)
                    .return_consumed_capacity(ReturnConsumedCapacity::Total)
                    .send()
            })
            .await?;
        self.meter.consumed(answer.consumed_capacity());
        answer.item.map(read_item).transpose()
    }

    /// Any number of items, of any partitions, each once: a batch for each hundred, side by side (and another where
    /// DynamoDB leaves some out).
    pub async fn batch_get(&self, keys: &[Key]) -> Result<Items> {
        let mut known = HashSet::new();
        let wanted = keys.iter().filter(|key| known.insert(key.parts()));
        let wanted: Vec<_> = wanted.map(Key::attributes).collect();
        let batches = wanted.chunks(BATCH_LIMIT).map(|batch| self.batch(batch.to_vec()));
        let found = try_join_all(batches).await?.into_iter().flat_map(|items| items.0);
        Ok(Items(found.collect()))
    }

    async fn batch(&self, mut wanted: Vec<HashMap<String, AttributeValue>>) -> Result<Items> {
        let mut items = Items::default();
        let mut backoff = Backoff::start();
        loop {
            let request = KeysAndAttributes::builder()
                .set_keys(Some(std::mem::take(&mut wanted)))
                .consistent_read(true)
                .build()
                .map_err(|cause| Error::internal("a batch is incomplete").with_source(cause))?;
            let answer = self
                .repeat("BatchGetItem", || {
                    self.client
                        .batch_get_item()
                        .request_items(&*self.name, request.clone())
                        .return_consumed_capacity(ReturnConsumedCapacity::Total)
                        .send()
                })
                .await?;
            self.meter.consumed(answer.consumed_capacity());
            for item in answer.responses.into_iter().flat_map(HashMap::into_values).flatten() {
                items.insert(item);
            }
            let left = answer.unprocessed_keys.unwrap_or_default();
            wanted = left.into_values().flat_map(|rest| rest.keys).collect();
            if wanted.is_empty() {
                return Ok(items);
            }
            if !backoff.pause().await {
                return Err(busy());
            }
        }
    }

    /// One page of a partition, consistently unless it is an index or need not be: one unit, or half of
    /// one, for each 4 KB.
    pub async fn query<T: DeserializeOwned>(&self, query: &Query) -> Result<Page<T>> {
        let mut placeholders = Placeholders::default();
        let condition = query.render(&mut placeholders);
        let start = query.after.as_ref().map(|after| {
            after.iter().map(|(k, v)| (k.clone(), AttributeValue::S(v.clone()))).collect()
        });
        let answer = self
            .repeat("Query", || {
                self.client
                    .query()
                    .table_name(&*self.name)
                    .set_index_name(query.index_name().map(str::to_owned))
                    .key_condition_expression(&condition)
                    .set_expression_attribute_values(placeholders.values())
                    .consistent_read(query.consistent)
                    .scan_index_forward(!query.descending)
                    .set_limit(query.limit)
                    .set_exclusive_start_key(start.clone())
                    .return_consumed_capacity(ReturnConsumedCapacity::Total)
                    .send()
            })
            .await?;
        self.meter.consumed(answer.consumed_capacity());
        let items = answer.items.unwrap_or_default();
        Ok(Page {
            items: items.into_iter().map(read_item).collect::<Result<_>>()?,
            next: answer.last_evaluated_key.map(last_key).transpose()?,
        })
    }

    /// A whole partition that is known to be small.
    pub async fn query_all<T: DeserializeOwned>(&self, query: &Query) -> Result<Vec<T>> {
        let mut query = query.clone();
        let mut items = Vec::new();
        for _ in 0..PAGES_LIMIT {
            let page = self.query(&query).await?;
            items.extend(page.items);
            match page.next {
                None => return Ok(items),
                next => query.after = next,
            }
        }
        Err(Error::internal("a partition that should be small is not"))
    }

    /// All of the writes or none: a plain write where it is one, else one transaction.
    pub async fn write(&self, mut writes: Vec<Write>) -> Result<()> {
        match writes.len() {
            0 => Ok(()),
            1 => self.write_one(writes.remove(0)).await.map(drop),
            _ => self.transact(writes).await,
        }
    }
}

fn last_key(item: Item) -> Result<LastKey> {
    item.into_iter()
        .map(|(name, value)| match value {
            AttributeValue::S(text) => Ok((name, text)),
            _ => Err(Error::internal("a key attribute is not a string")),
        })
        .collect()
}

/// The items of a batch, by key.
#[derive(Debug, Default)]
pub struct Items(HashMap<(String, String), Item>);

impl Items {
    fn insert(&mut self, item: Item) {
        let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok()).cloned();
        if let (Some(pk), Some(sk)) = (text("PK"), text("SK")) {
            self.0.insert((pk, sk), item);
        }
    }

    /// What another batch has found is here, too.
    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// The item of this key, if the batch found it; it stays, for whoever else asks.
    pub fn read<T: DeserializeOwned>(&self, key: &Key) -> Result<Option<T>> {
        let found = self.0.get(&key.parts()).cloned();
        found.map(read_item).transpose()
    }

    /// The item of this key, if the batch found it.
    pub fn take<T: DeserializeOwned>(&mut self, key: &Key) -> Result<Option<T>> {
        let found = self.0.remove(&key.parts());
        found.map(read_item).transpose()
    }
}
