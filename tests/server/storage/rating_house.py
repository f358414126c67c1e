"""Sessions of rated matches, and what a database says of ratings afterwards."""

from __future__ import annotations

from collections.abc import Sequence

from rallypoint.core.matchmaking.ticket import Rating
from rallypoint.core.orders import MatchOrder
from rallypoint.ports import SeatRecord, SessionRecord
from rallypoint_protocol.ids import PlayerId
from tests.server.storage.made import CREATED_AT, fetched, record

NEW = Rating()
CHANGES = (
    "SELECT player, session, mu_before, sigma_before, mu_after, sigma_after FROM rating_changes ORDER BY at, session"
)


def played(
    session: str, *players: str, queue: str = "ranked", minutes: float = 1.0, rated: bool = True
) -> SessionRecord:
    """A free-for-all that ended so long after the first: the players in the order of their places."""
    seats = tuple(SeatRecord(n, PlayerId(player), player.title(), False, "played") for n, player in enumerate(players))
    scores = {seat.seat: float(len(seats) - seat.seat) for seat in seats}
    match = MatchOrder(f"match-of-{session}", queue, (), rated=rated)
    ended_at = CREATED_AT + 60 * minutes
    result = {"winners": [0], "scores": scores, "reason": "", "data": {}}
    return record(session, seats=seats, result=result, match=match, ended_at=ended_at)


async def ratings(url: str) -> dict[tuple[str, str], tuple[Rating, int]]:
    """By queue and player: the rating, and how many games it comes from."""
    rows = await fetched(url, "SELECT queue, player, mu, sigma, games FROM ratings WHERE games > 0")
    return {(queue, player): (Rating(mu, sigma), games) for queue, player, mu, sigma, games in rows}


async def check_chains(url: str, sessions: Sequence[SessionRecord]) -> None:
    """Each session has changed each of its players' ratings once, from what the one before had left; none is lost."""
    changes: dict[str, dict[Rating, list[Rating]]] = {}
    seen = []
    for player, session, mu, sigma, mu_after, sigma_after in await fetched(url, CHANGES):
        changes.setdefault(player, {}).setdefault(Rating(mu, sigma), []).append(Rating(mu_after, sigma_after))
        seen.append((session, player))
    told = [(one.session, seat.player) for one in sessions for seat in one.seats]
    assert sorted(seen) == sorted(told)
    assert len(set(told)) == len(told)
    for (_, player), (rating, games) in (await ratings(url)).items():
        at, steps = NEW, 0
        while changes.get(player):
            (after,) = changes[player].pop(at)
            at, steps = after, steps + 1
        assert (at, steps) == (rating, games), player
    assert not any(changes.values())
