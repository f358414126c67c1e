"""All observers of a world as one: each is told only of what it looks at, and one that fails is found out."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from .observer import Observer, Violation

if TYPE_CHECKING:
    from .steps import StepMade
    from .wire import Wire
    from .world import World

__all__ = ["Watchers"]


class Watchers(Observer):
    """Tells every observer what it overrides, in their order.

    Observers are called in the middle of whatever they watch, which may well swallow what they raise: so that is noted
    here, as a violation by the name of the observer, and the others are not told of that one thing.
    """

    def __init__(self, world: World, observers: Sequence[Observer]) -> None:
        super().__init__(world)
        self.observers = observers
        self._sort()

    def weaken(self) -> None:
        """What was told may be undone: only those go on that can live with that."""
        self.observers = [each for each in self.observers if each.weak]
        self._sort()

    def _sort(self) -> None:
        self._opened = self._those("opened")
        self._sent = self._those("sent")
        self._received = self._those("received")
        self._closing = self._those("closing")
        self._ended = self._those("ended")
        self._stepped = self._those("stepped")
        self._look = self._those("look")

    def _those(self, name: str) -> list[Callable[..., None]]:
        return [
            getattr(each, name) for each in self.observers if getattr(type(each), name) is not getattr(Observer, name)
        ]

    def _failed(self, tell: Callable[..., None], error: Exception) -> None:
        name = type(getattr(tell, "__self__", tell)).__name__
        text = "".join(traceback.format_exception(error))
        self.world.violated(Violation(f"the observer {name} does not fail", text, self.world.elapsed_s))

    def opened(self, wire: Wire) -> None:
        """See :class:`Observer`, as for all others."""
        self._all(self._opened, wire)

    def sent(self, wire: Wire, message: Any, from_server: bool) -> None:
        for tell in self._sent:
            try:
                tell(wire, message, from_server)
            except Exception as error:
                self._failed(tell, error)

    def received(self, wire: Wire, message: Any, from_server: bool) -> None:
        for tell in self._received:
            try:
                tell(wire, message, from_server)
            except Exception as error:
                self._failed(tell, error)

    def closing(self, wire: Wire, code: int, reason: str, from_server: bool) -> None:
        self._all(self._closing, wire, code, reason, from_server)

    def ended(self, wire: Wire, at_server: bool, error: Exception | None) -> None:
        self._all(self._ended, wire, at_server, error)

    def stepped(self, record: StepMade) -> None:
        for tell in self._stepped:
            try:
                tell(record)
            except Exception as error:
                self._failed(tell, error)

    def server_started(self) -> None:
        self._all(self._those("server_started"))

    def server_gone(self, crashed: bool) -> None:
        self._all(self._those("server_gone"), crashed)

    def look(self) -> None:
        self._all(self._look)

    def at_rest(self) -> None:
        self._all(self._those("at_rest"))

    def _all(self, tells: Sequence[Callable[..., None]], *args: Any) -> None:
        for tell in tells:
            try:
                tell(*args)
            except Exception as error:
                self._failed(tell, error)
