"""Where one local platform lives and on which ports it listens.

Everything can be set by environment variables, so that several platforms run side by side: the end-to-end tests start
their own next to a developer's.
"""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
REGION = "eu-central-1"
ACCOUNT = "000000000000"


@dataclass(frozen=True)
class Ports:
    """The three ports of a platform, each with the variable that changes it."""

    api: int
    provider: int
    emulator: int

    def named(self) -> list[tuple[str, str, int]]:
        """(variable, purpose, number) of every port."""
        return [
            ("API_PORT", "ClubPulse's API", self.api),
            ("PROVIDER_PORT", "the payment provider's stand-in", self.provider),
            ("EMULATOR_PORT", "the AWS emulator", self.emulator),
        ]


@dataclass(frozen=True)
class Settings:
    """One platform: its ports, its folder, and the knobs tests turn."""

    ports: Ports
    folder: Path
    binaries: Path
    template: Path = ROOT / "template.yaml"
    enforce_iam: bool = False
    workflow_wait_scale: float = 1.0
    parameters: dict[str, str] = field(default_factory=dict)
    queue_visibility_seconds: int | None = None

    @property
    def base_url(self) -> str:
        """The API as clients see it: no stage, no host tricks."""
        return f"http://{HOST}:{self.ports.api}"

    @property
    def provider_url(self) -> str:
        """The payment provider's stand-in."""
        return f"http://{HOST}:{self.ports.provider}"

    @property
    def emulator_url(self) -> str:
        """Where every AWS SDK is pointed."""
        return f"http://{HOST}:{self.ports.emulator}"

    @property
    def mail_url(self) -> str:
        """The mail that was sent, as JSON."""
        return f"{self.emulator_url}/_ministack/ses/messages"

    @property
    def logs(self) -> Path:
        """Logs of the emulator, the functions and the stand-in."""
        return self.folder / "logs"


def from_environment() -> Settings:
    """The settings of `make run`."""
    environment = os.environ
    ports = Ports(
        api=int(environment.get("API_PORT", "8080")),
        provider=int(environment.get("PROVIDER_PORT", "8081")),
        emulator=int(environment.get("EMULATOR_PORT", "4566")),
    )
    return Settings(
        ports=ports,
        # One for each port, because platforms that run side by side must not share logs and links to binaries.
        folder=ROOT / "target" / "local" / f"port-{ports.api}",
        binaries=ROOT / "target" / environment.get("BINARIES", "debug"),
        enforce_iam=environment.get("ENFORCE_IAM", "false").lower() in ("1", "true", "yes"),
    )


def taken(ports: Ports) -> list[str]:
    """One sentence for every port that something else already listens on."""
    sentences = []
    for variable, purpose, number in ports.named():
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            # As servers do, so that a port that is merely cooling down counts as free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, number))
            except OSError as error:
                sentences.append(f"port {number} ({purpose}) is taken: {error.strerror}; set {variable} to another one")
    return sentences


def free_ports() -> Ports:
    """Three ports that nobody uses right now."""
    sockets = [socket.socket(socket.AF_INET, socket.SOCK_STREAM) for _ in range(3)]
    try:
        for each in sockets:
            each.bind((HOST, 0))
        numbers = [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()
    return Ports(*numbers)
