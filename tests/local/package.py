"""Deployment packages for `provided.al2023` functions, made in milliseconds.

A debug binary is large, and ministack unpacks and hashes a package for every process it starts. So a package holds a
two-line `bootstrap` that becomes the binary. The binary is a hard link taken now: a later `cargo build` writes a new
file and leaves running platforms alone. The template says arm64, which only decides where AWS would run a function;
ministack starts whatever this machine built.
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import zipfile
from pathlib import Path

# A fixed date, so that the same binary always gives the same bytes.
_EPOCH = (2020, 1, 1, 0, 0, 0)


class MissingBinary(Exception):
    """A function of the template was not built."""


def package(name: str, binaries: Path, links: Path) -> tuple[str, bytes]:
    """The storage key and the bytes of the package of the function `name`."""
    source = binaries / name
    if not source.is_file():
        raise MissingBinary(f"no binary {source}; build it with: cargo build --bin {name}")
    linked = _link(source, links)
    bootstrap = f'#!/bin/sh\nexec "{linked}" "$@"\n'.encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        entry = zipfile.ZipInfo("bootstrap", _EPOCH)
        entry.external_attr = 0o755 << 16
        archive.writestr(entry, bootstrap)
    content = buffer.getvalue()
    return f"{name}-{hashlib.sha256(content).hexdigest()[:16]}.zip", content


def _link(source: Path, links: Path) -> Path:
    """A link that is named after what the binary holds, made once: same build, same link, same package."""
    status = source.stat()
    folder = links / f"{status.st_mtime_ns:x}-{status.st_size:x}"
    linked = folder / source.name
    if not linked.exists():
        folder.mkdir(parents=True, exist_ok=True)
        for stale in links.glob(f"*/{source.name}"):
            if stale != linked:
                stale.unlink()
        try:
            os.link(source, linked)
        except OSError:
            shutil.copy2(source, linked)
    return linked
