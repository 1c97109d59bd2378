"""The Python environment of the local platform: target/local/venv, made on first use from requirements.txt.

Run by the system's Python, so only its standard library is used here.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

_HERE = Path(__file__).resolve().parent
_VENV = _HERE.parents[1] / "target" / "local" / "venv"
_REQUIREMENTS = _HERE / "requirements.txt"
_OLDEST = (3, 10)
_INSTALL_SECONDS = 600


def ready() -> Path:
    """Makes the environment if it is missing or out of date; the path of its interpreter."""
    if sys.version_info < _OLDEST:
        sys.exit(f"Python {_OLDEST[0]}.{_OLDEST[1]} or newer is needed, this is {sys.version.split()[0]}")
    interpreter = _VENV / "bin" / "python"
    recipe = _REQUIREMENTS.read_bytes() + Path(__file__).read_bytes() + sys.version.encode()
    wanted = hashlib.sha256(recipe).hexdigest()
    mark = _VENV / "ready"
    if mark.is_file() and mark.read_text() == wanted:
        mark.touch()  # for make, which compares times
        return interpreter
    print(f"installing the AWS emulator into {_VENV} …", flush=True)
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", str(_VENV)], timeout=_INSTALL_SECONDS)
    if made.returncode != 0:
        sys.exit("python3 could not make a virtual environment; on Debian and Ubuntu: apt install python3-venv")
    command = [str(interpreter), "-m", "pip", "install", "--disable-pip-version-check", "--quiet"]
    if subprocess.run([*command, "-r", str(_REQUIREMENTS)], timeout=_INSTALL_SECONDS).returncode != 0:
        sys.exit(f"pip could not install {_REQUIREMENTS}")
    # The tests of tests/e2e import the platform's modules by name.
    for packages in _VENV.glob("lib/python*/site-packages"):
        (packages / "local_platform.pth").write_text(f"{_HERE}\n")
    mark.write_text(wanted)
    return interpreter


def enter() -> None:
    """Goes on in the environment's interpreter, if this is another one."""
    interpreter = ready()
    if Path(sys.prefix).resolve() != _VENV.resolve():
        os.execv(interpreter, [str(interpreter), *sys.argv])


if __name__ == "__main__":
    print(ready())
