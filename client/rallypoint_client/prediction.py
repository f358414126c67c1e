"""A player's own entity, where it will be: predicted from the newest state and the inputs that are on their way.

The client runs the game's step for its own entity as soon as an input is made, some ticks ahead of the server (see
:mod:`.pacing`). Each pass then says how it really was at its tick, and which inputs that includes. If it is as it was
predicted, nothing happens. If not, the entity is put where the state says, and the ticks since are played again with
the inputs that the server has not had yet (*reconciliation*); what is drawn follows gently (see :mod:`.smoothing`).
After Gambetta's "Fast-Paced Multiplayer".

Pure: all times are given, in milliseconds: ``session_ms`` by the session's clock, ``local_ms`` by this machine's.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any, Final

from .delay import Playhead
from .input_log import InputLog, SentInput
from .motion import Motion
from .pacing import Pacing
from .prediction_stats import PredictionStats
from .smoothing import Smoothing

__all__ = ["AHEAD_MAX_S", "SNAP", "Prediction", "Step"]

Step = Callable[[Any, Any, float], object]
"""``step(entity, held, dt)``: what the server does with the entity in one tick of ``dt`` seconds."""
AHEAD_MAX_S: Final = 2.0
"""So long after the newest state nothing is predicted any more: the entity stands still."""
SNAP: Final = 100.0
_JUMP_TICKS: Final = 8
_BEYOND_TICKS: Final = 2
"""The tick in which the client is, and one more: what is drawn may be a little ahead of its clock."""
_MISS_STEPS: Final = 8
"""Beyond so many steps of what is sent, a prediction was not merely rounded."""
_MISSES_MAX: Final = 20


class Prediction:
    """Of the one entity that its player has. It begins anew with another entity, and after a lost connection."""

    def __init__(
        self,
        motion: Motion,
        pacing: Pacing,
        tick_ms: float,
        step: Step,
        holds: Mapping[str, Any],
        *,
        acts: Callable[[Any, Any], object] | None = None,
        snap: float = SNAP,
    ) -> None:
        """``holds``: what is held of each class that ``step`` reads, before anything is."""
        self.motion = motion
        self.pacing = pacing
        self.stats = PredictionStats()
        self.correction = 0.0
        """How far the entity, when its last tick was predicted first, was from where the state has it."""
        self.diverged = False
        """Predictions go wrong although all inputs were in time: ``step`` is not what the server does."""
        self._tick_ms = tick_ms
        self._step = step
        self._acts = acts
        self._snap = snap
        self._log = InputLog(holds)
        self._ahead_max = math.ceil(AHEAD_MAX_S * 1000 / tick_ms)
        self._playhead = Playhead(_JUMP_TICKS * tick_ms, slower=0.15, faster=0.15)
        self._smoothing = Smoothing(len(motion.moving))
        self._id = 0
        self._state = -1
        """The newest tick that the server has told."""
        self._first = 0
        """The tick of the first of these: the entity after each tick, also those that are still to come."""
        self._track: list[Any] = []
        self._shown: dict[int, Any] = {}
        """How it was predicted when the client was at that tick."""
        self._reached = -1
        """The last of these."""
        self._misses = 0
        self.halted = True
        """Nothing is predicted before the next pass."""

    # --- what the player does ---------------------------------------------------------------------------------------

    def input_at(self, session_ms: float) -> int:
        """The tick that an input made now is meant for."""
        return self._advance(session_ms) + 1

    def sent(self, seq: int, at: int, name: str, x: Any, *, hold: bool, session_ms: float) -> None:
        """That input is on its way; ``at`` -1: it is to be applied as soon as it is there."""
        aimed = at >= 0
        if not aimed:
            at = self._state + 1 if self.halted else self.input_at(session_ms)
        if self._log.add(SentInput(seq, at, name, x, hold, aimed)):
            self.stats.inputs += 1
            if self._track and not self.halted:
                self._replay(max(at - 1, self._state, self._first))

    # --- what the server says ---------------------------------------------------------------------------------------

    def halt(self) -> None:
        """The connection is away: what is drawn stays as it is until the next pass, and then begins anew."""
        self.halted = True
        self._log.let_go()
        self.pacing.restart()

    def passed(self, tick: int, applied: int, id_: int, state: Any, session_ms: float) -> None:
        """The state of ``tick`` includes all inputs up to ``applied``: in it the entity has this id and these fields.

        ``state`` (``None``: the player has no such entity) is not used by anybody else from now on.
        """
        before, self._state = self._state, tick
        self.pacing.passed(max(0, tick - before) * self._tick_ms if before >= 0 else 0.0)
        off = False
        for each in self._log.decided(applied):
            first = min(before + 1, tick)
            if each.aimed:
                off |= self.pacing.decided(each.at, first, tick) != 0
            else:
                off |= not first <= each.at <= tick
        self._advance(session_ms)
        at = tick - self._first
        if state is None:
            self._track = []
        elif self.halted or id_ != self._id or not 0 <= at < len(self._track):
            self._begin(tick, id_, state)
        else:
            self._reconcile(tick, state, self._track[at], off or self._log.has_missed(tick))
        self._advance(session_ms)
        self._forget()

    def _begin(self, tick: int, id_: int, state: Any) -> None:
        self._smoothing.snap()
        self._playhead.restart()
        self._shown.clear()
        self._reached = tick
        self.stats.starts += 1
        self.halted, self._id, self._misses = False, id_, 0
        self._first, self._track = tick, [state]

    def _reconcile(self, tick: int, state: Any, predicted: Any, off: bool) -> None:
        motion = self.motion
        shown = self._shown.get(tick)
        if shown is not None:
            self.correction = motion.distance(motion.ways(state, shown))
            self.stats.corrected(self.correction)
        missed = not off and motion.misses(motion.ways(state, predicted), _MISS_STEPS)
        self._misses = self._misses + 1 if missed else max(0, self._misses - 1)
        self.diverged |= self._misses >= _MISSES_MAX
        if motion.merge(state, predicted) and not off:
            return
        drawn = self._drawn()
        self._track[tick - self._first] = state
        self._replay(tick, drawn)

    # --- what is drawn ----------------------------------------------------------------------------------------------

    def view(self, local_ms: float, session_ms: float) -> Any:
        """The entity as it is to be drawn now, with its ``id``; ``None`` while the player has none."""
        if not self._track:
            return None
        if not self.halted:
            self._advance(session_ms)
            last_ms = (self._first + len(self._track) - 1) * self._tick_ms
            self._playhead.move(local_ms, session_ms + self.pacing.lead_ms, last_ms)
        drawn = self._drawn()
        self.motion.add(drawn, self._smoothing.fade(local_ms))
        return SimpleNamespace(**{"id": self._id, **vars(drawn)})

    def _drawn(self) -> Any:
        """A copy of the entity as it is on its track at the time that was shown last."""
        at_ms = self._playhead.at_ms
        place = len(self._track) - 1.0 if at_ms is None else at_ms / self._tick_ms - self._first
        index = min(max(math.floor(place), 0), len(self._track) - 1)
        after = copy.copy(self._track[min(index + 1, len(self._track) - 1)])
        back = self.motion.ways(after, self._track[index])
        self.motion.add(after, back, 1.0 - min(max(place - index, 0.0), 1.0))
        return after

    # --- the track --------------------------------------------------------------------------------------------------

    def _advance(self, session_ms: float) -> int:
        """Predicts as far as the client's clock has gone, and what it needs to draw beyond. Gives the client's tick."""
        tick = self.pacing.now(session_ms)
        if self._track and not self.halted:
            until = min(tick + _BEYOND_TICKS, self._state + self._ahead_max)
            for next_ in range(self._first + len(self._track), until + 1):
                self._track.append(self._next(self._track[-1], next_))
            for now in range(max(self._reached + 1, self._first), min(tick, until) + 1):
                self._shown[now] = self._track[now - self._first]
                self._reached = now
        return tick

    def _next(self, entity: Any, tick: int) -> Any:
        entity = copy.copy(entity)
        held, actions = self._log.at(tick, self._state)
        if self._acts is not None:
            for action in actions:
                self._acts(entity, action)
        self._step(entity, held, self._tick_ms / 1000)
        return entity

    def _replay(self, tick: int, drawn: Any = None) -> None:
        """All after that tick once more. ``drawn``: as it was before, if something has changed already."""
        was = self._drawn() if drawn is None else drawn
        track, first = self._track, tick - self._first + 1
        for index in range(first, len(track)):
            track[index] = self._next(track[index - 1], self._first + index)
        self.stats.replayed += max(0, len(track) - first)
        self._smoothing.shift(self.motion.ways(was, self._drawn()))
        if self.motion.distance(self._smoothing.offsets) > self._snap:
            self._smoothing.snap()
            self.stats.snaps += 1

    def _forget(self) -> None:
        """What is over, and is not drawn any more."""
        at_ms = self._playhead.at_ms
        oldest = self._state if at_ms is None else min(self._state, math.floor(at_ms / self._tick_ms))
        past = min(oldest - self._first, len(self._track) - 1)
        if past > 0:
            self._first += past
            del self._track[:past]
        for tick in [tick for tick in self._shown if tick <= self._state]:
            del self._shown[tick]
