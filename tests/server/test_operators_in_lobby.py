"""What operators do to those in the lobby: notices, and removal; also of who is away, waits, or is asked."""

from __future__ import annotations

import asyncio

import pytest

from rallypoint.core.lobby import NOTICES_BEHIND_BYTES_MAX, NOTICES_BEHIND_MAX
from rallypoint.core.lobby_session import LobbyState
from rallypoint.core.outgoing import Outgoing
from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.ids import LobbyId, PlayerId
from rallypoint_protocol.limits import PROTOCOL_VERSION
from rallypoint_protocol.messages import Ack, Hello, Push, Welcome
from tests.server.lobby_house import FakeStore, House
from tests.server.lobby_life import KeptEntries
from tests.server.match_house import DUEL, RANKED, Guest, Hall


def notice(text: str = "hi") -> dict[str, object]:
    return {"kind": "message", "text": text, "session": None, "until_ms": None}


def player_of(house: House, welcome: Welcome) -> PlayerId:
    session = house.lobby.find(LobbyId(welcome.lobby))
    assert session is not None
    return session.player


# --- notices ----------------------------------------------------------------------------------------------------------


def test_who_is_here_is_told_at_once_and_who_is_away_when_they_come_back_once() -> None:
    house = House()
    connection, welcome = house.guest("Ada")
    ada = player_of(house, welcome)
    assert house.host.notify(ada, notice("now"))
    assert connection.pushes() == [("notice", notice("now"))]
    connection.drop()
    assert not house.host.notify(ada, notice("later"))
    later, told = house.resume(welcome, event=1)
    assert [reply.data["text"] for reply in told if isinstance(reply, Push)] == ["later"]
    later.say(Ack(0, 0, 2))
    _, told = house.resume(welcome, event=2)
    assert [reply for reply in told if isinstance(reply, Push)] == []


def test_nobody_is_told_what_is_for_a_stranger() -> None:
    house = House()
    connection, _ = house.guest("Ada")
    assert not house.host.notify(PlayerId("nobody"), notice())
    assert connection.take() == []


@pytest.mark.parametrize("text", ["short", "x" * 300, "\U0001f600" * 300])
def test_however_much_operators_say_to_who_is_away_what_the_player_needs_stays(text: str) -> None:
    """An overflow would end the lobby session at the return."""
    house = House()
    ada_connection, ada = house.queued("Ada")
    ada_connection.drop()
    player = player_of(house, ada)
    for _ in range(2 * NOTICES_BEHIND_MAX):
        house.host.notify(player, notice(text))
    house.queued("Bob")  # who is matched with
    session = house.lobby.find(LobbyId(ada.lobby))
    assert session is not None
    assert session.pushes.lost == 0
    assert session.pushes.bytes <= NOTICES_BEHIND_BYTES_MAX + 4096
    _, told = house.resume(ada)
    assert isinstance(told[0], Welcome)
    kinds = [reply.kind for reply in told if isinstance(reply, Push)]
    assert len(kinds) <= NOTICES_BEHIND_MAX + 2
    assert kinds.count("notice") > 10


def test_once_the_player_has_taken_them_there_is_room_again() -> None:
    house = House()
    connection, welcome = house.guest("Ada")
    session = house.lobby.find(LobbyId(welcome.lobby))
    assert session is not None
    told = 0
    while house.host.notify(session.player, notice()):
        told += 1
    assert (told, house.lobby.may_notify(session)) == (NOTICES_BEHIND_MAX, False)
    connection.say(Ack(0, 0, told))
    assert house.lobby.may_notify(session)
    assert house.host.notify(session.player, notice())


def test_the_size_of_what_is_kept_is_known() -> None:
    outgoing: Outgoing[str] = Outgoing()
    for size in (10, 20, 30):
        outgoing.append("", size)
    assert outgoing.bytes == 60
    outgoing.ack(2)
    assert outgoing.bytes == 30


# --- removal ----------------------------------------------------------------------------------------------------------


def test_who_is_removed_is_told_why_and_neither_token_nor_ticket_is_good_any_more() -> None:
    house = House()
    connection, welcome = house.queued("Ada")
    player = player_of(house, welcome)
    assert house.host.remove(player)
    assert connection.closed is CloseCode.KICKED
    assert connection.reason == CloseCode.KICKED.policy.meaning
    assert house.lobby.of(player) is None
    assert house.lobby.waiting("orbit") == 0
    again, _ = house.resume(welcome)
    assert again.closed is CloseCode.UNKNOWN
    assert not house.host.remove(player)
    house.queued("Bob")
    assert house.sessions.created == 0, "nobody else waits"
    assert [text for _, text in house.host.stories.of(player)] == [
        "came",
        "waits in orbit",
        "removed by an operator",
    ]


def test_the_end_of_the_removed_players_connection_changes_nothing_more() -> None:
    house = House()
    connection, welcome = house.guest("Ada")
    player = player_of(house, welcome)
    house.host.remove(player)
    connection.drop()
    house.loop.advance(200.0)
    assert len(house.lobby) == 0
    assert house.lobby._register.connected == 0


def test_who_is_away_is_removed_too() -> None:
    house = House()
    connection, welcome = house.guest("Ada")
    player = player_of(house, welcome)
    connection.drop()
    assert house.host.remove(player)
    again, _ = house.resume(welcome)
    assert again.closed is CloseCode.UNKNOWN
    house.loop.advance(200.0)
    assert house.lobby._register.connected == 0


async def test_it_is_no_ban_a_guest_comes_again_as_a_newcomer_with_the_same_id() -> None:
    house = House(store=FakeStore(keeps_guests=True))
    connection = house.visit()
    [welcome] = connection.say(Hello(PROTOCOL_VERSION, "Ada"))
    house.host.remove(welcome.player)
    back = house.visit()
    back.say(Hello(PROTOCOL_VERSION, "Ada", "", welcome.player, welcome.secret))
    for _ in range(8):
        await asyncio.sleep(0)
    [again] = [reply for reply in back.take() if isinstance(reply, Welcome)]
    assert (again.player, again.resumed) == (welcome.player, False)
    assert again.lobby != welcome.lobby


async def _checked() -> tuple[Hall, Guest, Guest]:
    """Two who are asked whether they are ready; the second has said so."""
    hall = Hall(RANKED)
    ann, bob = hall.come("ann", "bob")
    for one in (ann, bob):
        one.enqueue("ranked")
    for _ in range(8):
        await asyncio.sleep(0)
    hall.go_on()
    for one in (ann, bob):
        one.listen()
        assert one.check
    bob.accept()
    return hall, ann, bob


async def test_one_who_is_removed_during_a_ready_check_ends_it_and_the_others_wait_on() -> None:
    hall, ann, bob = await _checked()
    assert hall.host.remove(PlayerId(ann.player))
    hall.go_on()
    bob.listen()
    assert bob.last("ready_check_off")["requeued"] is True
    assert bob.queue == "ranked"
    hall.go_on(60.0)
    assert hall.sessions.created == 0
    assert hall.lobby.of(PlayerId(ann.player)) is None


async def test_of_a_full_house_all_can_be_removed_one_by_one() -> None:
    hall = Hall(DUEL, RANKED)
    guests = hall.come(*(f"p{number}" for number in range(7)))
    for number, one in enumerate(guests):
        one.enqueue("ranked" if number % 2 else "duel")
        await asyncio.sleep(0)
    guests[3].drop()
    hall.go_on()
    for one in guests:
        assert hall.host.remove(PlayerId(one.player))
    hall.go_on(200.0)
    assert len(hall.lobby) == 0
    assert hall.lobby.waiting("ranked") == hall.lobby.waiting("duel") == 0
    assert hall.lobby._register.connected == 0


# --- if the server dies -----------------------------------------------------------------------------------------------


class Kept:
    """A house with a journal, and the one that comes after it."""

    def __init__(self) -> None:
        self.journal = KeptEntries()
        self.house = House(commit=self.journal.commit)

    def die(self) -> House:
        self.house = House(commit=self.journal.commit, after=self.house)
        self.house.host.restore(dict(self.journal.entries), 0.0, self.house.loop.now)
        return self.house


@pytest.mark.parametrize("state", [LobbyState.CONNECTED, LobbyState.AWAY])
def test_who_was_removed_is_not_back_after_the_server_died_and_others_are(state: LobbyState) -> None:
    kept = Kept()
    connection, ada = kept.house.queued("Ada")
    _, bob = kept.house.guest("Bob")
    player = player_of(kept.house, ada)
    if state is LobbyState.AWAY:
        connection.drop()
    assert kept.house.host.remove(player)
    house = kept.die()
    assert house.lobby.of(player) is None
    assert house.lobby.waiting("orbit") == 0
    again, _ = house.resume(ada)
    assert again.closed is CloseCode.UNKNOWN
    assert house.lobby.find(LobbyId(bob.lobby)) is not None


def test_a_notice_for_who_is_away_outlives_the_server() -> None:
    kept = Kept()
    connection, welcome = kept.house.guest("Ada")
    player = player_of(kept.house, welcome)
    connection.drop()
    kept.house.host.notify(player, notice("later"))
    _, told = kept.die().resume(welcome)
    assert [reply.data["text"] for reply in told if isinstance(reply, Push)] == ["later"]


def test_a_restored_lobby_session_can_be_removed_and_stays_so() -> None:
    kept = Kept()
    _, welcome = kept.house.guest("Ada")
    player = player_of(kept.house, welcome)
    house = kept.die()
    assert house.host.remove(player)
    assert kept.die().lobby.of(player) is None
