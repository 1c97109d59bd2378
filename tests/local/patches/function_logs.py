"""What functions print, in files one can follow: one per function."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any


def install(folder: Path) -> None:
    """Appends every invocation's output to `<folder>/<function>.log`, besides CloudWatch Logs in memory."""
    from ministack.services import lambda_svc

    folder.mkdir(parents=True, exist_ok=True)
    original = lambda_svc._emit_lambda_logs
    lock = threading.Lock()

    def emit(func: dict[str, Any], request_id: str, log_text: str, error: bool, *rest: Any, **named: Any) -> None:
        name = (func.get("config") or func).get("FunctionName", "unknown")
        if log_text or error:
            marker = f"ERROR {request_id}\n" if error else ""
            with lock, open(folder / f"{name}.log", "a", encoding="utf-8") as file:
                file.write(f"{marker}{log_text.rstrip()}\n" if log_text else marker)
        original(func, request_id, log_text, error, *rest, **named)

    lambda_svc._emit_lambda_logs = emit
