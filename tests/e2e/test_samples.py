"""Every sample of events/ is handed to its deployed function, with placeholders filled from a living booking.

A case whose name starts with `invalid-` is refused; every other is accepted; none brings its function down.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import json
import time
import unittest
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import demo
from client import Client
from demo import Seller
from settings import ROOT
from world import local_date, world

_EXPORT_SECONDS = 60
_SAMPLES = sorted((ROOT / "events").glob("*/*.json"))


class Samples(unittest.TestCase):
    """One invocation per file."""

    def test_every_sample_is_answered_as_its_name_says(self) -> None:
        self.assertTrue(_SAMPLES)
        for sample in _SAMPLES:
            with self.subTest(sample=str(sample.relative_to(ROOT))):
                name = sample.parent.name
                logical_id = "".join(part.capitalize() for part in name.split("-")) + "Function"
                answer = world().invoke(logical_id, json.dumps(filled(sample)).encode())
                payload = json.loads(answer["payload"] or b"null")
                self.check(payload, answer["error"] is not None, sample.name.startswith("invalid-"))

    def check(self, payload: Any, failed: bool, invalid: bool) -> None:
        """What a refusal looks like depends on who calls the function."""
        shown = json.dumps(payload)
        if failed:
            # An error that the function reported; a crash or a timeout has a type of the platform's own.
            self.assertNotRegex(payload["errorType"], "^(Runtime|Sandbox)[.]", shown)
            self.assertTrue(invalid, shown)
        elif isinstance(payload, dict) and "statusCode" in payload:
            self.assertIn(payload["statusCode"], range(400, 500) if invalid else range(200, 400), shown)
        elif isinstance(payload, dict) and "isAuthorized" in payload:
            # A refused token goes on, marked: the function answers it with the code of the refusal.
            self.assertEqual("refusal" in payload["context"], invalid, shown)
        elif isinstance(payload, dict) and "batchItemFailures" in payload:
            self.assertEqual(bool(payload["batchItemFailures"]), invalid, shown)


def filled(sample: Path) -> Any:
    """The sample with its placeholders replaced, the signature last because it covers the others."""
    text = sample.read_text(encoding="utf-8")
    values = stalled_onboarding() if sample.parent.name == "task-onboard-club" else booking_values()
    if sample.parent.name == "consume-hold-expiry":
        values = {**values, "booking_id": values["paid_booking_id"]}
    for role in ("operator", "staff"):
        if f"{role}_token" in text:
            values = {**values, "account_id": values[f"{role}_account_id"]}
    for name, value in values.items():
        text = text.replace("{{" + name + "}}", value)
    event = json.loads(text)
    if '"idempotency-key"' in text:
        # Samples share a key, which is good for one request only.
        event["headers"]["idempotency-key"] = str(uuid.uuid4())
    if "{{mp_signature}}" in text:
        event["headers"]["x-signature"] = signature(event)
    return event


def signature(event: dict[str, Any]) -> str:
    """The header that MercadoPago would send with this notification."""
    identifier = parse_qs(event["rawQueryString"])["data.id"][0]
    moment = str(int(time.time()))
    manifest = f"id:{identifier};request-id:{event['headers']['x-request-id']};ts:{moment};"
    secret = world().seller.webhook_secret.encode()
    return f"ts={moment},v1={hmac.new(secret, manifest.encode(), hashlib.sha256).hexdigest()}"


@functools.lru_cache(maxsize=1)
def booking_values() -> dict[str, str]:
    """Placeholders of everything that happens in a club."""
    here = world()
    member = here.member()
    paid = here.hold(member, here.court())
    provider_payment = here.pay(paid)
    here.status(paid, "confirmed")
    booked = here.hold(member, here.court())
    operator = here.platform.operator()
    return {
        "member_token": str(member.client.token),
        "staff_token": str(here.owner.client.token),
        "operator_token": str(operator.token),
        "account_id": account_id(member.client),
        "staff_account_id": account_id(here.owner.client),
        "operator_account_id": account_id(operator),
        "club_id": here.club_id,
        "club_slug": here.slug,
        "venue_id": here.venue_id,
        "court_id": booked.court.court_id,
        "booking_id": booked.id,
        "paid_booking_id": paid.id,
        "payment_id": booked.checkout["payment_id"],
        "onboarding_id": "onb_" + "0" * 32,
        "date": local_date(3),
        "hold_expires_at": booked.booking["hold_expires_at"],
        "provider_payment_id": provider_payment,
        "closure_id": closure(here.owner.client, here.venue_id),
        "export_id": ready_export(member.client),
        **signing_key(),
    }


def closure(staff: Client, venue_id: str) -> str:
    """A closure in which nobody plays."""
    night = local_date(180)
    body = {
        "venue_id": venue_id,
        "starts_at": f"{night}T03:00",
        "ends_at": f"{night}T04:00",
        "reason": "Limpeza",
        "mode": "book_around",
    }
    return str(staff.post("/v1/closures", body).expect(202).data["id"])


def ready_export(member: Client) -> str:
    """An export of the member's data whose workflow has ended."""
    export = str(member.post("/v1/users/me/exports", {}).expect(202).data["id"])
    deadline = time.monotonic() + _EXPORT_SECONDS
    while (status := member.get(f"/v1/exports/{export}").expect(200).data["status"]) != "ready":
        assert status in ("pending", "running") and time.monotonic() < deadline, status
        time.sleep(0.5)
    return export


def signing_key() -> dict[str, str]:
    """The secret of the signing keys, and its current version."""
    platform = world().platform
    secret = platform.deployed.resources["TokenSigningKeySecret"]
    described = platform.deployer.client("secretsmanager").describe_secret(SecretId=secret)
    versions = described["VersionIdsToStages"].items()
    current = next(version for version, stages in versions if "AWSCURRENT" in stages)
    return {"signing_key_secret_id": secret, "rotation_token": current}


def account_id(client: Client) -> str:
    """Whose token it is."""
    return str(client.get("/v1/users/me").expect(200).data["id"])


def stalled_onboarding() -> dict[str, str]:
    """Placeholders of an onboarding whose workflow was stopped before it did anything."""
    here = world()
    deployer = here.platform.deployer
    slug = f"samples-{time.time_ns()}"
    seller = Seller("440000001", "LOCAL-token", "secret-of-the-webhooks")
    with here.without_policy("TaskOnboardClubFunction", "TableWritePolicy"):
        wanted = demo.onboarding_request("Samples", slug, f"owner@{slug}.example", seller)
        started = here.platform.operator().post("/v1/admin/clubs", wanted).expect(202).data
        workflows = deployer.client("stepfunctions")
        machine = here.platform.deployed.resources["OnboardClubStateMachine"]
        running = workflows.list_executions(stateMachineArn=machine, statusFilter="RUNNING")["executions"]
        execution = next(each for each in running if each["name"] == started["onboarding_id"])
        workflows.stop_execution(executionArn=execution["executionArn"])
    return {"onboarding_id": started["onboarding_id"], "club_id": started["club_id"], "club_slug": slug}


if __name__ == "__main__":
    unittest.main()
