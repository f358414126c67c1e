"""Rematches without any I/O: who is asked, who is told what, and when it is over."""

from __future__ import annotations

from typing import Any

import pytest

from rallypoint.core.grace import Grace
from rallypoint.core.lobby_session import LobbySession
from rallypoint.core.lobby_ticket import Entrant, LobbyTicket
from rallypoint.core.rematch import PEOPLE_MAX, REMATCH_S, Rematches
from rallypoint_protocol.ids import LobbyId, PlayerId, Token
from rallypoint_protocol.messages import Rematch
from tests.server.fake_rooms import FakeRooms, Room


class Bar:
    """Players in the lobby, and what they are pushed."""

    def __init__(self, **options: int) -> None:
        self.now = 100.0
        self.rooms = FakeRooms(seats_max=200)
        self.sessions: dict[PlayerId, LobbySession] = {}
        self.pushed: list[tuple[str, str, dict[str, Any]]] = []
        self.rematches = Rematches(self.rooms, self.rooms, self.sessions.get, self.push, **options)
        self.ids = 0

    def push(self, session: LobbySession, kind: str, data: dict[str, Any]) -> int:
        self.pushed.append((session.player, kind, data))
        return len(self.pushed)

    def enter(self, *names: str) -> None:
        for name in names:
            player = PlayerId(name)
            self.sessions[player] = LobbySession(LobbyId(name), player, name, Token(bytes(32)), Grace(30.0, 120.0))

    def played(self, *names: str, game: str = "orbit", **fields: Any) -> Room:
        """A session that those have played, and that has ended; people among them are in the lobby."""
        room = self.rooms.open(game, *names, **fields)
        self.enter(*(name for name in names if not name.startswith("bot")))
        self.rooms.end(room)
        return room

    def wait(self, name):
        """The player waits in a queue."""
        session = self.sessions[PlayerId(name)]
        session.ticket = LobbyTicket((Entrant(session),), ("orbit",), 1, 0.0)

    def ask(self, name: str, room: Room | str, wanted: bool = True) -> str:
        self.ids += 1
        message = Rematch(self.ids, room if isinstance(room, str) else room.id, wanted)
        return self.rematches.ask(self.sessions[PlayerId(name)], message, self.now).error

    def told(self) -> list[tuple[str, str, Any]]:
        """Who was told what: who wants it, or why it is off."""
        pushed, self.pushed = self.pushed, []
        return [
            (player, kind, data["wanted"] if kind == "rematch" else data["reason"]) for player, kind, data in pushed
        ]


@pytest.fixture
def bar():
    return Bar()


# --- agreeing ---------------------------------------------------------------------------------------------------------


def test_who_wants_it_is_told_to_the_whole_group(bar):
    room = bar.played("ann", "bob", "cid")
    assert bar.ask("bob", room) == ""
    assert [player for player, _, _ in bar.pushed] == ["ann", "bob", "cid"]
    assert {kind for _, kind, _ in bar.pushed} == {"rematch"}
    assert bar.pushed[0][2] == {
        "session": room.id,
        "game": "orbit",
        "wanted": ["bob"],
        "group": ["ann", "bob", "cid"],
    }
    bar.told()
    bar.ask("ann", room)
    assert bar.told() == [(name, "rematch", ["ann", "bob"]) for name in ("ann", "bob", "cid")]


def test_when_all_want_it_it_is_agreed_and_another_begins(bar):
    room = bar.played("ann", "bob", "cid")
    for name in ("cid", "ann"):
        bar.ask(name, room)
    assert bar.rematches.take_agreed() == []
    bar.ask("bob", room)
    [agreed] = bar.rematches.take_agreed()
    assert (agreed.session, agreed.group.game) == (room.id, "orbit")
    assert [member.player for member in agreed.members] == ["bob", "cid", "ann"]
    assert bar.rematches.take_agreed() == []


def test_bots_are_not_asked_and_come_along(bar):
    room = bar.played("ann", "bot-1")
    bar.ask("ann", room)
    assert bar.pushed[0][2]["group"] == ["ann"]
    [agreed] = bar.rematches.take_agreed()
    assert [(member.player, member.bot) for member in agreed.members] == [("bot-1", True), ("ann", False)]


def test_wanting_it_twice_is_wanting_it_once(bar):
    room = bar.played("ann", "bob")
    bar.ask("ann", room)
    bar.told()
    assert bar.ask("ann", room) == ""
    assert bar.told() == []


# --- it is off --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked_before", [True, False])
def test_who_declines_ends_it_and_the_others_are_told(bar, asked_before):
    room = bar.played("ann", "bob", "cid")
    if asked_before:
        bar.ask("bob", room)
        bar.told()
    assert bar.ask("ann", room, wanted=False) == ""
    assert bar.told() == [("bob", "rematch_off", "declined"), ("cid", "rematch_off", "declined")]
    assert bar.ask("bob", room) == "refused"
    assert bar.ask("ann", room) == "refused"
    assert bar.told() == [], "nobody is pestered"


def test_who_changes_their_mind_declines(bar):
    room = bar.played("ann", "bob")
    bar.ask("ann", room)
    bar.told()
    bar.ask("ann", room, wanted=False)
    assert bar.told() == [("bob", "rematch_off", "declined")]
    assert bar.ask("bob", room) == "refused"


def test_who_leaves_the_lobby_ends_it(bar):
    room = bar.played("ann", "bob", "cid")
    bar.ask("ann", room)
    bar.told()
    del bar.sessions[PlayerId("cid")]
    bar.rematches.left(PlayerId("cid"))
    assert bar.told() == [("ann", "rematch_off", "left"), ("bob", "rematch_off", "left")]
    bar.rematches.left(PlayerId("ann"))
    assert bar.told() == []


def test_who_takes_a_seat_elsewhere_ends_it_unless_one_may_sit_in_both(bar):
    room = bar.played("ann", "bob")
    bar.ask("ann", room)
    bar.told()
    bar.rooms.shared_games.add("world")
    bar.rooms.open("world", "bob")
    bar.rematches.seated(PlayerId("bob"))
    assert bar.told() == []
    bar.rooms.open("chess", "bob")
    bar.rematches.seated(PlayerId("bob"))
    assert bar.told() == [("ann", "rematch_off", "left"), ("bob", "rematch_off", "left")]


@pytest.mark.parametrize("why", ["logged out", "queued", "seated"])
def test_with_somebody_gone_already_there_is_none(bar, why):
    room = bar.played("ann", "bob")
    match why:
        case "logged out":
            del bar.sessions[PlayerId("bob")]
        case "queued":
            bar.wait("bob")
        case "seated":
            bar.rooms.open("chess", "bob")
    assert bar.ask("ann", room) == ""
    assert ("ann", "rematch_off", "left") in bar.told()
    assert bar.rematches.take_agreed() == []


def test_it_ends_exactly_when_its_time_does(bar):
    room = bar.played("ann", "bob")
    bar.ask("ann", room)
    bar.told()
    assert bar.rematches.due == bar.now + REMATCH_S
    bar.rematches.poll(bar.now + REMATCH_S - 0.001)
    assert bar.told() == []
    bar.rematches.poll(bar.now + REMATCH_S)
    assert bar.told() == [("ann", "rematch_off", "expired"), ("bob", "rematch_off", "expired")]
    assert bar.rematches.due is None
    assert len(bar.rematches) == 0


def test_what_is_agreed_does_not_expire(bar):
    room = bar.played("ann", "bob")
    bar.ask("ann", room)
    bar.ask("bob", room)
    bar.told()
    bar.rematches.left(PlayerId("ann"))
    bar.rematches.poll(bar.now + REMATCH_S)
    assert bar.told() == []
    assert len(bar.rematches) == 0
    assert bar.rematches._of == {}


def test_what_could_not_be_placed_is_told(bar):
    room = bar.played("ann", "bob")
    bar.ask("ann", room)
    bar.ask("bob", room)
    bar.told()
    [agreed] = bar.rematches.take_agreed()
    bar.rematches.failed(agreed, [PlayerId("ann"), PlayerId("bob")])
    assert bar.told() == [("ann", "rematch_off", "refused"), ("bob", "rematch_off", "refused")]


# --- what cannot be done ----------------------------------------------------------------------------------------------


def test_a_session_that_goes_on_has_no_rematch(bar):
    room = bar.rooms.open("orbit", "ann", "bob")
    bar.enter("ann", "bob", "eve")
    assert bar.ask("ann", room) == "not_over"
    assert bar.ask("eve", room) == "unknown"


def test_only_who_played_it_may_ask(bar):
    room = bar.played("ann", "bob")
    bar.enter("eve")
    assert bar.ask("eve", room) == "unknown"
    assert bar.ask("ann", "no such session") == "unknown"
    bar.rooms.forgotten.add(room.id)
    assert bar.ask("ann", room) == "unknown"
    assert bar.told() == []


def test_who_waits_in_a_queue_or_sits_elsewhere_cannot_ask_but_may_decline(bar):
    room = bar.played("ann", "bob")
    bar.wait("ann")
    assert bar.ask("ann", room) == "already_queued"
    bar.rooms.open("chess", "bob")
    assert bar.ask("bob", room) == "already_seated"
    assert bar.ask("bob", room, wanted=False) == ""


def test_a_crowd_cannot_agree(bar):
    names = [f"p{n}" for n in range(PEOPLE_MAX + 1)]
    assert bar.ask("p0", bar.played(*names)) == "refused"
    assert bar.ask("p0", bar.played(*names[:-1], "bot-1", "bot-2")) == ""


def test_there_are_only_so_many_at_once():
    bar = Bar(offers_max=1)
    first, second = bar.played("ann", "bob"), bar.played("cid", "dan")
    assert bar.ask("ann", first) == ""
    assert bar.ask("cid", second) == "full"
    bar.rematches.poll(bar.now + REMATCH_S)
    assert bar.ask("cid", second) == ""


def test_nobody_is_told_more_than_once_a_member_whatever_the_others_do(bar):
    names = [f"p{n}" for n in range(PEOPLE_MAX)]
    room = bar.played(*names)
    for _ in range(100):
        for name in names[1:]:
            bar.ask(name, room)
    for _ in range(100):
        bar.ask("p1", room, wanted=False)
        bar.ask("p1", room)
    told = [player for player, _, _ in bar.told()]
    assert told.count("p0") <= PEOPLE_MAX + 1
