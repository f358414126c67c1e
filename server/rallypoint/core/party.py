"""One party: players who want to be matched together, and who of them leads.

Changed by :class:`~.parties.Parties` only. A member's lobby session is the membership's life: one that is away keeps
the place, and shows as not ``here``; with its end the member is out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from rallypoint_protocol.ids import PlayerId

from .lobby_session import LobbySession, LobbyState
from .matchmaking.ticket import Value

__all__ = ["Party", "PartyMember", "SeatsOfMembers", "plain", "values"]


class SeatsOfMembers(Protocol):
    """The part of the sessions' side that knows who has a seat."""

    def is_seated(self, player: PlayerId, /) -> bool:
        """True while the player has a seat in any session."""

    def may_sit(self, player: PlayerId, game: str, /) -> bool:
        """False if a seat elsewhere keeps the player from having one in ``game``."""


class PartyMember:
    """One of them. ``LobbySession.party`` of its lobby session is this."""

    __slots__ = ("attributes", "latency_ms", "party", "ready", "session", "told", "told_push")

    def __init__(self, party: Party, session: LobbySession) -> None:
        self.party = party
        self.session = session
        self.ready = False
        """To be queued. What the leader says of this does not count: who leads is ready when it queues."""
        self.attributes: dict[str, Value] = {}
        """As said with the last ready, for the rules of queues."""
        self.latency_ms: dict[str, float] = {}
        self.told = 0
        """``Party.n`` of what this member was told last."""
        self.told_push = 0
        """Number of the push that did; 0: an answer, or none."""

    @property
    def player(self) -> PlayerId:
        """Who it is."""
        return self.session.player

    @property
    def here(self) -> bool:
        """True while there is a connection."""
        return self.session.state is LobbyState.CONNECTED


class Party:
    """At most ``PARTY_MAX`` members, never none: who is longest in it comes first."""

    __slots__ = ("_members", "code", "id", "kicked", "leader", "n", "shown", "told_at")

    def __init__(self, party_id: str, code: str, leader: PlayerId) -> None:
        self.id = party_id
        self.code = code
        """Which lets others in; upper case."""
        self.leader = leader
        self._members: dict[PlayerId, PartyMember] = {}
        self.kicked: dict[PlayerId, None] = {}
        """Who does not come back, in the order in which they were kicked."""
        self.n = 0
        """Counts how often what members see of it has changed."""
        self.shown: dict[str, Any] = {}
        """What they see, as it was with ``n``."""
        self.told_at: float | None = None
        """When anybody was told of it last."""

    def __len__(self) -> int:
        return len(self._members)

    def __contains__(self, player: PlayerId) -> bool:
        return player in self._members

    @property
    def members(self) -> tuple[PartyMember, ...]:
        """All of them; who is longest in it comes first."""
        return tuple(self._members.values())

    def member(self, player: PlayerId) -> PartyMember | None:
        """That one, if it is one of them."""
        return self._members.get(player)

    def add(self, session: LobbySession) -> PartyMember:
        """Its player comes in, last."""
        member = self._members[session.player] = session.party = PartyMember(self, session)
        return member

    def remove(self, member: PartyMember) -> None:
        """Goes. A leader is followed by who is longest in it."""
        del self._members[member.player]
        member.session.party = None
        if self.leader == member.player and self._members:
            self.leader = next(iter(self._members))

    def look(self, is_seated: Callable[[PlayerId], bool]) -> dict[str, Any]:
        """What members see of it now; counts as a change if it differs from what they saw before."""
        members = [
            {
                "player": member.player,
                "name": member.session.name,
                "ready": member.ready,
                "here": member.here,
                "seated": is_seated(member.player),
            }
            for member in self._members.values()
        ]
        seen = {"code": self.code, "leader": self.leader, "members": members}
        if seen != self.shown:
            self.shown = seen
            self.n += 1
        return self.data

    @property
    def data(self) -> dict[str, Any]:
        """What they were shown last."""
        return {**self.shown, "n": self.n}

    def refusal_to_queue(self, player: PlayerId, games: Iterable[str], seats: SeatsOfMembers) -> tuple[str, str] | None:
        """Why ``player`` cannot queue it for ``games`` now: an error and a sentence."""
        if player != self.leader:
            return "not_leader", "the leader of your party queues for all of you"
        for member in self._members.values():
            name = "you" if member.player == player else member.session.name
            if not member.here:
                return "not_ready", f"{name} has lost the connection"
            if member.player != player and not member.ready:
                return "not_ready", f"{name} is not ready"
        for game in games:
            for member in self._members.values():
                if not seats.may_sit(member.player, game):
                    if member.player == player:
                        return "already_seated", "you have a seat in a session: leave it first"
                    return "already_seated", f"{member.session.name} has a seat in a session"
        return None


def values(attributes: Mapping[str, Any]) -> dict[str, Value]:
    """Attributes of a message or an image, as tickets have them: lists become tuples."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in attributes.items()}


def plain(attributes: Mapping[str, Value]) -> dict[str, Any]:
    """The other way round."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in attributes.items()}
