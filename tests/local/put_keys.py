"""Stores freshly made keys in the two secrets of a deployed stack: put_keys.py FILE SIGNING_KEY_ARN EDGE_KEYS_ARN.

Run by `make keys` with the system's Python; the AWS command line does the writing. Keys that are in use are not
replaced: that would log everybody out.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

_SECONDS = 60


def main(file: str, signing_key_arn: str, edge_keys_arn: str) -> None:
    """Fills both secrets, or neither."""
    made = json.loads(Path(file).read_text(encoding="utf-8"))
    for arn in (signing_key_arn, edge_keys_arn):
        if filled(arn):
            sys.exit(f"{arn} holds keys already; nothing was changed")
    put(signing_key_arn, made["signing_key"])
    put(edge_keys_arn, made["edge_keys"])


def filled(arn: str) -> bool:
    """Whether the secret holds anything."""
    command = ["aws", "secretsmanager", "describe-secret", "--secret-id", arn, "--query", "VersionIdsToStages"]
    described = subprocess.run(command, check=True, capture_output=True, text=True, timeout=_SECONDS).stdout
    # A rotation that was set up before the keys may have left a version without a value.
    return any("AWSCURRENT" in stages for stages in (json.loads(described) or {}).values())


def put(arn: str, value: object) -> None:
    """Writes one secret. Its value goes through standard input: a command line can be read by others."""
    command = ["aws", "secretsmanager", "put-secret-value", "--secret-id", arn, "--secret-string", "file:///dev/stdin"]
    subprocess.run(command, check=True, input=json.dumps(value), text=True, timeout=_SECONDS, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main(*sys.argv[1:])
