"""A real server on free ports, players on real sockets, and a game that does whatever a test asks of it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any, Self

import msgpack
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from rallypoint import Action, Answer, Entity, Event, Game, Hold, Player, Refused, Result, field, fixed, on
from rallypoint.app import Server
from rallypoint_protocol.codec import decode_lobby_reply, decode_session_reply, encode
from rallypoint_protocol.inputs import make_inputs
from rallypoint_protocol.limits import GAME_EVENT_KIND_FIRST, SUBPROTOCOL
from rallypoint_protocol.messages import (
    Ack,
    BuiltinEvent,
    EventItem,
    Hello,
    Pass,
    Pong,
    Proved,
    Push,
    QuickMatch,
    Resume,
    Seated,
    TakeSeat,
    Welcome,
)
from rallypoint_protocol.replica import Replica
from rallypoint_protocol.schema import decode_schema

SOON_S = 15.0
"""Whatever is awaited comes long before; it is what a test that hangs fails with."""


# --- a game ---------------------------------------------------------------------------------------------------------


class Steer(Hold):
    speed: float


class Say(Action):
    text: str


class Do(Action):
    what: str


class Heard(Event):
    text: str
    by: int


class Blob(Entity):
    x: float = fixed(0.01)
    hidden: int = field(7, to="owner")


class Toy(Game[Player], seats=(1, 2), tick_hz=60, grace_s=5):
    uses = (Steer, Say, Do, Heard, Blob)
    told: str = field("")
    heart: int = field(0)

    def joined(self, player: Player) -> None:
        self.spawn(Blob, owner=player)

    def dropped(self, player: Player) -> None:
        self.emit_all(Heard("dropped", player.seat))

    def tick(self) -> None:
        self.heart += 1
        for player in self.players:
            blob = player.one(Blob)
            assert blob is not None
            blob.x += player.held(Steer).speed

    @on(Say)
    def say(self, player: Player, say: Say) -> None:
        if not say.text:
            raise Refused("say something")
        self.emit_all(Heard(say.text, player.seat))

    @on(Do)
    def do(self, player: Player, do: Do) -> None:
        match do.what:
            case "raise":
                raise KeyError("a mistake in the game")
            case "spin":
                while True:
                    self._swallow()
            case "undeclared":
                player.one(Blob).colour = "red"  # type: ignore[union-attr]  # there is no such field
            case "exit":
                raise SystemExit(3)
            case "ask exit" | "ask cancel":
                self.ask("outside", do.what[4:], timeout_s=0.2)
            case "win":
                self.finish(Result(winners=[player], reason="enough"))
            case "odd result":
                self.finish(Result(data={"object": object()}))
            case what:
                self.ask("outside", what, timeout_s=0.2)

    def _swallow(self) -> None:
        try:
            self.heart += 1
        except Exception:
            self.heart = 0

    def answered(self, answer: Answer) -> None:
        self.told = f"{answer.args[0]}: {answer.error or answer.value}"

    @staticmethod
    async def outside(what: str) -> str:
        if what == "forever":
            await asyncio.sleep(1000)
        if what == "error":
            raise LookupError("nothing there")
        if what == "exit":
            raise SystemExit(3)
        if what == "cancel":
            raise asyncio.CancelledError
        return what.upper()


class Stuck(Toy, seats=(1, 2), name="stuck"):
    """Its sessions cannot even be created."""

    def created(self, options: dict[str, Any]) -> None:
        while True:
            self._swallow()


class Crowd(Toy, seats=(1, 200), grace_s=2, name="crowd"):
    """The same, with room for many."""


# --- players --------------------------------------------------------------------------------------------------------


class Raw:
    """A WebSocket, and nothing that would keep a test from sending nonsense."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    @classmethod
    async def dial(cls, url: str, **options: Any) -> Self:
        socket = await connect(
            url,
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            compression=None,
            ping_interval=None,
            proxy=None,
            max_size=None,
            **options,
        )
        return cls(socket)

    async def send(self, *messages: Any) -> None:
        """Sends messages: encoded ones as they are, text as a text frame, lists packed with another library.

        What is said to a closed connection is lost, as on any network; what arrived before can still be read.
        """
        for message in messages:
            plain = msgpack.packb(message) if isinstance(message, list) else message
            with contextlib.suppress(ConnectionClosed):
                await self.socket.send(plain if isinstance(plain, bytes | str) else encode(plain))

    async def receive(self) -> bytes:
        async with asyncio.timeout(SOON_S):
            data = await self.socket.recv(decode=False)
        assert isinstance(data, bytes)
        return data

    async def closed(self) -> tuple[int | None, str]:
        """Waits for the end; gives code and reason of the server's close frame."""
        async with asyncio.timeout(SOON_S):
            try:
                while True:
                    await self.socket.recv()
            except ConnectionClosed:
                pass
        return self.socket.close_code, self.socket.close_reason or ""

    async def break_off(self) -> None:
        """The network fails."""
        self.socket.transport.abort()
        await self.socket.wait_closed()


class Guest:
    """A player: in the lobby, and in a session."""

    def __init__(self, url: str, name: str) -> None:
        self.url = url
        self.name = name
        self.offer: dict[str, Any] = {}
        self.token = b""
        self.tokens: list[bytes] = []
        self.replica: Replica
        self.events: list[EventItem] = []
        self.event = 0
        self.seq = 0
        self.ticks: list[int] = []
        self.inputs: dict[str, type[Any]] = {}

    @classmethod
    async def enter(cls, server: Server | str, name: str, game: str = "toy") -> Self:
        """In the lobby, and matched. ``server``: one of this process, or the URL of another."""
        guest = cls(server if isinstance(server, str) else server.lobby_url, name)
        guest.lobby = await Raw.dial(f"{guest.url}/lobby")
        await guest.lobby.send(Hello(1, name))
        guest.welcome = await guest.lobby_reply(Welcome)
        await guest.lobby.send(Proved(), QuickMatch(1, game))
        await guest.matched()
        return guest

    @classmethod
    async def sit(cls, server: Server | str, name: str, game: str = "toy") -> Self:
        """In a session, with a first state."""
        guest = await cls.enter(server, name, game)
        await guest.take()
        await guest.next_pass()
        return guest

    lobby: Raw
    session: Raw
    welcome: Welcome
    seated: Seated

    async def lobby_reply(self, kind: type[Any]) -> Any:
        while not isinstance(message := decode_lobby_reply(await self.lobby.receive()), kind):
            pass
        return message

    async def matched(self) -> dict[str, Any]:
        push: Push = await self.lobby_reply(Push)
        while push.kind != "matched":
            push = await self.lobby_reply(Push)
        self.offer, self.token = push.data, push.data["token"]
        self.tokens.append(self.token)
        return self.offer

    @property
    def session_url(self) -> str:
        path: str = self.offer["url"]
        return self.url + path

    @property
    def id(self) -> str:
        """The session's."""
        return str(self.offer["session"])

    async def take(self) -> Seated:
        return await self.first(TakeSeat(1, self.id, self.token))

    async def resume(self) -> Seated:
        tick = self.replica.tick
        return await self.first(Resume(1, self.id, self.token, self.replica.epoch, tick, self.event))

    async def first(self, message: TakeSeat | Resume, *, prove: bool = True) -> Seated:
        """A new connection with that first frame."""
        self.session = await Raw.dial(self.session_url)
        await self.session.send(message)
        seated = decode_session_reply(await self.session.receive())
        assert isinstance(seated, Seated)
        self.seated, self.token = seated, seated.token
        self.tokens.append(seated.token)
        if seated.schema is not None:
            self.schema = decode_schema(seated.schema)
            self.inputs = make_inputs(self.schema.inputs)
        if seated.outcome != "resumed":
            self.replica = Replica(self.schema)
        if prove:
            await self.session.send(Proved())
        return seated

    async def next_pass(self) -> Pass:
        """The next pass, applied and acknowledged."""
        while not isinstance(message := decode_session_reply(await self.session.receive()), Pass):
            assert isinstance(message, Pong)
        self.replica.apply(message)
        self.ticks.append(message.head.tick)
        for item in (message.seat.events or []) if message.seat is not None else []:
            assert item.n == self.event + 1
            self.events.append(item)
            self.event = item.n
        await self.session.send(Ack(message.head.epoch, message.head.tick, self.event))
        return message

    async def until(self, condition: Callable[[], bool]) -> None:
        """Plays on until it is so."""
        async with asyncio.timeout(SOON_S):
            while not condition():
                await self.next_pass()

    async def passes(self, count: int) -> None:
        for _ in range(count):
            await self.next_pass()

    async def act(self, name: str, **fields: Any) -> int:
        self.seq = max(self.seq, self.seated.received) + 1
        await self.session.send(self.inputs[name](seq=self.seq, tick=self.replica.tick, **fields))
        return self.seq

    async def heard(self, text: str) -> None:
        await self.until(lambda: text in self.texts)

    @property
    def texts(self) -> list[str]:
        """The game's events so far."""
        return [item.fields[0] for item in self.events if item.kind == GAME_EVENT_KIND_FIRST]

    @property
    def result(self) -> dict[str, Any] | None:
        found = [item.fields[0] for item in self.events if item.kind == BuiltinEvent.ENDED]
        return found[0] if found else None

    @property
    def told(self) -> str:
        """The field of the game that says what became of an ask."""
        index = [item.name for item in self.schema.entities[0].fields].index("told")
        return str(self.replica.items[0].wire[index])

    async def closed(self) -> tuple[int | None, str]:
        """Reads until the session's connection is closed."""
        try:
            async with asyncio.timeout(SOON_S):
                while True:
                    await self.next_pass()
        except ConnectionClosed:
            return self.session.socket.close_code, self.session.socket.close_reason or ""

    async def go(self) -> None:
        """Closes what is open."""
        for raw in (getattr(self, "session", None), getattr(self, "lobby", None)):
            if raw is not None:
                await raw.break_off()
