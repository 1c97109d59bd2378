"""The API keeps its own description: schemathesis calls every operation with good, odd and bad input."""

from __future__ import annotations

import subprocess
import sys
import unittest
from pathlib import Path

import demo
from demo import PASSWORD, Seller
from settings import ROOT
from world import World, world

_SLUG = "schema"
_SECONDS = 600
_EXAMPLES = 4
# Their success would end the caller's own access, and so every call after it.
_ENDS_THE_CALLER = "|".join(
    (
        r"^/v1/auth/sessions/revoke-all$",
        r"^/v1/users/me/erase$",
        r"^/v1/auth/password/change$",
        r"^/v1/members/leave$",
    )
)


class Schema(unittest.TestCase):
    """No 5xx, and no status that /openapi.json does not tell of."""

    world: World

    @classmethod
    def setUpClass(cls) -> None:
        cls.world = world()
        seller = Seller("220000077", "LOCAL-schema-access-token", "schema-webhook-secret")
        owner = f"owner@{_SLUG}.example"
        cls.club_id = demo.onboard(cls.world.platform, "Schema", _SLUG, owner, seller)
        demo.accept_invitation(cls.world.platform, _SLUG, owner, "Sonia Schema")
        cls.owner = cls.world.platform.login(owner, PASSWORD, _SLUG)
        # As many calls as it takes: limits have a test of their own.
        limits = {"tier": "max", "account_per_minute": 100_000, "club_per_minute": 1_000_000}
        operator = cls.world.platform.operator()
        operator.put(f"/v1/admin/clubs/{cls.club_id}/limits", limits).expect(200, 204)

    def test_every_operation_answers_as_described(self) -> None:
        """As the owner of a club, who may call most operations."""
        self._check(self.owner.token or "")

    def test_every_operation_answers_strangers_as_described(self) -> None:
        """With a token of nobody."""
        self._check("not.a.token")

    def _check(self, token: str) -> None:
        command = [
            str(Path(sys.executable).with_name("schemathesis")), "run", f"{self.world.settings.base_url}/openapi.json",
            "--checks", "not_a_server_error,status_code_conformance",
            "--phases", "coverage,fuzzing", "--max-examples", str(_EXAMPLES), "--seed", "20261121",
            "--header", f"Authorization: Bearer {token}", "--exclude-path-regex", _ENDS_THE_CALLER,
            # One worker: its generators are not safe to run side by side.
            "--workers", "1", "--continue-on-failure", "--no-shrink", "--suppress-health-check", "all",
            "--no-color",
        ]  # fmt: skip
        done = subprocess.run(
            command, cwd=ROOT / "target" / "local", capture_output=True, text=True, timeout=_SECONDS
        )
        self.assertEqual(done.returncode, 0, f"{done.stdout[-20_000:]}\n{done.stderr[-2_000:]}")
