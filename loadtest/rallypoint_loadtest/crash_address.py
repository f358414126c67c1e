"""Gives each player a loopback address of its own: a thousand players at one address are not a thousand players.

A server that is killed closes its connections first, so its side of each is remembered (TIME_WAIT) for a minute, by
both addresses and ports. While nobody listens, Linux answers a new attempt from such a port with an ACK and not with a
refusal, and the client hears nothing until it tries again, a second later. A player at home has 28,000 ports and one
of these. With all players at one address it would be one attempt in thirty, and the freeze that is measured not theirs.
"""

from __future__ import annotations

import asyncio
import sys
from contextvars import ContextVar
from typing import Any

__all__ = ["address_of", "own_address", "use_own_addresses"]

_address: ContextVar[str] = ContextVar("loopback address", default="")


def address_of(number: int) -> str:
    """One of four million: 127.64.0.1 and above."""
    high, low = divmod(number, 250)
    return f"127.{64 + high // 250 % 64}.{high % 250}.{low + 1}"


def own_address(number: int) -> None:
    """Whatever is connected from here on, in this task and those that it starts, comes from that player's address."""
    _address.set(address_of(number))


def use_own_addresses(loop: asyncio.AbstractEventLoop) -> None:
    """Makes this loop's connections come from where :func:`own_address` says. Only Linux has all these addresses."""
    if sys.platform != "linux":
        return
    create = loop.create_connection

    async def create_connection(*args: Any, **options: Any) -> Any:
        address = _address.get()
        if address:
            options.setdefault("local_addr", (address, 0))
        return await create(*args, **options)

    loop.create_connection = create_connection  # type: ignore[method-assign]  # the client need not know
