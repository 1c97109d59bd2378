"""The code of an authenticator (RFC 6238: SHA-1, six digits, 30 seconds): `totp.py SECRET` prints the present one."""

from __future__ import annotations

import base64
import hmac
import struct
import sys
import time

_STEP_SECONDS = 30


def code(secret: str, at: float | None = None) -> str:
    """The code of a base32 secret, now or at a Unix time."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    step = int((time.time() if at is None else at) // _STEP_SECONDS)
    digest = hmac.new(key, struct.pack(">Q", step), "sha1").digest()
    offset = digest[-1] & 15
    (number,) = struct.unpack(">I", digest[offset : offset + 4])
    return f"{(number & 0x7FFFFFFF) % 1_000_000:06}"


if __name__ == "__main__":
    print(code(sys.argv[1]))
