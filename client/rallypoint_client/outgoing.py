"""The inputs of one seat on their way to the server: numbered, resent where that is right, bounded.

*Holds*: only the latest of a class counts. An unchanged one is not sent again; after a resume the present ones are,
with new numbers, because the server has set them back. Beyond ``HOLDS_PER_PASS_MAX`` between two passes, the latest
waits for the next pass: a server that stalls must not find a heap of stale ones.

*Actions*: applied exactly once and in order. One is *applied* with the first pass that says so, and *durable* when the
journal has reached that pass's tick: only then it is forgotten. After a resume, those that the server has not decided
are sent again, under their old numbers, so that it knows those which it got; after a new epoch all that are not
durable, because the server may have lost what it had not written. Those queued while away follow, unless they have
expired. With ``ACTIONS_MAX`` of them kept, another is refused with :class:`TooManyOutstanding`.

Where the game has an input buffer, each may say ``at``: the tick in whose step it is to be applied (-1: the next).
What is sent again keeps it, except after a new epoch, and holds after a resume: they are to be applied at once.

Pure: ticks and times are given; what comes back are the bytes to send, in order.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

from rallypoint_protocol.inputs import Input
from rallypoint_protocol.limits import INBOUND_BYTES_MAX

from .classes import InputClass
from .errors import InvalidInput, TooManyOutstanding

__all__ = ["ACTIONS_MAX", "AIMED_UNDECIDED_MAX", "HOLDS_PER_PASS_MAX", "OutgoingInputs"]

ACTIONS_MAX: Final = 32
HOLDS_PER_PASS_MAX: Final = 16
"""Together with the actions, fewer inputs than a server lets wait for one step (64)."""
AIMED_UNDECIDED_MAX: Final = 24
"""With so many undecided inputs, a hold with ``at`` waits for a pass: those that wait for their tick count as well."""
_NUMBERS_BYTES: Final = 32
"""Header and kind, number and two ticks: no more than that."""
_HALF: Final = 0x8000
"""At most so many undecided numbers, and the low 16 bits name one of them."""


@dataclass(slots=True)
class _Action:
    seq: int
    kind: InputClass
    rest: bytes
    seen: int
    """The tick that the player was shown when acting."""
    at: int
    """The tick that it is meant for; -1: the next."""
    applied_at: int | None = None
    expires: float | None = None
    """Set while it waits for a connection: seconds of the caller's clock."""

    def frame(self, tick: int) -> bytes:
        return self.kind.frame(self.seq, tick, self.rest, self.at)


@dataclass(slots=True)
class _Held:
    x: Input
    rest: bytes
    unsent: bool
    at: int
    seq: int = 0
    """It was sent with that number last; 0: never."""


class OutgoingInputs:
    """See above. ``applied`` is the last input that the server has decided, as far as is known here."""

    __slots__ = ("_actions", "_held", "_holds_sent", "_queued", "_unsent", "applied", "expired", "sent")

    def __init__(self) -> None:
        self.sent = 0
        """Number of the last input sent, or queued."""
        self.applied = 0
        self._actions: deque[_Action] = deque()
        self._queued: deque[_Action] = deque()
        self._held: dict[InputClass, _Held] = {}
        self._holds_sent = 0
        """Since the last pass."""
        self._unsent = False
        self.expired = 0
        """Actions whose time in the queue ran out before the connection was back."""

    def __len__(self) -> int:
        """How many actions are kept."""
        return len(self._actions) + len(self._queued)

    @property
    def held(self) -> list[tuple[int, int, Input]]:
        """What is held and was sent: the number that it was sent with last, its ``at``, and the input. By number."""
        return sorted((held.seq, held.at, held.x) for held in self._held.values() if held.seq)

    def hold(
        self, kind: InputClass, x: Input, tick: int, connected: bool, force: bool = False, at: int = -1
    ) -> bytes | None:
        """The player now holds ``x``. ``None`` if there is nothing to send now.

        Raises:
            InvalidInput: the server would refuse it; what was held before still is.
        """
        rest = kind.rest(x)
        held = self._held.get(kind)
        if held is None:
            held = self._held[kind] = _Held(x, _checked(kind, rest), True, at)
        elif held.rest != rest:
            held.rest = _checked(kind, rest)
        elif not (force or held.unsent):
            return None
        held.x, held.at = x, at
        undecided_max = _HALF if at < 0 else AIMED_UNDECIDED_MAX
        if not connected or self._holds_sent >= HOLDS_PER_PASS_MAX or self.sent - self.applied >= undecided_max:
            held.unsent = self._unsent = True
            return None
        return self._send(kind, held, tick)

    def act(self, kind: InputClass, x: Input, tick: int, at: int = -1) -> tuple[int, bytes]:
        """Takes an action to be sent now: its number, and its bytes.

        Raises:
            InvalidInput: the server would refuse it.
            TooManyOutstanding: too many wait already.
        """
        action = self._take(kind, x, tick, at)
        self._actions.append(action)
        return action.seq, action.frame(tick)

    def queue(self, kind: InputClass, x: Input, now: float, queue_s: float) -> int:
        """Takes an action to be sent when the connection is back, if that is within ``queue_s``. Raises as ``act``."""
        self._expire(now)
        action = self._take(kind, x, -1, -1)
        action.expires = now + queue_s
        self._queued.append(action)
        return action.seq

    def seated(self, *, new_epoch: bool, applied: int, received: int, tick: int, now: float) -> list[bytes]:
        """The server let us in (again): what to send, in order.

        ``applied`` and ``received`` are the server's; ``tick`` is the newest that we have of this epoch (-1: none): no
        input may claim to have seen a later one.
        """
        self.sent = max(self.sent, received)
        self.applied = applied if new_epoch else max(self.applied, applied)
        frames = []
        for action in self._actions:
            if new_epoch:
                action.applied_at, action.at = None, -1
            if new_epoch or action.seq > applied:
                frames.append(action.frame(min(action.seen, tick)))
        self._expire(now)
        while self._queued:
            action = self._queued.popleft()
            action.expires, action.seen = None, tick
            self._actions.append(action)
            frames.append(action.frame(tick))
        for kind, held in self._held.items():
            held.at = -1
            frames.append(self._send(kind, held, tick))
        self._holds_sent, self._unsent = 0, False
        return frames

    def passed_low(self, tick: int, applied_low: int, durable_tick: int) -> None:
        """A pass of that tick says: the last input decided is the one with these low 16 bits."""
        ahead = (applied_low - self.applied) & 0xFFFF
        if ahead and self.applied + ahead <= self.sent:
            self.applied += ahead
        if self._actions:
            self._settle(tick, durable_tick)

    def passed(self, tick: int, applied: int | None, durable_tick: int) -> None:
        """The same where the number is whole, or (``None``) did not change."""
        if applied is not None:
            self.applied = max(self.applied, min(applied, self.sent))
        if self._actions:
            self._settle(tick, durable_tick)

    def pass_ended(self, tick: int) -> list[bytes] | None:
        """After each pass: the holds that waited for it, if any."""
        self._holds_sent = 0
        if not self._unsent:
            return None
        self._unsent = False
        return [self._send(kind, held, tick) for kind, held in self._held.items() if held.unsent]

    def forget(self) -> int:
        """Drops everything: the game has other inputs now. Gives the number of actions that are lost by it."""
        lost = len(self)
        self._actions.clear()
        self._queued.clear()
        self._held.clear()
        return lost

    def _take(self, kind: InputClass, x: Input, tick: int, at: int) -> _Action:
        rest = _checked(kind, kind.rest(x))
        if len(self) >= ACTIONS_MAX:
            raise TooManyOutstanding("actions", ACTIONS_MAX)
        if self.sent - self.applied >= _HALF:
            raise TooManyOutstanding("inputs", _HALF)
        self.sent += 1
        return _Action(self.sent, kind, rest, tick, at)

    def _send(self, kind: InputClass, held: _Held, tick: int) -> bytes:
        held.unsent = False
        self._holds_sent += 1
        self.sent += 1
        held.seq = self.sent
        return kind.frame(self.sent, tick, held.rest, held.at)

    def _settle(self, tick: int, durable_tick: int) -> None:
        actions = self._actions
        for action in actions:
            if action.applied_at is None and action.seq <= self.applied:
                action.applied_at = tick
        while actions and actions[0].applied_at is not None and actions[0].applied_at <= durable_tick:
            actions.popleft()

    def _expire(self, now: float) -> None:
        kept = [action for action in self._queued if action.expires is not None and action.expires > now]
        self.expired += len(self._queued) - len(kept)
        self._queued = deque(kept)


def _checked(kind: InputClass, rest: bytes) -> bytes:
    if len(rest) + _NUMBERS_BYTES > INBOUND_BYTES_MAX:
        raise InvalidInput(kind.name, f"larger than the {INBOUND_BYTES_MAX} bytes that a server takes")
    return rest
