"""Pushes are numbered, complete and the same again; who comes back to the lobby is who was there, once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.codec import encode
from rallypoint_protocol.ids import LobbyId
from rallypoint_protocol.messages import Ack, Hello, Proved, Push, Resume, Welcome

from .stays import LobbyObserver, Stay

if TYPE_CHECKING:
    from rallypoint_simulation.wire import Wire
    from rallypoint_simulation.world import World

__all__ = ["Pushes"]

NUMBERED: Final = "pushes are numbered without gaps, and come in order"
COMPLETE: Final = "who comes back gets all pushes that were not acknowledged"
SAME_AGAIN: Final = "a push that comes again is the same"
KNOWN_KIND: Final = "a push is one of those that are documented"
RIGHT_PLACE: Final = "a resume leads back to the same lobby session, and a hello says that it is none"
KEPT: Final = "a push that was told is there after a recovery"
TOKEN_KEPT: Final = "a lobby token that was given is good after a recovery"
ONE_STAY: Final = "a player has one lobby session at a time"
TOKEN_ONCE: Final = "a lobby token that is used up opens nothing"
TOKEN_WORKS: Final = "a valid lobby token is accepted"
TAKEN_OVER: Final = "a connection that is taken over is closed, and told so"
LAST_WORD: Final = "nothing is sent after a close, nor to who is not in"

_KINDS: Final[dict[str, frozenset[str]]] = {
    "queued": frozenset({"game", "place", "waiting"}),
    "matched": frozenset({"game", "session", "seat", "url", "token", "schema"}),
    "unqueued": frozenset({"game", "reason"}),
    "ready_check": frozenset({"match", "queue", "ready_s", "accepted", "players", "mine"}),
    "ready_check_off": frozenset({"match", "reason", "requeued"}),
    "party": frozenset({"code", "n", "leader", "members"}),
    "party_off": frozenset({"code", "n", "reason"}),
    "rematch": frozenset({"session", "game", "wanted", "group"}),
    "rematch_off": frozenset({"session", "reason"}),
}
"""And what is in each, at least."""
_WITH_A_CODE: Final = ("matched", "party", "party_off")


class _Log:
    """What one lobby session was sent, and what it owes."""

    def __init__(self, token: bytes) -> None:
        self.contents: dict[int, bytes] = {}
        """Pushes that are not acknowledged."""
        self.last = 0
        """The newest push that there was on a wire or in a welcome."""
        self.acked = 0
        self.proven = token
        self.issued = b""
        self.lost = False
        """The last server did not know the newest any more."""
        self.before = b""
        """The token that was proved before."""

    def takes(self, token: bytes) -> bool:
        """True for a token that is valid now."""
        return token == self.proven or (bool(self.issued) and token == self.issued)

    def use(self, token: bytes, issued: bytes) -> None:
        """It was accepted, and another one given."""
        if self.issued and token == self.issued:
            self.before, self.proven = self.proven, self.issued
        self.issued = issued

    def prove(self) -> None:
        """The newest has arrived."""
        if self.issued:
            self.before, self.proven, self.issued = self.proven, self.issued, b""

    def acknowledge(self, event: int) -> None:
        """All up to there; numbers of the future change nothing."""
        if self.acked < event <= self.last:
            self.acked = event
            for n in [n for n in self.contents if n <= event]:
                del self.contents[n]


class Pushes(LobbyObserver):
    """Counts pushes on each connection, and follows the tokens that open them."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._logs: dict[str, _Log] = {}
        """By lobby session."""
        self._next: dict[Wire, int] = {}
        """By connection: the number that its next push must have."""
        self._promised: dict[Wire, int] = {}
        """And the last one that its welcome spoke of."""
        self._good: dict[Wire, str] = {}
        """Connections that came with a valid token, and of which lobby session."""
        self._taken: dict[Wire, float] = {}
        """Connections that were taken over and not closed before, and when."""
        self._closed: dict[str, tuple[int, int]] = {}
        """By lobby session: with which code its connection was closed last, and in which turn of the loop."""
        self._in_doubt: dict[str, None] = {}
        """Guests who say to be known, and have no answer to that yet: their older tokens may be of no use already."""

    # --- in ---------------------------------------------------------------------------------------------------------

    def came(self, wire: Wire, message: Any) -> None:
        """A resume: is it to be accepted?"""
        if isinstance(message, Hello) and message.player:
            self._in_doubt[message.player] = None
            if len(self._in_doubt) > 1000:
                del self._in_doubt[next(iter(self._in_doubt))]
        if isinstance(message, Resume) and self._is_good(message):
            self._good[wire] = message.id

    def _is_good(self, message: Resume) -> bool:
        """True if nothing speaks against it now."""
        port = self.world.port
        session = None if port is None else port.lobby.find(LobbyId(message.id))
        log = self._logs.get(message.id)
        if session is None or log is None or session.grace.over(self.server_now):
            return False
        return log.takes(message.token) and not session.pushes.lost and session.player not in self._in_doubt

    def welcomed(self, stay: Stay, wire: Wire, first: Any, welcome: Welcome, before: Wire | None) -> None:
        """Somebody is in: the right one, with the right token?"""
        self._good.pop(wire, None)
        log = self._logs.get(stay.lobby)
        if welcome.resumed:
            self._resumed(stay, wire, first, welcome, log)
        else:
            self._helloed(stay, first, welcome)
            if log is not None:
                log.proven, log.issued = welcome.token, b""
        if log is None:
            log = self._logs[stay.lobby] = _Log(welcome.token)
        if welcome.event < log.last:
            self.violate(COMPLETE, f"{stay} is told of {welcome.event} pushes, and push {log.last} was there already")
        log.last = max(log.last, welcome.event)
        if isinstance(first, Resume):
            log.acknowledge(first.event)
        self._promised[wire] = welcome.event
        self._next[wire] = 1 + self._acknowledged(stay, log, first, welcome)
        self._in_doubt.pop(stay.player, None)
        if before is not None and before is not wire:
            self._taken[before] = self.world.loop.now
        code, moment = self._closed.pop(stay.lobby, (0, 0))
        if moment == self.world.loop.turns and code != CloseCode.TAKEN_OVER:
            self.violate(TAKEN_OVER, f"{stay} is let in on {wire}, and the connection before is closed with {code}")

    def _acknowledged(self, stay: Stay, log: _Log, first: Any, welcome: Welcome) -> int:
        """The last push that need not come again. The server may miss an acknowledgement, and invents none."""
        session = self.session(stay)
        acked = log.acked if session is None else session.pushes.acked
        if acked > log.acked:
            self.violate(COMPLETE, f"{stay} has acknowledged push {log.acked}, and the server thinks {acked}")
        event = min(first.event, welcome.event) if isinstance(first, Resume) else 0
        return max(event, acked)

    def _resumed(self, stay: Stay, wire: Wire, first: Any, welcome: Welcome, log: _Log | None) -> None:
        if not isinstance(first, Resume):
            self.violate(RIGHT_PLACE, f"{stay} said {type(first).__name__} on {wire}, and is told to have resumed")
            return
        if first.id != welcome.lobby or welcome.player != stay.player or log is None:
            text = (
                f"lobby session {first.id} was to be resumed on {wire}, and it is {welcome.lobby} of {welcome.player}"
            )
            self.violate(RIGHT_PLACE, text)
            return
        if not log.takes(first.token):
            self.violate(TOKEN_ONCE, f"{stay} comes back on {wire} with a token that is not valid any more")
        log.use(first.token, welcome.token)

    def _helloed(self, stay: Stay, first: Any, welcome: Welcome) -> None:
        if isinstance(first, Resume):
            text = f"{stay} wanted to resume {first.id}, and is let into {welcome.lobby} as if it had said hello"
            self.violate(RIGHT_PLACE, text)
        elif isinstance(first, Hello) and stay.life > 1 and first.player != stay.player:
            self.violate(
                RIGHT_PLACE, f"a hello of {first.player or 'a new guest'} leads to the lobby session of {stay}"
            )
        for other in self.stays.values():
            if other is not stay and other.player == stay.player and self.session(other) is not None:
                self.violate(ONE_STAY, f"{stay} has lobby sessions {other.lobby} and {stay.lobby}")

    def said(self, stay: Stay, wire: Wire, message: Any) -> None:
        """Acknowledgements of pushes and of tokens."""
        log = self._logs.get(stay.lobby)
        if log is None:
            return
        if isinstance(message, Ack):
            log.acknowledge(message.event)
        elif isinstance(message, Proved):
            log.prove()

    # --- pushes -----------------------------------------------------------------------------------------------------

    def pushed(self, stay: Stay, wire: Wire, push: Push, *, news: bool) -> None:
        """Each is the next one."""
        log = self._logs[stay.lobby]
        content = encode(push)
        before = log.contents.setdefault(push.n, content)
        if before != content:
            self.violate(SAME_AGAIN, f"{stay}: push {push.n} was {before.hex()}, and is {content.hex()} now")
        log.last = max(log.last, push.n)
        expected = self._next.get(wire, push.n)
        if push.n != expected:
            self.violate(NUMBERED, f"{stay} gets push {push.n} ({push.kind}) on {wire}, and {expected} was the next")
        self._next[wire] = push.n + 1
        needed = _KINDS.get(push.kind)
        if needed is None or not needed <= set(push.data):
            self.violate(KNOWN_KIND, f"{stay} gets push {push.n}: {push.kind} with {sorted(push.data)}")
        elif push.data.get("code") is not None and push.kind not in _WITH_A_CODE:
            self.violate(KNOWN_KIND, f"{stay} gets push {push.n}: {push.kind} with a room code")

    # --- the ends of connections ------------------------------------------------------------------------------------

    def sent(self, wire: Wire, message: Any, from_server: bool) -> None:
        """Nothing more to who is out."""
        if from_server and wire.path == "/lobby" and type(message) is not Welcome:
            stay = self.of_wire.get(wire)
            if stay is not None and stay.wire is not wire:
                text = f"{type(message).__name__} to {stay} on {wire}, which is closed or taken over"
                self.violate(LAST_WORD, text)
        super().sent(wire, message, from_server)

    def told_to_nobody(self, wire: Wire, message: Any) -> None:
        """Before the welcome there is nothing to be said."""
        self.violate(LAST_WORD, f"{type(message).__name__} on {wire} before the welcome")

    def closing(self, wire: Wire, code: int, reason: str, from_server: bool) -> None:
        """Why?"""
        if from_server and wire.path == "/lobby":
            if code == CloseCode.UNKNOWN and wire in self._good and self._is_good(self.first[wire]):
                text = f"{self._good[wire]} was to be resumed on {wire} with a valid token, and it is closed {code}"
                self.violate(TOKEN_WORKS, text)
            stay = self.of_wire.get(wire)
            if stay is not None and stay.wire is wire:
                self._closed[stay.lobby] = code, self.world.loop.turns
        super().closing(wire, code, reason, from_server)
        if from_server:
            self._drop(wire)

    def ended(self, wire: Wire, at_server: bool, error: Exception | None) -> None:
        """It is over at the server."""
        super().ended(wire, at_server, error)
        if at_server:
            self._taken.pop(wire, None)
            self._drop(wire)

    def _drop(self, wire: Wire) -> None:
        for table in (self._next, self._promised, self._good):
            table.pop(wire, None)

    def server_gone(self, crashed: bool) -> None:
        """All connections with it."""
        port = self.world.last_port
        for id_, log in self._logs.items():  # there may have been a newer one, which nobody was told
            session = None if port is None else port.lobby.find(LobbyId(id_))
            log.lost = session is None or not session.tokens.knows(log.issued or log.proven)
        super().server_gone(crashed)
        for table in (self._next, self._promised, self._good, self._taken):
            table.clear()
        self._closed.clear()

    def server_started(self) -> None:
        """What was told is there still; what a client had said last may not have been written."""
        super().server_started()
        for stay in self.stays.values():
            session, log = self.session(stay), self._logs.get(stay.lobby)
            if session is None or log is None:
                continue
            if session.pushed < log.last:
                text = f"push {log.last} was told, and {session.pushed} is the last"
                self.violate(KEPT, f"{stay}: {text} after a recovery")
            newest = log.issued or log.proven
            if not log.lost and not session.tokens.knows(newest):
                self.violate(TOKEN_KEPT, f"{stay}: the newest lobby token is not known after a recovery")
            if not log.issued and log.before and session.tokens.knows(log.before):
                log.proven, log.issued = log.before, log.proven

    def over(self, stay: Stay) -> None:
        """It is forgotten."""
        self._logs.pop(stay.lobby, None)
        self._closed.pop(stay.lobby, None)

    def inspect(self, now: float) -> None:
        """What was promised has come, and who was taken over is out."""
        for wire, event in self._promised.items():
            stay = self.of_wire.get(wire)
            if stay is not None and stay.wire is wire and self.writable(wire) and self._next[wire] <= event:
                text = (
                    f"{stay} was promised pushes up to {event} on {wire}, and gets {self._next[wire] - 1} as the last"
                )
                self.violate(COMPLETE, text)
        for wire, at in self._taken.items():
            if self.writable(wire):
                self.violate(TAKEN_OVER, f"{wire} was taken over {now - at:.2f} s ago, and is still open")
        self._taken.clear()
