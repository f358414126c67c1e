"""The last seconds of a world, for people: who said what to whom, what came of it, and what went wrong meanwhile.

While the world runs, what happens is only kept, as it is; words are made of it when somebody wants to read them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from .observer import Observer, Violation
from .words import is_chatter, short, words

if TYPE_CHECKING:
    from rallypoint_protocol.messages import Pass

    from .steps import StepMade
    from .wire import Wire
    from .world import World

__all__ = ["Timeline"]

_KEPT_MAX: Final = 50_000
"""Happenings: more than a crowd makes in ten seconds."""
_GROUP_S: Final = 1.0
"""So long may a group of small talk be, in one line."""


class _Happening(NamedTuple):
    at: float
    who: str
    what: str
    """``sent``, ``received``, ``step``, or a line as it is: ``said``."""
    subject: Any
    from_server: bool


class _Talk:
    """Passes, acknowledgements and inputs of one connection, or the steps of a session, in one line."""

    def __init__(self, at: float, who: str) -> None:
        self.began = at
        self.who = who
        self.last = at
        self._passes: list[Pass] = []
        self._events = 0
        self._counts: dict[str, int] = {}
        self._steps: list[StepMade] = []

    def add(self, happening: _Happening) -> None:
        """One more."""
        self.last = happening.at
        if happening.what == "step":
            self._steps.append(happening.subject)
            return
        message = happening.subject
        name = type(message).__name__
        if name == "Pass":
            self._passes.append(message)
            self._events += 0 if message.seat is None else len(message.seat.events or ())
            return
        kind = f"{'←' if happening.from_server else '→'} {'input' if name == 'list' else name.lower()}"
        self._counts[kind] = self._counts.get(kind, 0) + 1

    def text(self) -> str:
        """All of it."""
        parts = []
        if self._steps:
            parts.append(f"steps {_span([(each.epoch, each.tick) for each in self._steps])}")
        if self._passes:
            told = f" ({self._events} events)" if self._events else ""
            parts.append(f"← pass {_span([(each.head.epoch, each.head.tick) for each in self._passes])}{told}")
        parts += [kind if count == 1 else f"{kind} x{count}" for kind, count in self._counts.items()]
        return ", ".join(parts)


def _span(ticks: list[tuple[int, int]]) -> str:
    (epoch, first), (last_epoch, last) = ticks[0], ticks[-1]
    if len(ticks) == 1:
        return f"{epoch}:{first}"
    return f"{epoch}:{first}...{last_epoch}:{last} x{len(ticks)}"


class Timeline(Observer):
    """Keeps what has happened; :meth:`lines` tells the last of it."""

    weak = True

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._kept: deque[_Happening] = deque(maxlen=_KEPT_MAX)

    def note(self, who: str, text: str) -> None:
        """Something that no wire shows: an act, a fault."""
        self._kept.append(_Happening(self.world.elapsed_s, who, "said", text, False))

    def opened(self, wire: Wire) -> None:
        self.note(f"{wire.client}#{wire.number}", "connects")

    def sent(self, wire: Wire, message: Any, from_server: bool) -> None:
        self._kept.append(_Happening(self.world.elapsed_s, _name(wire), "sent", message, from_server))

    def received(self, wire: Wire, message: Any, from_server: bool) -> None:
        if not is_chatter(message):
            self._kept.append(_Happening(self.world.elapsed_s, _name(wire), "received", message, from_server))

    def closing(self, wire: Wire, code: int, reason: str, from_server: bool) -> None:
        self.note(_name(wire), f"{'←' if from_server else '→'} close {code} {reason}".rstrip())

    def ended(self, wire: Wire, at_server: bool, error: Exception | None) -> None:
        side = "the server" if at_server else "the client"
        self.note(_name(wire), f"is over for {side}" + (f": {error}" if error is not None else ""))

    def stepped(self, record: StepMade) -> None:
        who = f"session {short(record.session)}"
        self._kept.append(_Happening(self.world.elapsed_s, who, "step", record, True))

    def server_started(self) -> None:
        self.note("server", f"{self.world.server_host.name} listens")

    def server_gone(self, crashed: bool) -> None:
        self.note("server", "crashed" if crashed else "stopped")

    def lines(self, seconds: float = 10.0, violation: Violation | None = None) -> list[str]:
        """What happened in the last ``seconds`` in which anything happened, the newest last; then the violation."""
        end = max((each.at for each in self._kept), default=0.0)
        kept = [each for each in self._kept if each.at >= end - seconds]
        lines = [f"{at:9.3f}  {who:<24} {text}" for at, who, text in sorted(_told(kept), key=itemgetter(0))]
        if violation is not None:
            lines.append(f"{violation.at:9.3f}  >>> {violation.invariant}: {violation.text.strip()}")
        return lines


def _name(wire: Wire) -> str:
    where = "lobby" if wire.lobby else short(wire.session)
    return f"{wire.client}#{wire.number} {where}"


def _told(kept: list[_Happening]) -> Iterator[tuple[float, str, str]]:
    # By identity: a message is one object from its sending to its arrival.
    arrived = {id(each.subject): each.at for each in kept if each.what == "received"}
    talk: dict[str, _Talk] = {}
    for each in kept:
        if each.what == "received":
            continue
        if each.what == "step" or (each.what == "sent" and is_chatter(each.subject)):
            group = talk.get(each.who)
            if group is not None and each.at - group.began > _GROUP_S:
                yield group.last, group.who, group.text()
                group = None
            if group is None:
                group = talk[each.who] = _Talk(each.at, each.who)
            group.add(each)
            continue
        group = talk.pop(each.who, None)
        if group is not None:
            yield group.last, group.who, group.text()
        yield each.at, each.who, _line(each, arrived)
    yield from ((group.last, group.who, group.text()) for group in talk.values())


def _line(each: _Happening, arrived: dict[int, float]) -> str:
    if each.what == "said":
        return str(each.subject)
    there = arrived.get(id(each.subject))
    when = "not there yet" if there is None else f"there at {there:.3f}"
    return f"{'←' if each.from_server else '→'} {words(each.subject)} ({when})"
