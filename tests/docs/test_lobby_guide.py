"""docs/lobby.md works as it stands there: its lines are typed in, one block after the other, beside a real server."""

from __future__ import annotations

import ast
import asyncio
import inspect
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from games.fourline.game import FourLine
from rallypoint.app import Server
from rallypoint.config import Settings
from rallypoint.core.orders import Order
from rallypoint.runtime.backend import Backend, Created
from rallypoint.runtime.invitations import Invited
from rallypoint_client import Identity, Kicked, Lobby, TakenOver, connect
from rallypoint_protocol.close import CloseCode
from rallypoint_protocol.ids import PlayerId

FOLDER = Path(__file__).parents[2] / "docs"
TEXT = (FOLDER / "lobby.md").read_text(encoding="utf-8")
SOON_S = 20.0


def block(title: str) -> str:
    """The Python under that heading, which has one block."""
    section = re.split(r"^## ", TEXT, flags=re.MULTILINE)
    (found,) = [part for part in section if part.startswith(title + "\n")]
    (source,) = re.findall(r"```python\n(.*?)```", found, re.DOTALL)
    return str(source)


PLAY = block("Play in turns").split("\nprint(")[0]
"""The function alone."""


class Prompt:
    """``python -m asyncio``, with the server's address in place of the guide's."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.names: dict[str, Any] = {"print": print}

    async def type_in(self, title: str) -> None:
        """Runs a block, to its end."""
        source = block(title).replace("ws://127.0.0.1:8000", self._server.lobby_url)
        code = compile(source, "docs/lobby.md", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        async with asyncio.timeout(SOON_S):
            result = eval(code, self.names)
            if inspect.iscoroutine(result):
                await result

    def __getitem__(self, name: str) -> Any:
        return self.names[name]


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    async with Server([FourLine], Settings(port=0, ops_port=0, data_dir=tmp_path / "data")) as running:
        yield running


@pytest.fixture
async def prompt(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Prompt]:
    monkeypatch.chdir(tmp_path)
    made = Prompt(server)
    yield made
    for lobby in [value for value in made.names.values() if isinstance(value, Lobby)]:
        await lobby.close()


async def until_printed(capsys: pytest.CaptureFixture[str], text: str) -> str:
    """What was printed up to that text."""
    out = ""
    async with asyncio.timeout(SOON_S):
        while text not in out:
            await asyncio.sleep(0.01)
            out += capsys.readouterr().out
    return out


async def test_the_guide_from_its_beginning_to_its_end(
    prompt: Prompt, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    await prompt.type_in("Come in, and be known again")
    ann, bob = prompt["ann"], prompt["bob"]
    assert ann.player in capsys.readouterr().out
    await prompt.type_in("Play with anybody")
    first = prompt["ann_seat"]
    await prompt.type_in("Play in turns")
    out = capsys.readouterr().out
    assert "s left" in out
    assert "no:" not in out
    assert first.result == prompt["bob_seat"].result is not None
    await prompt.type_in("Once more")
    assert "1 of 2 want to play again" in capsys.readouterr().out
    again = prompt["ann_seat"]
    assert again.session == prompt["bob_seat"].session != first.session
    assert again.index == 1 - first.index
    assert again.result is not None

    await prompt.type_in("Play by rules")
    out = capsys.readouterr().out
    assert re.search(r"a match in ranked: (9|10) s to say yes", out)
    assert re.search(r"team [01] of a match in ranked", out)
    await prompt.type_in("Why do I wait?")
    out = capsys.readouterr().out
    assert "another time" in out
    assert re.search(r"^  rating: 0 of 0 fit, next change in \d", out, re.MULTILINE)
    await prompt.type_in("In a party")
    out = capsys.readouterr().out
    assert "[('Ann', False, True), ('Bob', True, True)]" in out
    assert "together: True" in out
    assert "Ann is still in it; Bob's: left" in out

    await prompt.type_in("Open a session, and show what is open")
    showing = asyncio.create_task(prompt["show"](bob))
    out = await until_printed(capsys, "players are here")
    assert "Ann 1/2 waiting {'map': 'desert'" in out
    assert "1 fit; 2 players are here" in out
    await prompt["ann_seat"].describe(map="ice")
    await until_printed(capsys, "gone: 1")
    await prompt["ann_seat"].describe(map="desert", minutes=5)
    await until_printed(capsys, "new: 1")
    showing.cancel()
    await prompt.type_in("Join, chat, watch")
    out = capsys.readouterr().out
    assert "Bob good luck" in out
    assert "True 0.0" in out
    assert prompt["bob_seat"].session == prompt["ann_seat"].session

    await prompt.type_in("Private rooms, and leading")
    assert re.search(r"join with \w{6}\n", capsys.readouterr().out)
    with pytest.raises(Kicked):
        await prompt["dan_seat"].wait_closed()
    async with bob.sessions("fourline") as listing:
        assert prompt["cid_seat"].session not in [row.id for row in listing.rows]

    await prompt.type_in("Back after a reload")
    await prompt.type_in("Seats from a backend")
    await prompt.type_in("What operators say")
    players = server.desks.players
    assert players is not None
    players.message(ann.player, "op", "The server restarts at noon.")
    players.mute(bob.player, "Bob", "op", 5, "spam")
    assert re.search(r"muted until \d+  spam\n", await until_printed(capsys, "spam\n"))
    await prompt.type_in("When the answer is no")
    assert "unknown - " in capsys.readouterr().out


async def playing_pair(prompt: Prompt) -> None:
    """Ann and Bob in a session, and ``play`` known."""
    await prompt.type_in("Come in, and be known again")
    prompt.names["ann_seat"] = await prompt["ann"].create("fourline")
    prompt.names["bob_seat"] = await prompt["bob"].join(prompt["ann_seat"])
    exec(compile(PLAY, "docs/lobby.md", "exec"), prompt.names)


async def test_a_player_who_reloads_plays_on_in_the_seat(prompt: Prompt, capsys: pytest.CaptureFixture[str]) -> None:
    await playing_pair(prompt)
    await prompt.type_in("Back after a reload")
    await prompt["ann_seat"].close()
    await prompt["ann"].close()
    results = asyncio.gather(prompt["come_back"](), prompt["play"](prompt["bob_seat"]))
    async with asyncio.timeout(SOON_S):
        mine, bobs = await results
    assert mine == bobs is not None
    assert "back in fourline" in capsys.readouterr().out


async def test_who_plays_the_same_seat_elsewhere_is_told(prompt: Prompt, server: Server) -> None:
    await playing_pair(prompt)
    async with connect(server.lobby_url, identity=Identity.file("ann.json")) as lobby:
        assert [mine.session for mine in lobby.my_seats] == [prompt["ann_seat"].session]
        await lobby.join(lobby.my_seats[0])
        with pytest.raises(TakenOver):
            await prompt["ann_seat"].wait_closed()
        with pytest.raises(TakenOver):
            await prompt["ann"].chat()


async def test_a_seat_from_a_backend_is_followed(prompt: Prompt, server: Server) -> None:
    await prompt.type_in("Come in, and be known again")
    exec(compile(PLAY, "docs/lobby.md", "exec"), prompt.names)
    await prompt.type_in("Seats from a backend")
    lobbies = [prompt["ann"], prompt["bob"]]
    following = [asyncio.create_task(prompt["follow"](lobby)) for lobby in lobbies]
    await asyncio.sleep(0)  # they wait for an offer
    backend = Backend(server.node, server.store, server.lobby_host.offer)
    created = backend.create("fourline", Order(), [Invited(PlayerId(lobby.player), lobby.name) for lobby in lobbies])
    assert isinstance(created, Created)
    assert [seat.told for seat in created.seats] == [True, True]
    host = server.node.find(created.session.id)
    assert host is not None
    async with asyncio.timeout(SOON_S):
        while host.core.ended is None:
            await asyncio.sleep(0.01)
    assert host.core.ended.code is CloseCode.ENDED
    for task in following:
        task.cancel()
    await asyncio.gather(*following, return_exceptions=True)


def test_every_word_of_refusal_in_the_client_is_explained() -> None:
    client = "".join(
        path.read_text(encoding="utf-8") for path in (FOLDER.parent / "client" / "rallypoint_client").glob("lobby*.py")
    )
    raised = re.findall(r"RequestRefused: (.*?)(?=\n\s*\"\"\"|\n\n)", client, re.DOTALL)
    words = {word for text in raised for word in re.findall(r"``(\w+)``", text)}
    table = TEXT[TEXT.index("| code |") :]
    for word in words - {"reason", "cancelled", "declined", "left", "expired", "not_queued"}:
        assert f"`{word}`" in table, word


def test_what_the_page_links_to_exists() -> None:
    for target in re.findall(r"\]\(([\w./-]+)\)", TEXT):
        assert (FOLDER / target).exists(), target
