"""`make run`: the whole of ClubPulse on this machine, with a demo club, until Ctrl-C.

Needs Rust and Python 3, nothing else. API_PORT, PROVIDER_PORT and EMULATOR_PORT change the ports.
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

import environment

environment.enter()

from client import UnexpectedAnswer  # noqa: E402
from demo import Demo, seed  # noqa: E402
from deploy import DeployError  # noqa: E402
from emulator import StartError  # noqa: E402
from local_platform import OPERATOR_EMAIL, OPERATOR_PASSWORD, LocalPlatform, PortTaken, Step  # noqa: E402
from package import MissingBinary  # noqa: E402
from settings import ROOT, from_environment, taken  # noqa: E402
from tour import tour  # noqa: E402


class Stopped(BaseException):
    """Ctrl-C or SIGTERM. Not an Exception, so that no handler on the way mistakes it for a failure."""


def main() -> int:
    """The exit status."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    settings = from_environment()
    platform = LocalPlatform(settings, say)
    started = time.monotonic()
    try:
        problems = taken(settings.ports)
        if problems:
            raise PortTaken("\n".join(problems))
        if "--no-build" not in sys.argv:
            build()
        platform.start()
        with Step(say, "making the demo club: 2 venues, 6 courts, 20 members, this week's bookings"):
            demo = seed(platform)
        describe(platform, demo)
        say(tour(settings, demo))
        say(f"ready {settings.base_url}  ({time.monotonic() - started:.0f} s; Ctrl-C stops it)")
        while platform.processes.alive():
            time.sleep(0.5)
        say(f"a process ended by itself; see {settings.logs}")
        return 1
    except Stopped:
        return 0
    except (PortTaken, StartError, DeployError, MissingBinary, UnexpectedAnswer, TimeoutError) as problem:
        say(f"{problem}\nlogs: {settings.logs}" if settings.logs.exists() else str(problem))
        return 1
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        if platform.processes.alive():
            say("stopping …")
        platform.stop()


def build() -> None:
    """Builds every binary; cargo shows its own progress and does nothing if nothing changed."""
    cargo = shutil.which("cargo") or str(Path.home() / ".cargo" / "bin" / "cargo")
    if not Path(cargo).exists():
        raise StartError("cargo was not found; install Rust from https://rustup.rs")
    say("building (the first time takes some minutes) …")
    if subprocess.run([cargo, "build", "--workspace", "--bins"], cwd=ROOT).returncode != 0:
        raise StartError("the build failed")


def describe(platform: LocalPlatform, demo: Demo) -> None:
    """Writes platform.json, for programs that use the platform; it tells of the one that was started last."""
    settings = platform.settings
    operator = {
        "email": OPERATOR_EMAIL,
        "password": OPERATOR_PASSWORD,
        "totp_secret": platform.operator_totp_secret,
    }
    written = {
        "base_url": settings.base_url,
        "docs_url": f"{settings.base_url}/docs",
        "provider_url": settings.provider_url,
        "mail_url": settings.mail_url,
        "operator": operator,
        "owner": {"email": demo.owner_email, "password": demo.password},
        "member": {"email": demo.member_email, "password": demo.password},
        "club": {"id": demo.club_id, "slug": demo.slug},
    }
    (ROOT / "target" / "local" / "platform.json").write_text(json.dumps(written, indent=2) + "\n")


def say(text: str) -> None:
    """Progress, visible at once even through a pipe."""
    print(text, flush=True)


def _stop(number: int, frame: FrameType | None) -> None:
    raise Stopped


if __name__ == "__main__":
    sys.exit(main())
