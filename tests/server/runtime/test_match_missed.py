"""Who was matched and is not there for the start, and who came later: the record of a session says it, for ratings."""

from __future__ import annotations

import pytest

from rallypoint.core.orders import Denial, MatchOrder
from rallypoint.ports import SessionRecord
from rallypoint.storage.standings import standings
from rallypoint_protocol.ids import PlayerId, SessionId

from .held_house import ANN, BOB, HeldHouse, Socket, Talk

CID, DAN = PlayerId("cid"), PlayerId("dan")
MATCH = MatchOrder("m1", "ranked", ((ANN,), (BOB,)), (2, 2), rated=True)


class Slow(Talk, seats=(2, 4), tick_hz=20, grace_s=5, name="slow"):
    """Starts with two."""


class House(HeldHouse):
    """A session of two that were matched."""

    def __init__(self, game: str = "talk") -> None:
        super().__init__(games=(Talk, Slow))
        self.id = self.session(game, match=MATCH, quick=False)

    def late(self, player: PlayerId, team: int = 1) -> bytes:
        reserved = self.node.seat(self.id, player, player.title(), self.now, team=team)
        assert not isinstance(reserved, Denial)
        return reserved[1]

    def leave(self, player: PlayerId) -> None:
        seat = self.host(self.id).core.seating.of(player)
        assert seat is not None
        self.host(self.id).core.leave(seat, self.now)
        self.run(0.1)

    def over(self, socket: Socket) -> SessionRecord:
        self.say(socket, self.id, "over")
        self.run(0.1)
        (record,) = self.shelf.ends
        return record


def rated(record: SessionRecord) -> dict[str, bool]:
    """Who is, and whether as one who has left."""
    return {one.player: one.left for one in standings(record)}


async def test_when_all_were_there_the_match_is_rated() -> None:
    house = House()
    ann = house.sit(house.id, ANN)
    house.sit(house.id, BOB)
    record = house.over(ann)
    assert record.match == MATCH
    assert rated(record) == {ANN: False, BOB: False}


async def test_who_leaves_while_it_runs_has_lost() -> None:
    house = House()
    ann = house.sit(house.id, ANN)
    house.sit(house.id, BOB)
    house.leave(BOB)
    assert rated(house.over(ann)) == {ANN: False, BOB: True}


async def test_it_is_not_rated_when_somebody_never_came() -> None:
    house = House()
    house.reserve(house.id, BOB)
    ann = house.sit(house.id, ANN)
    house.run(16.0)
    record = house.over(ann)
    assert record.match is not None
    assert record.match.missed == (BOB,)
    assert record.match.rated
    assert rated(record) == {}


async def test_it_is_not_rated_when_it_was_over_before_somebody_had_to_come() -> None:
    house = House()
    house.reserve(house.id, BOB)
    ann = house.sit(house.id, ANN)
    house.run(4.0)
    record = house.over(ann)
    assert record.match is not None
    assert record.match.missed == (BOB,)


async def test_it_is_not_rated_when_somebody_left_before_the_start() -> None:
    house = House("slow")
    anns = house.reserve(house.id, ANN)
    house.sit(house.id, BOB)
    house.leave(BOB)
    ann = house.take(house.id, anns)
    cid = house.take(house.id, house.late(CID))
    house.run(4.0)
    assert cid.seated is not None
    record = house.over(ann)
    assert record.match is not None
    assert (record.match.missed, record.match.late) == ((BOB,), (CID,))
    assert rated(record) == {}


async def test_who_came_later_is_rated_only_if_still_there_at_the_end() -> None:
    house = House()
    ann = house.sit(house.id, ANN)
    house.sit(house.id, BOB)
    house.take(house.id, house.late(CID))
    house.take(house.id, house.late(DAN, 0))
    house.run(0.1)
    house.leave(DAN)
    record = house.over(ann)
    assert record.match is not None
    assert record.match.late == (CID, DAN)
    assert rated(record) == {ANN: False, BOB: False, CID: False}


async def test_who_was_to_come_later_and_did_not_is_not_missed() -> None:
    house = House()
    ann = house.sit(house.id, ANN)
    house.sit(house.id, BOB)
    house.late(CID)
    house.run(16.0)
    assert rated(house.over(ann)) == {ANN: False, BOB: False}


async def test_who_leaves_and_comes_back_by_a_backfill_undoes_nothing() -> None:
    house = House()
    ann = house.sit(house.id, ANN)
    house.sit(house.id, BOB)
    house.leave(BOB)
    house.late(BOB)
    house.run(16.0)
    record = house.over(ann)
    assert record.match == MATCH
    assert rated(record) == {ANN: False, BOB: True}


@pytest.mark.parametrize("checkpoint", [False, True])
async def test_it_is_known_after_kill_nine(checkpoint: bool) -> None:
    house = House()
    house.reserve(house.id, BOB)
    ann = house.sit(house.id, ANN)
    house.run(16.0)
    house.late(CID)
    house.run(6.0 if checkpoint else 0.1)
    again = house.die(away_s=1.0)
    assert ann.seated is not None
    again.take(SessionId(house.id), ann.seated.token, epoch=1)
    again.run(3.0)
    match = again.host(house.id).core.order.match
    assert match is not None
    assert (match.missed, match.late) == ((BOB,), (CID,))


async def test_a_result_that_was_not_stored_is_told_again_with_its_match() -> None:
    house = House()
    ann = house.sit(house.id, ANN)
    house.sit(house.id, BOB)
    house.take(house.id, house.late(CID))
    record = house.over(ann)
    again = house.die()
    again.run(1.0)
    assert again.shelf.ends == [record, record]
    assert standings(again.shelf.ends[1]) == standings(record) != []
