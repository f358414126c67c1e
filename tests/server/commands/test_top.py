"""``rallypoint top``, once and in a terminal of its own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator

import httpx
import pytest
from pydantic import SecretStr

from rallypoint.app import Server
from rallypoint.config import Settings
from tests.server.commands.command_house import answer, new_session, printed, run
from tests.server.console.desk_house import TOKEN, Duel, ask, duel_server
from tests.server.live import SOON_S

if sys.platform == "win32":
    pytest.skip("there are no pseudo terminals", allow_module_level=True)

import fcntl
import pty
import struct
import termios


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with duel_server() as running, asyncio.timeout(4 * SOON_S):
        yield running


async def test_without_a_terminal_it_is_printed_once(server: Server) -> None:
    session = await new_session(server, "ann")
    for typed in ([], ["--once"]):
        shown = await printed(server, "top", *typed)
        assert shown.startswith("n1 Rallypoint ")
        assert session in shown
        assert "picky" in shown
        assert "\x1b" not in shown


async def test_as_json_it_is_the_overview(server: Server) -> None:
    assert set(await answer(server, "top", "--once")) == set(await ask(server, "GET", "/overview"))


async def test_it_says_why_it_cannot_be(server: Server) -> None:
    await run(server, "top", code=4, token="wrong-token-of-nobody")
    await run(server, "top", "--url", "http://127.0.0.1:9", code=3)


class Terminal:
    """``rallypoint top`` in a pseudo terminal."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.seen = b""
        self._ours, self._its = pty.openpty()
        self.resize(80, 24)
        os.set_blocking(self._ours, False)

    @contextlib.asynccontextmanager
    async def run(self) -> AsyncIterator[asyncio.subprocess.Process]:
        environment = {**os.environ, "RALLYPOINT_TOKEN": TOKEN, "RALLYPOINT_URL": self.url, "TERM": "xterm"}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "rallypoint", "top"),
            stdin=self._its,
            stdout=self._its,
            stderr=self._its,
            env={key: value for key, value in environment.items() if key not in ("COLUMNS", "LINES", "NO_COLOR")},
        )
        os.close(self._its)
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
            os.close(self._ours)

    def resize(self, width: int, height: int) -> None:
        fcntl.ioctl(self._ours, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    def type(self, keys: bytes) -> None:
        os.write(self._ours, keys)

    def forget(self) -> None:
        self.seen = b""

    async def shows(self, text: str) -> None:
        """Waits until that was drawn."""
        while text.encode() not in self.seen:
            try:
                self.seen += os.read(self._ours, 65536)
            except BlockingIOError:
                await asyncio.sleep(0.02)

    async def closed(self) -> None:
        """Reads what is left, until nobody has the terminal any more."""
        while True:
            try:
                data = os.read(self._ours, 65536)
            except BlockingIOError:
                await asyncio.sleep(0.02)
            except OSError:
                break
            else:
                self.seen += data
                if not data:
                    break


async def test_in_a_terminal_it_is_live_until_somebody_leaves(server: Server) -> None:
    terminal = Terminal(server.ops.url)
    async with terminal.run() as process:
        await terminal.shows("nothing that an operator should look at")
        await ask(server, "POST", "/queues/ranked/pause")
        await terminal.shows("the queue ranked is paused")
        terminal.type(b"x")
        terminal.type(b"q")
        await terminal.closed()
        assert await process.wait() == 0
    assert b"\x1b[?1049l" in terminal.seen  # the screen that was there before is back
    assert b"Traceback" not in terminal.seen


async def test_a_server_that_is_gone_is_waited_for() -> None:
    async with asyncio.timeout(6 * SOON_S), contextlib.AsyncExitStack() as stack:
        async with duel_server() as server:
            port = httpx.URL(server.ops.url).port
            terminal = Terminal(server.ops.url)
            process = await stack.enter_async_context(terminal.run())
            await terminal.shows("q leaves")
        await terminal.shows("lost, trying again")
        terminal.forget()
        settings = Settings(port=0, ops_port=port or 0, api_token=SecretStr(TOKEN), shutdown_s=2.0)
        await stack.enter_async_context(Server([Duel], settings, bots=False))
        await terminal.shows("q leaves")
        process.send_signal(signal.SIGINT)  # as Ctrl-C does
        await terminal.closed()
        assert await process.wait() == 0
    assert b"Traceback" not in terminal.seen
