"""DynamoDB stream mappings that keep what a function could not handle.

ministack moves past a batch as soon as the function answers, so `batchItemFailures` would lose events, and it repeats a
failing batch for ever: no bisecting, no `MaximumRetryAttempts`, no on-failure destination. This poller does these four
things as Lambda documents them, and runs the function off the poller's thread, so that a slow one delays no queue.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

_RETRY_PAUSE_SECONDS = 1.0
_BISECT_PAUSE_SECONDS = 0.05


@dataclass
class _Progress:
    """What is known about the record that is next to be handled."""

    attempts: int = 0
    window: int | None = None


_progress: dict[str, _Progress] = {}


def install() -> None:
    """Replaces ministack's stream poller."""
    from ministack.services import lambda_svc

    lambda_svc._poll_dynamodb_streams = _poll


def _poll() -> bool:
    from ministack.core.responses import _request_account_id, _request_region
    from ministack.services import lambda_svc

    worked = False
    for account, region, mapping in lambda_svc._iter_all_esms():
        source = mapping.get("EventSourceArn", "")
        if ":dynamodb:" not in source or not mapping.get("Enabled", True):
            continue
        identifier = mapping["UUID"]
        if lambda_svc._esm_inflight.get(identifier) or lambda_svc._esm_backoff_until.get(identifier, 0) > time.time():
            continue
        tokens = _request_account_id.set(account), _request_region.set(region)
        try:
            worked = _start(mapping, source) or worked
        finally:
            _request_account_id.reset(tokens[0])
            _request_region.reset(tokens[1])
    return worked


def _start(mapping: dict[str, Any], source: str) -> bool:
    """Hands the next records to the function in the background; false if there are none."""
    from ministack.services import dynamodb, lambda_svc

    table = source.split("/stream/")[0].rsplit("/", 1)[-1]
    if (dynamodb._tables.get(table) or {}).get("LatestStreamArn") != source:
        return False
    function, _ = lambda_svc._get_func_record_for_qualifier(mapping["FunctionName"], mapping.get("Qualifier"))
    if function is None:
        return False
    identifier = mapping["UUID"]
    with lambda_svc._dynamodb_stream_positions_lock:
        horizon = dynamodb.stream_start_position(table)
        if identifier not in lambda_svc._dynamodb_stream_positions:
            lambda_svc._init_stream_position(identifier, source, mapping.get("StartingPosition", "LATEST"))
        position = max(lambda_svc._dynamodb_stream_positions.get(identifier, horizon), horizon)
    progress = _progress.setdefault(identifier, _Progress())
    size = progress.window or int(mapping.get("BatchSize", 100))
    batch = dynamodb.stream_records_since(table, position, size)
    if not batch:
        return False
    lambda_svc._dispatch_esm_batch(identifier, _handle, mapping, function, source, batch, position, progress)
    return True


def _handle(
    mapping: dict[str, Any],
    function: dict[str, Any],
    source: str,
    batch: list[dict[str, Any]],
    position: int,
    progress: _Progress,
) -> None:
    from ministack.services import lambda_svc

    wanted = lambda_svc._apply_filter_criteria(batch, mapping)
    result = lambda_svc._execute_function(function, {"Records": wanted}) if wanted else {}
    done = handled(batch, result, "ReportBatchItemFailures" in mapping.get("FunctionResponseTypes", []))
    pause = 0.0
    if done == len(batch):
        _reset(progress)
    elif done > 0:
        # A checkpoint: what follows it is a batch of its own, with its own attempts.
        _reset(progress)
        pause = _RETRY_PAUSE_SECONDS
    elif len(batch) > 1 and mapping.get("BisectBatchOnFunctionError"):
        progress.window = max(1, len(batch) // 2)
        pause = _BISECT_PAUSE_SECONDS
    else:
        progress.attempts += 1
        pause = _RETRY_PAUSE_SECONDS
        limit = int(mapping.get("MaximumRetryAttempts", -1))
        if 0 <= limit < progress.attempts:
            lambda_svc._send_ddb_stream_failure_record(
                mapping, function, batch, source, result, "RetryAttemptsExhausted"
            )
            done, pause = len(batch), 0.0
            _reset(progress)
    with lambda_svc._dynamodb_stream_positions_lock:
        lambda_svc._dynamodb_stream_positions[mapping["UUID"]] = position + done
    mapping["LastProcessingResult"] = "OK" if done == len(batch) else "PROBLEM: Function call failed"
    lambda_svc._esm_backoff_until[mapping["UUID"]] = time.time() + pause


def handled(batch: list[dict[str, Any]], result: dict[str, Any], partial: bool) -> int:
    """How many records from the start of the batch are done: everything before the first that failed.

    As Lambda does, an answer that names no record of the batch, or a record without a name, fails the whole batch.
    """
    if result.get("error"):
        return 0
    body = result.get("body")
    failures = (body.get("batchItemFailures") or []) if partial and isinstance(body, dict) else []
    if not failures:
        return len(batch)
    order = {record["dynamodb"]["SequenceNumber"]: index for index, record in enumerate(batch)}
    return min(order.get(str(failure.get("itemIdentifier", "")), 0) for failure in failures)


def _reset(progress: _Progress) -> None:
    progress.attempts, progress.window = 0, None
