"""`dynamodb:LeadingKeys` and policy variables, for IAM conditions that keep tenants apart.

ministack evaluates the other DynamoDB condition keys but leaves this one out, and takes
`${aws:PrincipalTag/TenantId}` in a condition for the text itself. So a policy that allows only one tenant's keys would
deny everything (or, with `ForAllValues`, allow everything).
"""

from __future__ import annotations

import json
import re
from typing import Any, Iterator

# The equality on the partition key in a KeyConditionExpression; the sort key may be compared with = as well.
_EQUALITY = re.compile(r"(#?[\w.-]+)\s*=\s*(:\w+)")
_VARIABLE = re.compile(r"\$\{([^}]+)\}")


def install() -> None:
    """Adds the condition key to every DynamoDB request's evaluation context, and resolves variables in conditions."""
    from ministack.core import iam_actions, iam_evaluator

    conditions_met = iam_evaluator._conditions_met

    def with_variables(conditions: dict[str, Any], context: Any) -> bool:
        return conditions_met(_resolved(conditions, context), context)

    iam_evaluator._conditions_met = with_variables
    original = iam_actions.dynamodb_service_context

    def with_leading_keys(body: bytes) -> dict[str, Any]:
        context = original(body)
        keys = leading_keys(body)
        if keys:
            context["dynamodb:LeadingKeys"] = keys
        return context

    iam_actions.dynamodb_service_context = with_leading_keys


def _resolved(conditions: Any, context: Any) -> Any:
    """The conditions with every `${key}` replaced; one that has no value stays, and so matches nothing, as in IAM."""
    from ministack.core import iam_evaluator

    def value(found: re.Match[str]) -> str:
        resolved = iam_evaluator._resolve_condition_key(found[1], context)
        return found[0] if resolved is None else str(resolved)

    if isinstance(conditions, dict):
        return {key: _resolved(value, context) for key, value in conditions.items()}
    if isinstance(conditions, list):
        return [_resolved(value, context) for value in conditions]
    if not isinstance(conditions, str):
        return conditions
    return _VARIABLE.sub(value, conditions)


def leading_keys(body: bytes) -> list[str]:
    """The partition key values that a request names, without repetition; empty for a scan."""
    try:
        request = json.loads(body or b"{}")
    except ValueError:
        return []
    if not isinstance(request, dict):
        return []
    return sorted(set(_values(request)))


def _values(request: dict[str, Any]) -> Iterator[str]:
    table = request.get("TableName", "")
    for member in ("Key", "Item"):
        yield from _partition(table, request.get(member))
    yield from _query(table, request)
    for name, requested in _mapping(request.get("RequestItems")):
        for key in requested.get("Keys", []) if isinstance(requested, dict) else []:
            yield from _partition(name, key)
        for write in requested if isinstance(requested, list) else []:
            yield from _partition(name, (write.get("PutRequest") or {}).get("Item"))
            yield from _partition(name, (write.get("DeleteRequest") or {}).get("Key"))
    for item in request.get("TransactItems") or []:
        for _, part in _mapping(item):
            yield from _partition(part.get("TableName", ""), part.get("Key") or part.get("Item"))


def _query(table: str, request: dict[str, Any]) -> Iterator[str]:
    expression = request.get("KeyConditionExpression")
    if not isinstance(expression, str):
        return
    names = request.get("ExpressionAttributeNames") or {}
    values = request.get("ExpressionAttributeValues") or {}
    partition = _partition_name(table, request.get("IndexName"))
    for name, placeholder in _EQUALITY.findall(expression):
        if names.get(name, name) == partition and placeholder in values:
            yield from _texts(values[placeholder])


def _partition(table: str, key: Any) -> Iterator[str]:
    if isinstance(key, dict):
        yield from _texts(key.get(_partition_name(table, None)))


def _partition_name(table: str, index: str | None) -> str:
    from ministack.services import dynamodb

    record = dynamodb._tables.get(table.rsplit("/", 1)[-1]) or {}
    schema = record.get("KeySchema") or []
    for each in record.get("GlobalSecondaryIndexes") or [] if index else []:
        if each.get("IndexName") == index:
            schema = each.get("KeySchema") or []
    return next((part["AttributeName"] for part in schema if part.get("KeyType") == "HASH"), "PK")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (str(text) for text in value.values())


def _mapping(value: Any) -> list[tuple[str, Any]]:
    return list(value.items()) if isinstance(value, dict) else []
