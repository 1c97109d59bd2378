"""The processes of functions, found and killed from outside, as a crash or a lost machine would."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import threading
from pathlib import Path


def of_function(folder: Path, name: str) -> list[int]:
    """The process ids of one function of the platform in this folder."""
    listed = subprocess.run(["ps", "-axo", "pid=,command="], capture_output=True, text=True, timeout=10).stdout
    prefix = str(folder / "functions") + os.sep
    found = []
    for line in listed.splitlines():
        number, _, command = line.strip().partition(" ")
        if command.startswith(prefix) and command.split()[0].endswith(os.sep + name):
            found.append(int(number))
    return found


def kill(folder: Path, name: str) -> int:
    """Kills every process of a function with SIGKILL; how many there were."""
    found = of_function(folder, name)
    for number in found:
        try:
            os.kill(number, signal.SIGKILL)
        except ProcessLookupError:
            pass
    return len(found)


class Storm:
    """Kills functions at random moments, until it is over."""

    def __init__(self, folder: Path, names: list[str], seed: int) -> None:
        self._folder, self._names = folder, names
        self._random = random.Random(seed)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._rage, daemon=True)
        self.killed: dict[str, int] = dict.fromkeys(names, 0)

    def __enter__(self) -> Storm:
        self._thread.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._over.set()
        self._thread.join(timeout=10)

    def _rage(self) -> None:
        while not self._over.wait(self._random.uniform(0.01, 0.25)):
            name = self._random.choice(self._names)
            self.killed[name] += kill(self._folder, name)
