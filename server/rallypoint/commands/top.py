"""``rallypoint top``: a server at one glance, in a terminal, live."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
import time
from collections.abc import Iterator
from typing import Annotated, Any, Final

import typer
from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from .connected import Desk, connected
from .figures import clock
from .live_feed import follow
from .top_picture import View, picture

__all__ = ["top"]

OVERVIEW, NODE = "/overview", "/node"
BEAT_S: Final = 1.0
"""So often times go on, if nothing else happens."""


@connected
def top(
    desk: Desk, once: Annotated[bool, typer.Option("--once", help="Print it once; so does --json.")] = False
) -> int | None:
    """Shows a server at one glance, live: alerts, players, sessions, games, queues. Press q to leave.

    Example: rallypoint top

    Without a terminal it is printed once, as with --once. Exit codes: 0 done; 1 the server refused; 2 what was typed
    cannot be; 3 no server answers; 4 not allowed.
    """
    overview = desk.api.get(OVERVIEW)
    if desk.answered(overview):
        return None
    view = View(overview, desk.api.get(NODE))
    if once or not desk.console.is_terminal:
        desk.console.print(Group(*picture(view, time.time(), desk.console.width)))
        return None
    with contextlib.suppress(KeyboardInterrupt):  # it is how one leaves
        asyncio.run(_Screen(desk, view).run())
    return None


class _Screen:
    """The whole terminal, until somebody leaves."""

    def __init__(self, desk: Desk, view: View) -> None:
        self._desk = desk
        self._view = view
        self._console: Console = desk.console
        self._wake = asyncio.Event()
        self._left = False

    async def run(self) -> None:
        """Raises :class:`NotAllowed` if the token is good no more."""
        api = self._desk.api
        following = asyncio.create_task(
            follow(api.url, api.token, (OVERVIEW, NODE), self._told, self._lost), name="what the server tells"
        )
        following.add_done_callback(lambda task: self._wake.set())
        try:
            with (
                _keys(self._pressed),
                self._signals(),
                Live(console=self._console, screen=True, auto_refresh=False, vertical_overflow="crop") as live,
            ):
                while not self._left and not following.done():
                    live.update(self._drawn(), refresh=True)
                    self._wake.clear()
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self._wake.wait(), BEAT_S)
        finally:
            following.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await following

    def _drawn(self) -> Group:
        now = time.time()
        width, height = self._console.size
        view = self._view
        view.status = "lost, trying again" if view.lost else f"{clock(now, now)}  q leaves"
        lines = picture(view, now, width, height)
        return Group(*lines, *[Text("")] * (height - len(lines)))

    def _told(self, path: str, body: Any) -> None:
        if path == OVERVIEW:
            self._view.overview = body
        elif path == NODE:
            self._view.node = body
        self._wake.set()

    def _lost(self, is_lost: bool) -> None:
        if is_lost != self._view.lost:
            self._view.lost = is_lost
            self._wake.set()

    def _pressed(self, keys: str) -> None:
        if "q" in keys or "Q" in keys:
            self._leave()

    def _leave(self) -> None:
        self._left = True
        self._wake.set()

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        """Another size is drawn at once, and the terminal is left in order by whoever is told to go."""
        if sys.platform == "win32":
            yield
            return
        loop = asyncio.get_running_loop()
        handlers = {signal.SIGWINCH: self._wake.set, signal.SIGTERM: self._leave, signal.SIGHUP: self._leave}
        for number, handler in handlers.items():
            loop.add_signal_handler(number, handler)
        try:
            yield
        finally:
            for number in handlers:
                loop.remove_signal_handler(number)


@contextlib.contextmanager
def _keys(pressed: Any) -> Iterator[None]:
    """Each key at once, without an echo; where terminals are another matter, none: there is Ctrl-C."""
    if sys.platform == "win32" or not sys.stdin.isatty():
        yield
        return
    import os
    import termios
    import tty

    loop, terminal = asyncio.get_running_loop(), sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    tty.setcbreak(terminal)

    def read() -> None:
        keys = os.read(terminal, 1024)
        if not keys:  # it is closed
            loop.remove_reader(terminal)
        pressed(keys.decode("ascii", "ignore") or "q")

    loop.add_reader(terminal, read)
    try:
        yield
    finally:
        loop.remove_reader(terminal)
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)
