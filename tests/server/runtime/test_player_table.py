"""The table of players: what it keeps between two looks, and what of the lobby is in players' stories."""

from __future__ import annotations

import asyncio
import gc
import weakref
from typing import cast

import pytest

from rallypoint.core.mutes import Mute
from rallypoint.runtime import player_table
from rallypoint.runtime.lobby_host import LobbyHost
from rallypoint.runtime.player_info import PlayerFilter, PlayerTablePage
from rallypoint.runtime.player_stories import PlayerStories
from rallypoint.runtime.player_table import PlayerTable
from rallypoint_protocol.ids import PlayerId
from rallypoint_protocol.messages import CancelQueue, Listen, QuickMatch, Say
from tests.server.backend_house import ANN, BOB, BackendHouse
from tests.server.lobby_house import FakeConnection, House


def told(host: LobbyHost, player: PlayerId) -> list[str]:
    return [text for _, text in host.stories.of(player)]


def table_of(house: BackendHouse) -> PlayerTable:
    lobby = House().lobby  # nobody is there
    return PlayerTable(house.node, lobby, PlayerStories(lambda: 1), lambda: house.unix_s)


async def names(table: PlayerTable) -> PlayerTablePage:
    return await table.page(PlayerFilter(), "name", False, 0, 100)


async def test_what_was_seen_a_moment_ago_is_shown_to_all_and_then_looked_at_again() -> None:
    house = BackendHouse()
    table = table_of(house)
    house.session(ANN)
    assert (await names(table)).total == 1
    house.session(BOB)
    assert (await names(table)).total == 1
    house.now += 1.0
    assert (await names(table)).total == 2


async def test_those_who_look_at_once_look_together(monkeypatch: pytest.MonkeyPatch) -> None:
    house = BackendHouse()
    table = table_of(house)
    house.session(ANN)
    looks: list[float] = []
    clock = house.node.now

    def now() -> float:
        looks.append(clock())
        return looks[-1]

    monkeypatch.setattr(house.node, "now", now)
    pages = await asyncio.gather(*(names(table) for _ in range(5)))
    assert [page.total for page in pages] == [1] * 5
    assert len(looks) == 1


async def test_a_session_that_has_ended_is_not_kept_for_the_next_who_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(player_table, "_KEPT_S", 0.0)
    house = BackendHouse()
    table = table_of(house)
    host = weakref.ref(_Marked.put_in(house, house.session(ANN)))
    assert (await names(table)).total == 1
    house.node.hosts.clear()
    for _ in range(3):
        await asyncio.sleep(0)
    gc.collect()
    assert host() is None


async def test_a_newer_look_outlasts_the_timer_of_the_older() -> None:
    house = BackendHouse()
    table = table_of(house)
    await names(table)
    seen_at = house.now
    house.now += 1.0
    await names(table)
    newer = table._seen
    table._forget(seen_at)
    assert table._seen is newer is not None


class _Marked:
    """Stands in for a session's host, and can be referred to weakly."""

    def __init__(self, host: object) -> None:
        self._host = host

    def __getattr__(self, name: str) -> object:
        return getattr(self._host, name)

    @classmethod
    def put_in(cls, house: BackendHouse, session: object) -> _Marked:
        hosts = cast("dict[object, object]", house.node.hosts)
        marked = hosts[session] = cls(hosts[session])
        return marked


# --- stories ----------------------------------------------------------------------------------------------------------


def visitor(house: House) -> tuple[FakeConnection, PlayerId]:
    connection, welcome = house.guest("Ada")
    return connection, PlayerId(welcome.player)


def test_who_begins_to_wait_and_waits_no_more_has_it_in_the_story_once() -> None:
    house = House()
    connection, player = visitor(house)
    connection.say(QuickMatch(1, "orbit"))
    connection.say(QuickMatch(1, "orbit"))  # sent again, as after a lost connection
    connection.say(QuickMatch(2, "orbit"))  # refused: who waits, waits
    connection.say(CancelQueue(3))
    assert told(house.host, player) == ["came", "waits in orbit", "out of the queue"]


def test_what_a_muted_player_tries_to_say_is_in_the_story_once_however_often() -> None:
    house = House()
    connection, player = visitor(house)
    connection.say(Listen(1, ""))
    house.lobby.chats.mutes.set(Mute(player, "Ada", 3600.0, "op", "", 0.0))
    for number in range(2, 50):
        connection.say(Say(number, "", f"line {number}"))
    assert told(house.host, player) == ["came", "said something while muted"]
    house.host.stories.add(player, "muted by op")
    connection.say(Say(50, "", "still"))
    assert told(house.host, player)[-2:] == ["muted by op", "said something while muted"]
