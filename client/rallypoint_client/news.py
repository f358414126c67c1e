"""How one task waits for what comes in between: told cheaply, and never twice at a time."""

from __future__ import annotations

import asyncio

__all__ = ["News"]


class News:
    """``what`` says in an error what is iterated over: "one seat"."""

    __slots__ = ("_waiter", "_what")

    def __init__(self, what: str) -> None:
        self._what = what
        self._waiter: asyncio.Future[None] | None = None

    def tell(self) -> None:
        """There is something new. Costs nothing if nobody waits."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def wait(self) -> None:
        """Until the next :meth:`tell`; look first whether there is something already.

        Raises:
            RuntimeError: another task is waiting.
        """
        if self._waiter is not None:
            raise RuntimeError(f"two tasks iterate over {self._what}: let one do it, and tell the other")
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None
