//! What a million operations cost: public on-demand prices of us-east-1 in US dollars, first tier, without
//! free tier, data transfer, storage and logs.

use crate::{operation::Operation, toll::Paid};

/// Where the prices are of. South American regions cost up to half as much again.
pub(crate) const REGION: &str = "us-east-1";

/// Lambda on arm64: a GB-second, and a million requests (aws.amazon.com/lambda/pricing).
const LAMBDA_GB_SECOND: f64 = 0.000_013_333_4;
const LAMBDA_MILLION: f64 = 0.20;
/// One vCPU comes with this much memory, and less of it with less (Lambda's developer guide, "Configure
/// Lambda function memory").
const LAMBDA_MB_OF_ONE_CPU: f64 = 1_769.0;
/// DynamoDB on demand: a million request units (aws.amazon.com/dynamodb/pricing/on-demand).
const DYNAMODB_MILLION_READS: f64 = 0.125;
const DYNAMODB_MILLION_WRITES: f64 = 0.625;
/// An HTTP API: a million requests (aws.amazon.com/api-gateway/pricing).
const HTTP_API_MILLION: f64 = 1.00;
/// SQS FIFO: a million requests (aws.amazon.com/sqs/pricing).
pub(crate) const SQS_FIFO_MILLION: f64 = 0.50;

/// Assumed, because loopback does not show it: how long a function waits, and is billed, for DynamoDB in
/// its own region ("single-digit milliseconds").
pub(crate) const DYNAMODB_WAIT_MS: f64 = 5.0;

/// Of a million warm operations, in dollars.
pub(crate) fn of_a_million(operation: &Operation, cpu_ms: f64, paid: &Paid) -> f64 {
    let own_ms = cpu_ms * LAMBDA_MB_OF_ONE_CPU / operation.memory_mb.min(LAMBDA_MB_OF_ONE_CPU);
    let wait_ms = paid.round_trips() * DYNAMODB_WAIT_MS + operation.other_wait_ms;
    // Billed in whole milliseconds.
    let billed_ms = (own_ms + wait_ms).ceil();
    let lambda = billed_ms * 1_000.0 * operation.memory_mb / 1_024.0 * LAMBDA_GB_SECOND;
    let gateway = if operation.through_gateway { HTTP_API_MILLION } else { 0.0 };
    let table =
        paid.read_units * DYNAMODB_MILLION_READS + paid.write_units * DYNAMODB_MILLION_WRITES;
    lambda + LAMBDA_MILLION + gateway + table + operation.other_cost
}
