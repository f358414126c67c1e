"""What an operator should look at, in words, and since when. Pure: takes figures and ``now``.

What comes and goes within seconds is not worth a word: most conditions hold for a while before they are said, and are
said until they have been gone for a while. Texts are round, so that they do not change with every look.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from pydantic import ConfigDict

__all__ = ["LAG_LIMIT_MS", "WAIT_MIN_S", "Alert", "AlertFigures", "Alerts", "GameLateness", "QueueWait"]

LATE_MIN_MS: Final = 10.0
"""A tick comes up to 5 ms late by the ticker's grid alone."""
LAG_LIMIT_MS: Final = 100.0
WAIT_MIN_S: Final = 60.0
_CLEARS_AT: Final = 0.7
"""What is said beyond a limit is said until it is below this share of it."""
_GONE_S: Final = 10.0
_LATE_S: Final = 6.0
"""Longer than what one late tick is seen in."""


@dataclass(frozen=True, slots=True)
class GameLateness:
    """One game's ticks of the last five seconds."""

    game: str
    late_p99_ms: float
    tick_ms: float
    """From one tick to the next; 0: it is turn-based."""
    sessions: int


@dataclass(frozen=True, slots=True)
class QueueWait:
    """One queue."""

    queue: str
    players: int
    needed: int
    """The fewest that make a match."""
    oldest_s: float
    usual_s: float
    """Nine of ten of the last quarter of an hour have waited for less; 0: nobody knows."""


@dataclass(frozen=True, slots=True)
class AlertFigures:
    """What is looked at."""

    stopping: bool = False
    cordoned: str = ""
    """``cordoned``, ``draining``, ``drained``; empty while it is not."""
    games: tuple[GameLateness, ...] = ()
    queues: tuple[QueueWait, ...] = ()
    """Those that are not paused."""
    paused: tuple[str, ...] = ()
    """Queues that an operator has paused."""
    loop_lag_p90_ms: float = 0.0
    """Of the last ten to twenty seconds."""
    journal_failure: str = ""
    journal_pressure: str = "none"
    quarantined: Mapping[str, str] = field(default_factory=dict)
    """Sessions, and why."""
    store_error: str = ""
    store_pending: int = 0
    store_lost: int = 0
    store_refused: int = 0
    webhooks_error: str = ""
    webhooks_failed: int = 0
    sessions_failed: int = 0
    """In the last ten minutes, because their game raised an error."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing to look at."""

    level: Literal["warn", "bad"]
    """`bad`: players notice, or something is lost."""
    text: str
    """A sentence, without the time."""
    since_at: float
    """Unix seconds."""
    link: str
    """The path of the console's page that shows more."""

    __pydantic_config__ = ConfigDict(use_attribute_docstrings=True)


@dataclass(frozen=True, slots=True)
class _Seen:
    key: str
    level: Literal["warn", "bad"]
    text: str
    link: str
    hold_s: float = 0.0
    """How long it is to hold before it is said."""
    ends_s: float = 0.0
    """How long it is to be gone before it is not said any more."""


@dataclass(slots=True)
class _State:
    seen: _Seen
    since: float
    last: float
    said: bool = False


class Alerts:
    """Remembers what was seen: ask it about once a second."""

    def __init__(self) -> None:
        self._states: dict[str, _State] = {}

    def said(self, key: str) -> bool:
        """That alert is said now, as of the last look."""
        state = self._states.get(key)
        return state is not None and state.said

    def look(self, figures: AlertFigures, now: float) -> list[Alert]:
        """All that is to be said, the worst first; ``now`` is Unix time."""
        for seen in _see(figures, self.said):
            state = self._states.get(seen.key)
            if state is None:
                state = self._states[seen.key] = _State(seen, now, now)
            state.seen, state.last = seen, now
            state.said = state.said or now - state.since >= seen.hold_s
        for key, state in list(self._states.items()):
            if now - state.last > (state.seen.ends_s if state.said else 0.0):
                del self._states[key]
        said = [state for state in self._states.values() if state.said]
        said.sort(key=lambda state: (state.seen.level != "bad", state.since))
        return [Alert(one.seen.level, one.seen.text, round(one.since), one.seen.link) for one in said]


def _limit(said: bool, limit: float) -> float:
    """Lower for what is said already, so that it is not said and unsaid all the time."""
    return limit * _CLEARS_AT if said else limit


def _see(figures: AlertFigures, said: Callable[[str], bool]) -> Iterator[_Seen]:
    """What is so now. ``said``: which are said already."""
    if figures.stopping:
        yield _Seen("stopping", "warn", "the node is stopping", "/node")
    if figures.cordoned:
        yield _Seen("cordoned", "warn", f"the node is {figures.cordoned}: it takes no new sessions", "/node")
    for queue in figures.paused:
        yield _Seen(f"paused {queue}", "warn", f"the queue {queue} is paused: nobody is matched", f"/queues/{queue}")
    yield from _see_time(figures, said)
    yield from _see_disk(figures)
    for session, why in figures.quarantined.items():
        yield _Seen(f"quarantine {session}", "bad", f"session {session} is quarantined: {why}", f"/sessions/{session}")
    if figures.sessions_failed:
        text = f"{_count(figures.sessions_failed, 'session')} failed in the last ten minutes: the log has the errors"
        yield _Seen("failed", "bad", text, "/sessions")


def _see_time(figures: AlertFigures, said: Callable[[str], bool]) -> Iterator[_Seen]:
    for game in figures.games:
        key = f"late {game.game}"
        worst = max(LATE_MIN_MS, game.tick_ms / 2)
        if game.late_p99_ms >= _limit(said(key), LATE_MIN_MS):
            text = f"ticks {_round(game.late_p99_ms)} ms late, {_count(game.sessions, 'session')} of {game.game}"
            level: Literal["warn", "bad"] = "bad" if game.late_p99_ms >= worst else "warn"
            yield _Seen(key, level, text, f"/sessions?game={game.game}&sort=step_max&desc=1", _LATE_S, _GONE_S)
    if figures.loop_lag_p90_ms >= _limit(said("lag"), LAG_LIMIT_MS):
        text = f"the event loop is {_round(figures.loop_lag_p90_ms)} ms late: the node has too much to do"
        yield _Seen("lag", "bad", text, "/node", 5.0, _GONE_S)
    for queue in figures.queues:
        key = f"queue {queue.queue}"
        limit = max(WAIT_MIN_S, 3 * queue.usual_s)
        if queue.players >= queue.needed and queue.oldest_s >= _limit(said(key), limit):
            usual = f", where {_words(queue.usual_s)} is usual" if queue.usual_s else ""
            text = f"somebody has waited for {_words(queue.oldest_s)} in {queue.queue}{usual}"
            yield _Seen(key, "warn", text, f"/queues/{queue.queue}", 0.0, _GONE_S)


def _see_disk(figures: AlertFigures) -> Iterator[_Seen]:
    if figures.journal_failure:
        text = f"{figures.journal_failure}. Sessions do not survive this process now; no new ones are made"
        yield _Seen("journal", "bad", text, "/node")
    if figures.journal_pressure != "none":
        given = "steps" if figures.journal_pressure == "steps" else "snapshots"
        yield _Seen("pressure", "warn", f"the journal's disk is behind: {given} are left out", "/node", 2.0, _GONE_S)
    if figures.store_error:
        waiting = _count(figures.store_pending, "write")
        yield _Seen("store", "warn", f"database: {figures.store_error} ({waiting} to make; games go on)", "/node", 1.0)
    if figures.store_lost:
        text = f"database: {_count(figures.store_lost, 'write')} given up, because too many waited"
        yield _Seen("store lost", "bad", text, "/node")
    if figures.store_refused:
        text = f"database: {_count(figures.store_refused, 'write')} refused: the log says which"
        yield _Seen("store refused", "bad", text, "/node")
    if figures.webhooks_error:
        yield _Seen("webhooks", "warn", f"webhooks: {figures.webhooks_error}", "/node", 1.0)
    if figures.webhooks_failed:
        text = f"webhooks: {figures.webhooks_failed} given up after their last attempt"
        yield _Seen("webhooks failed", "warn", text, "/node")


def _count(number: int, what: str) -> str:
    return f"1 {what}" if number == 1 else f"{number} {what}s"


def _round(value: float) -> int:
    """To two digits."""
    step: int = 10 ** max(0, len(str(int(value))) - 2)
    return round(value / step) * step


def _words(seconds: float) -> str:
    """Roughly: it is not to change every second."""
    if seconds < 120:
        return f"{max(1, int(seconds // 10) * 10)} s"
    return f"{int(seconds // 60)} min"
