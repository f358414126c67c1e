"""``close-codes.json``: why a connection was closed, whose fault it was, what to do next."""

from __future__ import annotations

from typing import Any

from rallypoint_protocol.close import CloseCode, Retry, policy

__all__ = ["close_codes"]

_NONE = 1006


def close_codes() -> dict[str, Any]:
    """``close-codes.json``."""
    broken = policy(None)
    known = [code for code in range(1000, 5000) if code == _NONE or policy(code) is not broken]
    names = {int(code): code.name for code in CloseCode}
    return {
        "retries": {retry.value: meaning for retry, meaning in _RETRIES.items()},
        "unknown": _NONE,
        "codes": [
            {
                "code": code,
                "name": names.get(code),
                "meaning": policy(code).meaning,
                "fault": policy(code).fault.value,
                "retry": policy(code).retry.value,
                "sent": code not in (1005, _NONE),
            }
            for code in known
        ],
    }


_RETRIES = {
    Retry.NEVER: "stop: trying again would end the same way",
    Retry.RESUME: "connect again, with backoff, and resume with the newest token",
    Retry.FRESH: "what was to be resumed is gone: start over from the lobby",
    Retry.MOVED: "ask the lobby where the session lives now, then resume there",
    Retry.UPDATE: "this client is too old for the server: update it",
}
