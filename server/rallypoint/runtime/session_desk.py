"""What operators see of sessions and do with them. A desk takes no request: it gives data, or a denial."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import structlog
from pydantic import ConfigDict

from rallypoint.core.names import normalised_text
from rallypoint.core.orders import Denial
from rallypoint.core.schedule import PausedSchedule, phase
from rallypoint.ports import Clock
from rallypoint.runtime.node import Node
from rallypoint.runtime.session_host import SessionHost
from rallypoint.runtime.session_info import SessionInfo, session_info
from rallypoint.runtime.session_lens import SessionLens
from rallypoint.runtime.session_look import SessionLook, look_at
from rallypoint.runtime.session_row import SessionFilter, SessionTablePage, row_of
from rallypoint.runtime.session_table import SessionTable
from rallypoint.runtime.session_timeline import TimelineOut, timeline_of
from rallypoint.runtime.ticker import BUCKET_S
from rallypoint_protocol.ids import PlayerId, SessionId

__all__ = ["BulkDone", "BulkWord", "SessionDesk", "Tell"]

STEPS_MAX: Final = 100
"""Steps of a paused session that may wait to be made."""
TEXT_CHARS_MAX: Final = 300
REASON_CHARS_MAX: Final = 100
LENS_S: Final = 10.0
"""So long after the last look nothing is noted of a session any more."""
LENSES_MAX: Final = 64
"""Sessions of which steps, inputs and events are noted at once."""
_BULK_A_TURN: Final = 5
"""Sessions that are changed before others have their turn, and the journal its batch."""
_ENDS_S: Final = 2 * BUCKET_S
"""Between as many that are ended."""

Tell: TypeAlias = Callable[[PlayerId, str, str, SessionId | None], bool]
"""Tells a player something in the lobby: kind, text, session. True: somebody's connection was written to."""
BulkWord: TypeAlias = Literal["pause", "resume", "message", "end"]

_UNKNOWN: Final = Denial("unknown", "there is no such session")
_NOT_PAUSED: Final = Denial("not_paused", "only a paused session is stepped")
log: structlog.typing.FilteringBoundLogger = structlog.get_logger("rallypoint.session")


@dataclass(frozen=True, slots=True)
class BulkDone:
    """What a bulk action came to."""

    matched: int
    """Sessions that the filter means."""
    done: int
    """Those to which it was done; 0: it was only counted."""

    __pydantic_config__ = ConfigDict(use_attribute_docstrings=True)


def tell_nobody(player: PlayerId, kind: str, text: str, session: SessionId | None) -> bool:
    """Where there is no lobby."""
    return False


class SessionDesk:
    """The sessions of one node. ``wall`` is Unix time."""

    def __init__(self, node: Node, wall: Clock, loop: asyncio.AbstractEventLoop, tell: Tell = tell_nobody) -> None:
        self._node = node
        self._wall = wall
        self._wall_at_zero = wall() - node.now()  # once: what is told is not to waver with two clocks
        self._loop = loop
        self._tell = tell
        self._table = SessionTable(node, wall)
        self._looked: dict[SessionId, float] = {}
        """Of sessions that are looked at, when the last look was."""
        self._resumed = 0
        node.met_pause = self._met_pause

    # --- looking ----------------------------------------------------------------------------------------------------

    async def table(self, wanted: SessionFilter, sort: str, desc: bool, offset: int, limit: int) -> SessionTablePage:
        """A page of all sessions that go on; at most a second old."""
        return await self._table.page(wanted, sort, desc, offset, limit)

    def look(self, session: SessionId) -> SessionLook | Denial:
        """All of one, also of one that has ended, while its players may still come back. From now on, and until some
        seconds after the last look, what reaches it is noted. Denied: ``unknown``."""
        host = self._node.find(session)
        if host is None:
            return _UNKNOWN
        now = self._node.now()
        self._watch(host, now)
        rate = host.step_sum_s / max(1.0, self._wall() - host.created_unix_s)
        return look_at(host, row_of(host, now, rate * 1000), now, self._wall_at_zero)

    def timeline(self, session: SessionId, limit: int) -> TimelineOut | Denial:
        """What has happened to it. Denied: ``unknown``."""
        host = self._node.find(session)
        return _UNKNOWN if host is None else timeline_of(host, limit, self._wall_at_zero)

    # --- doing ------------------------------------------------------------------------------------------------------

    def pause(self, session: SessionId, by: str, reason: str) -> SessionInfo | Denial:
        """No steps by itself, and its time stands still. If it is paused already, nothing changes.

        Denied: ``unknown``, ``ended``, ``recovering``, ``stopping``.
        """
        host = self._steady(session)
        if isinstance(host, Denial):
            return host
        self._pause(host, by, normalised_text(reason, REASON_CHARS_MAX))
        return session_info(host)

    def resume(self, session: SessionId, by: str) -> SessionInfo | Denial:
        """It goes on. If it is not paused, nothing changes. Denied: as for pausing."""
        host = self._steady(session)
        if isinstance(host, Denial):
            return host
        self._resume(host, by)
        return session_info(host)

    def step(self, session: SessionId, by: str, count: int) -> SessionInfo | Denial:
        """Has a paused session make so many steps, each 5 ms after the one before; one that is turn-based, as many as
        there is something to make them for. Denied: as for pausing; ``not_paused``; ``too_fast``."""
        host = self._steady(session)
        if isinstance(host, Denial):
            return host
        schedule = host.schedule
        if not isinstance(schedule, PausedSchedule):
            return _NOT_PAUSED
        if schedule.left + count > STEPS_MAX:
            return Denial("too_fast", f"{schedule.left} steps are still to be made: at most {STEPS_MAX} may wait")
        host.make_steps(count, by)
        return session_info(host)

    def message(self, session: SessionId, by: str, text: str) -> SessionInfo | Denial:
        """Tells its players something. Denied: ``unknown``, ``ended``, ``stopping``; ``invalid`` for an empty text."""
        host = self._running(session)
        if isinstance(host, Denial):
            return host
        said = normalised_text(text, TEXT_CHARS_MAX)
        if not said:
            return Denial("invalid", "text: there is nothing in it that can be shown")
        self._message(host, by, said)
        return session_info(host)

    async def bulk(
        self, wanted: SessionFilter, do: BulkWord, by: str, text: str, expect: int | None
    ) -> BulkDone | Denial:
        """Does something to all sessions that a filter means, if these are ``expect``; ``None``: only counts them.

        Denied: ``changed``, ``invalid``, ``stopping``.
        """
        said = normalised_text(text, TEXT_CHARS_MAX if do == "message" else REASON_CHARS_MAX)
        if do == "message" and not said:
            return Denial("invalid", "text: there is nothing in it that can be shown")
        meant = await self._table.meant(wanted)
        if expect is None:
            return BulkDone(len(meant), 0)
        if expect != len(meant):
            return Denial("changed", f"{len(meant)} sessions match now, and not {expect}: look again")
        if self._node.draining:
            return Denial("stopping", "this server is stopping")
        log.info("sessions in bulk", do=do, by=by, sessions=len(meant))
        done = 0
        for number, session in enumerate(meant, 1):
            done += self._do(session, do, by, said)
            if number % _BULK_A_TURN == 0:
                await self._node.scribe.committed()  # or the next batch would have all of them
                # Each end costs half a millisecond in its step, and all whose steps come together are in one turn.
                await asyncio.sleep(_ENDS_S if do == "end" else 0)
        return BulkDone(len(meant), done)

    # --- steps of the above -----------------------------------------------------------------------------------------

    def _running(self, session: SessionId) -> SessionHost | Denial:
        host = self._node.find(session)
        if host is None:
            return _UNKNOWN
        if host.core.ended is not None:
            return Denial("ended", "the session has ended")
        if self._node.draining:
            return Denial("stopping", "this server is stopping")
        return host

    def _steady(self, session: SessionId) -> SessionHost | Denial:
        host = self._running(session)
        if isinstance(host, SessionHost) and host.held_back:
            return Denial("recovering", "the session was recovered, and waits some seconds for its players")
        return host

    def _do(self, session: SessionId, do: BulkWord, by: str, text: str) -> bool:
        host = self._running(session) if do in ("message", "end") else self._steady(session)
        if isinstance(host, Denial):
            return False
        match do:
            case "pause":
                return self._pause(host, by, text)
            case "resume":
                return self._resume(host, by)
            case "message":
                self._message(host, by, text)
            case "end":
                host.end(text or "ended by an operator", by)
        return True

    def _pause(self, host: SessionHost, by: str, reason: str) -> bool:
        if host.core.paused is not None:
            return False
        host.pause(by, reason, self._wall())
        self._tell_all(host, "paused", reason)
        return True

    def _resume(self, host: SessionHost, by: str) -> bool:
        if host.core.paused is None:
            return False
        self._resumed += 1  # as many sessions are resumed at once, their ticks are not to come together
        host.resume(by, phase(self._resumed, 1 / max(1, host.definition.options.tick_hz)))
        self._tell_all(host, "resumed", "")
        return True

    def _message(self, host: SessionHost, by: str, text: str) -> None:
        host.story.add(host.core.tick, "message", text, by=by)
        self._tell_all(host, "message", text)

    def _tell_all(self, host: SessionHost, kind: str, text: str) -> None:
        core = host.core
        players = [seat.player_id for seat in core.seated() if not seat.bot and not seat.is_given_up]
        for player in dict.fromkeys((*players, *core.spectators.all)):  # who has a seat may watch as well
            self._tell(player, kind, text, core.id)

    def _met_pause(self, host: SessionHost, player: PlayerId) -> None:
        pause = host.core.paused
        if pause is not None:
            self._tell(player, "paused", pause.reason, host.core.id)

    # --- what is noted while somebody looks -------------------------------------------------------------------------

    def _watch(self, host: SessionHost, now: float) -> None:
        session = host.core.id
        if host.lens is None:
            if len(self._looked) >= LENSES_MAX:
                return
            host.lens = SessionLens(host)
        if not self._looked:
            self._loop.call_later(LENS_S / 2, self._look_away)
        self._looked[session] = now

    def _look_away(self) -> None:
        now = self._node.now()
        for session, at in list(self._looked.items()):
            if now - at >= LENS_S:
                del self._looked[session]
                host = self._node.find(session)
                if host is not None:
                    host.lens = None
        if self._looked:
            self._loop.call_later(LENS_S / 2, self._look_away)
