"""Sessions that players create, find, join, watch and lead."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import ClassVar

import pytest

from rallypoint import Game, Refused
from rallypoint.core.orders import Denial, Order, SpectatorOffer
from rallypoint.core.quick_match import SeatOffer
from rallypoint.runtime.ambient import Ambient
from rallypoint.runtime.node import Node, NodeSettings
from rallypoint.runtime.rooms import NodeRooms
from rallypoint.storage.journal_off import JournalOff
from rallypoint_protocol.ids import LobbyId, PlayerId, SessionId

NOW = 1000.0
ANN, BOB, CID = PlayerId("ann"), PlayerId("bob"), PlayerId("cid")
LOBBY = LobbyId("lobby")


class Duel(Game, seats=(1, 2), tick_hz=0, name="duel"):
    uses: ClassVar = []

    def created(self, options: dict[str, object]) -> None:
        if options.get("map") == "none":
            raise Refused("no such map")


class Chess(Game, seats=2, tick_hz=0, exclusive=False, spectators=0, name="chess"):
    uses: ClassVar = []


@pytest.fixture
async def node() -> AsyncIterator[Node]:
    made = Node(
        [Duel.definition(), Chess.definition()],
        NodeSettings(sessions_max=4),
        JournalOff(),
        asyncio.get_running_loop(),
        Ambient(clock=lambda: NOW),
    )
    yield made
    made.ticker.stop()


@pytest.fixture
def rooms(node: Node) -> NodeRooms:
    return NodeRooms(node)


def created(rooms: NodeRooms, player: PlayerId = ANN, game: str = "duel", **order: object) -> SeatOffer:
    offer = rooms.create_for(player, player.title(), LOBBY, game, Order(**order), NOW)  # type: ignore[arg-type]  # a test's
    assert isinstance(offer, SeatOffer), offer
    return offer


def denied(answer: object) -> str:
    assert isinstance(answer, Denial), answer
    return answer.error


def joined(rooms: NodeRooms, player: PlayerId, session: str, code: str = "") -> SeatOffer | SpectatorOffer | Denial:
    return rooms.join(player, player.title(), LOBBY, SessionId(session), code, NOW)


def step(node: Node, session: SessionId) -> None:
    """Makes the steps that are due: nobody waits for the ticker here."""
    host = node.hosts[session]
    while host.running and host.core.stimuli_waiting:
        host.step(NOW)
        host.committed(host.tick)
        host.send()


async def test_who_creates_a_session_has_its_first_seat_and_leads_it(node: Node, rooms: NodeRooms):
    offer = created(rooms, meta={"map": "dunes"})
    row = rooms.row(offer.session_id)
    assert row is not None
    assert (row.game, row.players, row.free, row.leader, row.meta) == ("duel", 1, 1, "Ann", {"map": "dunes"})
    assert (offer.seat, offer.code) == (0, "")


async def test_a_seat_that_is_given_back_is_free_again_and_its_player_may_sit_elsewhere(node: Node):
    session = node.create("duel", NOW)
    assert not isinstance(session, Denial)
    unseated: list[PlayerId] = []
    node.unseated = unseated.append
    assert not isinstance(node.reserve(session, ANN, "Ann", LOBBY, NOW), Denial)
    assert not isinstance(node.reserve(session, BOB, "Bob", LOBBY, NOW), Denial)
    node.give_back(session, ANN)
    assert unseated == [ANN]
    assert not node.is_seated(ANN)
    assert node.may_sit(ANN, "duel")
    step(node, session)
    assert not isinstance(node.reserve(session, CID, "Cid", LOBBY, NOW), Denial)
    node.give_back(session, ANN)
    node.give_back(SessionId("gone"), ANN)
    assert unseated == [ANN]


async def test_a_private_session_is_not_listed_and_is_joined_by_its_code_alone(rooms: NodeRooms):
    offer = created(rooms, private=True)
    assert list(rooms.rows()) == []
    assert denied(joined(rooms, BOB, offer.session_id)) == "unknown"
    assert denied(joined(rooms, BOB, offer.session_id, "AAAAAA")) == "unknown"
    seat = joined(rooms, BOB, "", offer.code.lower())
    assert isinstance(seat, SeatOffer)
    assert seat.session_id == offer.session_id
    assert len(offer.code) == 6


async def test_quick_matches_do_not_fill_private_sessions(node: Node, rooms: NodeRooms):
    created(rooms, private=True)
    public = created(rooms, BOB)
    assert [session.session_id for session in node.open_sessions("duel")] == [public.session_id]


async def test_who_has_a_seat_gets_it_again_with_a_new_token(node: Node, rooms: NodeRooms):
    offer = created(rooms, private=True)
    again = joined(rooms, ANN, offer.session_id)
    assert isinstance(again, SeatOffer)
    assert (again.session_id, again.seat) == (offer.session_id, 0)
    assert again.token != offer.token
    assert node.locate(offer.session_id, again.token) is not None
    assert rooms.seats_of(ANN) == [(offer.session_id, "duel")]


async def test_who_comes_back_before_the_step_that_frees_the_old_seat_is_still_seated(node: Node, rooms: NodeRooms):
    session = created(rooms, private=True).session_id
    core = node.hosts[session].core
    old = core.seating.of(ANN)
    assert old is not None
    core.leave(old, NOW)
    node.seat_given_up(node.hosts[session], old)
    assert isinstance(joined(rooms, ANN, session), SeatOffer)
    step(node, session)
    assert rooms.seats_of(ANN) == [(session, "duel")]


async def test_whoever_waits_hears_of_a_room_that_was_opened(node: Node, rooms: NodeRooms):
    heard: list[int] = []
    node.capacity = lambda: heard.append(sum(each.free for each in node.open_sessions("duel")))
    created(rooms)
    assert heard == [1], "after its creator has a seat"
    created(rooms, BOB, private=True)
    assert heard == [1]


async def test_a_player_has_a_seat_in_one_exclusive_session_at_a_time(rooms: NodeRooms):
    created(rooms)
    assert denied(rooms.create_for(ANN, "Ann", LOBBY, "duel", Order(), NOW)) == "already_seated"
    other = created(rooms, BOB)
    assert denied(joined(rooms, ANN, other.session_id)) == "already_seated"


async def test_seats_in_sessions_that_are_not_exclusive_do_not_count(rooms: NodeRooms):
    created(rooms, ANN, "chess")
    created(rooms, ANN, "chess")
    created(rooms, ANN, "duel")
    assert [game for _, game in rooms.seats_of(ANN)] == ["chess", "chess", "duel"]


async def test_a_full_session_and_a_locked_one_say_so(rooms: NodeRooms):
    offer = created(rooms)
    assert rooms.lock(ANN, offer.session_id, True, NOW) is None
    assert denied(joined(rooms, BOB, offer.session_id)) == "locked"
    assert rooms.lock(ANN, offer.session_id, False, NOW) is None
    assert isinstance(joined(rooms, BOB, offer.session_id), SeatOffer)
    assert denied(joined(rooms, CID, offer.session_id)) == "full"


async def test_a_lock_takes_a_session_out_of_quick_matches_and_puts_it_back(node: Node, rooms: NodeRooms):
    offer = created(rooms)
    rooms.lock(ANN, offer.session_id, True, NOW)
    assert list(node.open_sessions("duel")) == []
    rooms.lock(ANN, offer.session_id, False, NOW)
    assert [session.session_id for session in node.open_sessions("duel")] == [offer.session_id]


async def test_only_the_leader_locks_describes_and_kicks(node: Node, rooms: NodeRooms):
    offer = created(rooms)
    joined(rooms, BOB, offer.session_id)
    session = offer.session_id
    assert denied(rooms.lock(BOB, session, True, NOW)) == "not_allowed"
    assert denied(rooms.describe(BOB, session, {}, NOW)) == "not_allowed"
    assert denied(rooms.kick(BOB, session, ANN, NOW)) == "not_allowed"
    assert denied(rooms.kick(CID, session, ANN, NOW)) == "unknown"
    assert denied(rooms.kick(ANN, session, CID, NOW)) == "unknown"


async def test_who_was_kicked_does_not_come_back(node: Node, rooms: NodeRooms):
    offer = created(rooms)
    joined(rooms, BOB, offer.session_id)
    assert rooms.kick(ANN, offer.session_id, BOB, NOW) is None
    step(node, offer.session_id)
    assert denied(joined(rooms, BOB, offer.session_id)) == "kicked"
    assert denied(rooms.spectate(BOB, "Bob", offer.session_id, "", NOW)) == "kicked"
    assert not node.is_seated(BOB)


async def test_when_the_leader_leaves_whoever_came_first_leads(node: Node, rooms: NodeRooms):
    offer = created(rooms)
    joined(rooms, BOB, offer.session_id)
    host = node.hosts[offer.session_id]
    ann = host.core.seating.of(ANN)
    assert ann is not None
    host.core.leave(ann, NOW)
    host.stir()
    step(node, offer.session_id)
    assert rooms.lock(BOB, offer.session_id, True, NOW) is None
    row = rooms.row(offer.session_id)
    assert row is not None
    assert row.leader == "Bob"


async def test_lists_are_told_of_every_change_of_a_row_and_of_its_end(node: Node, rooms: NodeRooms):
    told: list[SessionId] = []
    node.listed = told.append
    offer = created(rooms)
    assert told
    for change in (
        lambda: rooms.lock(ANN, offer.session_id, True, NOW),
        lambda: rooms.lock(ANN, offer.session_id, False, NOW),
        lambda: joined(rooms, BOB, offer.session_id),
        lambda: rooms.describe(ANN, offer.session_id, {"map": "ice"}, NOW),
        lambda: rooms.spectate(CID, "Cid", offer.session_id, "", NOW),
        lambda: rooms.kick(ANN, offer.session_id, BOB, NOW) or step(node, offer.session_id),
    ):
        before = rooms.row(offer.session_id)
        told.clear()
        change()
        assert told == [offer.session_id] * len(told)
        assert told
        assert rooms.row(offer.session_id) != before
    told.clear()
    node.hosts[offer.session_id].end("enough")
    step(node, offer.session_id)
    assert told
    assert rooms.row(offer.session_id) is None


async def test_a_game_that_refuses_the_options_says_why_and_leaves_nothing(node: Node, rooms: NodeRooms):
    answer = rooms.create_for(ANN, "Ann", LOBBY, "duel", Order(options={"map": "none"}), NOW)
    assert answer == Denial("refused", "no such map")
    assert (len(node.hosts), node.is_seated(ANN), node.counts.sessions_failed) == (0, False, 0)


async def test_a_full_node_says_so(rooms: NodeRooms):
    for number in range(4):
        created(rooms, PlayerId(f"p{number}"))
    assert denied(rooms.create_for(ANN, "Ann", LOBBY, "duel", Order(), NOW)) == "node_full"


async def test_whoever_watches_is_told_how_late_and_a_player_may_not_watch_the_own_game(rooms: NodeRooms):
    offer = created(rooms)
    watching = rooms.spectate(BOB, "Bob", offer.session_id, "", NOW)
    assert isinstance(watching, SpectatorOffer)
    assert (watching.session_id, watching.delay_s) == (offer.session_id, 0.0)
    assert rooms.takes_part(BOB, offer.session_id)
    assert denied(rooms.spectate(ANN, "Ann", offer.session_id, "", NOW)) == "already_seated"
    chess = created(rooms, ANN, "chess")
    assert denied(rooms.spectate(BOB, "Bob", chess.session_id, "", NOW)) == "not_allowed"


async def test_the_group_of_a_session_is_known_once_it_has_ended(node: Node, rooms: NodeRooms):
    offer = created(rooms, options={"map": "ice"})
    joined(rooms, BOB, offer.session_id)
    assert rooms.group(offer.session_id, NOW) is None
    host = node.hosts[offer.session_id]
    host.end("enough")
    step(node, offer.session_id)
    group = rooms.group(offer.session_id, NOW)
    assert group is not None
    assert [member.player for member in group.members] == [ANN, BOB]
    assert group.order.options == {"map": "ice"}


async def test_a_code_is_free_again_when_its_session_has_ended(node: Node, rooms: NodeRooms):
    offer = created(rooms, private=True)
    node.hosts[offer.session_id].end("enough")
    step(node, offer.session_id)
    assert denied(joined(rooms, BOB, "", offer.code)) == "unknown"
    assert node.codes == {}


async def test_bots_are_not_counted_among_those_who_play(node: Node, rooms: NodeRooms):
    offer = created(rooms)
    node.seat(offer.session_id, PlayerId("bot-1"), "Bot", NOW, bot=True)
    assert rooms.playing() == 1


async def test_who_was_kicked_is_told_so_also_before_the_step_that_frees_the_seat(node: Node, rooms: NodeRooms):
    offer = created(rooms)
    joined(rooms, BOB, offer.session_id)
    assert rooms.kick(ANN, offer.session_id, BOB, NOW) is None
    assert denied(joined(rooms, BOB, offer.session_id)) == "kicked"


async def test_who_has_left_may_sit_elsewhere_at_once_and_the_lobby_is_told_once(node: Node, rooms: NodeRooms):
    told: list[PlayerId] = []
    node.unseated = told.append
    offer = created(rooms)
    host = node.hosts[offer.session_id]
    seat = host.core.seating.of(ANN)
    assert seat is not None
    host.core.leave(seat, NOW)
    node.seat_given_up(host, seat)
    assert created(rooms).session_id != offer.session_id
    step(node, offer.session_id)
    assert told == [ANN]


async def test_who_has_left_may_come_back_to_the_same_session_before_the_seat_is_free(node: Node, rooms: NodeRooms):
    offer = created(rooms)
    joined(rooms, BOB, offer.session_id)
    host = node.hosts[offer.session_id]
    seat = host.core.seating.of(BOB)
    assert seat is not None
    host.core.leave(seat, NOW)
    node.seat_given_up(host, seat)
    assert denied(joined(rooms, BOB, offer.session_id)) == "full"
    step(node, offer.session_id)
    assert isinstance(joined(rooms, BOB, offer.session_id), SeatOffer)
