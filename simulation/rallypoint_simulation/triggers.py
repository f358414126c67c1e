"""Faults that wait for a message: so that they hit the moments that last no time."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any, Final

import msgspec

from rallypoint_protocol.messages import Answer, Push, Seated

from .faults import strike
from .observer import Observer
from .scenario import Fault, Trigger
from .wire import Wire
from .world import World

__all__ = ["WHOSE", "Triggers", "kinds_of"]

WHOSE: Final = "*"
"""As a target: whoever sends or receives the message."""


def kinds_of(message: Any) -> tuple[str, ...]:
    """What a message is called in a trigger: its class, and for some also the class with what it says."""
    match message:
        case Seated():
            return "Seated", f"Seated:{message.outcome}"
        case Push():
            return "Push", f"Push:{message.kind}"
        case Answer():
            return "Answer", f"Answer:{message.error or 'ok'}"
        case list():
            return ("input",)
        case bytes():
            return ("garbage",)
        case _:
            return (type(message).__name__,)


class _Waiting:
    """A fault that has not struck yet."""

    def __init__(self, fault: Fault, trigger: Trigger) -> None:
        self.fault = fault
        self.trigger = trigger
        self.left = trigger.nth


class Triggers(Observer):
    """Lets each of ``faults`` strike once: those with a trigger after their message, the others at their time."""

    weak = True

    def __init__(self, world: World, faults: Iterable[Fault]) -> None:
        super().__init__(world)
        self.struck: list[tuple[float, Fault]] = []
        """When and what, in order."""
        self._waiting: dict[tuple[str, str], list[_Waiting]] = {}
        for fault in faults:
            if fault.write is not None:
                loop = world.loop
                at = loop.now + max(0.0, fault.at - world.elapsed_s)
                loop.on(loop.world, at, world.storage.await_write, fault.write, partial(self._strike, fault, None))
            elif fault.on is None:
                self._soon(fault, fault.at - world.elapsed_s, None)
            else:
                self._waiting.setdefault((fault.on.when, fault.on.message), []).append(_Waiting(fault, fault.on))

    def sent(self, wire: Wire, message: Any, from_server: bool) -> None:
        """See there."""
        self._look("sent", wire, message)

    def received(self, wire: Wire, message: Any, from_server: bool) -> None:
        """See there."""
        self._look("received", wire, message)

    def _look(self, when: str, wire: Wire, message: Any) -> None:
        if not self._waiting:
            return
        for kind in kinds_of(message):
            waiting = self._waiting.get((when, kind))
            if waiting is None:
                continue
            for one in list(waiting):
                fault = one.fault
                if fault.target in ("", WHOSE, wire.client) and self.world.elapsed_s >= fault.at:
                    one.left -= 1
                    if one.left <= 0:
                        waiting.remove(one)
                        if fault.target == WHOSE:
                            fault = msgspec.structs.replace(fault, target=wire.client)
                        self._soon(fault, fault.after_s, wire)
            if not waiting:
                del self._waiting[when, kind]

    def _soon(self, fault: Fault, delay_s: float, wire: Wire | None) -> None:
        """Not in this call: whoever sends or receives is in the middle of it."""
        loop = self.world.loop
        link = None if wire is None else wire.link
        loop.on(loop.world, loop.now + max(0.0, delay_s), self._strike, fault, link)

    def _strike(self, fault: Fault, link: Any) -> None:
        self.struck.append((self.world.elapsed_s, fault))
        strike(self.world, fault, link)
