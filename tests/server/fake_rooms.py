"""The sessions' side of rooms, for tests of the lobby: sessions as plain records, nothing that ticks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from rallypoint.core.orders import Denial, Group, Member, Order, SpectatorOffer
from rallypoint.core.quick_match import OpenSession, SeatOffer
from rallypoint_protocol.ids import LobbyId, PlayerId, SeatIndex, SessionId, Token
from rallypoint_protocol.messages import SessionRow

UNKNOWN = Denial("unknown", "there is no such session, or it is not for you")
SEAT_TOKEN = b"T" * 32


@dataclass
class Room:
    """A session."""

    id: SessionId
    game: str
    order: Order
    seats_max: int = 4
    players: dict[PlayerId, str] = field(default_factory=dict)
    spectators: set[PlayerId] = field(default_factory=set)
    banned: set[PlayerId] = field(default_factory=set)
    leader: PlayerId | None = None
    locked: bool = False
    meta: dict[str, Any] = field(default_factory=dict)
    code: str = ""
    ended: bool = False

    def row(self) -> SessionRow:
        leader = self.players.get(self.leader, "") if self.leader is not None else ""
        taken = len(self.players)
        free = 0 if self.locked else self.seats_max - taken
        return SessionRow(
            self.id, self.game, "waiting", taken, self.seats_max, free, len(self.spectators), leader, dict(self.meta), 0
        )


class FakeRooms:
    """Both protocols that the lobby knows the sessions' side by: ``Rooms`` and ``Sessions``."""

    def __init__(self, games: tuple[str, ...] = ("orbit", "chess"), seats_max: int = 4) -> None:
        self.games = games
        self.seats_max = seats_max
        self.rooms_max = 1000
        self.sessions: dict[SessionId, Room] = {}
        self.forgotten: set[SessionId] = set()
        self.shared_games: set[str] = set()
        """Games whose sessions are not exclusive."""
        self.codes_asked: list[str] = []
        self.refuse_seats = False
        self.wanted: dict[str, list[Any]] = {}
        """What running sessions want, by queue."""
        self.bots: dict[SessionId, int] = {}
        self.bots_by_team: dict[SessionId, list[tuple[int | None, int]]] = {}
        self.changed: list[SessionId] = []
        self._made = count(1)

    # --- what a test says -----------------------------------------------------------------------------------------

    def open(self, game: str = "orbit", *players: str, private: bool = False, **fields: Any) -> Room:
        session = SessionId(f"s{next(self._made)}")
        room = self.sessions[session] = Room(session, game, Order(private=private), self.seats_max)
        room.code = f"CODE{len(self.sessions):02}" if private else ""
        for player in players:
            room.players[PlayerId(player)] = player.upper()
        for name, value in fields.items():
            setattr(room, name, value)
        return room

    def end(self, room: Room) -> None:
        room.ended = True

    # --- Sessions ---------------------------------------------------------------------------------------------------

    def is_seated(self, player: PlayerId, /) -> bool:
        return any(player in room.players for room in self._running())

    def may_sit(self, player: PlayerId, game: str, /) -> bool:
        if game in self.shared_games:
            return True
        return not any(player in room.players and room.game not in self.shared_games for room in self._running())

    def locate(self, session: SessionId, token: bytes, /) -> str | None:
        return f"/session/{session}" if session in self.sessions and token == SEAT_TOKEN else None

    def open_sessions(self, game: str, /) -> Iterable[OpenSession]:
        for room in self._running():
            free = room.row().free
            if room.game == game and free and room.order.quick and not room.order.private:
                yield OpenSession(room.id, free)

    def create(self, game: str, now: float, order: Order, /) -> SessionId | Denial:
        if len(self._running()) >= self.rooms_max:
            return Denial("node_full", "this server takes no more sessions right now")
        room = self.open(game, private=order.private, leader=order.leader, meta=dict(order.meta), order=order)
        return room.id

    def reserve(
        self,
        session_id: SessionId,
        player: PlayerId,
        name: str,
        lobby_id: LobbyId,
        now: float,
        team: int | None = None,
        /,
    ) -> SeatOffer | Denial:
        room = self.sessions[session_id]
        if player in room.banned:
            return Denial("kicked", "you were removed from that session")
        if self.refuse_seats or room.locked:
            return Denial("locked", "that session takes nobody")
        if len(room.players) >= room.seats_max:
            return Denial("full", "every seat is taken")
        if not self.may_sit(player, room.game):
            return Denial("already_seated", "you have a seat in a session: leave it first")
        room.players[player] = name
        return self._offer(room, player)

    def give_back(self, session_id: SessionId, player: PlayerId, /) -> None:
        del self.sessions[session_id].players[player]

    def backfills(self, queue: str, /) -> list[Any]:
        return list(self.wanted.get(queue, ()))

    def discard(self, session_id: SessionId, /) -> None:
        self.sessions[session_id].ended = True

    def add_bots(self, session_id: SessionId, count: int, team: int | None = None, /) -> None:
        self.bots[session_id] = self.bots.get(session_id, 0) + count
        self.bots_by_team.setdefault(session_id, []).append((team, count))
        room = self.sessions[session_id]
        for number in range(count):
            room.players[PlayerId(f"bot-{session_id}-{len(room.players)}")] = f"Bot {number + 1}"

    # --- Rooms ------------------------------------------------------------------------------------------------------

    def create_for(
        self, player: PlayerId, name: str, lobby_id: LobbyId, game: str, order: Order, now: float, /
    ) -> SeatOffer | Denial:
        if game not in self.games:
            return Denial("unknown_game", "this server does not have that game")
        if not self.may_sit(player, game):
            return Denial("already_seated", "you have a seat in a session: leave it first")
        if order.options.get("bad"):
            return Denial("refused", "not with these options")
        session = self.create(game, now, order)
        if isinstance(session, Denial):
            return session
        self.sessions[session].leader = player
        return self.reserve(session, player, name, lobby_id, now)

    def join(
        self, player: PlayerId, name: str, lobby_id: LobbyId, session: SessionId, code: str, now: float, /
    ) -> SeatOffer | Denial:
        own = self.sessions.get(session)
        if own is not None and player in own.players:
            return self._offer(own, player)
        room = self._named(session, code)
        return UNKNOWN if room is None else self.reserve(room.id, player, name, lobby_id, now)

    def spectate(
        self, player: PlayerId, name: str, session: SessionId, code: str, now: float, /
    ) -> SpectatorOffer | Denial:
        room = self._named(session, code)
        if room is None:
            return UNKNOWN
        room.spectators.add(player)
        return SpectatorOffer(room.id, room.game, Token(SEAT_TOKEN), f"/session/{room.id}", b"h" * 16, 1.5)

    def lock(self, player: PlayerId, session: SessionId, locked: bool, now: float, /) -> Denial | None:
        room = self._led(player, session)
        if isinstance(room, Denial):
            return room
        room.locked = locked
        return None

    def describe(self, player: PlayerId, session: SessionId, meta: Mapping[str, Any], now: float, /) -> Denial | None:
        room = self._led(player, session)
        if isinstance(room, Denial):
            return room
        room.meta = dict(meta)
        return None

    def kick(self, player: PlayerId, session: SessionId, target: PlayerId, now: float, /) -> Denial | None:
        room = self._led(player, session)
        if isinstance(room, Denial):
            return room
        if target not in room.players:
            return UNKNOWN
        del room.players[target]
        room.banned.add(target)
        return None

    def takes_part(self, player: PlayerId, session: SessionId, /) -> bool:
        room = self.sessions.get(session)
        return room is not None and not room.ended and (player in room.players or player in room.spectators)

    def seats_of(self, player: PlayerId, /) -> list[tuple[SessionId, str]]:
        return [(room.id, room.game) for room in self._running() if player in room.players]

    def group(self, session: SessionId, now: float, /) -> Group | None:
        room = self.sessions.get(session)
        if room is None or not room.ended or session in self.forgotten:
            return None
        members = tuple(Member(player, name, player.startswith("bot")) for player, name in room.players.items())
        return Group(room.game, room.order, members)

    def rows(self) -> Iterable[SessionRow]:
        return [room.row() for room in self._running() if not room.order.private]

    def row(self, session: SessionId, /) -> SessionRow | None:
        room = self.sessions.get(session)
        return None if room is None or room.ended or room.order.private else room.row()

    def playing(self) -> int:
        return len({player for room in self._running() for player in room.players if not player.startswith("bot")})

    # --- steps ------------------------------------------------------------------------------------------------------

    def _running(self) -> list[Room]:
        return [room for room in self.sessions.values() if not room.ended]

    def _offer(self, room: Room, player: PlayerId) -> SeatOffer:
        seat = SeatIndex(list(room.players).index(player))
        return SeatOffer(room.id, seat, Token(SEAT_TOKEN), f"/session/{room.id}", b"h" * 16, room.game, room.code)

    def _named(self, session: SessionId, code: str) -> Room | None:
        if code:
            self.codes_asked.append(code)
            found = [room for room in self._running() if room.code == code and session in ("", room.id)]
            return found[0] if found else None
        room = self.sessions.get(session)
        return None if room is None or room.ended or room.order.private else room

    def _led(self, player: PlayerId, session: SessionId) -> Room | Denial:
        room = self.sessions.get(session)
        if room is None or room.ended or player not in room.players:
            return UNKNOWN
        return room if room.leader == player else Denial("not_allowed", "only the session's leader may do that")
