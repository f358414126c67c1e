"""``inputs.json``: what a client sends of its player's inputs, now and after a lost connection."""

from __future__ import annotations

from typing import Any

from rallypoint_client.classes import Classes
from rallypoint_client.outgoing import OutgoingInputs
from rallypoint_protocol.schema import encode_schema, schema_hash
from tests.vectors.notation import to_json
from tests.vectors.schemas import SMALL

__all__ = ["inputs"]

_CLASSES = Classes(SMALL, schema_hash(encode_schema(SMALL)))


class _Player:
    """Writes one sequence. Every step says what the player or the server does, and what the client sends then."""

    def __init__(self, name: str, meaning: str) -> None:
        self.vector: dict[str, Any] = {"name": name, "meaning": meaning, "schema": "small", "steps": []}
        self._steps = self.vector["steps"]
        self._out = OutgoingInputs()
        self._connected = False
        self._tick = -1
        self._epoch = 0

    def seated(self, meaning: str, epoch: int, outcome: str, applied: int, received: int) -> _Player:
        """The server lets the client in."""
        new_epoch, self._epoch = epoch != self._epoch, epoch
        if outcome != "resumed":
            self._tick = -1
        sends = self._out.seated(new_epoch=new_epoch, applied=applied, received=received, tick=self._tick, now=0.0)
        self._connected = True
        said = {"epoch": epoch, "outcome": outcome, "applied": applied, "received": received}
        return self._add("seated", meaning, said, sends)

    def hold(self, meaning: str, name: str, **values: Any) -> _Player:
        """The player holds something else now."""
        made = getattr(_CLASSES.inputs, name)(**values)
        frame = self._out.hold(_CLASSES.input_class(made), made, self._tick, self._connected)
        return self._add("hold", meaning, {"input": name, "fields": values}, [] if frame is None else [frame])

    def act(self, meaning: str, name: str, **values: Any) -> _Player:
        """The player acts."""
        made = getattr(_CLASSES.inputs, name)(**values)
        _, frame = self._out.act(_CLASSES.input_class(made), made, self._tick)
        return self._add("act", meaning, {"input": name, "fields": values}, [frame])

    def passed(self, meaning: str, tick: int, applied: int, undurable: int = 0) -> _Player:
        """A pass."""
        self._tick = tick
        self._out.passed_low(tick, applied & 0xFFFF, tick - undurable)
        sends = self._out.pass_ended(tick) or []
        said = {"tick": tick, "undurable": undurable, "applied_low": applied & 0xFFFF, "applied": applied}
        return self._add("pass", meaning, said, sends)

    def lost(self) -> _Player:
        """The connection is lost."""
        self._connected = False
        return self._add("lost", "the connection is lost", {}, [])

    def _add(self, kind: str, meaning: str, said: dict[str, Any], sends: list[bytes]) -> _Player:
        self._steps.append(
            {"is": kind, "meaning": meaning}
            | to_json(said)
            | {"sends": [frame.hex() for frame in sends], "actions_kept": len(self._out)}
        )
        return self


def _ordinary() -> _Player:
    return (
        _Player("no loss", "numbers grow by one over holds and actions; an action is kept until it is durable")
        .seated("a first entry", 1, "fresh", 0, 0)
        .hold("before the first pass: tick seen is -1", "Steer", turn=1, thrust=False)
        .passed("input 1 is applied", 1, 1)
        .act("kept from here on", "Fire")
        .hold("changed", "Steer", turn=1, thrust=True)
        .hold("unchanged: not sent again", "Steer", turn=1, thrust=True)
        .passed("2 and 3 are applied in tick 2, which the journal has not yet (durable tick 1)", 2, 3, 1)
        .passed("durable tick 2: the action is forgotten", 3, 3, 1)
    )


def _lost_on_the_way() -> _Player:
    return (
        _Player("lost on the way", "the server never got what was sent last: the action is sent again, the same bytes")
        .seated("a first entry", 1, "fresh", 0, 0)
        .passed("", 10, 0)
        .hold("", "Steer", turn=1, thrust=False)
        .act("applied", "Fire")
        .passed("1 and 2 are applied, and durable", 11, 2)
        .act("this gets lost", "Trade", ship=7, note="take it")
        .hold("and this", "Steer", turn=-1, thrust=False)
        .lost()
        .hold("while away: nothing can be sent", "Steer", turn=0, thrust=True)
        .seated("2 is the highest that the server has", 1, "resumed", 2, 2)
        .passed("3 and 5 are applied; 4 never existed for the server: gaps are fine", 20, 5)
    )


def _got_but_not_applied() -> _Player:
    return (
        _Player("received, not applied", "the server has the action and has not decided it: it ignores the second one")
        .seated("a first entry", 1, "fresh", 0, 0)
        .passed("", 10, 0)
        .act("", "Fire")
        .lost()
        .seated("received 1, applied 0: sent again all the same", 1, "resumed", 0, 1)
        .passed("", 11, 1)
    )


def _applied_unknown() -> _Player:
    return (
        _Player("applied, not heard of", "the pass that said so was lost: seated says it, and nothing is sent again")
        .seated("a first entry", 1, "fresh", 0, 0)
        .passed("", 10, 0)
        .act("", "Fire")
        .lost()
        .seated("applied 1: decided. It is kept until a pass says that it is durable", 1, "resumed", 1, 1)
        .passed("durable", 11, 1)
    )


def _resync() -> _Player:
    return (
        _Player("resync", "no pass of this connection was seen yet: an action that is sent again says tick -1")
        .seated("a first entry", 1, "fresh", 0, 0)
        .passed("", 10, 0)
        .act("", "Fire")
        .hold("", "Aim", angle=1.5, target=None)
        .lost()
        .seated("the whole state is going to follow", 1, "resync", 0, 0)
    )


def _new_epoch() -> _Player:
    return (
        _Player("new epoch", "the server was restored from its journal: all that is not durable is sent again")
        .seated("a first entry", 1, "fresh", 0, 0)
        .passed("", 10, 0)
        .act("durable by the next pass", "Fire")
        .passed("", 11, 1)
        .act("applied, not durable", "Fire")
        .act("the same", "Trade", ship=1, note="")
        .passed("2 and 3 are applied in tick 12; durable tick 11", 12, 3, 1)
        .lost()
        .seated("the journal had 1 and 2: 3 was lost with the node, and 2 is ignored", 2, "resync", 2, 2)
        .passed("", 12, 3)
    )


def _decided_no_more() -> _Player:
    return (
        _Player("new epoch, decided no more", "in which tick an action was decided is forgotten: that tick never was")
        .seated("a first entry", 1, "fresh", 0, 0)
        .passed("", 10, 0)
        .act("", "Fire")
        .passed("1 is decided in tick 11; durable tick 10", 11, 1, 1)
        .lost()
        .seated("the journal had no input at all: 1 is sent again", 2, "resync", 0, 0)
        .passed("tick 11 is durable, but of another life: 1 is not decided yet, and kept", 11, 0)
        .passed("1 is decided in tick 12; durable tick 11: kept", 12, 1, 1)
        .passed("durable tick 12: forgotten", 13, 1, 1)
    )


def inputs() -> list[dict[str, Any]]:
    """``inputs.json``."""
    makes = (_ordinary, _lost_on_the_way, _got_but_not_applied, _applied_unknown, _resync, _new_epoch, _decided_no_more)
    return [make().vector for make in makes]
