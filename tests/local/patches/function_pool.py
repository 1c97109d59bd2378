"""A ceiling on how many processes of one function run at once.

ministack starts a process for every concurrent invocation, as Lambda does. But 200 of them on two cores only take
turns, and one that is not ready within ten seconds makes ministack kill all the others of its function. Past the
ceiling an invocation waits for a process to become free.
"""

from __future__ import annotations

import threading
import time
from typing import Any

_WAIT_SECONDS = 60.0


def install(limit: int) -> None:
    """Lets at most `limit` processes of a function exist."""
    from ministack.core import lambda_runtime
    from ministack.services import lambda_svc

    acquire, release = lambda_runtime.acquire_worker, lambda_runtime.release_worker
    freed = threading.Condition()

    def acquire_or_wait(*arguments: Any, **named: Any) -> tuple[Any, str]:
        named["max_concurrency"] = limit
        deadline = time.monotonic() + _WAIT_SECONDS
        with freed:
            while True:
                worker, reason = acquire(*arguments, **named)
                if worker is not None or time.monotonic() > deadline:
                    return worker, reason
                # A worker can also leave the pool without a notice (its function was updated), hence the short wait.
                freed.wait(0.5)

    def release_and_tell(worker: Any) -> None:
        release(worker)
        with freed:
            freed.notify()

    for module in (lambda_runtime, lambda_svc):
        module.acquire_worker = acquire_or_wait
        module.release_worker = release_and_tell
