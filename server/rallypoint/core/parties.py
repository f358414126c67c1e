"""Parties of the lobby: who plays with whom, before there is a session.

The story: who creates a party leads it, and gets a code; others come in with that. Each says when it is *ready*, with
what the rules of queues ask of it. The leader queues (see :mod:`.lobby_queues`), kicks, and passes the lead on; when
the leader is gone, whoever is longest in it leads. A lost connection changes nothing but what others see of it: a
member is out when its lobby session ends, or when it leaves or is kicked. The last one out ends the party. Who is
kicked does not come back with the same code. A player is in one party at most.

Members are told (``party``) what has changed: see :mod:`.party_news`. Who is out is told ``party_off``. ``n`` in both
grows with each change of a party: an answer that was given before and comes again can be told from news.

Bounds: ``PARTY_MAX`` members; ``parties_max`` parties, one more is answered ``full``; ``KICKED_MAX`` kicked players a
party are remembered, the first are forgotten. Requests are answered by :mod:`.party_requests`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from rallypoint_protocol.ids import PlayerId

from .lobby_image import MemberImage, PartyImage
from .lobby_queues import SendPush
from .lobby_session import LobbySession
from .matchmaking.ticket import Value
from .party import Party, PartyMember, SeatsOfMembers, plain, values
from .party_news import PartyNews

__all__ = ["KICKED_MAX", "Parties"]

KICKED_MAX: Final = 64

_IN_NONE: Final = MemberImage()


class Parties:
    """All parties of a node. Times are seconds."""

    def __init__(
        self,
        new_id: Callable[[], str],
        new_code: Callable[[], str],
        seats: SeatsOfMembers,
        find: Callable[[PlayerId], LobbySession | None],
        push: SendPush,
        *,
        parties_max: int = 10_000,
    ) -> None:
        self._new_id = new_id
        self._new_code = new_code
        self._seats = seats
        self._find = find
        self._push = push
        self._parties_max = parties_max
        self._parties: dict[str, Party] = {}
        self._by_code: dict[str, Party] = {}
        self.changed_callback: Callable[[Party], None] = lambda party: None
        """Called when a member came, went (the party may be empty then) or is not ready any more: what the party
        waits for does not hold any more."""
        self.changed: dict[str, None] | None = None
        """If parties are kept: the ids of those that have changed since this was looked at."""
        self.news = PartyNews(seats, push, self._keep)
        """What members are told. Whoever drives this has it :meth:`~.PartyNews.tell`."""

    def __len__(self) -> int:
        return len(self._parties)

    @property
    def full(self) -> bool:
        """True if there can be no more."""
        return len(self._parties) >= self._parties_max

    def of(self, player: PlayerId) -> Party | None:
        """The party that the player is in."""
        session = self._find(player)
        return None if session is None or session.party is None else session.party.party

    def with_code(self, code: str) -> Party | None:
        """The party that has this code, as a player has typed it."""
        return self._by_code.get(code.strip().upper())

    def refusal_to_queue(self, session: LobbySession, games: Iterable[str] = ()) -> tuple[str, str] | None:
        """Why the player cannot queue the party for ``games``: an error (``not_leader``, ``not_ready``,
        ``already_seated``) and a sentence. ``None``: it can, or is in no party."""
        member = session.party
        return None if member is None else member.party.refusal_to_queue(session.player, games, self._seats)

    # --- what players do --------------------------------------------------------------------------------------------

    def create(self, session: LobbySession) -> dict[str, Any]:
        """A party that the player, who is in none, leads: what is to be seen of it."""
        code = self._new_code().upper()
        while code in self._by_code:
            code = self._new_code().upper()
        party = Party(self._new_id(), code, session.player)
        self._open(party)
        return self.come_in(party, session)

    def come_in(self, party: Party, session: LobbySession) -> dict[str, Any]:
        """The player, who is in none, comes in: what is to be seen of the party, which counts as told."""
        member = party.add(session)
        session.touch()
        self._touch(party)
        data = party.look(self._seats.is_seated)
        member.told = party.n
        self.changed_callback(party)
        return data

    def ready(
        self, member: PartyMember, ready: bool, attributes: Mapping[str, Value], latency_ms: Mapping[str, float]
    ) -> None:
        """The member is ready, or not, and says this for the rules of queues."""
        taken_back = member.ready and not ready
        member.ready, member.attributes, member.latency_ms = ready, dict(attributes), dict(latency_ms)
        member.session.touch()
        self.news.mark(member.party)
        if taken_back:
            self.changed_callback(member.party)

    def lead(self, member: PartyMember) -> None:
        """The member leads from now on."""
        member.party.leader = member.player
        self._touch(member.party)

    def kick(self, member: PartyMember) -> None:
        """The member is out, and does not come back."""
        party = member.party
        party.kicked[member.player] = None
        if len(party.kicked) > KICKED_MAX:
            del party.kicked[next(iter(party.kicked))]
        self.out(member, "kicked")

    def out(self, member: PartyMember, reason: str) -> None:
        """The member is out, and is told ``reason`` (empty: nothing)."""
        party, session = member.party, member.session
        party.remove(member)
        session.touch()
        if len(party):
            party.look(self._seats.is_seated)
            self._touch(party)
        else:
            party.n += 1
            del self._parties[party.id], self._by_code[party.code]
            self.news.over(party)
            self._keep(party)
        if reason:
            self._push(session, "party_off", {"code": party.code, "n": party.n, "reason": reason})
        self.changed_callback(party)

    # --- what happens -----------------------------------------------------------------------------------------------

    def seen(self, player: PlayerId) -> None:
        """What others see of the player may be another now: connection, seat, name. Those in no party are fine."""
        party = self.of(player)
        if party is not None:
            self.news.mark(party)

    def ended(self, session: LobbySession) -> None:
        """Its lobby session has ended: the player is out, untold."""
        if session.party is not None:
            self.out(session.party, "")

    def begin_anew(self, session: LobbySession) -> None:
        """The player's client knows nothing of before, and the name may be another."""
        if session.party is not None:
            self.news.begin_anew(session.party)

    def acknowledged(self, session: LobbySession) -> None:
        """The player has acknowledged pushes."""
        if session.party is not None:
            self.news.acknowledged(session.party)

    # --- what is kept if the server dies ----------------------------------------------------------------------------

    def image(self, party_id: str) -> PartyImage | None:
        """That party; ``None``: it is over."""
        party = self._parties.get(party_id)
        if party is None:
            return None
        members: list[str] = [member.player for member in party.members]
        return PartyImage(party_id, party.code, party.leader, members, list(party.kicked), party.n, party.shown)

    @property
    def images(self) -> dict[str, PartyImage]:
        """By id, in the order in which they were created."""
        return {it: image for it in self._parties if (image := self.image(it)) is not None}

    def member_image(self, session: LobbySession) -> MemberImage:
        """What belongs to the player's place in a party."""
        member = session.party
        if member is None:
            return _IN_NONE
        attributes, latency_ms = plain(member.attributes), dict(member.latency_ms)
        return MemberImage(member.ready, attributes, latency_ms, member.told, member.told_push)

    def restore(self, image: PartyImage, members: Mapping[str, MemberImage]) -> None:
        """One of a server that died; ``members`` by player. Their lobby sessions are there again: who has none is out.

        To be called in the order of :attr:`images`.
        """
        party = Party(image.id, image.code, PlayerId(image.leader))
        party.n, party.shown = image.n, image.shown
        party.kicked = {PlayerId(player): None for player in image.kicked}
        for player in image.members:
            session = self._find(PlayerId(player))
            if session is not None and session.party is None:
                member, kept = party.add(session), members.get(player, _IN_NONE)
                member.ready, member.told, member.told_push = kept.ready, kept.told, kept.told_push
                member.attributes, member.latency_ms = values(kept.attributes), dict(kept.latency_ms)
        if len(party):
            if party.leader not in party:
                party.leader = party.members[0].player
            self._open(party)

    # --- steps of the above -----------------------------------------------------------------------------------------

    def _open(self, party: Party) -> None:
        self._parties[party.id] = self._by_code[party.code] = party
        self._touch(party)

    def _touch(self, party: Party) -> None:
        """It has changed: to be kept, and told."""
        self._keep(party)
        self.news.mark(party)

    def _keep(self, party: Party) -> None:
        if self.changed is not None:
            self.changed[party.id] = None
