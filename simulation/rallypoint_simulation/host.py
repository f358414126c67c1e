"""Machines, and what is arranged to run on them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import Context, copy_context
from typing import Any

__all__ = ["Host", "Scheduled", "Timer"]


class Host:
    """A machine: what runs on it, and how its clock stands."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.alive = True
        """False: it has crashed. What ran on it is gone."""
        self.halted = False
        """Nothing runs on it now: it is frozen or dead."""
        self.frozen_until = 0.0
        """It stands still until then: a suspended phone, a paused virtual machine, a long collection of garbage."""
        self.behind_s = 0.0
        """How long its monotonic clock has stood still: some do while the machine is suspended. It never goes back."""
        self.stops: list[tuple[float, float]] = []
        """From when to when its monotonic clock stands still in the present freeze, of the world's clock."""
        self.wall_offset_s = 0.0
        """Of its wall clock, which may jump."""
        self.waiting: list[Scheduled] = []
        """What was to run while it stood still, in order."""
        self.tasks: dict[asyncio.Future[Any], None] = {}
        """Tasks that were started here and are not done."""
        self.context = copy_context()
        """What the network calls runs in it, so that no context variable gets from one machine to another."""

    def __repr__(self) -> str:
        return f"<Host {self.name}>"


class Scheduled:
    """A call that was arranged, as :class:`asyncio.Handle` is."""

    __slots__ = ("_cancelled", "_when", "args", "callback", "context", "host")

    def __init__(
        self, callback: Callable[..., object], args: tuple[Any, ...], context: Context, host: Host, when: float
    ) -> None:
        self.callback: Callable[..., object] | None = callback
        self.args = args
        self.context = context
        self.host = host
        self._when = when
        self._cancelled = False

    def cancel(self) -> None:
        """It is not made."""
        self._cancelled = True
        self.callback, self.args = None, ()  # what it would have used is free now

    def cancelled(self) -> bool:
        """True once it was cancelled."""
        return self._cancelled

    def when(self) -> float:
        """When it is due, by its host's clock; 0 for one that no clock of a host decides."""
        return self._when


class Timer(Scheduled):
    """A call that was arranged for later, as :class:`asyncio.TimerHandle` is."""

    __slots__ = ("_on_cancel",)

    def __init__(
        self,
        callback: Callable[..., object],
        args: tuple[Any, ...],
        context: Context,
        host: Host,
        when: float,
        on_cancel: Callable[[], None],
    ) -> None:
        self.callback = callback  # written out: there are many of these
        self.args = args
        self.context = context
        self.host = host
        self._when = when
        self._cancelled = False
        self._on_cancel = on_cancel

    def cancel(self) -> None:
        """It is not made."""
        if not self._cancelled:
            super().cancel()
            self._on_cancel()
