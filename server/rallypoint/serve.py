"""Runs a server as a process: event loop, signals, and the addresses for people and scripts."""

from __future__ import annotations

import asyncio
import gc
import json
import signal
import sys
from collections.abc import Collection, Mapping, Sequence
from types import FrameType
from typing import Any, Literal

import structlog

from rallypoint import logs
from rallypoint.app import Server
from rallypoint.config import Settings
from rallypoint.game.game import Game
from rallypoint.transport.open_files import OTHERS, allow_open_files
from rallypoint.transport.ports import everywhere

__all__ = ["run"]

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("rallypoint.server")


def run(
    games: Sequence[type[Game[Any]]],
    settings: Settings,
    *,
    resident_bots: int = 0,
    fill: bool = True,
    announce: Literal["text", "json"] = "text",
    given: Collection[str] = (),
    usual: Mapping[str, Any] | None = None,
) -> int:
    """Serves until SIGTERM or SIGINT; a second one ends at once. Gives the exit code.

    ``given``: names of the settings that the command line has set; ``usual``: what these are without it, where that is
    something else than the settings' own defaults. Both are for the console.

    Raises:
        OSError: a port is taken.
    """
    gc.disable()  # what is made from here to the first client stays: looking through it costs a tenth of the start
    logs.set_up(settings.log, settings.log_level, settings.node_name)
    wanted = settings.limits.connections_max + OTHERS
    allowed = allow_open_files(wanted)
    if allowed is not None and allowed < wanted:
        log.warning("too few open files are allowed for connections_max", allowed=allowed, wanted=wanted)
    server = Server(games, settings, bots=fill)
    server.given, server.usual = given, usual or {}
    main = _serve(server, resident_bots, announce)
    try:
        import uvloop
    except ImportError:  # not on this system: asyncio's own loop does
        asyncio.run(main)
    else:
        uvloop.run(main)
    return 0


async def _serve(server: Server, resident_bots: int, announce: str) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _on_signal, stop)
        # uvloop hears of a signal from a byte in a pipe and from a Python handler of its own, and takes one signal for
        # two if the byte of another (the step limit's alarm) was read between these. The byte is enough.
        signal.signal(number, _heard)
        signal.siginterrupt(number, False)
    if server.certificate is not None:
        loop.add_signal_handler(signal.SIGHUP, server.reload_certificate)
    async with server:
        if resident_bots:
            server.bots.reside(server.definitions, resident_bots)
        _announce(server, announce, await server.operators.first())
        await stop.wait()


def _heard(number: int, frame: FrameType | None) -> None:
    """The loop calls :func:`_on_signal`."""


def _on_signal(stop: asyncio.Event) -> None:
    if stop.is_set():
        raise SystemExit(1)
    stop.set()


def _announce(server: Server, form: str, first: tuple[str, str] | None) -> None:
    """``first``: name and password of the operator that was just made; they are shown here, and nowhere else."""
    if form == "json":
        web = {} if server.web is None else {"web": server.web.url}
        operator = {} if first is None else {"first_operator": {"name": first[0], "password": first[1]}}
        print(json.dumps({"lobby": server.lobby_url, "ops": server.ops.url, **web, **operator}), flush=True)
        return
    names = ", ".join(definition.options.name for definition in server.definitions)
    print(f"Serving {names}", flush=True)
    print(f"  players   {server.lobby_url}   (lobby at /lobby, sessions at /session/<id>)")
    if server.web is not None:
        print(f"  play      {server.web.url}   (pages at /play/<game>/, browser SDK at /sdk/)")
    print(f"  console   {server.ops.url}   (also /healthz, /readyz, /metrics, /status.json)")
    if first is not None:
        print(f"  operator  {first[0]}, with the password {first[1]}   (shown this once: rallypoint operators --help)")
    settings = server.settings
    ports = {"players": settings.host, "status": settings.ops_host}
    if server.web is not None:
        ports["play"] = settings.web_host or settings.host
    opened = [name for name in ("players", "play", "status") if name in ports and everywhere(ports[name])]
    if opened:
        print(f"  open to all networks, at this machine's addresses: {', '.join(opened)}")
    game = server.definitions[0].game
    load = f"rallypoint load {game.__module__}:{game.__name__} --url {server.lobby_url} --bots 20 --duration 10"
    print(f"  try it    {load}")
    print("Ctrl-C stops.", flush=True)
    sys.stdout.flush()
