"""Walk 1: an operator onboards a club."""

from __future__ import annotations

import unittest
from typing import Any

import demo
from client import mails, until
from demo import Seller
from world import world

_STEPS = ["reserve_slug", "create_club", "apply_template", "create_provider_secret", "create_owner", "activate",
          "send_invitation"]  # fmt: skip


class Onboarding(unittest.TestCase):
    """What an operator sees."""

    def start(self, slug: str, **more: Any) -> dict[str, Any]:
        """Starts an onboarding."""
        seller = Seller("330000001", "LOCAL-token", "secret-of-the-webhooks")
        wanted = {**demo.onboarding_request("Another club", slug, f"owner@{slug}.example", seller), **more}
        return self.operator.post("/v1/admin/clubs", wanted).expect(202).data

    def setUp(self) -> None:
        self.world = world()
        self.operator = self.world.platform.operator()

    def progress(self, onboarding_id: str) -> dict[str, Any]:
        """What the API says of an onboarding."""
        return self.operator.get(f"/v1/admin/onboardings/{onboarding_id}").expect(200).data

    def ended(self, onboarding_id: str) -> dict[str, Any]:
        """The progress when it is over."""

        def over() -> dict[str, Any] | None:
            seen = self.progress(onboarding_id)
            return seen if seen["status"] != "running" else None

        return until(over, f"{onboarding_id} ends")

    def test_steps_are_visible_while_they_run(self) -> None:
        started = self.start("harbour")
        seen: list[dict[str, Any]] = []

        def over() -> bool:
            seen.append(self.progress(started["onboarding_id"]))
            return seen[-1]["status"] != "running"

        until(over, "the onboarding ends")
        self.assertEqual(seen[-1]["status"], "succeeded", seen[-1])
        self.assertEqual([step["name"] for step in seen[-1]["steps"]], _STEPS)
        for step in seen[-1]["steps"]:
            self.assertEqual(step["status"], "succeeded")
            # As text, without the Z: fractions are as long as they need to be.
            self.assertLessEqual(step["started_at"].rstrip("Z"), step["ended_at"].rstrip("Z"))
        self.assertIn("running", {each["status"] for each in seen}, "progress was read before the end")
        club = self.operator.get(f"/v1/admin/clubs/{started['club_id']}").expect(200).data
        self.assertEqual(club["slug"], "harbour")
        self.assertEqual(len(mails(self.world.settings.mail_url, "owner@harbour.example")), 1)

    def test_taken_slug_is_refused(self) -> None:
        seller = Seller("330000002", "LOCAL-token", "secret-of-the-webhooks")
        wanted = demo.onboarding_request("Another club", self.world.slug, "nobody@riverside.example", seller)
        refused = self.operator.post("/v1/admin/clubs", wanted).expect(409)
        self.assertEqual(refused.code, "SLUG_TAKEN")

    def test_one_of_two_simultaneous_onboardings_gets_the_slug(self) -> None:
        started = [self.start("twins", owner={"email": f"{each}@twins.example", "name": "Tom"}) for each in "ab"]
        ended = [self.ended(each["onboarding_id"]) for each in started]
        self.assertEqual(sorted(each["status"] for each in ended), ["failed", "succeeded"])
        failed = next(each for each in ended if each["status"] == "failed")
        self.assertEqual(failed["steps"][0]["error"]["code"], "SLUG_TAKEN", failed)
        self.assertEqual({step["status"] for step in failed["steps"][1:]}, {"pending"})

    def test_failure_in_the_last_step_undoes_all_others(self) -> None:
        # Without the right to send mail the invitation fails, after everything else has succeeded.
        with self.world.without_policy("TaskOnboardClubFunction", "MailSendPolicy"):
            ended = self.ended(self.start("lakeside")["onboarding_id"])
        self.assertEqual(ended["status"], "failed")
        statuses = {step["name"]: step["status"] for step in ended["steps"]}
        self.assertEqual(statuses, {**dict.fromkeys(_STEPS, "compensated"), "send_invitation": "failed"})
        self.assertEqual(mails(self.world.settings.mail_url, "owner@lakeside.example"), [])
        clubs = self.operator.get("/v1/admin/clubs?limit=100").expect(200).data
        self.assertNotIn("lakeside", [club["slug"] for club in clubs])
        # Nothing of it is left in the way of another try.
        self.assertEqual(self.ended(self.start("lakeside")["onboarding_id"])["status"], "succeeded")


if __name__ == "__main__":
    unittest.main()
