"""Which running sessions want players, and where: what a queue is told of them."""

from __future__ import annotations

from typing import Any

import pytest

from rallypoint.core.orders import Denial, MatchOrder
from rallypoint.runtime.backfills import BackfillFacts
from rallypoint_protocol.ids import PlayerId, SessionId

from .held_house import ANN, BOB, HeldHouse, Talk, Turns

CID, DAN = PlayerId("cid"), PlayerId("dan")
MATCH = MatchOrder("m1", "ranked", ((ANN,), (BOB,)), (2, 2), region="eu")


class Open(Talk, seats=(1, 4), tick_hz=20, grace_s=5, name="open"):
    """Wants players from the first moment on."""

    def created(self, options: dict[str, Any]) -> None:
        self.backfill()

    def signalled(self, name: str, data: Any) -> None:
        self.backfill(data)


def house() -> HeldHouse:
    return HeldHouse(games=(Talk, Turns, Open))


def played(place: HeldHouse, match: MatchOrder | None = MATCH) -> SessionId:
    session = place.session("open", match=match, quick=False)
    place.sit(session, ANN)
    place.sit(session, BOB)
    return session


async def test_a_session_that_asks_is_told_of_with_its_free_seats_by_team() -> None:
    place = house()
    session = played(place)
    assert place.node.backfills("ranked") == [
        BackfillFacts(session, (1, 1), ((ANN,), (BOB,)), "eu", place.host(session).core.backfill_since)
    ]
    assert place.node.backfills("casual") == []


async def test_one_that_does_not_ask_or_has_no_match_is_not() -> None:
    place = house()
    place.session("talk", match=MATCH)
    played(place, None)
    place.run(0.1)
    assert place.node.backfills("ranked") == []


async def test_a_reserved_seat_is_not_free() -> None:
    place = house()
    session = played(place)
    assert not isinstance(place.node.seat(session, CID, "Cid", place.now, team=1), Denial)
    (facts,) = place.node.backfills("ranked")
    assert (facts.free, facts.teams) == ((1, 0), ((ANN,), (BOB, CID)))
    assert not isinstance(place.node.seat(session, DAN, "Dan", place.now, team=0), Denial)
    assert place.node.backfills("ranked") == []


async def test_a_seat_is_free_again_when_its_player_has_left() -> None:
    place = house()
    session = played(place)
    host = place.host(session)
    seat = host.core.seats[1]
    assert seat is not None
    host.kick(seat)
    place.run(0.1)
    (facts,) = place.node.backfills("ranked")
    assert (facts.free, facts.teams) == ((1, 2), ((ANN,), ()))


async def test_a_session_that_asks_no_longer_is_gone_from_them_and_so_is_one_that_has_ended() -> None:
    place = house()
    session, other = played(place), place.session("open", match=MATCH)
    place.run(0.1)
    assert [facts.session for facts in place.node.backfills("ranked")] == [session, other]
    place.host(other).core.signalled("backfill", data=False)
    place.run(0.1)
    assert [facts.session for facts in place.node.backfills("ranked")] == [session]
    place.host(session).end("enough")
    place.run(0.1)
    assert place.node.backfills("ranked") == []


async def test_a_node_that_shuts_down_wants_nobody() -> None:
    place = house()
    played(place)
    place.node.draining = True
    assert place.node.backfills("ranked") == []


@pytest.mark.parametrize("checkpoint", [False, True])
async def test_after_kill_nine_the_same_session_wants_the_same_players(checkpoint: bool) -> None:
    place = house()
    session = place.session("open", match=MATCH, quick=False)
    sockets = [place.sit(session, ANN), place.sit(session, BOB)]
    assert not isinstance(place.node.seat(session, CID, "Cid", place.now, team=1), Denial)
    place.run(6.0 if checkpoint else 0.1)
    again = place.die(away_s=1.0)
    assert again.node.backfills("ranked") == []  # it makes no steps yet
    for socket in sockets:
        assert socket.seated is not None
        again.take(session, socket.seated.token, epoch=1)
    again.run(3.0)  # Cid does not come back, and the seat is Cid's for some time yet
    match = again.host(session).core.order.match
    assert match is not None
    assert match.teams == ((ANN,), (BOB, CID))
    (facts,) = again.node.backfills("ranked")
    assert (facts.free, facts.teams) == ((1, 0), ((ANN,), (BOB, CID)))
