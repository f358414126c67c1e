"""A whole server with two kinds of queues, asked over its HTTP API."""

from __future__ import annotations

from typing import Any

import httpx
from pydantic import SecretStr

from rallypoint import Game
from rallypoint.app import Server
from rallypoint.config import Settings

TOKEN = "a-token-of-this-test-alone"


class Duel(
    Game,
    seats=(2, 2),
    tick_hz=20,
    name="duel",
    queues={
        "ranked": {"teams": "1v1"},
        "picky": {"teams": "1v1", "rules": [{"distance": "level", "limit": 3, "default": 0}]},
    },
):
    uses = ()


def duel_server(**more: Any) -> Server:
    settings = Settings(port=0, ops_port=0, api_token=SecretStr(TOKEN), shutdown_s=2.0, node="n1", **more)
    return Server([Duel], settings, bots=False)


async def ask(server: Server, method: str, path: str, status: int = 200, **body: Any) -> Any:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(base_url=f"{server.ops.url}/api/v1", timeout=20, headers=headers) as client:
        answer = await client.request(method, path, json=body if method == "POST" else None)
    assert answer.status_code == status, answer.text
    return answer.json()
