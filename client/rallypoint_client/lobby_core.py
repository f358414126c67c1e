"""A lobby session, as far as it can be thought without a network.

    connecting -> connected <-> resuming -> gone | closed

It begins *connecting* with ``hello``, as a new guest or with the identity that is given. A lost connection makes it
*resuming*: requests without an answer are sent again under their old ids, so that each is executed once, pushes go on
after the last one received, and a list of sessions begins anew. It is *gone* when the server no longer knows it, and
*closed* by logging out or by a close code that says so. With ``fresh``, instead of being gone it begins again with
``hello``; what was asked for then fails all the same.

Pure: bytes and the time (seconds of a monotonic clock) come in; what is to be sent is appended to ``outbox``.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from random import Random
from typing import Final

from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.codec import BadMessage, decode_lobby, decode_lobby_reply, encode
from rallypoint_protocol.limits import INBOUND_BYTES_MAX, PROTOCOL_VERSION
from rallypoint_protocol.messages import (
    Ack,
    Answer,
    Chat,
    Hello,
    Leave,
    Listing,
    LobbyMessage,
    LobbyRequest,
    Ping,
    Pong,
    Proved,
    Push,
    Resume,
    Welcome,
)

from .clock import SessionClock
from .errors import InvalidInput, LobbyClosed, SessionGone, TooManyOutstanding
from .heartbeat import Heartbeat, Timing
from .identity import Identity
from .retry import Drop, Next, Retrying, Stop, Wait

__all__ = ["REFUSED_MAX_S", "REQUESTS_MAX", "LobbyCore", "LobbyState"]

REFUSED_MAX_S: Final = 1.0
"""Longer than a seat's: no game waits for a lobby, and it must not be in the way of those for which one does."""

REQUESTS_MAX: Final = 32
"""Requests without an answer; a server remembers its last 64 answers."""


class LobbyState(enum.Enum):
    """Where a lobby session is."""

    CONNECTING = "connecting"
    CONNECTED = "connected"
    RESUMING = "resuming"
    GONE = "gone"
    """The server no longer knows it: connect anew."""
    CLOSED = "closed"


class LobbyHappening(enum.Enum):
    """What can happen to it."""

    WELCOMED = "welcomed"
    LOST = "lost"
    FORGOTTEN = "forgotten"
    STARTED_OVER = "started over"
    STOPPED = "stopped"


_OPEN: Final = (LobbyState.CONNECTING, LobbyState.CONNECTED, LobbyState.RESUMING)
TRANSITIONS: Final[dict[tuple[LobbyState, LobbyHappening], LobbyState]] = {
    (LobbyState.CONNECTING, LobbyHappening.WELCOMED): LobbyState.CONNECTED,
    (LobbyState.CONNECTING, LobbyHappening.LOST): LobbyState.CONNECTING,
    (LobbyState.CONNECTED, LobbyHappening.LOST): LobbyState.RESUMING,
    (LobbyState.RESUMING, LobbyHappening.WELCOMED): LobbyState.CONNECTED,
    (LobbyState.RESUMING, LobbyHappening.LOST): LobbyState.RESUMING,
    **{(state, LobbyHappening.FORGOTTEN): LobbyState.GONE for state in _OPEN},
    **{(state, LobbyHappening.STARTED_OVER): LobbyState.CONNECTING for state in _OPEN},
    **{(state, LobbyHappening.STOPPED): LobbyState.CLOSED for state in _OPEN},
}


class LobbyCore:
    """One lobby session. :meth:`received` and :meth:`timer` raise :class:`Drop`.

    ``identity`` is asked for id and secret with each ``hello``. Raises :class:`InvalidInput` for a name or an identity
    that no server would take.
    """

    def __init__(
        self,
        url: str,
        name: str,
        random: Random,
        timing: Timing,
        now: float,
        *,
        fresh: bool = False,
        identity: Identity | None = None,
    ) -> None:
        self.state = LobbyState.CONNECTING
        self.outbox: list[bytes] = []
        self.heart = Heartbeat(timing)
        self.retry = Retrying(
            random, url, now, connect_s=timing.connect_s, other=LobbyClosed, refused_max_s=REFUSED_MAX_S
        )
        self.clock = SessionClock()
        self.name = name
        self.welcome: Welcome | None = None
        """The newest; ``None`` while there is no lobby session."""
        self.error: Exception | None = None
        """Why it is gone or closed; while it is open, why the former one went (taken by the shell)."""
        self.resumes = 0
        self.identity = identity or Identity()
        self._timing = timing
        self._fresh = fresh
        self._requests: dict[int, bytes] = {}
        self._last_request = 0
        self._last_push = 0
        self._last_listing = 0
        self._hello()

    # --- requests ---------------------------------------------------------------------------------------------------

    def request(self, make: Callable[[int], LobbyRequest]) -> int:
        """Asks the server, now or with the next connection; ``make`` puts the id into the message. Gives the id.

        Raises:
            InvalidInput: the server would close the connection for it.
            TooManyOutstanding: too many have no answer yet.
        """
        if len(self._requests) >= REQUESTS_MAX:
            raise TooManyOutstanding("requests", REQUESTS_MAX)
        frame = _checked(make(self._last_request + 1))
        self._last_request += 1
        self._requests[self._last_request] = frame
        if self.state is LobbyState.CONNECTED:
            self.outbox.append(frame)
        return self._last_request

    @property
    def is_open(self) -> bool:
        """False once it is gone or closed."""
        return self.state in _OPEN

    def leave(self) -> None:
        """Log out. Without a connection the server only notices by the end of its grace window."""
        if self.state is LobbyState.CONNECTED:
            self.outbox.append(encode(Leave()))

    def close(self, error: Exception | None = None) -> None:
        """It is over here, whatever the server thinks. Twice is once."""
        if self.is_open:
            self.error = error
            self._happen(LobbyHappening.STOPPED)

    # --- connections ------------------------------------------------------------------------------------------------

    def first_frame(self, now: float) -> bytes:
        """A connection is open: what to send first."""
        self.outbox.clear()
        self.heart.opened(now)
        self._last_listing = 0
        if self.welcome is None:
            return self._hello()
        return encode(Resume(PROTOCOL_VERSION, self.welcome.lobby, self.welcome.token, 0, 0, self._last_push))

    def lost(self, code: int | None, reason: str, now: float) -> Next:
        """The connection is gone, or could not be made (``None``: without a close code): what next."""
        self.heart.ended()
        self.outbox.clear()
        if not self.is_open:
            return Stop(None)
        step = self.retry.lost(code, reason, now)
        if not isinstance(step, Stop):
            self._happen(LobbyHappening.LOST)
            return step
        self.error = step.error
        if not isinstance(step.error, SessionGone):
            self._happen(LobbyHappening.STOPPED)
            return step
        self._requests.clear()
        if not self._fresh:
            self._happen(LobbyHappening.FORGOTTEN)
            return step
        self.welcome = None
        self._last_push = 0
        self.retry.start_over(now, self._timing.connect_s)
        self._happen(LobbyHappening.STARTED_OVER)
        return Wait(0.0)

    def timer(self, now: float) -> None:
        """The time that ``heart.due`` named has come. Raises :class:`Drop` if the server is silent."""
        if self.heart.silent(now):
            raise Drop(CloseCode.SILENT, f"the server was silent for {self._timing.silence_s:g} s", cut=True)
        if self.heart.take_ping(now):
            self.outbox.append(encode(Ping(now * 1000)))

    def received(self, payload: bytes, now: float) -> Welcome | Answer | Push | Listing | Chat | None:
        """A message of the server, if it is news: what came twice is ``None``. Raises :class:`Drop` if unusable."""
        self.heart.heard = now
        try:
            match decode_lobby_reply(payload):
                case Welcome() as welcome:
                    self._welcomed(welcome, now)
                    return welcome
                case Answer() as answer:
                    return None if self._requests.pop(answer.id, None) is None else answer
                case Push() as push:
                    return self._pushed(push)
                case Listing() as listing:
                    return self._listed(listing)
                case Chat() as chat:
                    return chat
                case Pong() as pong:
                    self.clock.pong(pong.sent_ms, pong.now_ms, now * 1000)
                    return None
        except BadMessage as error:
            raise Drop(CloseCode.MALFORMED, f"malformed: {error.reason}") from error

    def _welcomed(self, welcome: Welcome, now: float) -> None:
        if (self.welcome is not None) is not welcome.resumed:
            raise BadMessage("a welcome to somebody else")
        self._happen(LobbyHappening.WELCOMED)
        self.resumes += welcome.resumed
        self.welcome = welcome
        self.retry.established(now, self._timing.patience_s(welcome.grace_s))
        self.heart.let_in(now)
        self.outbox.append(encode(Proved()))
        self.outbox += self._requests.values()

    def _pushed(self, push: Push) -> Push | None:
        if self.welcome is None:
            raise BadMessage("a push before the welcome")
        new = push.n > self._last_push
        self._last_push = max(push.n, self._last_push)
        self._ack()
        return push if new else None

    def _listed(self, listing: Listing) -> Listing:
        if self.welcome is None:
            raise BadMessage("a listing before the welcome")
        self._last_listing = max(listing.n, self._last_listing)
        self._ack()
        return listing

    def _ack(self) -> None:
        self.outbox.append(encode(Ack(0, self._last_listing, self._last_push)))

    def _hello(self) -> bytes:
        identity = self.identity
        return _checked(Hello(PROTOCOL_VERSION, self.name, "python", identity.player, identity.secret))

    def _happen(self, happening: LobbyHappening) -> None:
        state = TRANSITIONS.get((self.state, happening))
        if state is None:
            raise BadMessage(f"{happening.value} while {self.state.value}")
        self.state = state


def _checked(message: LobbyMessage) -> bytes:
    """The message's bytes. Raises :class:`InvalidInput` for those that the server would close the connection for."""
    what = f"the request {type(message).__name__}"
    try:
        frame = encode(message)
        decode_lobby(frame)
    except BadMessage as error:
        raise InvalidInput(what, error.reason) from None
    except (TypeError, ValueError, OverflowError) as error:
        raise InvalidInput(what, str(error)) from None
    if len(frame) > INBOUND_BYTES_MAX:
        raise InvalidInput(what, f"larger than the {INBOUND_BYTES_MAX} bytes that a server takes")
    return frame
