"""The world the end-to-end tests walk in: one platform with IAM enforced, and one club, made on first use.

Tests never share a court: each takes its own, so that the order of tests does not matter.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import itertools
import os
import shutil
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Iterator
from zoneinfo import ZoneInfo

import demo
from client import Answer, Client, mails, until
from demo import PASSWORD, TIME_ZONE, Court, Seller
from local_platform import LocalPlatform
from resolver import Resolver
from settings import ROOT, Settings, free_ports

# The least that template.yaml allows.
HOLD_SECONDS = 60
_VISIBILITY_SECONDS = 10
_WEEK = {
    day: [{"opens": "06:00", "closes": "24:00"}]
    for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
}


@dataclass(frozen=True)
class Member:
    """Somebody of the club, logged in."""

    email: str
    client: Client


@dataclass(frozen=True)
class Booked:
    """A held booking and the way to pay it."""

    member: Member
    court: Court
    booking: dict[str, Any]
    checkout: dict[str, Any]

    @property
    def id(self) -> str:
        """The booking's id."""
        return self.booking["id"]


class World:
    """The platform, the club, and the verbs of its people."""

    def __init__(self) -> None:
        self.resolver = Resolver()
        folder = ROOT / "target" / "local" / f"e2e-{os.getpid()}"
        self.settings = Settings(
            ports=free_ports(),
            folder=folder,
            binaries=ROOT / "target" / os.environ.get("BINARIES", "debug"),
            enforce_iam=True,
            workflow_wait_scale=0.2,
            queue_visibility_seconds=_VISIBILITY_SECONDS,
            parameters={"HOLD_SECONDS": str(HOLD_SECONDS), "DNS_OVER_HTTPS_URL": self.resolver.url},
        )
        self.platform = LocalPlatform(self.settings, lambda text: print(text, file=sys.stderr, flush=True))
        atexit.register(self._end)
        self.platform.start()
        self.slug = "riverside"
        self.owner_email = "owner@riverside.example"
        self.seller = Seller("220000001", "LOCAL-riverside-access-token", "riverside-webhook-secret")
        self._numbers = itertools.count(1)
        # The currency of the samples in events/.
        self.club_id = demo.onboard(
            self.platform, "Riverside", self.slug, self.owner_email, self.seller, currency="BRL"
        )
        demo.accept_invitation(self.platform, self.slug, self.owner_email, "Olga Owner")
        self.owner = Member(self.owner_email, self.platform.login(self.owner_email, PASSWORD, self.slug))
        venue = {"name": "Riverside", "time_zone": TIME_ZONE, "opening_hours": _WEEK, "start_every_minutes": 30}
        self.venue_id = self.owner.client.post("/v1/venues", venue).expect(201).data["id"]
        # A booking that nobody will pay, made first so that it expires while the other tests run.
        self.forgotten = self.hold(self.member(), self.court())

    def _end(self) -> None:
        self.platform.stop()
        if os.environ.get("KEEP_LOGS") is None:
            shutil.rmtree(self.settings.folder, ignore_errors=True)

    def member(self) -> Member:
        """A new member, registered and logged in."""
        email = f"member{next(self._numbers)}@riverside.example"
        demo.register(self.platform, self.slug, email, "Mara Member")
        return Member(email, self.platform.login(email, PASSWORD, self.slug))

    def court(self) -> Court:
        """A new court."""
        # A name that is no part of another one, so that mail can be searched for it.
        name = f"Court no. {next(self._numbers)}!"
        described = {
            "name": name,
            "sport": "padel",
            "surface": "artificial_grass",
            "indoor": True,
            "durations_minutes": [60, 90],
            "price_per_hour": {"amount": 12_000, "currency": "BRL"},
        }
        made = self.owner.client.post(f"/v1/venues/{self.venue_id}/courts", described).expect(201).data
        return Court(self.venue_id, made["id"], name, "padel", 60)

    def is_free(self, member: Member, court: Court, starts_at: str) -> bool:
        """Whether availability shows a slot as free. It may be ten seconds behind in what courts there are."""
        free = demo.free_slots(member.client, court, starts_at[:10])
        return any(slot["starts_at"].startswith(starts_at) for slot in free)

    def hold(self, member: Member, court: Court, starts_at: str | None = None) -> Booked:
        """Books a slot, by default one of tomorrow morning."""
        made = demo.hold(member.client, court, starts_at or morning()).expect(201).data
        return Booked(member, court, made["booking"], made["checkout"])

    def pay(self, booked: Booked, action: str = "pay") -> str:
        """Presses Pay (or Decline); the payment's id at the provider."""
        return str(demo.pay(self.platform.provider, booked.checkout["url"], action)["payment_id"])

    def status(self, booked: Booked, status: str, seconds: float = 60) -> dict[str, Any]:
        """Waits until the booking has this status."""

        def look() -> dict[str, Any] | None:
            booking = booked.member.client.get(f"/v1/bookings/{booked.id}").expect(200).data
            return booking if booking["status"] == status else None

        return until(look, f"booking {booked.id} is {status}", seconds)

    def mails(self, booked: Booked) -> list[dict[str, Any]]:
        """What its member was told about a booking: mail that names the court, which no other booking is on."""
        return mails(self.settings.mail_url, booked.member.email, booked.court.name)

    def faults(self, **faults: Any) -> None:
        """Tells the provider's stand-in how to misbehave; without arguments, to behave."""
        calm: dict[str, dict[str, Any]] = {
            "webhook": {"duplicate": 0, "delay_ms": 0, "reorder": False, "drop": False},
            "api": {"status": None, "delay_ms": 0, "times": 0},
        }
        for part, wanted in faults.items():
            calm[part].update(wanted)
        self.platform.provider.put("/_control/faults", calm).expect(200, 204)

    def resend(self, payment_id: str) -> Answer:
        """Lets the provider send its webhook once more."""
        wanted = {"payment_id": payment_id}
        return self.platform.provider.post("/_control/webhooks/resend", wanted).expect(200, 202, 204)

    @contextlib.contextmanager
    def without_policy(self, logical_id: str, policy: str) -> Iterator[None]:
        """Takes a managed policy of the template away from a function's role for a while."""
        deployer = self.platform.deployer
        name = self.platform.deployed.functions[logical_id]
        role = deployer.client("lambda").get_function_configuration(FunctionName=name)["Role"].rsplit("/", 1)[-1]
        arn = self.platform.deployed.resources[policy]
        iam = deployer.client("iam")
        iam.detach_role_policy(RoleName=role, PolicyArn=arn)
        try:
            yield
        finally:
            iam.attach_role_policy(RoleName=role, PolicyArn=arn)

    def run_job(self) -> None:
        """Runs the schedule's job now."""
        self.invoke("JobUnknownPaymentsFunction", b"{}")

    def invoke(self, logical_id: str, payload: bytes) -> dict[str, Any]:
        """Calls a function directly; the Lambda API's answer with its payload read."""
        lambdas = self.platform.deployer.client("lambda")
        answer = lambdas.invoke(FunctionName=self.platform.deployed.functions[logical_id], Payload=payload)
        return {"error": answer.get("FunctionError"), "payload": answer["Payload"].read()}


@functools.lru_cache(maxsize=1)
def _made() -> World | Exception:
    try:
        return World()
    except Exception as failure:
        return failure


def world() -> World:
    """The one world of this run. If it could not be made, every test says why, and none tries again."""
    made = _made()
    if isinstance(made, Exception):
        raise made
    return made


def morning() -> str:
    """A slot of tomorrow, on the club's clock. Every court is free then until a test books it."""
    return f"{local_date(1)}T10:00"


def local_date(days: int) -> str:
    """The club's date in so many days."""
    return (datetime.now(ZoneInfo(TIME_ZONE)) + timedelta(days=days)).date().isoformat()
