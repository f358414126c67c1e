"""Lets a client's socket end without a trace, because here a thousand clients share one address.

A server that is killed closes its connections first, so its side of each is remembered (TIME_WAIT) for a minute, by both
port numbers. Linux answers an attempt from such a port, while nobody listens, with an ACK and not with a refusal; the
client then hears nothing until it tries again a second later. A player at home has 28,000 ports and one such; here it
would be one attempt in thirty. A socket that ends with a reset leaves nothing behind.
"""

from __future__ import annotations

import contextlib
import os
import socket
import struct
from typing import Any

__all__ = ["end_without_trace"]

_NOW = struct.pack("ii", 1, 0)


def end_without_trace(transport: Any) -> None:
    """When this transport of asyncio or uvloop closes, its socket ends with a reset."""
    found = transport.get_extra_info("socket")
    if found is None or found.fileno() < 0:
        return
    with contextlib.suppress(OSError), socket.socket(fileno=os.dup(found.fileno())) as same:
        same.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NOW)
