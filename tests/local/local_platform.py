"""One running platform: emulator, stand-in, stack, keys, operator."""

from __future__ import annotations

import time
from typing import Callable

import totp
from client import Client
from deploy import Deployed, Deployer
from emulator import Processes
from settings import Settings, taken

OPERATOR_EMAIL = "operator@clubpulse.example"
OPERATOR_PASSWORD = "local-operator-password"


class PortTaken(Exception):
    """Something else listens where the platform should."""


class LocalPlatform:
    """Starts everything in order and stops everything, whatever happened in between."""

    def __init__(self, settings: Settings, say: Callable[[str], None]) -> None:
        self.settings = settings
        self.processes = Processes(settings)
        self.api = Client(settings.base_url)
        self.provider = Client(settings.provider_url)
        self._say = say
        self._deployer: Deployer | None = None
        self._deployed: Deployed | None = None
        self._operator: Client | None = None
        self.operator_totp_secret = ""

    @property
    def deployer(self) -> Deployer:
        """Who deployed; there after `start`."""
        assert self._deployer is not None
        return self._deployer

    @property
    def deployed(self) -> Deployed:
        """What was deployed; there after `start`."""
        assert self._deployed is not None
        return self._deployed

    def start(self) -> None:
        """Everything up to the point where the operator can log in."""
        problems = taken(self.settings.ports)
        if problems:
            raise PortTaken("\n".join(problems))
        with Step(self._say, "starting the AWS emulator and the payment provider's stand-in"):
            self.processes.start_emulator()
            self.processes.start_provider()
        with Step(self._say, f"deploying {self.settings.template.name}"):
            self._deployer = Deployer(self.settings, self._say)
            self._deployed = self._deployer.deploy()
        with Step(self._say, "making keys and the operator's account"):
            self._deployer.keys(self._deployed)
            self._deployer.operator(self._deployed, OPERATOR_EMAIL, OPERATOR_PASSWORD)

    def stop(self) -> None:
        """Stops everything; safe to call twice."""
        self.processes.stop()

    def login(self, email: str, password: str, club: str | None = None) -> Client:
        """A client that acts as this account, in this club."""
        wanted = {"email": email, "password": password, **({"club": club} if club else {})}
        return self.api.with_token(self.api.post("/v1/auth/login", wanted).expect(200).data["access_token"])

    def operator(self) -> Client:
        """A client that acts as the platform's operator, who sets up a second factor the first time."""
        if self._operator is None:
            wanted = {"email": OPERATOR_EMAIL, "password": OPERATOR_PASSWORD}
            refused = self.api.post("/v1/auth/login", wanted).expect(403)
            challenge = {"challenge": refused.body["error"]["details"]["challenge"]}
            factor = self.api.post("/v1/auth/mfa/enrol", challenge).expect(200).data
            self.operator_totp_secret = factor["secret"]
            confirmed = {**challenge, "code": totp.code(factor["secret"])}
            signed_in = self.api.post("/v1/auth/mfa/enrol/confirm", confirmed).expect(200).data
            self._operator = self.api.with_token(signed_in["tokens"]["access_token"])
        return self._operator


class Step:
    """Says what is being done, and how long it took."""

    def __init__(self, say: Callable[[str], None], what: str) -> None:
        self._say, self._what = say, what

    def __enter__(self) -> None:
        self._say(f"{self._what} …")
        self._started = time.monotonic()

    def __exit__(self, *failure: object) -> None:
        if failure[0] is None:
            self._say(f"  done in {time.monotonic() - self._started:.1f} s")
