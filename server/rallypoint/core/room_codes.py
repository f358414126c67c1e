"""Guesses at sessions: whoever names one that is not there may do so for a while, and then not even a right one counts.

A room code has six characters, so it could be guessed by one who may guess without end. Each wrong one takes from the
lobby session's allowance; a wrong *code* also takes from that of the client's address (an IPv6 address counts as its
/64). Codes of parties (:mod:`.party_requests`) count as those of rooms do. With either used up, the request is answered
``too_fast`` before anybody looks whether it is right: within that time a right code and a wrong one look alike. Ids of
sessions have 64 random bits and are on public lists: a stale one is only held against the lobby session, so that a
school behind one address is not locked out by one of its pupils.

At the rates below an address tries a code a second. There are about 10^9: with 1,000 private sessions open at once, one
is hit in about eleven days.

Bounded: ``addresses_max`` addresses; when the table is full, the one that guessed least recently is forgotten.
"""

from __future__ import annotations

from typing import Final

from .bucket import Bucket, Rate
from .limits import origin_network
from .lobby_session import LobbySession

__all__ = ["ADDRESS_RATE", "SESSION_RATE", "Guesses"]

SESSION_RATE: Final = Rate(per_second=0.5, burst=10)
ADDRESS_RATE: Final = Rate(per_second=1.0, burst=60)


class Guesses:
    """Who has named sessions that are not there. ``code``: a room code was given; ``address`` may be empty (none)."""

    def __init__(self, addresses_max: int = 10_000) -> None:
        self._addresses_max = addresses_max
        self._by_network: dict[str, Bucket] = {}  # in order of the last wrong guess

    def __len__(self) -> int:
        return len(self._by_network)

    def allowed(self, session: LobbySession, address: str, code: str, now: float) -> bool:
        """False if the request is not to be looked at now, right or wrong."""
        if session.guesses is not None and not session.guesses.ready(now):
            return False
        if not code:
            return True
        bucket = self._by_network.get(origin_network(address))
        return bucket is None or bucket.ready(now)

    def missed(self, session: LobbySession, address: str, code: str, now: float) -> None:
        """There is no such session."""
        if session.guesses is None:
            session.guesses = Bucket(SESSION_RATE, now)
        session.guesses.take(now)
        if not code:
            return
        network = origin_network(address)
        bucket = self._by_network.pop(network, None)
        if bucket is None:
            if len(self._by_network) >= self._addresses_max:
                del self._by_network[next(iter(self._by_network))]
            bucket = Bucket(ADDRESS_RATE, now)
        self._by_network[network] = bucket
        bucket.take(now)
