"""Routes, integrations and the authorizer of an HTTP API from its OpenAPI `Body`.

SAM turns a function's `HttpApi` events into `AWS::ApiGatewayV2::Api` with an OpenAPI `Body`; ministack's CloudFormation
creates the API and ignores the `Body`. Here the body is read when the API is created or updated, with its references
already resolved, and its parts are made by the same calls that API Gateway's own API makes.
"""

from __future__ import annotations

import json
from typing import Any

_METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "x-amazon-apigateway-any-method"}


def install() -> None:
    """Makes CloudFormation read the body on create and update."""
    from ministack.services.cloudformation import provisioners

    handlers = provisioners._RESOURCE_HANDLERS["AWS::ApiGatewayV2::Api"]
    create, update = handlers["create"], handlers["update"]

    def create_with_body(logical_id: str, props: dict[str, Any], stack_name: str) -> Any:
        physical_id, attributes = create(logical_id, props, stack_name)
        _apply(physical_id, props.get("Body"))
        return physical_id, attributes

    def update_with_body(physical_id: str, old: dict[str, Any], new: dict[str, Any], *rest: Any, **named: Any) -> Any:
        answer = update(physical_id, old, new, *rest, **named)
        _apply(answer[0], new.get("Body"))
        return answer

    handlers["create"], handlers["update"] = create_with_body, update_with_body


def _apply(api_id: str, body: Any) -> None:
    from ministack.services import apigateway

    if isinstance(body, str):
        body = json.loads(body)
    if not isinstance(body, dict):
        return
    for store in (apigateway._routes, apigateway._integrations, apigateway._authorizers):
        store[api_id] = {}
    if body.get("x-amazon-apigateway-cors"):
        apigateway._apis[api_id]["corsConfiguration"] = cors(body["x-amazon-apigateway-cors"])
    schemes = (body.get("components") or {}).get("securitySchemes") or {}
    authorizers = {
        name: _made(apigateway._create_authorizer(api_id, authorizer(name, scheme)))["authorizerId"]
        for name, scheme in schemes.items()
        if "x-amazon-apigateway-authorizer" in scheme
    }
    integrations: dict[str, str] = {}
    for path, operations in (body.get("paths") or {}).items():
        for method, operation in operations.items():
            if method.lower() not in _METHODS:
                continue
            wanted = integration(operation["x-amazon-apigateway-integration"])
            uri = wanted["integrationUri"]
            if uri not in integrations:
                integrations[uri] = _made(apigateway._create_integration(api_id, wanted))["integrationId"]
            _made(apigateway._create_route(api_id, route(method, path, operation, integrations[uri], authorizers)))


def cors(described: dict[str, Any]) -> dict[str, Any]:
    """The CORS configuration, with lists where a CommaDelimitedList parameter arrived as text."""
    return {
        name: value.split(",") if name != "maxAge" and isinstance(value, str) else value
        for name, value in described.items()
    }


def authorizer(name: str, scheme: dict[str, Any]) -> dict[str, Any]:
    """A security scheme as CreateAuthorizer's request."""
    described = scheme["x-amazon-apigateway-authorizer"]
    sources = described.get("identitySource") or []
    if isinstance(sources, str):
        sources = sources.split(",")
    return {
        "name": name,
        "authorizerType": described.get("type", "request").upper(),
        "authorizerUri": described.get("authorizerUri", ""),
        "authorizerPayloadFormatVersion": str(described.get("authorizerPayloadFormatVersion", "2.0")),
        "authorizerResultTtlInSeconds": described.get("authorizerResultTtlInSeconds", 300),
        "enableSimpleResponses": bool(described.get("enableSimpleResponses", False)),
        "identitySource": [source.strip() for source in sources if source.strip()],
    }


def integration(described: dict[str, Any]) -> dict[str, Any]:
    """An operation's integration as CreateIntegration's request."""
    return {
        "integrationType": described.get("type", "aws_proxy").upper(),
        "integrationUri": described["uri"],
        "payloadFormatVersion": str(described.get("payloadFormatVersion", "2.0")),
        "timeoutInMillis": int(described.get("timeoutInMillis", 30000)),
    }


def route(
    method: str, path: str, operation: dict[str, Any], integration_id: str, authorizers: dict[str, str]
) -> dict[str, Any]:
    """An operation as CreateRoute's request."""
    verb = "ANY" if method.startswith("x-amazon") else method.upper()
    made: dict[str, Any] = {
        "routeKey": "$default" if path in ("/$default", "$default") else f"{verb} {path}",
        "target": f"integrations/{integration_id}",
    }
    for requirement in operation.get("security") or []:
        for name in requirement:
            if name in authorizers:
                made["authorizationType"] = "CUSTOM"
                made["authorizerId"] = authorizers[name]
    return made


def _made(response: tuple[int, dict[str, str], bytes]) -> dict[str, Any]:
    status, _, body = response
    if status >= 400:
        raise ValueError(f"API Gateway refused a part of the API's body: {body!r}")
    return json.loads(body)
