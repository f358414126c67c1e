"""The web port: pages of games, the browser SDK, and nothing else of the machine."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import json
import os
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import pytest

from rallypoint.app import Server
from rallypoint.config import Settings
from rallypoint.web.app import HIDDEN_OF_SDK, web_app
from rallypoint.web.files import Files
from rallypoint.web.site import GamePage, Site
from tests.server.live import Toy

GAME = """
from rallypoint import Game, Player

class Pond(Game[Player], seats=(1, 2), tick_hz=20): ...

class Hidden(Pond, seats=(1, 2), spectators=0, name="hidden"): ...
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project outside of this repository: a game, and secrets beside its page."""
    (tmp_path / "pond_game.py").write_text(GAME)
    (tmp_path / "secret.txt").write_text("secret")
    web = tmp_path / "web"
    (web / "pictures").mkdir(parents=True)
    (web / "index.html").write_text("<!doctype html><title>Pond</title>")
    (web / "pond.js").write_text("export const pond = 1;")
    (web / "pictures" / "index.html").write_text("pictures")
    (web / ".hidden").write_text("secret")
    os.symlink(tmp_path / "secret.txt", web / "link.txt")
    return tmp_path


@pytest.fixture
def pond(folder: Path) -> Iterator[Any]:
    spec = importlib.util.spec_from_file_location("pond_game", folder / "pond_game.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["pond_game"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["pond_game"]


@pytest.fixture
def sdk(tmp_path: Path) -> Files:
    kit = tmp_path / "js"
    for name in ("rallypoint.js", "src/seat.js", "test/seat.test.js", "bench/decode.js", "node_modules/x.js"):
        (kit / name).parent.mkdir(parents=True, exist_ok=True)
        (kit / name).write_text("export {};")
    return Files(kit, HIDDEN_OF_SDK)


def client_of(*games: Any, sdk: Files, players: dict[str, int] | None = None) -> httpx.AsyncClient:
    pages = [GamePage(game.definition()) for game in games]
    site = Site(pages, lambda: players or {}, lambda: {"port": 8000, "tls": False}, "1.2.3")
    transport = httpx.ASGITransport(web_app(site, sdk))
    return httpx.AsyncClient(transport=transport, base_url="http://play.test")


@pytest.fixture
async def client(pond: Any, sdk: Files) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(pond.Pond, Toy, sdk=sdk, players={"pond": 1}) as client:
        yield client


async def test_a_page_is_the_folder_web_beside_the_module_of_its_game(client: httpx.AsyncClient):
    answer = await client.get("/play/pond/")
    assert (answer.status_code, answer.text) == (200, "<!doctype html><title>Pond</title>")
    assert (await client.get("/play/pond/pond.js")).text == "export const pond = 1;"


async def test_the_address_of_a_game_without_its_last_slash_leads_to_its_page(client: httpx.AsyncClient):
    answer = await client.get("/play/pond?replay=s1&tick=5")
    assert (answer.status_code, answer.headers["location"]) == (307, "/play/pond/?replay=s1&tick=5")
    answer = await client.get("/play/pond/pictures", follow_redirects=True)
    assert (str(answer.url), answer.text) == ("http://play.test/play/pond/pictures/", "pictures")


@pytest.mark.parametrize(
    ("path", "type_"),
    [
        ("/play/pond/", "text/html; charset=utf-8"),
        ("/play/pond/pond.js", "text/javascript; charset=utf-8"),
        ("/sdk/rallypoint.js", "text/javascript; charset=utf-8"),
        ("/config.json", "application/json"),
    ],
)
async def test_everything_says_what_it_is_and_that_browsers_must_not_guess(
    client: httpx.AsyncClient, path: str, type_: str
):
    headers = (await client.get(path)).headers
    assert headers["content-type"] == type_
    assert headers["x-content-type-options"] == "nosniff"
    assert len(headers.get_list("content-type")) == 1


async def test_a_page_runs_scripts_of_this_port_alone_and_none_that_are_written_into_it(client: httpx.AsyncClient):
    for path in ("/", "/play/pond/", "/nothing"):
        policy = (await client.get(path)).headers["content-security-policy"]
        rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
        assert rules["default-src"] == "'none'"
        assert rules["style-src"] == "'self'"
        assert rules["script-src"] == "'self' 'wasm-unsafe-eval'"  # a physics engine may be WebAssembly
        assert rules["connect-src"] == "'self' ws: wss:"


async def test_a_file_is_asked_for_again_and_sent_only_if_it_has_changed(client: httpx.AsyncClient, folder: Path):
    first = await client.get("/play/pond/pond.js")
    assert first.headers["cache-control"] == "no-cache"
    known = {"If-None-Match": first.headers["etag"]}
    again = await client.get("/play/pond/pond.js", headers=known)
    assert (again.status_code, again.content) == (304, b"")
    (folder / "web" / "pond.js").write_text("export const pond = 22;")
    assert (await client.get("/play/pond/pond.js", headers=known)).text == "export const pond = 22;"


OUTSIDE = (
    "../secret.txt", "%2e%2e/secret.txt", "..%2fsecret.txt", "pictures/../../secret.txt", "..%5csecret.txt", "link.txt",
    ".hidden", "%2e/index.html", "//index.html", "/etc/passwd", "%00", "C:%5csecret.txt", "x" * 2000,
    "pictures//index.html",
)  # fmt: skip


@pytest.mark.parametrize("path", OUTSIDE)
async def test_nothing_outside_of_the_folder_and_nothing_hidden_is_served(pond: Any, sdk: Files, path: str):
    """Also if a client does not tidy its paths up."""
    pages = [GamePage(pond.Pond.definition())]
    application = web_app(Site(pages, dict, lambda: "", ""), sdk)
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": b""}

    raw = f"/play/pond/{path}"
    scope = {
        "type": "http", "method": "GET", "path": unquote(raw), "raw_path": raw.encode(), "query_string": b"",
        "headers": [(b"host", b"x")], "scheme": "http", "server": ("x", 80), "client": ("x", 1), "root_path": "",
    }  # fmt: skip
    await application(scope, receive, send)
    assert sent[0]["status"] == 404
    assert not any(b"secret" in message.get("body", b"") for message in sent)


async def test_the_sdk_is_served_without_its_tests_and_tools(client: httpx.AsyncClient):
    assert (await client.get("/sdk/src/seat.js")).status_code == 200
    for path in ("test/seat.test.js", "bench/decode.js", "node_modules/x.js", "nothing.js"):
        answer = await client.get(f"/sdk/{path}")
        assert (answer.status_code, "The browser SDK has no such file." in answer.text) == (404, True)


async def test_where_there_is_nothing_a_sentence_says_what_to_do(client: httpx.AsyncClient):
    answer = await client.get("/play/nothing/")
    assert answer.status_code == 404
    assert "This server has no such game. It has: pond, toy." in answer.text
    answer = await client.get("/play/toy/")
    assert answer.status_code == 404
    assert "toy has no page: put a folder web/ with an index.html beside live.py." in answer.text
    assert "pond has no such file." in (await client.get("/play/pond/nothing.js")).text
    answer = await client.get("/replays/pond.json")
    assert (answer.status_code, answer.text) == (404, "This server keeps no replays. Start it with --replays.\n")


async def test_the_front_page_lists_games_and_how_many_play(client: httpx.AsyncClient):
    text = (await client.get("/")).text
    assert 'href="/play/pond/">pond</a> 1 player<' in text
    assert "/play/toy/" not in text
    assert "<script" not in text
    assert "style=" not in text


async def test_pages_are_told_where_the_lobby_is_and_what_games_there_are(pond: Any, sdk: Files):
    async with client_of(pond.Pond, pond.Hidden, sdk=sdk) as client:
        assert (await client.get("/config.json")).json() == {
            "lobby": {"port": 8000, "tls": False},
            "games": [
                {"name": "pond", "page": True, "spectators": True, "replays": False, "queues": []},
                {"name": "hidden", "page": True, "spectators": False, "replays": False, "queues": []},
            ],
            "version": "1.2.3",
        }


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
async def test_only_get_and_head_are_answered(client: httpx.AsyncClient, method: str):
    for path in ("/", "/config.json", "/play/pond/", "/sdk/rallypoint.js", "/nothing"):
        answer = await client.request(method, path)
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    answer = await client.head("/play/pond/pond.js")
    assert (answer.status_code, answer.content) == (200, b"")


async def test_a_server_made_in_code_has_no_web_port_unless_it_is_asked_for():
    async with Server([Toy], Settings(port=0, ops_port=0)) as server:
        assert server.web is None
    async with Server([Toy], Settings(port=0, ops_port=0, web_port=0)) as server:
        assert server.web is not None
        async with httpx.AsyncClient(base_url=server.web.url) as client:
            config = (await client.get("/config.json")).json()
        assert config["lobby"] == {"port": int(server.lobby_url.rpartition(":")[2]), "tls": False}


async def test_pages_are_told_the_public_url_where_there_is_one():
    settings = Settings(port=0, ops_port=0, web_port=0, public_url="wss://play.example.com/")
    async with Server([Toy], settings) as server:
        assert server.web is not None
        async with httpx.AsyncClient(base_url=server.web.url) as client:
            assert (await client.get("/config.json")).json()["lobby"] == "wss://play.example.com"


@pytest.mark.skipif(not socket.has_ipv6, reason="needs IPv6")
@pytest.mark.parametrize("host", ["::", "0.0.0.0"])
async def test_addresses_of_a_server_on_all_networks_can_be_opened_on_its_own_machine(host: str):
    async with Server([Toy], Settings(host=host, ops_host=host, port=0, ops_port=0, web_port=0)) as server:
        assert server.web is not None
        for url in (server.web.url, server.ops.url, server.lobby_url.replace("ws:", "http:")):
            async with httpx.AsyncClient(base_url=url) as client:
                assert (await client.get("/")).status_code in (200, 404)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


async def test_a_web_port_that_is_taken_leaves_nothing_behind():
    async with Server([Toy], Settings(port=0, ops_port=0, web_port=0)) as server:
        assert server.web is not None
        taken = int(server.web.url.rpartition(":")[2])
        port, ops_port = free_port(), free_port()
        with pytest.raises(OSError, match="in use"):
            await Server([Toy], Settings(port=port, ops_port=ops_port, web_port=taken)).start()
        for each in (port, ops_port):
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection("127.0.0.1", each)


@pytest.mark.parametrize(("arguments", "has"), [((), True), (("--no-web",), False)])
async def test_rallypoint_serve_says_where_its_web_port_is(folder: Path, arguments: tuple[str, ...], has: bool):
    command = (
        *(sys.executable, "-m", "rallypoint", "serve", "pond_game:Pond"),
        "--port",
        "0",
        "--ops-port",
        "0",
        *arguments,
    )
    process = await asyncio.create_subprocess_exec(
        *command, "--data", "", "--announce", "json", cwd=folder, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        addresses = json.loads(await asyncio.wait_for(process.stdout.readline(), 60))
        assert ("web" in addresses) == has
        if has:
            async with httpx.AsyncClient(base_url=addresses["web"]) as client:
                assert "Pond" in (await client.get("/play/pond/")).text
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


@pytest.mark.parametrize(
    ("settings", "port"),
    [({}, 8080), ({"web_port": 9000}, 9000), ({"port": 0}, 0), ({"ops_port": 0}, 0), ({"port": 0, "web_port": 9}, 9)],
)
def test_rallypoint_serve_has_a_web_port_and_a_free_one_where_others_are(settings: dict[str, Any], port: int):
    assert Settings(**settings).web_port_to_serve == port


def test_an_empty_setting_in_the_environment_is_none(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("RALLYPOINT_WEB_PORT", "")
    assert Settings().web_port is None
    monkeypatch.setenv("RALLYPOINT_WEB_PORT", "9001")
    assert Settings().web_port == 9001
    with contextlib.suppress(ValueError):
        Settings(web_port=-1)
        pytest.fail("a port below 0")
