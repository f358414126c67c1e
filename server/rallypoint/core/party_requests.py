"""Requests about parties: to create one, come in, leave; ready; and of its leader, to kick and to pass the lead on.

Wrong codes count as those of sessions do, with the same allowance: :mod:`.room_codes`.
"""

from __future__ import annotations

from typing import assert_never

from rallypoint_protocol.ids import PlayerId
from rallypoint_protocol.limits import PARTY_MAX
from rallypoint_protocol.messages import (
    Answer,
    PartyCreate,
    PartyJoin,
    PartyKick,
    PartyLead,
    PartyLeave,
    PartyReady,
)

from .lobby_session import LobbySession
from .parties import Parties
from .party import values
from .room_codes import Guesses

__all__ = ["PartyRequest", "PartyRequests"]

PartyRequest = PartyCreate | PartyJoin | PartyLeave | PartyReady | PartyKick | PartyLead


class PartyRequests:
    """Answers requests about parties."""

    def __init__(self, parties: Parties, guesses: Guesses) -> None:
        self._parties = parties
        self._guesses = guesses

    def answer(self, session: LobbySession, message: PartyRequest, address: str, now: float) -> Answer:
        """Carries the request out. ``address`` is the client's, for who tries too many codes."""
        match message:
            case PartyCreate():
                return self._create(session, message)
            case PartyJoin():
                return self._join(session, message, address, now)
            case PartyLeave():
                if session.party is None:
                    return _in_none(message.id)
                self._parties.out(session.party, "left")
                return Answer(message.id)
            case PartyReady():
                if session.party is None:
                    return _in_none(message.id)
                attributes = values(message.attributes)
                self._parties.ready(session.party, message.ready, attributes, message.latency_ms)
                return Answer(message.id)
            case PartyKick() | PartyLead():
                return self._led(session, message)
            case _:
                assert_never(message)

    def _create(self, session: LobbySession, message: PartyCreate) -> Answer:
        refusal = _cannot_come_in(session, message.id)
        if refusal is not None:
            return refusal
        if self._parties.full:
            return Answer(message.id, error="full", reason="there are too many parties: try again later")
        return Answer(message.id, value=self._parties.create(session))

    def _join(self, session: LobbySession, message: PartyJoin, address: str, now: float) -> Answer:
        refusal = _cannot_come_in(session, message.id)
        if refusal is not None:
            return refusal
        if not self._guesses.allowed(session, address, message.code, now):
            return Answer(message.id, error="too_fast", reason="too many codes that are wrong: wait a moment")
        party = self._parties.with_code(message.code)
        if party is None:
            self._guesses.missed(session, address, message.code, now)
            return Answer(message.id, error="unknown", reason="there is no party with that code")
        if session.player in party.kicked:
            return Answer(message.id, error="kicked", reason="you were removed from that party")
        if len(party) >= PARTY_MAX:
            return Answer(message.id, error="full", reason=f"a party has at most {PARTY_MAX} players")
        return Answer(message.id, value=self._parties.come_in(party, session))

    def _led(self, session: LobbySession, message: PartyKick | PartyLead) -> Answer:
        own = session.party
        if own is None:
            return _in_none(message.id)
        if own.party.leader != session.player:
            return Answer(message.id, error="not_leader", reason="only the leader of the party may do that")
        member = own.party.member(PlayerId(message.player))
        if member is None:
            return Answer(message.id, error="unknown", reason="there is nobody like that in your party")
        if isinstance(message, PartyLead):
            self._parties.lead(member)
        elif member is own:
            return Answer(message.id, error="refused", reason="you cannot remove yourself: leave the party")
        else:
            self._parties.kick(member)
        return Answer(message.id)


def _in_none(request_id: int) -> Answer:
    return Answer(request_id, error="not_in_party", reason="you are in no party")


def _cannot_come_in(session: LobbySession, request_id: int) -> Answer | None:
    """A player who is in one, or waits in a queue, does not come into another."""
    if session.party is not None:
        return Answer(request_id, error="already_in_party", reason="you are in a party: leave it first")
    if session.queue is not None:
        return Answer(request_id, error="already_queued", reason="you are waiting in a queue: cancel that first")
    return None
