"""Builds what each seat of a session gets after a step: one pass.

``[pass, seat part or nil, shared head, channel parts]``. Head and parts are encoded once per step, whoever gets them,
and joined. A seat that is up to date, and for which there is nothing individual, gets the same bytes as all others like
it. A seat whose client has not acknowledged for too many ticks is skipped, with its events; what it missed comes as one
larger delta once it catches up.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, Final

from msgspec import Raw

from rallypoint_protocol.codec import encode
from rallypoint_protocol.limits import APPLIED_TABLE_SEATS_MAX
from rallypoint_protocol.messages import Pass

from .seat import Seat, SeatState

if TYPE_CHECKING:
    from .session import SessionCore
    from .session_terms import SessionSettings

__all__ = ["Passes"]

_KIND: Final = Pass.__struct_config__.tag
_START: Final = b"\x94" + encode(_KIND)
_NO_SEAT_PART: Final = b"\xc0"
_CONNECTED: Final = SeatState.CONNECTED  # a member of an enum costs more to find than all else of a seat's turn
_KEY_SEAT_PART: Final = encode([None, None, [0]])
"""Of a spectator: channel 0, which is everybody's, and no other."""


class Passes:
    """The pass builder of one session."""

    def __init__(self, settings: SessionSettings, session: SessionCore) -> None:
        self._session = session
        self._window = settings.ack_window_ticks
        self._crc_every = max(1, round(settings.crc_every_s * settings.tick_hz))
        # Spread over sessions, so that one step of a node does not compute the hashes of all.
        self._crc_at = sum(session.id.encode()) % self._crc_every
        self._table = settings.seats_max <= APPLIED_TABLE_SEATS_MAX
        self._pack = struct.Struct(f">{settings.seats_max}H").pack if self._table else None
        self._spectated: bytes | None = None
        """What spectators get of the last step, until it is taken."""
        self._head_sent = b""

    def build(self) -> list[tuple[Seat, bytes]]:
        """``(seat, message)`` for every seat that gets one; from here on these count as sent."""
        session = self._session
        tick = session.tick
        game = session.game
        if game.resubscribed:
            self._resubscribe()
        crc = tick % self._crc_every == self._crc_at
        head = self._head()
        everyone = game.channels.by_id(0)
        common: bytes | None = None
        built: list[tuple[Seat, bytes]] = []
        for seat in session.seats:
            if seat is None or not seat.in_game:
                continue
            if not seat.channels:
                self._subscribe(seat)
            if seat.state is not _CONNECTED:
                continue
            if seat.sent - seat.acked >= self._window or seat.overflowed:
                seat.conflated += 1
                continue
            plain = not seat.news and seat.sent == tick - 1 and self._table
            if plain and (len(seat.channels) == 1 or (not crc and self._only_first_changed(seat))):
                if common is None:
                    part = game.channels.delta(everyone, tick - 1, crc)
                    common = _START + _NO_SEAT_PART + head + (b"\x90" if part is None else b"\x91" + part)
                message = common
            else:
                message = _START + self._seat_part(seat) + head + self._parts(seat, crc)
                seat.tell_channels = seat.coming_in = False
                seat.news = seat.event_sent < seat.events.last  # those that wait for their commit
            seat.sent = tick
            built.append((seat, message))
        if session.spectators.all:
            self._head_sent = head
            self._spectated = common if common is not None else self._changes(head, tick)
        return built

    def show(self, seat: Seat) -> bytes | None:
        """The state after the last step, for a player who has come since; ``None``: there is nothing to be seen.

        From here on it counts as sent.
        """
        session = self._session
        if seat.state is not _CONNECTED or not seat.in_game or seat.sent >= session.tick:
            return None
        if not seat.channels:
            self._subscribe(seat)
        message = _START + self._seat_part(seat) + self._head() + self._parts(seat, False)
        seat.tell_channels = seat.coming_in = False
        seat.news = seat.event_sent < seat.events.last
        seat.acked = min(seat.acked, session.tick - 1)  # it is under way, as what comes with steps is
        seat.sent = session.tick
        return message

    def take_common(self) -> bytes | None:
        """The last step as spectators see it: the pass from the tick before. Once; ``None`` if there are none."""
        taken, self._spectated = self._spectated, None
        return taken

    def key(self) -> bytes:
        """Everything that spectators see after the last step."""
        return self._key(self._head_sent)

    def key_now(self) -> bytes:
        """The same, if there may have been no spectators then."""
        return self._key(self._head())

    def _key(self, head: bytes) -> bytes:
        channels = self._session.game.channels
        part = channels.delta(channels.by_id(0), -1, True)
        assert part is not None
        return _START + _KEY_SEAT_PART + head + b"\x91" + part

    def _changes(self, head: bytes, tick: int) -> bytes:
        channels = self._session.game.channels
        part = channels.delta(channels.by_id(0), tick - 1)
        return _START + _NO_SEAT_PART + head + (b"\x90" if part is None else b"\x91" + part)

    def _only_first_changed(self, seat: Seat) -> bool:
        """True if nothing happened in this step in the seat's channels but the first, which is everybody's."""
        by_id = self._session.game.channels.by_id
        for id_ in seat.channels[1:]:
            channel = by_id(id_)
            if channel.changes or channel.enters or channel.leaves:
                return False
        return True

    def _resubscribe(self) -> None:
        game = self._session.game
        for index in game.resubscribed:
            seat = self._session.seats[index]
            if seat is not None and seat.in_game:
                seat.channels = ()
        game.resubscribed.clear()

    def _subscribe(self, seat: Seat) -> None:
        """For a seat that is new in the game, or sees other channels from this step on."""
        seat.channels = self._session.game.subscriptions(seat.index)
        since = seat.subscribed_at
        seat.subscribed_at = {id_: since.get(id_, self._session.tick) for id_ in seat.channels}
        seat.news = seat.tell_channels = True

    def _head(self) -> bytes:
        session = self._session
        applied = None
        if self._pack is not None:
            applied = self._pack(*[0 if seat is None else seat.applied & 0xFFFF for seat in session.seats])
        return encode((session.epoch, session.tick, session.now_ms, session.tick - session.durable_tick, applied))

    def _seat_part(self, seat: Seat) -> bytes:
        events = None
        if seat.event_sent < seat.events.last:
            events = self._events(seat)
        part: list[Any] = [events, None if self._table else seat.applied, seat.channels if seat.tell_channels else None]
        while part and part[-1] is None:
            part.pop()
        return encode(part) if part else _NO_SEAT_PART

    def _events(self, seat: Seat) -> list[tuple[int, int, int, Raw]] | None:
        """Those that are new to the seat. What is not committed may still un-happen: it is not told."""
        durable = self._session.durable_tick
        kept = seat.events.since(seat.event_sent)
        events = [(n, tick, kind, fields) for n, (tick, kind, fields) in kept if tick <= durable]
        if len(events) == len(kept):
            seat.event_sent = seat.events.last
        elif events:
            seat.event_sent = events[-1][0]
        return events or None

    def _parts(self, seat: Seat, crc: bool) -> bytes:
        channels = self._session.game.channels
        parts = []
        for id_ in seat.channels:
            since = seat.sent if seat.sent >= seat.subscribed_at[id_] else -1
            part = channels.delta(channels.by_id(id_), since, crc)
            if part is not None:
                parts.append(part)
        count = len(parts)
        start = bytes((0x90 | count,)) if count < 16 else b"\xdc" + count.to_bytes(2, "big")
        return start + b"".join(parts)
