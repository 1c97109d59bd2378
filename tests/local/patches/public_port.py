"""The API at the root of a port of its own.

ministack serves an HTTP API under a host name (`<id>.execute-api…`) or a path prefix, and answers `/health` itself. A
second port of the same process maps every request to the deployed API's default stage, so that a plain
`curl http://127.0.0.1:PORT/v1/...` works and nothing else of the emulator is reachable through it.
"""

from __future__ import annotations

from typing import Any, Awaitable, Callable

_NOT_DEPLOYED = b'{"message":"The API is not deployed yet."}'


class PublicPort:
    """An ASGI application in front of ministack's."""

    def __init__(self, emulator: Callable[..., Awaitable[None]], port: int) -> None:
        self._emulator = emulator
        self._port = port

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Serves the API on its port, and the emulator on the other."""
        if scope["type"] == "http" and scope["server"][1] == self._port:
            target = _target()
            if target is None:
                await _answer(send, 503, _NOT_DEPLOYED)
                return
            scope = _under(target, scope)
        await self._emulator(scope, receive, send)


def _target() -> str | None:
    """The path prefix of the newest API's stage."""
    from ministack.services import apigateway

    for account, region, api_id in reversed(list(apigateway._apis.to_dict())):
        stages = apigateway._stages.get_scoped(account, region, api_id, {})
        for stage in stages:
            return f"/_aws/execute-api/{api_id}/{stage}"
    return None


def _under(prefix: str, scope: dict[str, Any]) -> dict[str, Any]:
    raw_path = scope.get("raw_path") or scope["path"].encode()
    # API Gateway tells functions how the client reached it.
    headers = [*scope["headers"], (b"x-forwarded-for", scope["client"][0].encode()), (b"x-forwarded-proto", b"http")]
    return {**scope, "path": prefix + scope["path"], "raw_path": prefix.encode() + raw_path, "headers": headers}


async def _answer(send: Any, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
