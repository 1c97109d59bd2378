"""The processes behind a platform: ministack with the functions it runs, and the payment provider's stand-in.

All of them share one process group, so that one signal reaches everything, the processes of functions included.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from settings import ACCOUNT, HOST, REGION, Settings

_READY_SECONDS = 60
_STOP_SECONDS = 5


class StartError(Exception):
    """A process did not come up; the message says which and where its log is."""


class Processes:
    """Starts, watches and stops the group."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._leader: subprocess.Popen[bytes] | None = None
        self._provider: subprocess.Popen[bytes] | None = None

    def start_emulator(self) -> None:
        """Starts ministack and returns when it answers."""
        settings = self._settings
        temporary = settings.folder / "tmp"
        temporary.mkdir(parents=True, exist_ok=True)
        # Functions inherit this environment, so it holds nothing of the developer's own shell but the search path.
        environment = {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "HOME": str(settings.folder),
            "TMPDIR": str(temporary),
            "GATEWAY_PORT": str(settings.ports.emulator),
            "PUBLIC_API_PORT": str(settings.ports.api),
            "FUNCTION_LOGS": str(settings.logs / "functions"),
            "BIND_HOST": HOST,
            "MINISTACK_HOST": HOST,
            "MINISTACK_REGION": REGION,
            "AWS_ENDPOINT_URL": settings.emulator_url,
            "AUTH": "true" if settings.enforce_iam else "false",
            "SFN_WAIT_SCALE": str(settings.workflow_wait_scale),
            # By default ministack scales this to the machine's memory and answers 429 beyond it; this is AWS's own.
            "LAMBDA_ACCOUNT_CONCURRENCY": "1000",
            # Listeners on fixed ports that nobody here uses, and a Docker daemon it must not look for.
            "SFTP_ENABLED": "0",
            "IOT_MTLS_ENABLED": "0",
            "DOCKER_HOST": "unix:///nonexistent",
            "PYTHONUNBUFFERED": "1",
        }
        launcher = Path(__file__).with_name("launcher.py")
        self._leader = self._spawn([sys.executable, str(launcher)], environment, "emulator.log", 0)
        self._wait(self._leader, f"{settings.emulator_url}/_ministack/ready", "the AWS emulator", "emulator.log")

    def start_provider(self) -> None:
        """Starts the payment provider's stand-in and returns when it answers."""
        assert self._leader is not None, "the emulator leads the process group"
        settings = self._settings
        environment = {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "STAND_IN_PORT": str(settings.ports.provider),
            "STAND_IN_PUBLIC_URL": settings.provider_url,
        }
        command = [str(settings.binaries / "provider")]
        if not Path(command[0]).is_file():
            raise StartError(f"no binary {command[0]}; build it with: cargo build --bins")
        self._provider = self._spawn(command, environment, "provider.log", self._leader.pid)
        url = f"{settings.provider_url}/_control/payments"
        self._wait(self._provider, url, "the payment provider's stand-in", "provider.log")

    def alive(self) -> bool:
        """Whether something was started and all of it still runs."""
        started = [each for each in (self._leader, self._provider) if each is not None]
        return bool(started) and all(each.poll() is None for each in started)

    def stop(self) -> None:
        """Ends the whole group: asks, waits a moment, then insists. Safe to call twice."""
        if self._leader is None:
            return
        group = self._leader.pid
        for number, seconds in ((signal.SIGTERM, _STOP_SECONDS), (signal.SIGKILL, _STOP_SECONDS)):
            try:
                os.killpg(group, number)
            except ProcessLookupError:
                break
            deadline = time.monotonic() + seconds
            while time.monotonic() < deadline and self._group_exists(group):
                time.sleep(0.05)
        self._leader = self._provider = None

    def _group_exists(self, group: int) -> bool:
        for each in (self._leader, self._provider):
            if each is not None:
                each.poll()  # collects it, else it would count as a member of the group
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return False
        return True

    def _spawn(self, command: list[str], environment: dict[str, str], log: str, group: int) -> subprocess.Popen[bytes]:
        self._settings.logs.mkdir(parents=True, exist_ok=True)
        with open(self._settings.logs / log, "wb") as output:
            return subprocess.Popen(
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # Out of the terminal's group: Ctrl-C reaches only the platform, which stops the rest in order.
                preexec_fn=lambda: os.setpgid(0, group),
            )

    def _wait(self, process: subprocess.Popen[bytes], url: str, what: str, log: str) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise StartError(f"{what} ended at once; see {self._settings.logs / log}")
            try:
                with urllib.request.urlopen(url, timeout=2):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        raise StartError(f"{what} did not answer within {_READY_SECONDS} s; see {self._settings.logs / log}")


def root_credentials() -> dict[str, str]:
    """The emulator's root: used once, to make the deployer's own user when IAM is enforced."""
    return {"aws_access_key_id": ACCOUNT, "aws_secret_access_key": "test"}
