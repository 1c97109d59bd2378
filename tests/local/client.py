"""A small JSON client for the API, the provider's stand-in and the mail box. One connection per call, all bounded."""

from __future__ import annotations

import http.client
import json
import time
from dataclasses import dataclass
from typing import Any, Callable, TypeVar
from urllib.parse import urlsplit

_CALL_SECONDS = 60
_PATIENCE_SECONDS = 90

Found = TypeVar("Found")


@dataclass(frozen=True)
class Answer:
    """What came back."""

    request: str
    status: int
    headers: dict[str, str]
    body: Any

    @property
    def data(self) -> Any:
        """The envelope's `data`."""
        return self.body["data"]

    @property
    def code(self) -> str | None:
        """The error's stable code, if it is an error in the envelope."""
        error = self.body.get("error") if isinstance(self.body, dict) else None
        return error.get("code") if isinstance(error, dict) else None

    def expect(self, *statuses: int) -> Answer:
        """Itself, if its status is one of these; otherwise the failure with all there is to see."""
        if self.status not in statuses:
            raise UnexpectedAnswer(f"{self.request}: {self.status} instead of {statuses}: {json.dumps(self.body)}")
        return self


class UnexpectedAnswer(AssertionError):
    """A status that the caller did not expect."""


class Client:
    """Calls one server, optionally with an access token."""

    def __init__(self, base_url: str, token: str | None = None) -> None:
        self.base_url = base_url
        self.token = token

    def with_token(self, token: str) -> Client:
        """The same server, as somebody."""
        return Client(self.base_url, token)

    def get(self, path: str, **headers: str) -> Answer:
        """GET."""
        return self.call("GET", path, None, headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        """POST with a JSON body."""
        return self.call("POST", path, body, headers)

    def patch(self, path: str, body: Any, **headers: str) -> Answer:
        """PATCH with a JSON body."""
        return self.call("PATCH", path, body, headers)

    def put(self, path: str, body: Any) -> Answer:
        """PUT with a JSON body."""
        return self.call("PUT", path, body, {})

    def call(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Answer:
        """One request. An underscore in a header's name stands for a hyphen."""
        parts = urlsplit(path if path.startswith("http") else self.base_url + path)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        sent = {"accept": "application/json"}
        sent.update({name.replace("_", "-"): value for name, value in headers.items()})
        if self.token:
            sent["authorization"] = f"Bearer {self.token}"
        content = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        if content is not None:
            sent.setdefault("content-type", "application/json")
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=_CALL_SECONDS)
        try:
            connection.request(method, target, content, sent)
            response = connection.getresponse()
            received = response.read()
        finally:
            connection.close()
        try:
            decoded = json.loads(received) if received else None
        except ValueError:
            decoded = received.decode(errors="replace")
        names = {name.lower(): value for name, value in response.getheaders()}
        return Answer(f"{method} {target}", response.status, names, decoded)


def until(look: Callable[[], Found | None], what: str, seconds: float = _PATIENCE_SECONDS) -> Found:
    """Looks again and again until there is something; fails with `what` when the time is up."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {seconds:g} s: {what}")
        time.sleep(0.1)


def mails(mail_url: str, to: str | None = None, containing: str = "") -> list[dict[str, Any]]:
    """The mail that was sent, oldest first."""
    accounts = Client(mail_url).get("").expect(200).body["messages"]
    return [
        mail
        for sent in accounts.values()
        for mail in sent
        if (to is None or to in mail["To"]) and containing in mail["Subject"] + mail["BodyText"] + mail["BodyHtml"]
    ]
