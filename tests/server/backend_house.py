"""A node with two turn-based games, its backend, and a clock that is turned by hand: no steps but those asked for."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

from rallypoint import Entity, Game, Refused, Result, field, private
from rallypoint.core.orders import Order
from rallypoint.core.quick_match import SeatOffer
from rallypoint.ports import Journal, Store
from rallypoint.runtime.ambient import Ambient
from rallypoint.runtime.backend import Backend, Created
from rallypoint.runtime.invitations import Invited
from rallypoint.runtime.node import Node, NodeSettings
from rallypoint.runtime.session_info import SessionDetail
from rallypoint.storage.journal_off import JournalOff
from rallypoint_protocol.ids import PlayerId, SessionId

NOW = 1000.0
ANN, BOB, CID = PlayerId("ann"), PlayerId("bob"), PlayerId("cid")


class Stone(Entity):
    x: int = field(0)


class Duel(Game, seats=(1, 2), tick_hz=0, room_wait_s=90, name="duel"):
    uses: ClassVar = [Stone]
    heard: str = field("")
    plan: str = private("secret")

    def created(self, options: dict[str, Any]) -> None:
        if options.get("map") == "none":
            raise Refused("no such map")
        if options.get("closed"):
            self.lock()
        if options.get("broken"):
            raise RuntimeError("a mistake in the game")
        for _ in range(options.get("stones", 0)):
            self.spawn(Stone)

    def signalled(self, name: str, data: Any) -> None:
        self.heard = f"{name} {data}"
        if name == "over":
            self.finish(Result(reason="a backend said so"))


class Chess(Game, seats=2, tick_hz=0, exclusive=False, spectators=0, name="chess"):
    uses: ClassVar = []


class BackendHouse:
    """A node, its backend, and what players in the lobby were told."""

    def __init__(self, store: Store | None = None, journal: Journal | None = None) -> None:
        self.now = NOW
        self.unix_s = 1_700_000_000.0
        self.node = Node(
            [Duel.definition(), Chess.definition()],
            NodeSettings(sessions_max=6),
            journal or JournalOff(),
            asyncio.get_running_loop(),
            Ambient(clock=lambda: self.now, wall=lambda: self.unix_s),
        )
        self.in_lobby = {ANN}
        self.told: list[tuple[PlayerId, SeatOffer]] = []
        self.backend = Backend(self.node, store, self.tell, clock=lambda: self.now)

    def tell(self, player: PlayerId, offer: SeatOffer) -> bool:
        if player in self.in_lobby:
            self.told.append((player, offer))
        return player in self.in_lobby

    def create(self, *players: PlayerId, game: str = "duel", **order: Any) -> Created:
        created = self.backend.create(game, Order(**order), [Invited(player) for player in players])
        assert isinstance(created, Created), created
        return created

    def session(self, *players: PlayerId, **order: Any) -> SessionId:
        return self.create(*players, **order).session.id

    def settle(self, session: SessionId) -> None:
        """Makes the steps that are due."""
        host = self.node.hosts[session]
        while host.running and host.core.stimuli_waiting:
            host.step(self.now)
            host.committed(host.core.tick)
            host.send()

    def look(self, session: SessionId) -> SessionDetail:
        detail = self.backend.session(session)
        assert isinstance(detail, SessionDetail)
        return detail
