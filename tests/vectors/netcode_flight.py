"""One predicted entity, its player, a server and the network between them, all in a few lines: for ``netcode.json``."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from types import SimpleNamespace
from typing import Any, Final

from rallypoint_client.prediction import Prediction

__all__ = ["FIELDS", "Flight"]

FIELDS: Final = (("x", False), ("vx", False), ("angle", True))
_TICK_MS: Final = 50.0
_FRAME_MS: Final = 40.0
_WAY_MS: Final = 40.0


@dataclass
class Flight:
    """What happens. Times are milliseconds; the client's clock is the session's, and 10 000 more."""

    name: str
    buffer_ticks: int
    jitter: float
    stalls: tuple[float, ...] = ()
    """For 250 ms from then on, nothing moves."""
    deaths: tuple[float, ...] = ()
    """There is no entity for four ticks, and then another one."""
    lost: tuple[float, ...] = ()
    """The connection is lost, for 300 ms."""
    wind: float = 0.0
    """What the server adds to its speed in each second."""
    leap: float = 0.0
    """When the server puts it elsewhere."""
    seconds: float = 3.0

    def fly(self, made: Prediction, step: Callable[..., None], kick: Callable[..., None]) -> list[dict[str, Any]]:
        """What the client was told and what it made of it, in order."""
        self._dice = Random(self.name)
        self._steps: list[dict[str, Any]] = []
        self._made, self._step, self._kick = made, step, kick
        self._up: list[tuple[float, int, int, str, Any]] = []  # arrival, seq, at, name, x
        self._down: list[tuple[float, dict[str, Any]]] = []
        self._arrived = [0.0, 0.0]
        self._seq = self._applied = 0
        self._ship: Any = SimpleNamespace(x=10.0, vx=5.0, angle=1.0, hull=4)
        self._id, self._held = 7, SimpleNamespace(force=0.0, turn=0.0)
        made.pacing.measured(_WAY_MS)
        self._steps.append({"is": "measured", "one_way_ms": _WAY_MS})
        next_input, now, tick, frame = 200.0, 0.0, 0, 0
        while now < self.seconds * 1000:
            now += 10.0
            if now >= (tick + 1) * _TICK_MS:
                tick += 1
                self._server(tick)
            self._connection(now)
            while self._down and self._down[0][0] <= now:
                self._pass(now, self._down.pop(0)[1])
            if now >= next_input and not self._away(now):
                next_input = now + self._dice.randrange(150, 600, 10)
                self._input(now)
            if now >= (frame + 1) * _FRAME_MS:
                frame += 1
                shown = made.view(now + 10_000.0, now)
                shows = None if shown is None else dict(vars(shown))
                self._steps.append({"is": "view", "local_ms": now + 10_000.0, "session_ms": now, "shows": shows})
        return self._steps

    # --- the network ------------------------------------------------------------------------------------------------

    def _arrival(self, way: int, now: float) -> float:
        at = now + _WAY_MS + self._dice.uniform(0, self.jitter)
        for begin in self.stalls:
            if begin <= at < begin + 250.0:
                at = begin + 250.0
        self._arrived[way] = max(self._arrived[way], at)
        return self._arrived[way]

    def _away(self, now: float) -> bool:
        return any(begin <= now < begin + 300.0 for begin in self.lost)

    def _connection(self, now: float) -> None:
        if now in self.lost:
            self._up.clear()
            self._down.clear()
            self._made.halt()
            self._steps.append({"is": "halt"})
            self._held = SimpleNamespace(force=0.0, turn=0.0)
        if now - 300.0 in self.lost:
            self._input(now)

    # --- the server -------------------------------------------------------------------------------------------------

    def _server(self, tick: int) -> None:
        now = tick * _TICK_MS
        ship, dead = self._ship, any(begin <= now < begin + 200.0 for begin in self.deaths)
        if now - 200.0 in self.deaths:
            ship = self._ship = SimpleNamespace(x=80.0, vx=-3.0, angle=6.0, hull=4)
            self._id += 1
        while self._up and self._up[0][0] < now and (self._up[0][2] <= tick or not self.buffer_ticks):
            _, self._applied, _, name, x = self._up.pop(0)
            if name == "Push":
                self._held = x
            else:
                self._kick(ship, x)
        self._step(ship, SimpleNamespace(Push=self._held), _TICK_MS / 1000)
        ship.vx += self.wind * _TICK_MS / 1000
        if self.leap and now == self.leap:
            ship.x += 55.0
        if tick == 20:
            ship.hull = 3
        fields = {name: round(getattr(ship, name), 2) for name, _ in FIELDS} | {"hull": ship.hull}
        if not self._away(now):
            told = {"tick": tick, "applied": self._applied, "id": 0 if dead else self._id,
                    "fields": None if dead else fields}  # fmt: skip
            self._down.append((self._arrival(1, now), told))

    # --- the client -------------------------------------------------------------------------------------------------

    def _pass(self, now: float, told: dict[str, Any]) -> None:
        made = self._made
        state = None if told["fields"] is None else SimpleNamespace(**told["fields"])
        made.passed(told["tick"], told["applied"], told["id"], copy.copy(state), now)
        stats, pacing = made.stats, made.pacing
        then = {
            "tick": pacing.tick, "lead_ms": pacing.lead_ms, "correction": made.correction, "replayed": stats.replayed,
            "starts": stats.starts, "snaps": stats.snaps, "late": pacing.late, "early": pacing.early,
            "diverged": made.diverged, "halted": made.halted,
        }  # fmt: skip
        self._steps.append({"is": "passed", **told, "session_ms": now, "then": then})

    def _input(self, now: float) -> None:
        self._seq += 1
        name, x = "Push", {"force": self._dice.choice([-60.0, 0.0, 60.0]), "turn": self._dice.choice([-4.0, 0.0, 4.0])}
        if self._dice.random() < 0.2:
            name, x = "Kick", {"by": self._dice.choice([-8.0, 8.0])}
        at = -1 if self._made.halted else self._made.input_at(now)
        self._made.sent(self._seq, at, name, SimpleNamespace(**x), hold=name == "Push", session_ms=now)
        self._up.append((self._arrival(0, now), self._seq, at, name, SimpleNamespace(**x)))
        self._steps.append({"is": "sent", "session_ms": now, "seq": self._seq, "at": at, "name": name, "x": x,
                            "hold": name == "Push"})  # fmt: skip
