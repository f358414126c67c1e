"""Those who watch a session: they see what everybody sees, some time later, and change nothing.

All of them get the same bytes. Each step leaves an entry: what changed, and now and then the whole state besides (a
*key*), which is where one can begin. Entries are sent once they are as old as the delay. Whoever comes in between is
sent the newest key that is due and what followed it. A spectator who does not acknowledge is skipped, and goes on with
the next key.

Bounds: ``spectators_max``; ``FEED_BYTES_MAX`` of entries that wait for their time. Beyond it only the keys among them
are kept, and the picture goes on from key to key; if these are too many, it stands still until there is room for a
newer one. A place is kept ``KEPT_S`` for one who has not come, or was cut.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.ids import PlayerId, Token

from .orders import Denial
from .session_terms import Refusal, SessionSettings
from .tokens import NewToken, TokenPair

__all__ = ["FEED_BYTES_MAX", "KEPT_S", "KEY_EVERY_S", "Spectator", "Spectators"]

KEPT_S: Final = 30.0
KEY_EVERY_S: Final = 2.0
FEED_BYTES_MAX: Final = 8 * 1024 * 1024


class Spectator:
    """One who watches. Times are seconds of the node's monotonic clock."""

    __slots__ = ("acked", "acked_at", "acked_seen", "connected", "deadline", "name", "player_id", "sent", "tokens")

    def __init__(self, player_id: PlayerId, name: str, token: Token, deadline: float) -> None:
        self.player_id = player_id
        self.name = name
        self.tokens = TokenPair(token)
        self.deadline: float | None = deadline
        """When the place is given up; ``None`` while connected."""
        self.connected = False
        self.sent = -1
        """Tick of the last pass sent on this connection; -1: it has to begin with a key."""
        self.acked = self.acked_seen = -1
        self.acked_at = 0.0


@dataclass(frozen=True, slots=True)
class _Entry:
    due: float
    tick: int
    changes: bytes
    key: bytes | None


class Spectators:
    """The spectators of one session, and what they are to be sent."""

    __slots__ = (
        "_bytes",
        "_delay_s",
        "_entries",
        "_key_at",
        "_keys_always",
        "_max",
        "_new_token",
        "_shown",
        "_window",
        "all",
        "deadline_s",
    )

    def __init__(self, settings: SessionSettings, new_token: NewToken) -> None:
        self.all: dict[PlayerId, Spectator] = {}
        self._new_token = new_token
        self._max = settings.spectators_max
        self._delay_s = settings.spectate_delay_s
        self._window = settings.ack_window_ticks
        self.deadline_s = settings.ack_deadline_s
        # Steps of a turn-based session are few, and the next may be far away.
        self._keys_always = settings.turn_based
        self._key_at: float | None = None
        """When the last key was made; ``None`` if the next entry has to be one."""
        self._entries: deque[_Entry] = deque()
        self._bytes = 0
        self._shown: list[_Entry] = []
        """The newest key that was due, and what was due after it."""

    def __len__(self) -> int:
        return len(self.all)

    # --- who watches ------------------------------------------------------------------------------------------------

    def reserve(self, player: PlayerId, name: str, now: float) -> Token | Denial:
        """A place to watch from, kept for ``KEPT_S``; who has one gets another token for it."""
        known = self.all.get(player)
        if known is not None:
            if not known.connected:
                known.deadline = now + KEPT_S
            return known.tokens.issue(self._new_token)
        if not self._max:
            return Denial("not_allowed", "this game has no spectators")
        if len(self.all) >= self._max:
            return Denial("full", "as many as may are watching already")
        token = self._new_token()
        self.all[player] = Spectator(player, name, token, now + KEPT_S)
        return token

    def redeem(self, token: bytes, now: float) -> tuple[Spectator, Token] | None:
        """Whose token it is, and the next one; ``None`` for unknown, consumed and late ones alike."""
        for spectator in self.all.values():
            if spectator.deadline is None or now < spectator.deadline:
                issued = spectator.tokens.redeem(token, self._new_token)
                if issued is not None:
                    return spectator, issued
        return None

    def come(self, spectator: Spectator, now: float) -> list[bytes]:
        """A connection is there: what it is sent at once."""
        spectator.connected, spectator.deadline = True, None
        spectator.sent = spectator.acked = spectator.acked_seen = -1
        spectator.acked_at = now
        return self._begin(spectator)

    def drop(self, spectator: Spectator, now: float) -> None:
        """The connection is lost; the place is kept for a while."""
        spectator.connected, spectator.deadline = False, now + KEPT_S

    def remove(self, spectator: Spectator) -> None:
        """Gone for good."""
        if self.all.get(spectator.player_id) is spectator:
            del self.all[spectator.player_id]
        if not self.all:
            self._forget()
            self._shown.clear()

    def expire(self, now: float) -> list[Spectator]:
        """About once a second: takes out, and gives, those whose place is not kept any longer."""
        over = [other for other in self.all.values() if other.deadline is not None and now >= other.deadline]
        for spectator in over:
            self.remove(spectator)
        return over

    def ack(self, spectator: Spectator, tick: int) -> Refusal | None:
        """The client has applied everything up to there."""
        if tick > spectator.sent:
            return Refusal(CloseCode.UNEXPECTED, "an acknowledgement of what was never sent")
        spectator.acked = max(spectator.acked, tick)
        return None

    def slow(self, now: float) -> list[Spectator]:
        """About once a second: those who acknowledge nothing any more."""
        slow = []
        for spectator in self.all.values():
            if not spectator.connected:
                continue
            if spectator.acked > spectator.acked_seen or spectator.sent <= spectator.acked:
                spectator.acked_seen, spectator.acked_at = spectator.acked, now
            elif now - spectator.acked_at >= self.deadline_s:
                slow.append(spectator)
        return slow

    def calm(self, now: float) -> None:
        """Nobody is slow until now: no steps are made."""
        for spectator in self.all.values():
            spectator.acked_seen, spectator.acked_at = spectator.acked, now

    def show(self, spectator: Spectator, now: float, tick: int, key: Callable[[], bytes]) -> list[bytes]:
        """Somebody came, no step is going to be made, and nothing was shown: what is to be sent at once.

        With a delay, the state is for all who came too early to see one, in its time.
        """
        if self._delay_s:
            if not any(entry.key is not None for entry in self._entries):
                self.record(now, tick, b"", key)
            return []
        spectator.sent, spectator.acked = tick, tick - 1
        spectator.acked_seen = spectator.acked
        return [key()]

    # --- what they see ----------------------------------------------------------------------------------------------

    def record(self, now: float, tick: int, changes: bytes, key: Callable[[], bytes]) -> None:
        """A step was made. ``changes`` is the pass from the tick before; ``key`` makes the one with everything."""
        wanted = self._keys_always or self._key_at is None
        if self._delay_s:
            wanted = wanted or now - (self._key_at or 0.0) >= KEY_EVERY_S
        else:
            wanted = wanted or any(other.connected and other.sent != tick - 1 for other in self.all.values())
        entry = _Entry(now + self._delay_s, tick, changes, key() if wanted else None)
        if entry.key is not None:
            self._key_at = now
        self._bytes += _size(entry)
        self._entries.append(entry)
        if self._bytes > FEED_BYTES_MAX:
            self._thin_out()

    def due(self, now: float) -> list[tuple[Spectator, bytes]]:
        """What is to be sent now, in order; it counts as sent."""
        sent: list[tuple[Spectator, bytes]] = []
        while self._entries and self._entries[0].due <= now:
            entry = self._entries.popleft()
            self._bytes -= _size(entry)
            if self._delay_s:
                self._show(entry)
            for spectator in self.all.values():
                if spectator.connected:
                    message = self._next(spectator, entry)
                    if message is not None:
                        sent.append((spectator, message))
        return sent

    @property
    def next_due(self) -> float | None:
        """When :meth:`due` has something to give."""
        return self._entries[0].due if self._entries else None

    def _next(self, spectator: Spectator, entry: _Entry) -> bytes | None:
        if spectator.sent >= 0 and spectator.sent - spectator.acked >= self._window:
            return None  # it goes on with a key, once it has acknowledged
        message = entry.changes if spectator.sent == entry.tick - 1 and spectator.sent >= 0 else entry.key
        if message is not None:
            if spectator.sent < 0:
                spectator.acked = spectator.acked_seen = entry.tick - 1
            spectator.sent = entry.tick
        return message

    def _begin(self, spectator: Spectator) -> list[bytes]:
        if not self._shown or self._shown[0].key is None:
            return []  # the next entry is a key for it
        spectator.sent = self._shown[-1].tick
        # The many that it gets at once are no slowness of its own.
        spectator.acked = spectator.acked_seen = spectator.sent - 1
        return [self._shown[0].key, *(entry.changes for entry in self._shown[1:])]

    def _show(self, entry: _Entry) -> None:
        """From here on those who come begin with it, if they can."""
        if entry.key is not None:
            self._shown = [entry]
        elif self._shown and entry.tick == self._shown[-1].tick + 1:
            self._shown.append(entry)

    def _thin_out(self) -> None:
        """Room for what is to come, without taking from what is due next more than must be."""
        self._entries = deque(entry for entry in self._entries if entry.key is not None)
        while sum(map(_size, self._entries)) > FEED_BYTES_MAX:
            self._entries.pop()
        self._bytes = sum(map(_size, self._entries))
        self._key_at = None

    def _forget(self) -> None:
        self._entries.clear()
        self._bytes = 0
        self._key_at = None


def _size(entry: _Entry) -> int:
    return len(entry.changes) + len(entry.key or b"")
