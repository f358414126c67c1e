"""The chat of the lobby and of each session: who listens, who may say how much, and what is sent when.

Who takes part in a session (plays or watches) may listen to its room; everybody may listen to the lobby's. Who listens
is sent the whole log once, and then what is new: at most every ``ROUND_EVERY_S`` for each room, several lines at once
if there are several. After a resume the whole log comes again. Each distinct message is encoded once in a flush. Who
does not take what was written is passed over and gets the rest later; what has left the log by then is gone, which the
numbers of the lines show. Likewise what was said before the server died: lines are not kept, and numbers go on.

A room of a session stays while the session is remembered, so that its group can talk about a rematch; whoever does not
belong there any more is taken out. That is looked at when somebody loses a seat, and every ``CHECK_EVERY_S`` anyhow.

Bounds: a flush writes at most ``sends_max`` messages, the rest has its turn in the next one, rooms and listeners in
order; who says more than ``SAY_RATE`` is answered ``too_fast``, whom an operator has muted ``muted``; ``LISTENED_MAX``
rooms a player and ``rooms_max`` in all, then ``full``. Of the log see :mod:`.chat_room`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from math import ceil
from typing import Final

from rallypoint_protocol.ids import SessionId
from rallypoint_protocol.limits import CHAT_CHARS_MAX
from rallypoint_protocol.messages import Answer, Listen, Say, Unlisten

from .bucket import Bucket, Rate
from .chat_room import ChatRoom
from .lobby_session import LobbySession, LobbyState
from .mutes import Mutes
from .names import normalised_text
from .rooms import Rooms

__all__ = ["CHECK_EVERY_S", "FLUSH_EVERY_S", "LISTENED_MAX", "ROUND_EVERY_S", "SAY_RATE", "Chats"]

ROUND_EVERY_S: Final = 0.1
FLUSH_EVERY_S: Final = 0.05
BACKED_UP_S: Final = 0.5
"""Until who was passed over is looked at again."""
CHECK_EVERY_S: Final = 10.0
EMPTY_S: Final = 60.0
"""A room that nobody listens to is kept so long, if nothing else shows that there still is a session."""
SAY_RATE: Final = Rate(per_second=1.0, burst=5)
LISTENED_MAX: Final = 16
_CHECKED_AT_ONCE: Final = 100


class Chats:
    """All rooms. ``unix_ms`` gives the time of day, for the lines; everything else goes by ``now``, in seconds."""

    def __init__(
        self, rooms: Rooms, unix_ms: Callable[[], int], *, rooms_max: int = 10_000, sends_max: int = 250
    ) -> None:
        self._sessions = rooms
        self._unix_ms = unix_ms
        self._rooms_max = rooms_max
        self._sends_max = sends_max
        self.mutes = Mutes()
        """Who may say nothing."""
        self._rooms: dict[str, ChatRoom] = {}
        self._active: dict[ChatRoom, None] = {}
        """Rooms in which somebody is behind, or a round is to begin: whose turn it is comes first."""
        self._checks: deque[tuple[float, ChatRoom]] = deque()
        """When each room of a session is to be looked at: in this order, too."""
        self._flush_from = float("-inf")
        self._due: float | None = None
        self.counted: dict[str, int] | None = None
        """If it is kept how far rooms have counted: the numbers that are new since this was looked at; 0: gone."""

    def __len__(self) -> int:
        return len(self._rooms)

    # --- requests ---------------------------------------------------------------------------------------------------

    def listen(self, session: LobbySession, message: Listen, now: float) -> Answer:
        """Answers the request to listen; who does already gets the whole log again."""
        room = self._rooms.get(message.room)
        if message.room and not self._may_listen(session, message.room, now):
            return Answer(message.id, error="unknown", reason="no such session, or you do not take part in it")
        if room is None or session not in room.listeners:
            if len(session.listens) >= LISTENED_MAX:
                return Answer(message.id, error="full", reason="you listen to too many rooms")
            if room is None and len(self._rooms) >= self._rooms_max:
                return Answer(message.id, error="full", reason="there are too many rooms")
        if room is None:
            room = self._open(message.room, now)
        if session not in room.listeners:
            session.listens = (*session.listens, room.id)
        room.listeners[session] = 0
        self._look_at(room, session)
        return Answer(message.id)

    def unlisten(self, session: LobbySession, message: Unlisten) -> Answer:
        """Answers the request to hear no more."""
        room = self._rooms.get(message.room)
        if room is None or session not in room.listeners:
            return Answer(message.id, error="not_listening", reason="you do not listen to that chat")
        self._take_out(session, room)
        return Answer(message.id)

    def say(self, session: LobbySession, message: Say, now: float) -> Answer:
        """Answers the request to say something: a line in the room, or an error."""
        room = self._rooms.get(message.room)
        if room is None or session not in room.listeners:
            return Answer(message.id, error="not_listening", reason="you do not listen to that chat")
        text = normalised_text(message.text, CHAT_CHARS_MAX)
        if not text:
            return Answer(message.id, error="refused", reason="nothing of that can be shown")
        mute = self.mutes.of(session.player, self._unix_ms() / 1000)
        if mute is not None:
            left_s = mute.until_at - self._unix_ms() / 1000
            return Answer(message.id, error="muted", reason=f"an operator has muted you, for {_minutes(left_s)} more")
        if session.talk is None:
            session.talk = Bucket(SAY_RATE, now)
        if not session.talk.take(now):
            return Answer(message.id, error="too_fast", reason="wait a moment before you say more")
        room.add(session.player, session.name, text, self._unix_ms())
        self._counted(room.id, room.last)
        self._active[room] = None
        self._be_due(max(room.next_round, self._flush_from))
        return Answer(message.id)

    # --- what is kept if the server dies ----------------------------------------------------------------------------

    @property
    def numbers(self) -> dict[str, int]:
        """The last line's number of each room in which something was said."""
        return {room.id: room.last for room in self._rooms.values() if room.last}

    def restore_rooms(self, numbers: Mapping[str, int], now: float) -> None:
        """Rooms whose lines are gone: :attr:`numbers` go on, so a client never takes a new line for one that it has."""
        for room_id, last in numbers.items():
            room = self._open(room_id, now)
            room.last = room.heard = last

    def restore(self, session: LobbySession, listens: Sequence[str], now: float) -> None:
        """One who is away goes on listening. To be called after :meth:`restore_rooms`."""
        for room_id in listens:
            room = self._rooms.get(room_id) or self._open(room_id, now)
            room.listeners[session] = 0
        session.listens = tuple(listens)

    # --- what becomes of a lobby session ----------------------------------------------------------------------------

    def come_back(self, session: LobbySession) -> None:
        """There is another connection: whole logs."""
        for room_id in session.listens:
            room = self._rooms[room_id]
            room.listeners[session] = 0
            self._look_at(room, session)

    def forget(self, session: LobbySession) -> None:
        """It has ended, or its client has begun anew and has not asked for anything yet."""
        for room_id in session.listens:
            self._take_out(session, self._rooms[room_id])

    def unseated(self, session: LobbySession, now: float) -> None:
        """Its player has lost a seat: perhaps there are rooms to leave."""
        for room_id in session.listens:
            if room_id and not self._stays(session, room_id, now):
                self._take_out(session, self._rooms[room_id])

    # --- time -------------------------------------------------------------------------------------------------------

    @property
    def due(self) -> float | None:
        """When to flush; ``None`` while there is nothing to do."""
        if not self._checks:
            return self._due
        check = self._checks[0][0]
        return check if self._due is None else min(self._due, check)

    def flush(self, now: float, backed_up: Callable[[LobbySession], bool]) -> list[tuple[LobbySession, bytes]]:
        """What to write to whom: whole messages, the same bytes for those who get the same.

        Who is ``backed_up`` has not taken what was written before.
        """
        if self._checks:
            self._check(now)
        if self._due is None or now < self._due:
            return []
        self._due = None
        former, self._flush_from = self._flush_from, now + FLUSH_EVERY_S
        sent: list[tuple[LobbySession, bytes]] = []
        for room in list(self._active):
            if len(sent) >= self._sends_max:
                self._be_due(self._flush_from)
                break
            del self._active[room]
            if room.heard < room.last and now >= room.next_round:
                room.heard = room.last
                room.next_round = now + ROUND_EVERY_S
                room.behind.update(dict.fromkeys(room.listeners))
            self._serve(room, sent, backed_up, now)
        if not sent:
            self._flush_from = former  # so that the next line need not wait
        return sent

    def _serve(
        self,
        room: ChatRoom,
        sent: list[tuple[LobbySession, bytes]],
        backed_up: Callable[[LobbySession], bool],
        now: float,
    ) -> None:
        messages: dict[int, bytes] = {}
        passed_over: list[LobbySession] = []
        for session in list(room.behind):
            if len(sent) >= self._sends_max:
                self._be_due(self._flush_from)
                break
            del room.behind[session]
            since = room.listeners[session]
            if since >= room.last or room.silent or session.state is not LobbyState.CONNECTED:
                continue  # one who comes back is looked at then
            if backed_up(session):
                passed_over.append(session)
                continue
            message = messages.get(since)
            if message is None:
                message = messages[since] = room.since(since)
            room.listeners[session] = room.last
            sent.append((session, message))
        if passed_over:
            room.behind.update(dict.fromkeys(passed_over))
            self._be_due(now + BACKED_UP_S)
        if room.heard < room.last:
            self._be_due(max(room.next_round, self._flush_from))
        if room.behind or room.heard < room.last:
            self._active[room] = None

    def _check(self, now: float) -> None:
        """Looks whether those who listen still belong there, and whether there still is something to listen to."""
        for _ in range(min(len(self._checks), _CHECKED_AT_ONCE)):
            when, room = self._checks[0]
            if when > now:
                return
            self._checks.popleft()
            for session in [one for one in room.listeners if not self._stays(one, room.id, now)]:
                self._take_out(session, room)
            if room.listeners or self._remembered(room.id, now):
                room.checked = now
            elif now - room.checked >= EMPTY_S:
                del self._rooms[room.id]
                if room.last:
                    self._counted(room.id, 0)
                continue
            self._check_later(room, now)

    # --- steps of the above -----------------------------------------------------------------------------------------

    def _open(self, room_id: str, now: float) -> ChatRoom:
        room = self._rooms[room_id] = ChatRoom(room_id, now)
        if room_id:
            self._check_later(room, now)
        return room

    def _check_later(self, room: ChatRoom, now: float) -> None:
        self._checks.append((ceil(now + CHECK_EVERY_S), room))  # whole seconds: many rooms, few awakenings

    def _may_listen(self, session: LobbySession, room_id: str, now: float) -> bool:
        if self._belongs(session, room_id):
            return True
        group = self._sessions.group(SessionId(room_id), now)
        return group is not None and any(member.player == session.player for member in group.members)

    def _belongs(self, session: LobbySession, room_id: str) -> bool:
        return self._sessions.takes_part(session.player, SessionId(room_id))

    def _stays(self, session: LobbySession, room_id: str, now: float) -> bool:
        """True while the player takes part, or the session has ended and its group is remembered."""
        return self._belongs(session, room_id) or self._sessions.group(SessionId(room_id), now) is not None

    def _remembered(self, room_id: str, now: float) -> bool:
        session = SessionId(room_id)
        return self._sessions.row(session) is not None or self._sessions.group(session, now) is not None

    def _take_out(self, session: LobbySession, room: ChatRoom) -> None:
        del room.listeners[session]
        room.behind.pop(session, None)
        session.listens = tuple(one for one in session.listens if one != room.id)
        session.touch()

    def _counted(self, room_id: str, last: int) -> None:
        if self.counted is not None:
            self.counted[room_id] = last

    def _look_at(self, room: ChatRoom, session: LobbySession) -> None:
        room.behind[session] = None
        self._active[room] = None
        self._be_due(self._flush_from)

    def _be_due(self, when: float) -> None:
        if self._due is None or when < self._due:
            self._due = when


def _minutes(seconds: float) -> str:
    """A length of time for people: rounded up, so that it is over when it says."""
    minutes = max(1, ceil(seconds / 60))
    if minutes < 120:
        return "1 minute" if minutes == 1 else f"{minutes} minutes"
    hours = ceil(minutes / 60)
    return f"{hours} hours" if hours < 48 else f"{ceil(hours / 24)} days"
