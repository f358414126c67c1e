"""A player's devices and what runs there: what of a player survives a crash, and what does not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from rallypoint.runtime.bots import bot_class
from rallypoint_client import Event, Identity, Lobby, RallypointError, connect, drive
from rallypoint_client.classes import SchemaCache
from rallypoint_client.lobby_core import LobbyState
from rallypoint_client.lobby_seat import LobbySeat
from rallypoint_client.seat import Seat
from rallypoint_client.seat_offer import SeatOffer
from rallypoint_client.seat_state import SeatState

from .hands import Acted, Counters, Hands, is_numbered
from .observer import Violation
from .scenario import Act, PlayerPlan
from .world import URL

if TYPE_CHECKING:
    from .loop import Host
    from .world import World

__all__ = ["ACT_RAISED", "Ended", "Life", "Process"]

ACT_RAISED: Final = "the client library raises only what it documents"


@dataclass(frozen=True, slots=True)
class Ended:
    """A seat that is closed."""

    seat: Seat
    error: Exception | None
    result: dict[str, Any] | None
    at: float
    """Seconds since the world began."""


@dataclass(eq=False)
class Process:
    """The program on a player's device, from its start to its end or crash."""

    host: Host
    number: int
    lobbies: list[Lobby] = field(default_factory=list)
    entering: asyncio.Lock = field(default_factory=asyncio.Lock)
    schemas: SchemaCache = field(default_factory=SchemaCache)
    rooms: list[object] = field(default_factory=list)
    """Chats that somebody reads."""


class _OnDisk(Identity):
    """What a program has read when it began; what it is told to keep goes to the disk."""

    def __init__(self, disk: Identity) -> None:
        super().__init__(disk.player, disk.secret)
        self._disk = disk

    def keep(self, player: str, secret: bytes) -> None:
        super().keep(player, secret)
        self._disk.keep(player, secret)


class Life:
    """What every act needs. What is public here, observers may read."""

    def __init__(self, world: World, plan: PlayerPlan) -> None:
        self.world = world
        self.plan = plan
        self.name = plan.name
        self.identity = Identity()
        """On the disk."""
        self.tokens: list[tuple[str, bytes]] = []
        """Session and token, of every token that was ever held, offered ones included; newest last."""
        self.lobby_tokens: list[tuple[str, bytes]] = []
        """The same of the lobby sessions."""
        self.lobbies: list[Lobby] = []
        """All that there ever were, newest last; those of crashed programs included."""
        self.seats: list[LobbySeat] = []
        """The same of seats, those of a spectator included."""
        self.ended: list[Ended] = []
        """The seats that were closed, in order; not those of crashed programs."""
        self.events: list[tuple[Seat, Event]] = []
        """What the library's user was told, in order."""
        self.counters = Counters()
        self.refusals: list[tuple[float, str, str]] = []
        """When, which act, and the error that it ended with: all of them documented."""
        self.process: Process | None = None
        """``None``: the app is closed."""
        self.processes = 0
        self.fresh = world.dice(f"player/{plan.name}/fresh").random() < 0.5
        self.dice = world.dice(f"player/{plan.name}")
        """Of what it does besides its seats, each of which has a stream of its own."""
        world.network.route(plan.name).weather = plan.weather

    @property
    def acted(self) -> list[Acted]:
        """What the player did, in order, in all seats."""
        return self.counters.acted

    # --- acts -------------------------------------------------------------------------------------------------------

    def start(self, act: Act) -> asyncio.Task[None]:
        """Begins an act, on the player's device. From anywhere."""
        host = self.world.device(self.name) if self.process is None else self.process.host
        return self.world.loop.start_on(host, self.perform(act.do, **act.args), f"{self.name}: {act.do}")

    async def perform(self, do: str, **args: Any) -> None:
        """An act with whatever comes of it: a documented error is life, any other a violation."""
        await self.guard(do, lambda: getattr(self, do)(**args))

    async def guard(self, what: str, work: Callable[[], Coroutine[Any, Any, object]]) -> None:
        """Waits for something that uses the library."""
        try:
            await work()
        except RallypointError as error:
            self.refusals.append((self.world.elapsed_s, what, f"{type(error).__name__}: {error}"))
        except Exception as error:
            self._undocumented(what, error)

    def _undocumented(self, what: str, error: Exception) -> None:
        text = f"{self.name}: {what}: {type(error).__name__}: {error}"
        violation = Violation(ACT_RAISED, text, self.world.elapsed_s)
        violation.__cause__ = error
        self.world.violated(violation)

    # --- the program ------------------------------------------------------------------------------------------------

    def boot(self) -> Process:
        """The program runs, from now at the latest."""
        if self.process is None or not self.process.host.alive:
            self.processes += 1
            self.process = Process(self.world.device(self.name), self.processes)
        return self.process

    def crash(self) -> None:
        """The program is gone without a word. From anywhere."""
        process, self.process = self.process, None
        if process is not None:
            self.world.network.crash(process.host)

    @property
    def lobby(self) -> Lobby | None:
        """The newest lobby session of the program that runs; ``None`` if it is over."""
        if self.process is None or not self.process.lobbies:
            return None
        lobby = self.process.lobbies[-1]
        return None if lobby.state in (LobbyState.CLOSED, LobbyState.GONE) else lobby

    @property
    def seat(self) -> LobbySeat | None:
        """The newest seat of the program that runs, unless it is closed."""
        if self.process is None:
            return None
        here = self.process.lobbies
        return next((s for s in reversed(self.seats) if s.lobby in here and s.state is not SeatState.CLOSED), None)

    @property
    def last_seat(self) -> LobbySeat | None:
        """The newest one to play in, however it ended."""
        return next((seat for seat in reversed(self.seats) if not seat.spectator), None)

    async def within(self) -> Lobby:
        """The lobby; the player comes in first, if need be."""
        process = self.boot()
        async with process.entering:
            return self.lobby or await self.come_in()

    async def come_in(self) -> Lobby:
        """Another lobby session, as of another tab. Raises as :func:`rallypoint_client.connect`."""
        process = self.boot()
        dice = self.world.dice(f"player/{self.name}/lobby{len(self.lobbies)}")
        lobby = await connect(
            URL,
            name=self.name,
            identity=_OnDisk(self.identity),
            fresh=self.fresh,
            random=dice,
            schemas=process.schemas,
        )
        self.lobbies.append(lobby)
        process.lobbies.append(lobby)
        self.note_lobby(lobby)
        lobby.on_push = lambda kind, data: self._pushed(lobby, data)
        lobby.on_offer = lambda offer: self._offered(lobby, offer)
        return lobby

    def note_lobby(self, lobby: Lobby) -> None:
        """Writes down what the lobby session is resumed with."""
        welcome = lobby._core.welcome
        if welcome is not None and (welcome.lobby, welcome.token) not in self.lobby_tokens[-1:]:
            self.lobby_tokens.append((welcome.lobby, welcome.token))

    def _pushed(self, lobby: Lobby, data: dict[str, Any]) -> None:
        self.note_lobby(lobby)
        session, token = data.get("session"), data.get("token")
        if isinstance(session, str) and isinstance(token, bytes):
            self.tokens.append((session, token))

    def _offered(self, lobby: Lobby, offer: SeatOffer) -> None:
        if self.dice.random() < 0.8:  # the others are left to time out
            take = self.guard("take an offer", lambda: self._take(lobby, offer))
            asyncio.get_running_loop().create_task(take, name=f"{self.name} takes a seat")

    async def _take(self, lobby: Lobby, offer: SeatOffer) -> None:
        self.play(await lobby.take(offer))

    # --- seats ------------------------------------------------------------------------------------------------------

    def play(self, seat: LobbySeat) -> LobbySeat:
        """From now on the seat plays by itself."""
        self.seats.append(seat)
        self.tokens.append((seat.session, seat.token))
        dice = self.world.dice(f"player/{self.name}/seat{len(self.seats)}")
        earlier = seat.take_events()
        if seat.spectator or (is_numbered(seat) and not self.plan.bot):
            Hands(seat, dice, self.counters)
            seat.on_event = lambda event: self._told(seat, event)
        else:
            self._drive(seat, dice)
        for event in earlier:
            self.events.append((seat, event))
        watch = self.guard("play", lambda: self._watch(seat))
        asyncio.get_running_loop().create_task(watch, name=f"{self.name} in {seat.session}")
        return seat

    def _drive(self, seat: LobbySeat, dice: Any) -> None:
        known = (each.options.bot for each in self.world.games if each.options.name == seat.schema.game)
        bot = self.plan.bot or next(known, None)
        if not bot:
            return
        drive(seat, bot_class(bot)(seat, dice))
        hear = seat.on_event

        def told(event: Event) -> None:
            self._told(seat, event)
            if hear is not None:
                hear(event)

        seat.on_event = told

    def _told(self, seat: LobbySeat, event: Event) -> None:
        self.events.append((seat, event))
        if self.tokens[-1][1] != seat.token:
            self.tokens.append((seat.session, seat.token))

    async def _watch(self, seat: LobbySeat) -> None:
        try:
            await seat.wait_closed()
        finally:
            self.ended.append(Ended(seat, seat.error, seat.result, self.world.elapsed_s))
