"""A backend's house with its whole HTTP API, operators included; passwords that cost little."""

from __future__ import annotations

from typing import Any, cast

import httpx
from argon2 import PasswordHasher

from rallypoint.console.desks import Desks
from rallypoint.console.operators import Operators
from rallypoint.console.ops import LateApi, ops_app
from rallypoint.console.passwords import Passwords
from rallypoint.console.principals import Role
from rallypoint.operator_ports import OperatorStore
from rallypoint.operators_in_memory import OperatorsInMemory
from tests.server.backend_house import BackendHouse

TOKEN = "a-token-of-the-server-itself"
PASSWORD = "correct horse battery"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class OperatorHouse(BackendHouse):
    """``ada`` is an admin, ``vic`` a viewer."""

    def __init__(self, store: OperatorStore | None = None) -> None:
        super().__init__()
        self.wall = 1_800_000_000.0
        self.operators = Operators(
            store or OperatorsInMemory(), Passwords(CHEAP), clock=lambda: self.now, wall=lambda: self.wall
        )
        self.desks = Desks(self.backend, operators=self.operators, node_name="here")
        self.app = ops_app(cast(Any, None), LateApi(self.desks, TOKEN))

    async def people(self) -> OperatorHouse:
        await self.operators.add("ada", Role.ADMIN, PASSWORD)
        await self.operators.add("vic", Role.VIEWER, PASSWORD)
        return self

    def client(self, address: str = "192.0.2.1", **headers: str) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self.app, client=(address, 1234), raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://ops/api/v1", headers=headers)

    async def logged_in(self, name: str = "ada", address: str = "192.0.2.1") -> httpx.AsyncClient:
        """A browser after the login: it has the cookie, and sends the CSRF token."""
        client = self.client(address)
        answer = await client.post("/login", json={"name": name, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        client.headers["X-CSRF-Token"] = answer.json()["csrf"]
        return client
