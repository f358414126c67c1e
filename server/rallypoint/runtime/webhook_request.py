"""What a webhook is on the wire: URL, headers, signature, and what an answer means. Pure."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final
from urllib.parse import urlsplit

from rallypoint import __version__
from rallypoint.ports import OutboxEvent

__all__ = ["accepted", "checked_url", "headers", "signature"]

_USER_AGENT: Final = f"rallypoint/{__version__}"


def checked_url(url: str) -> str:
    """The URL, if webhooks can be sent there. Raises ``ValueError`` with a sentence that does not repeat it."""
    parts = urlsplit(url)  # raises it, too
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("it has to look like https://backend.example.com/hooks")
    return url


def signature(secret: str, at: int, body: bytes) -> str:
    """``t=<Unix time>,v1=<hex>``: HMAC-SHA256 over time, a dot and the body. The time makes old ones worthless."""
    digest = hmac.new(secret.encode(), b"%d." % at + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def headers(event: OutboxEvent, secret: str, at: int) -> dict[str, str]:
    """The headers of one attempt at the Unix time ``at``."""
    made = {
        "Content-Type": "application/json",
        "User-Agent": _USER_AGENT,
        "Accept-Encoding": "identity",  # nothing is to be unpacked
        "Rallypoint-Event": event.kind,
        "Idempotency-Key": event.key,
    }
    if secret:
        made["Rallypoint-Signature"] = signature(secret, at, event.body)
    return made


def accepted(status: int) -> bool:
    """Whether the receiver has it. A redirect is none: what is told is told to the URL of the settings."""
    return 200 <= status < 300
