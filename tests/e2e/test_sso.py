"""Walk: a club proves its domain, registers an identity provider of somebody else's making, and people sign in."""

from __future__ import annotations

import logging
import threading
import unittest
import warnings
from http.client import HTTPConnection
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from client import Client
from demo import PASSWORD
from werkzeug.serving import make_server
from world import world

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    # Its dependencies tell each other what they will drop.
    import oidc_provider_mock

_BACK = "https://app.riverside.example/signed-in"
_SECONDS = 10


class Provider:
    """`oidc-provider-mock` on a port of its own, and a browser that approves."""

    def __init__(self) -> None:
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        warnings.filterwarnings("ignore", module="authlib")
        server = make_server("127.0.0.1", 0, oidc_provider_mock.app(require_nonce=True), threaded=True)
        self.issuer = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()

    def knows(self, subject: str, **claims: Any) -> None:
        """Somebody has an account there."""
        Client(self.issuer).put(f"/users/{subject}", claims).expect(204)

    def approve(self, authorization_url: str, subject: str) -> dict[str, str]:
        """Presses the button as this subject; what comes back in the redirect."""
        parts = urlsplit(authorization_url)
        connection = HTTPConnection(str(parts.hostname), parts.port, timeout=_SECONDS)
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", f"{parts.path}?{parts.query}", urlencode({"sub": subject}), form)
        location = urlsplit(str(connection.getresponse().getheader("Location")))
        connection.close()
        if f"{location.scheme}://{location.netloc}{location.path}" != _BACK:
            raise AssertionError(f"sent to {location.geturl()}")
        return {name: values[0] for name, values in parse_qs(location.query).items()}


class SingleSignOn(unittest.TestCase):
    """What a club and its people see."""

    provider: Provider
    provider_id: str

    @classmethod
    def setUpClass(cls) -> None:
        cls.provider = Provider()
        here = world()
        # A fresh proof: other walks may have taken longer than it lasts.
        owner = here.platform.login(here.owner_email, PASSWORD, here.slug)
        added = owner.post("/v1/domains", {"domain": "riverside.example"}).expect(201).data
        refused = owner.post("/v1/domains/riverside.example/verify").expect(422)
        assert refused.code == "DOMAIN_NOT_VERIFIED", refused
        here.resolver.publish(added["record"]["name"], added["record"]["value"])
        verified = owner.post("/v1/domains/riverside.example/verify").expect(200).data
        assert verified["status"] == "verified", verified
        wanted = {
            "name": "Riverside",
            "issuer": cls.provider.issuer,
            "client_id": "riverside",
            "client_secret": "a-client-secret",
            "domains": ["riverside.example"],
            "redirect_uris": [_BACK],
        }
        cls.provider_id = owner.post("/v1/identity-providers", wanted).expect(201).data["id"]

    def setUp(self) -> None:
        self.world = world()
        self.api = self.world.platform.api

    def leave(self, **by: str) -> dict[str, Any]:
        """Starts to sign in."""
        return self.api.post("/v1/auth/sso/start", {"club": self.world.slug, **by}).expect(200).data

    def back(self, started: dict[str, Any], subject: str) -> dict[str, Any]:
        """What the club's app sends when its person is back from the provider."""
        redirect = self.provider.approve(started["authorization_url"], subject)
        self.assertEqual(redirect["state"], started["state"])
        return {
            "state": redirect["state"],
            "code": redirect["code"],
            "browser_key": started["browser_key"],
            **({"iss": redirect["iss"]} if "iss" in redirect else {}),
        }

    def test_who_is_of_the_club_s_domain_signs_in_at_once(self) -> None:
        self.provider.knows("olivia", email="olivia@riverside.example", email_verified=True, name="Olivia Oidc")
        started = self.leave(email="olivia@riverside.example")
        back = self.back(started, "olivia")
        tokens = self.api.post("/v1/auth/sso/complete", back).expect(200).data
        me = self.api.with_token(tokens["access_token"]).get("/v1/users/me").expect(200).data
        self.assertEqual((me["email"], me["name"]), ("olivia@riverside.example", "Olivia Oidc"))
        self.api.post("/v1/auth/refresh", {"refresh_token": tokens["refresh_token"]}).expect(200)
        again = self.api.post("/v1/auth/sso/complete", back).expect(404)
        self.assertEqual(again.code, "SSO_STATE_UNKNOWN")

    def test_a_stranger_waits_and_an_unverified_address_is_none(self) -> None:
        self.provider.knows("stranger", email="stranger@elsewhere.example", email_verified=True)
        back = self.back(self.leave(provider_id=self.provider_id), "stranger")
        waiting = self.api.post("/v1/auth/sso/complete", back).expect(403)
        self.assertEqual(waiting.code, "MEMBER_PENDING")
        self.provider.knows("liar", email="owner@riverside.example")
        back = self.back(self.leave(provider_id=self.provider_id), "liar")
        refused = self.api.post("/v1/auth/sso/complete", back).expect(403)
        self.assertEqual(refused.code, "SSO_EMAIL_UNVERIFIED")

    def test_a_member_links_the_provider_and_signs_in_with_it(self) -> None:
        member = self.world.member()
        self.provider.knows("linked", email="linked@elsewhere.example", email_verified=True)
        started = member.client.post("/v1/auth/sso/link", {"provider_id": self.provider_id}).expect(200).data
        identity = member.client.post("/v1/auth/sso/link/complete", self.back(started, "linked")).expect(200).data
        self.assertEqual(member.client.get("/v1/auth/identities").expect(200).data, [identity])
        back = self.back(self.leave(provider_id=self.provider_id), "linked")
        tokens = self.api.post("/v1/auth/sso/complete", back).expect(200).data
        me = self.api.with_token(tokens["access_token"]).get("/v1/users/me").expect(200).data
        self.assertEqual(me["email"], member.email)
        self.assertEqual(member.client.call("DELETE", f"/v1/auth/identities/{identity['id']}", None, {}).status, 204)

    def test_a_provider_of_the_platform_lets_people_into_any_club(self) -> None:
        operator = self.world.platform.operator()
        wanted = {
            "key": "mock",
            "name": "Mock",
            "issuer": self.provider.issuer,
            "trusts": {"rule": "authoritative_domains", "domains": ["mail.example"]},
            "client_id": "clubpulse",
            "client_secret": "the-platform-s-secret",
            "redirect_uris": [_BACK],
        }
        operator.post("/v1/admin/identity-providers", wanted).expect(201)
        listed = self.api.get(f"/v1/auth/sso/providers?club={self.world.slug}").expect(200).data
        self.assertIn({"id": "mock", "name": "Mock"}, listed)
        self.provider.knows("mailed", email="mailed@mail.example", email_verified=True)
        back = self.back(self.leave(email="mailed@mail.example"), "mailed")
        tokens = self.api.post("/v1/auth/sso/complete", back).expect(200).data
        me = self.api.with_token(tokens["access_token"]).get("/v1/users/me").expect(200).data
        self.assertEqual(me["email"], "mailed@mail.example")
        removed = operator.call("DELETE", "/v1/admin/identity-providers/mock", None, {})
        self.assertEqual(removed.status, 204)


if __name__ == "__main__":
    unittest.main()
