"""Once more, with the same group: who of a session that has ended wants it, and when all do.

The story: the first who wants a rematch opens it; each who joins in is told to all of the group (``rematch``). When
all of its people want it, it is *agreed*, and whoever drives the lobby makes the session
(:meth:`Rematches.take_agreed`). It is *off* when one of them declines, or leaves: logs out, waits in a queue, sits
elsewhere (unless one may sit in both), is not in the lobby; or when it was not agreed within ``REMATCH_S``. The others
are told (``rematch_off``), once. What is agreed or off stays so for the rest of that time, so that nobody can be
pestered with offers.

Bots need not be asked. Bounds: ``PEOPLE_MAX`` people in a group, since each change is told to each of them; more are
answered ``refused``. One offer a session, ``REMATCH_S`` long, and ``offers_max`` in all; more are answered ``full``.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from rallypoint_protocol.ids import PlayerId, SessionId
from rallypoint_protocol.messages import Answer, Rematch

from .lobby_image import OfferImage
from .lobby_queues import SendPush
from .lobby_session import LobbySession
from .orders import Group, Member
from .rooms import Rooms

__all__ = ["PEOPLE_MAX", "REMATCH_S", "Agreed", "MaySit", "Rematches"]

REMATCH_S: Final = 60.0
PEOPLE_MAX: Final = 16


class MaySit(Protocol):
    """The part of the sessions' side that knows who may sit down."""

    def may_sit(self, player: PlayerId, game: str, /) -> bool:
        """True if the player may have a seat in another session of ``game`` now."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """All want it: a session of ``group.game`` for ``members``, in this order: another begins this time."""

    session: SessionId
    """The one that has ended."""
    group: Group
    members: tuple[Member, ...]


class _Offer:
    """A rematch of one session."""

    __slots__ = ("group", "open", "people", "session", "until", "wanted")

    def __init__(self, session: SessionId, group: Group, until: float) -> None:
        self.session = session
        self.group = group
        self.people = [member.player for member in group.members if not member.bot]
        self.wanted: dict[PlayerId, None] = {}
        self.until = until
        self.open = True


class Rematches:
    """All rematches that are wanted. Times are seconds."""

    def __init__(
        self,
        rooms: Rooms,
        seats: MaySit,
        find: Callable[[PlayerId], LobbySession | None],
        push: SendPush,
        *,
        offers_max: int = 10_000,
    ) -> None:
        self._rooms = rooms
        self._seats = seats
        self._find = find
        self._push = push
        self._offers_max = offers_max
        self._offers: dict[SessionId, _Offer] = {}
        self._ends: deque[_Offer] = deque()  # all have the same time, so the first that was made ends first
        self._of: dict[PlayerId, dict[SessionId, None]] = {}
        """The open ones that each player is asked for."""
        self._agreed: list[Agreed] = []
        self.changed: dict[SessionId, None] | None = None
        """If it is kept what is wanted: where that has changed since this was looked at."""

    def __len__(self) -> int:
        return len(self._offers)

    def ask(self, session: LobbySession, message: Rematch, now: float) -> Answer:
        """Answers the request for a rematch, or against one."""
        player, session_id = session.player, SessionId(message.session)
        group = self._rooms.group(session_id, now)
        if group is None and self._rooms.takes_part(player, session_id):
            return Answer(message.id, error="not_over", reason="that session has not ended")
        if group is None or not any(member.player == player and not member.bot for member in group.members):
            return Answer(message.id, error="unknown", reason="no such session, or you did not play in it")
        offer = self._offers.get(session_id)
        if message.wanted and session.queue is not None:
            return Answer(message.id, error="already_queued", reason="you are waiting in a queue")
        if message.wanted and not self._seats.may_sit(player, group.game):
            return Answer(message.id, error="already_seated", reason="you have a seat in a session: leave it first")
        if offer is None:
            if len(self._offers) >= self._offers_max:
                return Answer(message.id, error="full", reason="too many rematches are being agreed on")
            offer = _Offer(session_id, group, now + REMATCH_S)
            if len(offer.people) > PEOPLE_MAX:
                return Answer(message.id, error="refused", reason=f"at most {PEOPLE_MAX} can agree on a rematch")
            self._open(offer)
        if not offer.open:
            return Answer(message.id, error="refused", reason="there is no rematch of that session")
        if not message.wanted:
            self._off(offer, "declined", untold=player)
        elif any(self._gone(other, group.game) for other in offer.people):
            self._off(offer, "left")
        elif player not in offer.wanted:
            self._want(offer, player)
        return Answer(message.id)

    def left(self, player: PlayerId) -> None:
        """The player has left the lobby, or waits in a queue: told as well, for a client that waits for the rematch."""
        for session_id in list(self._of.get(player, ())):
            self._off(self._offers[session_id], "left")

    def seated(self, player: PlayerId) -> None:
        """The player has a seat now: off is what nobody may have beside it."""
        for session_id in list(self._of.get(player, ())):
            offer = self._offers[session_id]
            if not self._seats.may_sit(player, offer.group.game):
                self._off(offer, "left")

    def take_agreed(self) -> list[Agreed]:
        """What was agreed since the last call. If it cannot be had after all, say so with :meth:`failed`."""
        agreed, self._agreed = self._agreed, []
        return agreed

    def failed(self, agreed: Agreed, players: list[PlayerId], reason: str = "refused") -> None:
        """There is no session, or no seat in it, for these players: they are told the ``reason``."""
        for player in players:
            self._tell(player, "rematch_off", {"session": agreed.session, "reason": reason})

    def poll(self, now: float) -> None:
        """Ends what has not been agreed in time."""
        while self._ends and self._ends[0].until <= now:
            offer = self._ends.popleft()
            if offer.open:
                self._off(offer, "expired")
            del self._offers[offer.session]
            self._touch(offer)

    @property
    def due(self) -> float | None:
        """When to :meth:`poll`; ``None`` while there is nothing."""
        return self._ends[0].until if self._ends else None

    # --- what is kept if the server dies ----------------------------------------------------------------------------

    def image(self, session_id: SessionId) -> OfferImage | None:
        """What is wanted of that session; ``None``: nobody has asked, or that is forgotten."""
        offer = self._offers.get(session_id)
        if offer is None:
            return None
        return OfferImage(session_id, offer.group, list(offer.wanted), offer.until, offer.open)

    @property
    def images(self) -> dict[str, OfferImage]:
        """By session, in the order in which they were opened."""
        return {it: image for it in self._offers if (image := self.image(it)) is not None}

    def restore(self, image: OfferImage, shift_s: float) -> None:
        """One of a server that died. To be called in the order of :attr:`images`."""
        offer = _Offer(SessionId(image.session), image.group, image.until + shift_s)
        offer.wanted = {PlayerId(player): None for player in image.wanted}
        self._open(offer)
        if not image.open:
            self._close(offer)

    # --- steps of the above -----------------------------------------------------------------------------------------

    def _open(self, offer: _Offer) -> None:
        self._offers[offer.session] = offer
        self._ends.append(offer)
        for player in offer.people:
            self._of.setdefault(player, {})[offer.session] = None
        self._touch(offer)

    def _touch(self, offer: _Offer) -> None:
        if self.changed is not None:
            self.changed[offer.session] = None

    def _want(self, offer: _Offer, player: PlayerId) -> None:
        offer.wanted[player] = None
        self._touch(offer)
        wanted = [other for other in offer.people if other in offer.wanted]
        data: dict[str, Any] = {
            "session": offer.session,
            "game": offer.group.game,
            "wanted": wanted,
            "group": offer.people,
        }
        for other in offer.people:
            self._tell(other, "rematch", data)
        if len(wanted) == len(offer.people):
            self._close(offer)
            members = offer.group.members
            self._agreed.append(Agreed(offer.session, offer.group, members[1:] + members[:1]))

    def _off(self, offer: _Offer, reason: str, untold: PlayerId | None = None) -> None:
        self._close(offer)
        for player in offer.people:
            if player != untold:
                self._tell(player, "rematch_off", {"session": offer.session, "reason": reason})

    def _close(self, offer: _Offer) -> None:
        offer.open = False
        self._touch(offer)
        for player in offer.people:
            theirs = self._of[player]
            del theirs[offer.session]
            if not theirs:
                del self._of[player]

    def _gone(self, player: PlayerId, game: str) -> bool:
        session = self._find(player)
        return session is None or session.queue is not None or not self._seats.may_sit(player, game)

    def _tell(self, player: PlayerId, kind: str, data: Mapping[str, Any]) -> None:
        session = self._find(player)
        if session is not None:
            self._push(session, kind, dict(data))
