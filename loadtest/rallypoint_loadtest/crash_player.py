"""One player of ``make crash``: a lobby session, a seat, its own ledger, and when its passes came."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from random import Random
from typing import Final

from rallypoint_client import Event, Lobby, LobbyState, NotConnected, Seat, SeatState, TooManyOutstanding, connect

from .crash_address import own_address
from .crash_clock import Standstill
from .crash_ledger import OwnLedger, Verdict

__all__ = ["CrashPlayer"]

ACT_CHANCE: Final = 0.1
"""An input: two actions a second at 20 Hz."""


class CrashPlayer:
    """Call :meth:`send` at the tick rate; :meth:`mark` just before a crash; then the checks."""

    def __init__(self, lobby: Lobby, seat: Seat, random: Random) -> None:
        self.lobby = lobby
        self.seat = seat
        self.ledger = OwnLedger()
        self.still = Standstill()
        self.acting = True
        self.epoch = 0
        self.passes = 0
        self.shows = 0
        """Answers to :meth:`show` so far."""
        self._random = random
        self._steers = 0
        self._mismatches = 0
        self._last_s: float | None = None
        self._at_mark = (sys.maxsize, 0, "", -1)
        """Epoch, resumes of the lobby session, player and seat, when the server died."""
        for event in seat.take_events():
            self._on_event(event)
        seat.on_event = self._on_event
        seat.on_pass = self._on_pass

    @classmethod
    async def join(cls, url: str, game: str, number: int, seed: int) -> CrashPlayer:
        """Into the lobby, and into a seat. Raises as ``connect`` and ``quick_match``."""
        random = Random(f"{seed} player {number}")
        own_address(number)
        lobby = await connect(url, name=f"Crash {number}", random=random)
        try:
            return cls(lobby, await lobby.quick_match(game), random)
        except BaseException:
            await lobby.close()
            raise

    @property
    def back(self) -> bool:
        """Its seat is in a higher epoch than at the mark, and has seen a step there; its lobby session is there."""
        if self.seat.state is not SeatState.PLAYING or len(self.still.after) < 2 or self.epoch <= self._at_mark[0]:
            return False
        return self.lobby.state is LobbyState.CONNECTED and self.lobby.resumes > self._at_mark[1]

    @property
    def lost(self) -> bool:
        """It is no use waiting for it."""
        return self.seat.state is SeatState.CLOSED or self.lobby.state in (LobbyState.GONE, LobbyState.CLOSED)

    @property
    def settled(self) -> bool:
        """Every action of its own is durable."""
        return self.seat.actions_kept == 0

    # --- play -------------------------------------------------------------------------------------------------------

    def send(self) -> None:
        """One input: a hold, and now and then an action."""
        seat = self.seat
        if seat.state is not SeatState.PLAYING or seat.latest.tick < 0:
            return
        draw = self._random.random
        self._steers += 1
        seat.hold(seat.inputs.Move(vx=draw() * 20 - 10, vy=draw() * 20 - 10, last_seq=self._steers), force=True)
        if self.acting and draw() < ACT_CHANCE and seat.latest.game.status:  # before its start, a game refuses actions
            self._act()

    def _act(self) -> None:
        seat, number = self.seat, self.ledger.made + 1
        try:
            seat.act(seat.inputs.Note(number=number))
        except (TooManyOutstanding, NotConnected):  # nothing was sent: it was not done
            return
        self.ledger.act()

    def show(self) -> None:
        """Asks for the private fields; the answer is checked. Without a connection there will be none."""
        with contextlib.suppress(NotConnected):
            self.seat.act(self.seat.inputs.Show())

    def _on_pass(self, seat: Seat) -> None:
        now, view = time.monotonic(), seat.latest
        self.passes += 1
        epoch = view.epoch
        if epoch != self.epoch:
            first, self.epoch = self.epoch == 0, epoch
            self.still.after.clear()
            if not first:
                me = view.me
                self.ledger.recovered(*((0, 0) if me is None else (me.count, me.digest)))
        self._last_s = now
        if epoch > self._at_mark[0]:
            self.still.passed(view.tick, now)
        else:  # it was on its way when the server died
            self.still.last_s = now
        self.ledger.kept(seat.actions_kept)

    def _on_event(self, event: Event) -> None:
        ledger = self.ledger
        ledger.numbered(event.n)
        if event.kind == "Noted":
            ledger.noted(event.number, event.count, event.digest)
        elif event.kind == "Shown":
            self.shows += 1
            ledger.shown(event.count, event.digest, event.recent)
        elif event.kind == "refused":
            ledger.refused(event.reason)

    # --- a crash ----------------------------------------------------------------------------------------------------

    def mark(self) -> None:
        """The server is about to die, or has just died."""
        self._at_mark = self.epoch, self.lobby.resumes, self.lobby.player, self.seat.index
        self.still = Standstill(self._last_s)

    def problems(self) -> Iterator[tuple[Verdict, str]]:
        """What was found since the last time, by verdict. Call it after a round."""
        yield from self.ledger.take_problems()
        seat, lobby = self.seat, self.lobby
        _, resumes, player, index = self._at_mark
        if seat.state is SeatState.CLOSED:
            yield Verdict.SEATS, f"the seat is gone: {seat.error or 'its session ended'}"
        elif seat.state is not SeatState.PLAYING:
            yield Verdict.SEATS, "no way back into the seat in time"
        elif seat.index != index:
            yield Verdict.SEATS, f"seat {index} became seat {seat.index}"
        if lobby.state is not LobbyState.CONNECTED:
            yield Verdict.LOBBIES, f"the lobby session is {lobby.state.value}: {lobby.error or 'no way back in time'}"
        elif lobby.resumes <= resumes or lobby.player != player:
            yield Verdict.LOBBIES, f"the lobby session of {player} was not resumed"
        stats = seat.stats
        if stats.desyncs > self._mismatches:
            self._mismatches = stats.desyncs
            yield Verdict.HASHES, f"{stats.desyncs} passes did not fit, {stats.hash_mismatches} of them by their hash"
        if stats.events_lost or stats.actions_lost:
            yield Verdict.EVENTS, f"{stats.events_lost} events and {stats.actions_lost} actions were lost"

    async def leave(self) -> None:
        """Ends it here; the server is about to end anyway."""
        await self.seat.close()
        await self.lobby.close()
