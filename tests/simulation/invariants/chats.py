"""Lines of a chat: each that was said once, in order, the same for everybody, to all who listen and to nobody else."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Final

from rallypoint_protocol.codec import encode
from rallypoint_protocol.ids import SessionId
from rallypoint_protocol.messages import Answer, Chat, ChatLine, Listen, Say, Unlisten

from .stays import LobbyObserver, Stay

if TYPE_CHECKING:
    from rallypoint_simulation.wire import Wire
    from rallypoint_simulation.world import World

__all__ = ["Chats"]

IN_ORDER: Final = "lines of a chat come once and in order"
NEW_NUMBERS: Final = "after a recovery, no line of a chat has a number that there was"
NO_GAP: Final = "no line of a chat is left out that the server still has"
SAME: Final = "a line of a chat is the same for everybody"
WAS_SAID: Final = "every line of a chat was said once"
LISTENS: Final = "lines of a chat are for who listens to it"
BELONGS: Final = "the chat of a session is for who belongs to it"
DELIVERED: Final = "who listens to a chat gets every line"

_LINES_MAX: Final = 64
_BYTES_MAX: Final = 16 * 1024
_FORGOTTEN_S: Final = 45.0
"""A session's room that nobody listens to may be forgotten after a minute."""
_DELIVERED_S: Final = 2.0
_TAKEN_OUT_S: Final = 12.0
"""Spectators are looked at every ten seconds; who loses a seat is taken out with it."""
_LOST_SEAT_S: Final = 1.0


class _Room:
    """What was said in a room."""

    def __init__(self) -> None:
        self.said: deque[tuple[str, str]] = deque(maxlen=2 * _LINES_MAX)
        """Player and text, as asked, of the newest."""
        self.count = 0
        """How many lines there are by that."""
        self.sizes: deque[int] = deque(maxlen=2 * _LINES_MAX)
        self.lines: dict[int, bytes] = {}
        """As they were sent first: the newest."""
        self.certain = True
        """False once something may have been said that nobody saw."""
        self.heard_at = 0.0
        """When somebody was known to listen."""


class _Ear:
    """One who listens to a room."""

    def __init__(self, now: float) -> None:
        self.last = 0
        """The newest line that was sent on this connection."""
        self.behind_since = now
        """Since when it could have had all lines."""
        self.outside_since: float | None = None
        """Since when its player is seen not to belong to the session."""
        self.seat = 0
        """Number of the player's seat there, as it was last seen."""
        self.sits = False
        """It was last seen in a seat there, and not as a spectator."""
        self.perhaps_out = False
        """It may have been taken out without a word."""


class Chats(LobbyObserver):
    """Remembers what was said, and what each who listens was sent of it."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._rooms: dict[str, _Room] = {}
        self._highest: dict[str, int] = {}
        """By room: the newest line that anybody was sent."""
        self._old: dict[str, int] = {}
        """The same when the last server went."""
        self._recovered = False
        """Lines were lost with a server, and their numbers were not: only these are looked at from then on."""
        self._ears: dict[str, dict[str, _Ear]] = {}
        """By lobby session, by room."""

    # --- the wire ---------------------------------------------------------------------------------------------------

    def welcomed(self, stay: Stay, wire: Wire, first: Any, welcome: Any, before: Wire | None) -> None:
        """Whole logs again; after a hello nothing is listened to."""
        if not welcome.resumed:
            self._ears.pop(stay.lobby, None)
        for ear in self._ears.get(stay.lobby, {}).values():
            ear.last, ear.behind_since = 0, self.world.loop.now

    def answered(self, stay: Stay, wire: Wire, request: Any, answer: Answer, *, news: bool) -> None:
        """Somebody listens, or no longer, or has said something."""
        if self._recovered:
            return
        if not news:
            return
        doubtful = answer.id in stay.doubtful
        ears = self._ears.setdefault(stay.lobby, {})
        now = self.world.loop.now
        match request:
            case Listen() if not answer.error:
                ear = ears[request.room] = _Ear(now)
                if request.room and self.world.port is not None:
                    self._look_whether_inside(stay, request.room, ear, now)
                self._room(request.room).heard_at = now
            case Unlisten():
                ears.pop(request.room, None)
            case Say() if not answer.error:
                room = self._room(request.room)
                if doubtful:
                    room.certain = False
                if request.room not in ears and not stay.doubtful:
                    self.violate(LISTENS, f"{stay} may say something in room {request.room!r} without listening")
                room.said.append((stay.player, request.text))
                room.count += 1
            case Say() if answer.error == "not_listening":
                ears.pop(request.room, None)

    def told(self, stay: Stay, wire: Wire, message: Any) -> None:
        """Lines."""
        if not isinstance(message, Chat):
            return
        numbers = [line.n for line in message.lines]
        if numbers:
            self._highest[message.room] = max(self._highest.get(message.room, 0), numbers[-1])
        if self._recovered:
            if numbers and numbers[0] <= self._old.get(message.room, 0):
                last = self._old[message.room]
                self.violate(NEW_NUMBERS, f"{stay} gets line {numbers[0]} of {message.room!r}; {last} was there before")
            return
        ear = self._ears.get(stay.lobby, {}).get(message.room)
        if ear is None:
            if not stay.doubtful:
                self.violate(LISTENS, f"{stay} gets lines of room {message.room!r} on {wire}, and does not listen")
            return
        out_s = _LOST_SEAT_S + self.world.storage.commits_s if ear.sits else _TAKEN_OUT_S
        if ear.outside_since is not None and self.steady(ear.outside_since) > out_s:
            out_s = self.world.loop.now - ear.outside_since
            self.violate(BELONGS, f"{stay} gets lines of {message.room}, and does not belong there since {out_s:.1f} s")
        room = self._room(message.room)
        self._look_at_numbers(stay, message, ear, room)
        for line in message.lines:
            self._look_at_line(message.room, room, line)
            ear.last = line.n
        ear.perhaps_out = False

    def _look_at_numbers(self, stay: Stay, message: Chat, ear: _Ear, room: _Room) -> None:
        numbers = [line.n for line in message.lines]
        if not numbers or numbers[0] <= ear.last or numbers != list(range(numbers[0], numbers[0] + len(numbers))):
            self.violate(IN_ORDER, f"{stay} gets lines {numbers} of room {message.room!r} after line {ear.last}")
        elif (
            numbers[0] != ear.last + 1
            and not stay.doubtful
            and len(numbers) < _LINES_MAX
            and len(encode(message)) < _BYTES_MAX * 0.9
        ):
            text = f"{stay} gets lines {numbers[0]} to {numbers[-1]} of room {message.room!r} after line {ear.last}"
            self.violate(NO_GAP, text)

    def _look_at_line(self, name: str, room: _Room, line: ChatLine) -> None:
        content = encode(line)
        before = room.lines.get(line.n)
        if before is None:
            self._look_whether_said(name, room, line)
            room.lines[line.n] = content
            if len(room.lines) > 2 * _LINES_MAX:
                del room.lines[min(room.lines)]
        elif before != content:
            text = f"line {line.n} of room {name!r} was {before.hex()}, and is {content.hex()} for somebody else"
            self.violate(SAME, text)

    def _look_whether_said(self, name: str, room: _Room, line: ChatLine) -> None:
        if not room.certain:
            return
        at = line.n - 1 - (room.count - len(room.said))
        if at < 0:
            return
        if at >= len(room.said) and self._may_have_said(line.player):
            room.certain = False  # the connection broke in the middle of a read: there is no answer on the wire
            return
        if at >= len(room.said):
            text = f"line {line.n} of room {name!r} ({line.player}: {line.text!r}), and {room.count} were said"
            self.violate(WAS_SAID, text)
            return
        player, text = room.said[at]
        plain = text.isascii() and text.isprintable() and " ".join(text.split()) == text
        if player != line.player or (plain and text != line.text):
            shown = f"{line.player}: {line.text!r}"
            self.violate(WAS_SAID, f"line {line.n} of room {name!r} is {shown}, and was {player}: {text!r}")

    def _may_have_said(self, player: str) -> bool:
        """True if a line of theirs has reached the server, and no answer was on the wire."""
        return any(stay.doubtful or stay.unanswered(Say) for stay in self.stays.values() if stay.player == player)

    def _room(self, name: str) -> _Room:
        """It may have begun anew, if nobody was there for long."""
        room = self._rooms.get(name)
        now = self.world.loop.now
        if room is None or (name and now - room.heard_at > _FORGOTTEN_S):
            room = self._rooms[name] = _Room()
            room.heard_at = now
        return room

    # --- the server -------------------------------------------------------------------------------------------------

    def over(self, stay: Stay) -> None:
        """It listens to nothing."""
        self._ears.pop(stay.lobby, None)

    def server_gone(self, crashed: bool) -> None:
        """Nothing of what was said is left; but if the lobby is kept, lines are counted on."""
        super().server_gone(crashed)
        self._rooms.clear()
        self._ears.clear()
        if not self.world.kept:
            self._highest.clear()
        self._recovered = self._recovered or self.world.kept
        self._old = dict(self._highest)

    def inspect(self, now: float) -> None:
        """Who has not got everything, and since when."""
        if self._recovered:
            return
        for lobby_id, ears in self._ears.items():
            stay = self.stays.get(lobby_id)
            if stay is None:
                continue
            for name, ear in ears.items():
                room = self._room(name)
                room.heard_at = now
                if name:
                    self._look_whether_inside(stay, name, ear, now)
                self._look_at_ear(stay, name, ear, room, now)
        for name, room in list(self._rooms.items()):
            if name and now - room.heard_at > _FORGOTTEN_S:
                del self._rooms[name]

    def _look_whether_inside(self, stay: Stay, name: str, ear: _Ear, now: float) -> None:
        port = self.world.port
        assert port is not None
        host = port.node.find(SessionId(name))
        if host is None or not host.running:
            ear.sits = False  # what is not taken out with a seat is looked at every ten seconds
        if host is None:
            ear.perhaps_out = True
            ear.outside_since = now if ear.outside_since is None else ear.outside_since
            return
        seat = next((one for one in host.core.seated() if one.player_id == stay.player and not one.is_given_up), None)
        inside = not host.running or seat is not None
        if not host.running and seat is None:
            ear.perhaps_out = True  # who had left just before the end is out
        if seat is not None and seat.number != ear.seat:
            ear.perhaps_out = ear.perhaps_out or ear.seat > 0  # another seat: it had none for a moment
            ear.seat = seat.number
        watches = stay.player in host.core.spectators.all
        if inside or watches:
            ear.outside_since, ear.sits = None, host.running and not watches
        else:
            ear.perhaps_out = True
            ear.outside_since = now if ear.outside_since is None else ear.outside_since

    def _look_at_ear(self, stay: Stay, name: str, ear: _Ear, room: _Room, now: float) -> None:
        wire = stay.wire
        transport = None if wire is None else wire.link.server
        idle = wire is not None and self.writable(wire) and transport is not None and not transport.buffered
        if ear.last >= room.count or ear.perhaps_out or not room.certain or not idle:
            ear.behind_since = now
        elif self.steady(ear.behind_since) > _DELIVERED_S:
            text = f"{stay} has line {ear.last} of {room.count} in room {name!r} since {now - ear.behind_since:.2f} s"
            self.violate(DELIVERED, text)
