"""Commands of operators against a whole server in this process: each runs in a thread, as it waits for answers."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from typer.testing import CliRunner, Result

from rallypoint.app import Server
from rallypoint.commands.connected import group
from rallypoint.commands.node import node
from rallypoint.commands.players import players
from rallypoint.commands.queues import queues
from rallypoint.commands.sessions import sessions
from rallypoint.commands.top import top
from tests.server.console.desk_house import TOKEN, ask

commands = group("All of them.")
for name, one in {"node": node, "players": players, "queues": queues, "sessions": sessions}.items():
    commands.add_typer(one, name=name)
commands.command()(top)


async def run(server: Server, *typed: str, code: int = 0, token: str = TOKEN, typing: str | None = None) -> Result:
    """``typing``: what is typed when it asks."""
    environment = {"RALLYPOINT_TOKEN": token, "RALLYPOINT_URL": server.ops.url}
    result = await asyncio.to_thread(CliRunner().invoke, commands, list(typed), input=typing, env=environment)
    assert result.exit_code == code, (result.output, result.exception)
    return result


async def printed(server: Server, *typed: str, code: int = 0) -> str:
    return (await run(server, *typed, code=code)).stdout


async def answer(server: Server, *typed: str, code: int = 0) -> Any:
    return json.loads((await run(server, *typed, "--json", code=code)).stdout)


async def new_session(server: Server, *players: str, names: tuple[str, ...] = ()) -> str:
    """With seats reserved for these players, who never come."""
    called = [*names, *players[len(names) :]]
    seats = [{"player": player, "name": name} for player, name in zip(players, called, strict=True)]
    made = await ask(server, "POST", "/sessions", 201, game="duel", wait_s=600, keep_s=600, seats=seats)
    id_: str = made["session"]["id"]
    return id_
