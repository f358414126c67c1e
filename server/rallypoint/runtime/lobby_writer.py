"""What the lobby tells its connections: written when what it follows from is committed, and in order.

Everything that is told because of one thing that came in (a message, a lost connection, a timer) is a *round*. A round
is written as a whole once its entries are committed; so are closes. Rounds are committed in order, so that what goes to
one connection is written in the order in which it was decided. What says nothing that could un-happen goes with the
round before it if that still waits, and at once if none does; a pong waits only for what its own connection waits for.

Bounded, if a disk hangs: a connection for which more than ``held_bytes_max`` would wait, or with which more than
``total_max`` would wait in all, is *overdrawn*, and to be closed at once. Without a journal nothing waits at all.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final

import structlog

from rallypoint.ports import Entry
from rallypoint_protocol.codec import encode
from rallypoint_protocol.framing import frame
from rallypoint_protocol.messages import LobbyReply

from .lobby_receiver import LobbyReceiver

__all__ = ["Commit", "LobbyWriter"]

Commit = Callable[[list[Entry], Callable[[], None]], None]
"""Commits what was decided, with what sessions have to say of it, and then calls back: before it returns, or later, in
the order of the calls. Raises nothing."""

_CLOSE_BYTES: Final = 128
"""What a close that waits counts as."""

_Output = tuple[LobbyReceiver, bytes | tuple[int, str]]
"""A framed message, or a close."""

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("rallypoint.lobby")


class LobbyWriter:
    """Writes. ``commit`` is ``None``: there is no journal."""

    def __init__(
        self, commit: Commit | None, *, held_bytes_max: int = 256 * 1024, total_max: int = 64 * 1024 * 1024
    ) -> None:
        self._commit = commit
        self._held_bytes_max = held_bytes_max
        self._total_max = total_max
        self._total = 0
        self._round: list[_Output] = []
        self._overdrawn: dict[LobbyReceiver, None] = {}
        self._open: deque[list[_Output]] = deque()
        """Rounds that wait for their commits."""
        self._ready: deque[list[_Output]] = deque()
        self._writing = False
        self.binding = False
        """True if this round tells something that must not un-happen: it is to be committed."""

    def tell(self, receiver: LobbyReceiver, message: LobbyReply) -> None:
        """A message that must not un-happen."""
        if self._commit is None:
            receiver.connection.write_message(encode(message))
            return
        self.binding = True
        self._hold(receiver, frame(encode(message)))

    def echo(self, receiver: LobbyReceiver, message: LobbyReply) -> None:
        """A message that tells nothing of what was decided."""
        if self._commit is None or not receiver.held_bytes:
            receiver.connection.write_message(encode(message))
        else:
            self._hold(receiver, frame(encode(message)))

    def show(self, receiver: LobbyReceiver, framed: bytes) -> None:
        """A message that tells nothing of this round, and perhaps something of earlier ones. It is framed already."""
        if self._commit is None:
            receiver.connection.write(framed)
        else:
            self._hold(receiver, framed)

    def close(self, receiver: LobbyReceiver, code: int, reason: str) -> None:
        """The end of the connection, after everything that was told before."""
        if self._commit is None:
            receiver.connection.close_with(code, reason)
            return
        self.binding = True
        self._hold(receiver, (code, reason))

    def cut(self, receiver: LobbyReceiver, code: int, reason: str) -> None:
        """The end of the connection, at once: what waits for it is not written."""
        receiver.cut = True
        receiver.connection.close_with(code, reason)

    def take_overdrawn(self) -> list[LobbyReceiver]:
        """Those to be cut, each once."""
        overdrawn = list(self._overdrawn)
        self._overdrawn.clear()
        return overdrawn

    def release(self, entries: list[Entry]) -> None:
        """The end of the round: ``entries`` are what it has changed."""
        outputs, self._round = self._round, []
        binding, self.binding = self.binding, False
        if self._commit is not None and (entries or binding):
            self._open.append(outputs)
            self._commit(entries, self._committed)
        elif not outputs:
            return
        elif self._open:
            self._open[-1].extend(outputs)
        else:
            self._write(outputs)

    # --- steps of the above -----------------------------------------------------------------------------------------

    def _hold(self, receiver: LobbyReceiver, what: bytes | tuple[int, str]) -> None:
        if receiver.cut or receiver in self._overdrawn:
            return
        size = _size(what)
        if receiver.held_bytes + size > self._held_bytes_max or self._total + size > self._total_max:
            self._overdrawn[receiver] = None
            return
        receiver.held_bytes += size
        self._total += size
        self._round.append((receiver, what))

    def _committed(self) -> None:
        self._write(self._open.popleft())

    def _write(self, outputs: list[_Output]) -> None:
        self._ready.append(outputs)
        if self._writing:
            return  # a connection that ended while it was written to, and what followed from that
        self._writing = True
        try:
            while self._ready:
                for receiver, what in self._ready.popleft():
                    size = _size(what)
                    receiver.held_bytes -= size
                    self._total -= size
                    if not receiver.cut:
                        self._put(receiver, what)
        finally:
            self._writing = False

    def _put(self, receiver: LobbyReceiver, what: bytes | tuple[int, str]) -> None:
        try:
            if isinstance(what, bytes):
                receiver.connection.write(what)
            else:
                self.cut(receiver, *what)
        except Exception:  # one connection: the others get what is theirs
            log.exception("lobby connection not written to", **receiver.who)


def _size(what: bytes | tuple[int, str]) -> int:
    return len(what) if isinstance(what, bytes) else _CLOSE_BYTES
