"""A node with a journal that commits when a test says so, a clock turned by hand, and players who only listen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random
from typing import Any

from rallypoint import Action, Event, Game, Player, Result, field, on, private
from rallypoint.config import Limits, Settings
from rallypoint.core.orders import Order
from rallypoint.core.session import Refusal
from rallypoint.game_port import GamePort
from rallypoint.ports import Entry, EntryKind, Pressure, Recovered, SessionRecord
from rallypoint.runtime.ambient import Ambient
from rallypoint.runtime.backend import Backend
from rallypoint.runtime.node import Node
from rallypoint.runtime.session_host import SessionHost
from rallypoint.storage.journal_off import JournalOff
from rallypoint.storage.no_store import NoStore
from rallypoint_protocol.codec import decode_session_reply, encode
from rallypoint_protocol.framing import frame
from rallypoint_protocol.ids import LobbyId, PlayerId, SessionId, Token
from rallypoint_protocol.inputs import make_inputs
from rallypoint_protocol.limits import GAME_EVENT_KIND_FIRST
from rallypoint_protocol.messages import Ack, Pass, Resume, Seated, TakeSeat
from rallypoint_protocol.schema import decode_schema

ANN, BOB = PlayerId("ann"), PlayerId("bob")
WORLD_S = 0.005


class Say(Action):
    text: str


class Heard(Event):
    text: str


class Talk(Game[Player], seats=(1, 4), tick_hz=20, grace_s=5, bot="tests.none:Bot", name="talk"):
    uses = (Say, Heard)
    said: int = field(0)
    saved_well: bool = private(True)
    revived_well: bool = private(True)

    @on(Say)
    def say(self, player: Player, say: Say) -> None:
        self.said += 1
        match say.text:
            case "over":
                self.finish(Result(winners=[player]))
            case "raise":
                raise RuntimeError("a mistake in the game")
            case "ask":
                self.ask("outside", timeout_s=1)
            case "kick":
                self.kick(player)
            case "save badly":
                self.saved_well = False
            case "revive badly":
                self.revived_well = False
        self.emit_all(Heard(say.text))

    def signalled(self, name: str, data: Any) -> None:
        self.emit_all(Heard(name))

    def save(self) -> Any:
        if not self.saved_well:
            raise RuntimeError("cannot be saved")
        return None

    def load(self, saved: Any) -> None:
        pass

    def restored(self) -> None:
        if not self.revived_well:
            raise SystemExit(3)

    asked = 0

    @staticmethod
    async def outside() -> None:
        Talk.asked += 1


class Turns(Talk, seats=(1, 4), tick_hz=0, grace_s=5, name="turns"):
    """The same, by turns."""


class HeldJournal(JournalOff):
    """Keeps batches; they are committed when a test says so, or at once (``held`` is false)."""

    durability = "disk"
    keeps = True

    def __init__(self) -> None:
        super().__init__()
        self.held = False
        self.batches: list[tuple[list[Entry], float]] = []
        self.waiting: list[Callable[[], None]] = []
        self.keys: list[str] = []

    def append(self, entries: Sequence[Entry], now: float, committed: Callable[[], None]) -> None:
        self.batches.append((list(entries), now))
        self.waiting.append(committed)
        if not self.held:
            self.commit()

    def commit(self, most: int = 1_000_000) -> None:
        while self.waiting and most:
            most -= 1
            self.waiting.pop(0)()

    def stale(self, most: int) -> list[str]:
        keys, self.keys = self.keys[:most], self.keys[most:]
        return keys

    def recovered(self, *, lost: int = 0, before: Recovered | None = None) -> Recovered:
        """What the next process finds, without the last ``lost`` batches; strict about parts without a whole."""
        found = Recovered() if before is None else Recovered(entries=dict(before.entries), now=before.now)
        for entries, now in self.batches[: len(self.batches) - lost]:
            found.now = now
            for key, kind, data in entries:
                if kind is EntryKind.WHOLE:
                    found.entries[key] = [data]
                elif kind is EntryKind.PART:
                    found.entries[key].append(data)
                else:
                    found.entries.pop(key, None)
        return found


class Shelf(NoStore):
    """A store that has results when a test says so."""

    def __init__(self) -> None:
        self.starts: list[SessionRecord] = []
        self.ends: list[SessionRecord] = []
        self.unstored: list[Callable[[], None]] = []

    def started(self, record: SessionRecord) -> None:
        self.starts.append(record)

    def ended(self, record: SessionRecord, stored: Callable[[], None] | None = None) -> None:
        self.ends.append(record)
        if stored is not None:
            self.unstored.append(stored)

    def new_guest(
        self, player: PlayerId, name: str, secret_hash: bytes, stored: Callable[[], None] | None = None
    ) -> None:
        raise AssertionError("it keeps none")


class Bots:
    def __init__(self) -> None:
        self.offers: list[Any] = []

    def play(self, offer: Any) -> None:
        self.offers.append(offer)

    async def stop(self) -> None:
        pass


class Socket:
    """The server's side of a connection, and what its client has received."""

    def __init__(self) -> None:
        self.receiver: Any = None
        self.remote_ip = "127.0.0.1"
        self.got: list[Any] = []
        self.closed: tuple[int, str] | None = None
        self.outbox_bytes = 0

    def write(self, framed: bytes) -> None:
        if self.closed is not None:
            return
        size = framed[1] & 0x7F
        payload = framed[2:] if size < 126 else framed[4:] if size == 126 else framed[10:]
        assert frame(payload) == framed
        message = decode_session_reply(payload)
        self.got.append(message)
        if isinstance(message, Pass) and self.receiver is not None:
            event = self.events[-1].n if self.events else 0
            self.receiver.received(encode(Ack(message.head.epoch, message.head.tick, event)))

    def write_message(self, payload: bytes) -> None:
        self.write(frame(payload))

    def close_with(self, code: int, reason: str) -> None:
        if self.closed is None:
            self.closed = int(code), reason

    @property
    def seated(self) -> Seated | None:
        return next((message for message in self.got if isinstance(message, Seated)), None)

    @property
    def passes(self) -> list[Pass]:
        return [message for message in self.got if isinstance(message, Pass)]

    @property
    def events(self) -> list[Any]:
        return [item for one in self.passes if one.seat is not None for item in one.seat.events or []]

    @property
    def heard(self) -> list[str]:
        return [item.fields[0] for item in self.events if item.kind == GAME_EVENT_KIND_FIRST]

    @property
    def ended(self) -> bool:
        return any(item.kind < GAME_EVENT_KIND_FIRST and isinstance(item.fields[0], dict) for item in self.events)


class HeldHouse:
    """One node, or one after another on what its journal held."""

    def __init__(
        self,
        recovered: Recovered | None = None,
        *,
        now: float = 1000.0,
        shelf: Shelf | None = None,
        games: Sequence[type[Game[Any]]] = (Talk, Turns),
    ) -> None:
        self.now = now
        self.unix_s = 1_700_000_000.0
        self.journal = HeldJournal()
        self.shelf = shelf or Shelf()
        self.before = recovered
        self.games = games
        self.bots = Bots()
        self.port = GamePort(
            [game.definition() for game in games],
            Settings(limits=Limits(sessions_max=100_000)),
            self.shelf,
            self.journal,
            Ambient(clock=lambda: self.now, wall=lambda: self.unix_s, random=Random(repr(now))),
            recovered=None if recovered is None else replace(recovered, entries=dict(recovered.entries)),
        )
        self.node: Node = self.port.node
        self.backend = Backend(self.node, None, lambda player, offer: False, clock=lambda: self.now)

    def die(self, away_s: float = 60.0, *, lost: int = 0) -> HeldHouse:
        """The process ends at once; the next one has another clock. ``lost``: so many batches never got there."""
        self.node.ticker.stop()
        found = self.journal.recovered(lost=lost, before=self.before)
        return HeldHouse(found, now=self.now + away_s, shelf=self.shelf, games=self.games)

    def session(self, game: str = "talk", **order: Any) -> SessionId:
        made = self.node.create(game, self.now, Order(**order))
        assert isinstance(made, str), made
        return SessionId(made)

    def host(self, session: SessionId) -> SessionHost:
        found = self.node.find(session)
        assert found is not None
        return found

    def reserve(self, session: SessionId, player: PlayerId) -> Token:
        offer = self.node.reserve(session, player, player.title(), LobbyId("l"), self.now)
        assert hasattr(offer, "token"), offer
        return offer.token

    def take(self, session: SessionId, token: bytes, *, epoch: int = 0) -> Socket:
        """A connection with that token."""
        socket = Socket()
        first: Any = TakeSeat(1, session, token)
        if epoch:
            first = Resume(1, session, token, epoch, 0, 0)
        refusal = self.host(session).take(socket, first, self.now)  # type: ignore[arg-type]  # it listens like one
        if isinstance(refusal, Refusal):
            self.host(session).refuse(socket, refusal)  # type: ignore[arg-type]
        return socket

    def sit(self, session: SessionId, player: PlayerId = ANN) -> Socket:
        socket = self.take(session, self.reserve(session, player))
        self.run(0.1)
        return socket

    def say(self, socket: Socket, session: SessionId, text: str, seq: int = 1) -> None:
        inputs = make_inputs(decode_schema(self.host(session).definition.schema_bytes).inputs)
        socket.receiver.received(encode(inputs["Say"](seq=seq, tick=0, text=text)))

    def run(self, seconds: float) -> None:
        """Time passes; the ticker looks, and the node once a second."""
        for _ in range(round(seconds / WORLD_S)):
            before, self.now = self.now, self.now + WORLD_S
            self.node.ticker._wake()
            if int(before) != int(self.now):
                self.sweep()

    def sweep(self) -> None:
        self.node.sweep(self.now)
        self.node.scribe.touch(self.port.lobby_host)
        self.node.scribe.beat(self.port._refreshed(self.now))

    def kinds(self, key: str) -> list[str]:
        """What was written of a key, in order."""
        return [entry.kind.name for entries, _ in self.journal.batches for entry in entries if entry.key == key]


async def settle() -> None:
    """What was begun as a task is done."""
    for _ in range(5):
        await asyncio.sleep(0)


__all__ = ["ANN", "BOB", "Bots", "HeldHouse", "HeldJournal", "Pressure", "Shelf", "Socket", "Talk", "Turns", "settle"]
