"""The connections of a session's spectators: sent what is due, also after the session's end, and heard little."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import TYPE_CHECKING

from rallypoint.core.session import Refusal, Watching
from rallypoint.core.spectators import Spectator
from rallypoint.ports import Clock, Timer
from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.codec import BadMessage, encode
from rallypoint_protocol.framing import frame
from rallypoint_protocol.ids import PlayerId
from rallypoint_protocol.messages import Ack, Leave, Ping, Pong, Proved

if TYPE_CHECKING:
    from rallypoint.runtime.session_host import SessionHost
    from rallypoint.transport.connection import Connection

__all__ = ["Audience"]


class Audience:
    """Those who watch one session."""

    __slots__ = ("_clock", "_host", "_links", "_loop", "_timer")

    def __init__(self, host: SessionHost, loop: asyncio.AbstractEventLoop, clock: Clock) -> None:
        self._host = host
        self._loop = loop
        self._clock = clock
        self._links: dict[Spectator, SpectatorLink] = {}
        self._timer: Timer | None = None

    def attach(self, connection: Connection, watching: Watching) -> None:
        """A connection watches from now on."""
        spectator = watching.spectator
        older = self._links.pop(spectator, None)
        if older is not None:
            older.connection.close_with(CloseCode.TAKEN_OVER, CloseCode.TAKEN_OVER.policy.meaning)
        link = self._links[spectator] = SpectatorLink(self, connection, spectator)
        connection.write_message(encode(watching.message))
        for message in watching.passes:
            connection.write_message(message)
        connection.receiver = link
        self._host.core.row_changed = True

    def send(self) -> None:
        """Sends what is due now. Comes again by itself when more is."""
        core = self._host.core
        last, framed = None, b""
        for spectator, message in core.spectated(self._clock()):
            link = self._links.get(spectator)
            if link is None:
                continue
            if message is not last:
                last, framed = message, frame(message)
            self._host.bytes_out += len(framed)
            link.connection.write(framed)
        due = core.spectators.next_due
        if due is None:
            if core.ended is not None and not self._host.running:
                self.close_all(core.ended.code, core.ended.reason)
        elif self._timer is None:
            self._timer = self._loop.call_later(max(0.0, due - self._clock()), self._wake)

    def _wake(self) -> None:
        self._timer = None
        self.send()

    def end(self) -> None:
        """The session has ended: they see the rest of it in its own time, and are closed then."""
        if self._links:
            self.send()

    def close_all(self, code: CloseCode, reason: str) -> None:
        """Closes every connection, and forgets who watched."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        links, self._links = self._links, {}
        for spectator, link in links.items():
            self._host.core.spectators.remove(spectator)
            link.connection.close_with(code, reason)

    def kick(self, players: Collection[PlayerId]) -> int:
        """Those of them who watch do not any more; gives how many that were."""
        watching = self._host.core.spectators.all
        if not watching:
            return 0
        gone = [watching[player] for player in watching if player in players]
        for spectator in gone:
            self._host.core.spectators.remove(spectator)
            link = self._links.pop(spectator, None)
            if link is not None:
                link.connection.close_with(CloseCode.KICKED, CloseCode.KICKED.policy.meaning)
        if gone:
            self._host.core.row_changed = True
            self._host.stir()
        return len(gone)

    def sweep(self, now: float) -> None:
        """About once a second: cuts who acknowledges nothing, and forgets who does not come back."""
        spectators = self._host.core.spectators
        for spectator in spectators.slow(now):
            link = self._links.get(spectator)
            if link is not None:
                self._cut(link, CloseCode.TOO_SLOW, f"nothing was acknowledged for {spectators.deadline_s:g} s")
        if spectators.expire(now):
            self._host.core.row_changed = True

    # --- from clients -----------------------------------------------------------------------------------------------

    def received(self, link: SpectatorLink, payload: bytes) -> None:
        """One whole message of a spectator."""
        if self._links.get(link.spectator) is not link:
            return
        try:
            message = self._host.definition.decode(payload)
        except BadMessage as bad:
            self._cut(link, bad.code, bad.reason)
            return
        refusal: Refusal | None = None
        core = self._host.core
        match message:
            case Ack():
                if message.epoch == core.epoch:
                    refusal = core.spectators.ack(link.spectator, message.tick)
            case Ping():
                link.connection.write_message(encode(Pong(message.sent_ms, self._host.clock_ms(), core.tick)))
            case Proved():
                link.spectator.tokens.proved(link.token_hash)
            case Leave():
                del self._links[link.spectator]
                core.spectators.remove(link.spectator)
                core.row_changed = True
                link.connection.close_with(CloseCode.LEFT, CloseCode.LEFT.policy.meaning)
                self._host.stir()
            case _:
                refusal = Refusal(CloseCode.UNEXPECTED, "a spectator plays no part")
        if refusal is not None:
            self._cut(link, refusal.code, refusal.reason)

    def lost(self, link: SpectatorLink) -> None:
        """A connection has ended, by whichever side."""
        if self._links.get(link.spectator) is link:
            del self._links[link.spectator]
            self._host.core.spectators.drop(link.spectator, self._clock())

    def _cut(self, link: SpectatorLink, code: CloseCode, reason: str) -> None:
        self._host.log.info("spectator closed", code=code.name, why=reason)
        self.lost(link)
        link.connection.close_with(code, reason)


class SpectatorLink:
    """A spectator's connection: hands what it receives to the audience."""

    __slots__ = ("_audience", "connection", "spectator", "token_hash")

    def __init__(self, audience: Audience, connection: Connection, spectator: Spectator) -> None:
        self._audience = audience
        self.connection = connection
        self.spectator = spectator
        self.token_hash = spectator.tokens.newest
        """Of the token that this connection was given."""

    def received(self, payload: bytes) -> None:
        """One whole message."""
        self._audience.received(self, payload)

    def lost(self, code: int | None, reason: str) -> None:
        """The connection has ended."""
        self._audience.lost(self)
