"""Runs ministack as a child process of the local platform. Started by `emulator.py`, not by hand.

Facts about ministack 1.5.33 that decide how it is started:
- Functions find it through AWS_ENDPOINT_URL, which they inherit.
- Each function process talks to a small HTTP server inside ministack; with Nagle's algorithm on, every warm invocation
  waits about 45 ms for the answer's second packet.
- It listens on all interfaces unless told otherwise.
- What it lacks is added by the modules in `patches`.
"""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import socketserver
import threading
import time
from pathlib import Path

from settings import HOST

# Concurrent processes of one function; DESIGN's machine has two cores.
_PROCESSES_PER_FUNCTION = 16


def main() -> None:
    """Serves until a signal arrives, then ends every function's process."""
    socketserver.StreamRequestHandler.disable_nagle_algorithm = True
    threading.Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = hard if hard != resource.RLIM_INFINITY else max(soft, 65536)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))

    # Imported only now: ministack reads its environment, and starts servers, on import.
    import patches.function_logs
    import patches.function_pool
    import patches.leading_keys
    import patches.mail_resource
    import patches.openapi_body
    import patches.secret_ref
    import patches.stream_mapping
    from hypercorn.asyncio import serve
    from hypercorn.config import Config
    from ministack.app import app
    from ministack.core import lambda_runtime
    from patches.public_port import PublicPort

    api_port = int(os.environ["PUBLIC_API_PORT"])
    patches.leading_keys.install()
    patches.mail_resource.install()
    patches.secret_ref.install()
    patches.openapi_body.install()
    patches.stream_mapping.install()
    patches.function_pool.install(_PROCESSES_PER_FUNCTION)
    patches.function_logs.install(Path(os.environ["FUNCTION_LOGS"]))

    config = Config()
    config.bind = [f"{HOST}:{os.environ['GATEWAY_PORT']}", f"{HOST}:{api_port}"]
    config.keep_alive_timeout = 75
    config.graceful_timeout = 1
    config.backlog = 1024
    try:
        asyncio.run(serve(PublicPort(app, api_port), config))
    finally:
        lambda_runtime.reset()
        # Threads that still wait for something must not hold up the end.
        os._exit(0)


def _end_with_parent(parent: int) -> None:
    """Ends the whole process group if the parent vanished without a goodbye (SIGKILL, a closed terminal)."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os.killpg(os.getpgrp(), signal.SIGKILL)


if __name__ == "__main__":
    main()
