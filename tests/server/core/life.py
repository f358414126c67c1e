"""A session's life, driven by words, with what a journal would keep of it beside: to be compared, and gone on from."""

from __future__ import annotations

import random
from typing import Any

from rallypoint.core.game_like import Answer, Ask
from rallypoint.core.orders import Denial, Order
from rallypoint.core.seat import Seat, SeatState
from rallypoint.core.session import Refusal, SessionCore, SessionSettings, SessionState, Taken
from rallypoint.core.session_image import SessionImage
from rallypoint_protocol.codec import decode_session_reply
from rallypoint_protocol.ids import PlayerId, SessionId, Token
from rallypoint_protocol.messages import EventItem, Pass, Resume, TakeSeat

from .diary import Diary, Say, TimedSay
from .script import SCHEMA_BYTES, SCHEMA_HASH

HZ = 16
TICK_S = 1 / HZ
"""A sum of these has no rounding errors: times can be compared after they were moved."""


class Client:
    """One player's client."""

    def __init__(self, seat: Seat, player: str, token: bytes) -> None:
        self.seat = seat
        self.player = player
        self.token = token
        self.epoch, self.tick, self.event, self.seq = 0, -1, 0, 0
        self.events: list[EventItem] = []
        self.passes = 0


class Life:
    """One session. ``image`` follows it by its parts alone, whenever :meth:`look` is called."""

    def __init__(self, *, turn_based: bool = False, seed: int = 1, order: Order | None = None, **settings: Any) -> None:
        self.dice = random.Random(seed)
        own = {"grace_s": 8.0, "grace_budget_s": 12.0, "reserved_s": 3.0, "start_after_s": 20.0, "gather_s": 1.0}
        self.settings = SessionSettings(2, 4, 0 if turn_based else HZ, **{**own, **settings})
        self.now = 1024.0
        self.game = Diary()
        self.session = SessionCore(
            SessionId("life"),
            self.game,
            self.settings,
            schema=SCHEMA_BYTES,
            schema_hash=SCHEMA_HASH,
            new_token=self.new_token,
            now=self.now,
            order=order or Order(meta={"mode": "wild"}),
            keep=True,
        )
        self.image = SessionImage.decode(self.session.whole())
        self.clients: dict[int, Client] = {}
        self.asks: list[Ask] = []

    def new_token(self) -> Token:
        return Token(self.dice.randbytes(32))

    def look(self) -> None:
        """The journal's part is taken: the image must be the session's own."""
        part = self.session.part()
        if part is not None:
            self.image.apply(part)
        assert not self.session.touched
        assert self.session.part() is None
        whole = self.session.whole()
        assert self.image.encode() == whole
        assert SessionImage.decode(whole).encode() == whole

    # --- players ------------------------------------------------------------------------------------------------------

    def reserve(self, player: str, *, bot: bool = False) -> Client | None:
        reserved = self.session.reserve(PlayerId(player), player.upper(), self.now, bot=bot)
        if isinstance(reserved, Denial):
            return None
        seat = self.session.seats[reserved[0]]
        assert seat is not None
        client = self.clients[seat.index] = Client(seat, player, reserved[1])
        return client

    def sit(self, player: str) -> Client:
        client = self.reserve(player)
        assert client is not None
        self.come(client)
        return client

    def come(self, client: Client, *, resume: bool = True) -> Taken | Refusal:
        """Comes in, or back; with what it has, or with its token alone."""
        token = client.token
        message: TakeSeat | Resume = TakeSeat(1, "life", token)
        if resume and client.passes:
            message = Resume(1, "life", token, client.epoch, client.tick, client.event)
        taken = self.session.take(message, self.now)
        assert isinstance(taken, Taken | Refusal)
        if isinstance(taken, Taken):
            client.token = taken.message.token
        return taken

    def say(self, client: Client, word: int) -> None:
        if client.seat.state is SeatState.CONNECTED:
            client.seq += 1
            message = Say(seq=client.seq, tick=client.tick, word=word)
            if self.settings.input_buffer_ticks:
                at = self.session.tick + self.dice.randrange(-1, 7)
                message = TimedSay(seq=client.seq, tick=client.tick, word=word, at=at)
            self.session.input(client.seat, message)

    def prove(self, client: Client) -> None:
        self.session.proved(client.seat, client.seat.tokens.newest)

    # --- time ---------------------------------------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        return self.session.state is not SessionState.ENDED

    def step(self, *, looks: bool = True) -> None:
        """One step, committed, and its passes read and acknowledged."""
        if not self.running:
            return
        self.now += TICK_S
        if self.settings.turn_based:
            at = self.session.next_step_at()
            if at is None or at > self.now:
                return
        self.asks += self.session.step(self.now).asks
        if looks:
            self.look()
        self.session.committed(self.session.tick)
        self.deliver()

    def steps(self, count: int) -> None:
        for _ in range(count):
            self.step()

    def deliver(self) -> None:
        for seat, data in self.session.passes():
            message = decode_session_reply(data)
            assert isinstance(message, Pass)
            client = self.clients[seat.index]
            client.epoch, client.tick = self.session.epoch, message.head.tick
            client.passes += 1
            for item in (message.seat.events or []) if message.seat is not None else []:
                client.events.append(item)
                client.event = item.n
            assert self.session.ack(seat, client.epoch, client.tick, client.event) is None

    def answer(self) -> None:
        """The outside answers the oldest call, if there is one."""
        if self.asks:
            ask = self.asks.pop(0)
            self.session.answered(Answer(ask.id, ask.method, ask.args, 42))

    # --- death --------------------------------------------------------------------------------------------------------

    def die(self, away_s: float = 0.0) -> SessionImage:
        """The server is killed, and another goes on from the image ``away_s`` later. Gives what it had."""
        had = SessionImage.decode(self.image.encode())
        self.now += away_s
        self.game = Diary()
        self.game.restore(SessionImage.decode(self.image.encode()).game)
        self.session = SessionCore.restored(
            SessionImage.decode(self.image.encode()),
            self.game,
            self.settings,
            schema=SCHEMA_BYTES,
            schema_hash=SCHEMA_HASH,
            new_token=self.new_token,
            shift_s=away_s,
            keep=True,
        )
        self.image = SessionImage.decode(self.session.whole())
        for client in self.clients.values():
            seat = self.session.seats[client.seat.index]
            if seat is not None and seat.player_id == client.player:
                client.seat = seat
                client.seq = seat.applied
        self.asks.clear()
        return had


def moved(image: SessionImage, seconds: float) -> SessionImage:
    """The same image, so much later."""
    image = SessionImage.decode(image.encode())
    own = image.standing
    for name in ("ended_at", "created_at", "patience_ends", "bots_after", "gathers_until"):
        at = getattr(own, name)
        own = own if at is None else type(own)(**{**_fields(own), name: at + seconds})
    image.standing = own
    for seat in image.seats:
        if seat is not None:
            if seat.grace_since is not None:
                seat.grace_since += seconds
            if seat.deadline is not None:
                seat.deadline += seconds
    return image


def _fields(struct: Any) -> dict[str, Any]:
    return {name: getattr(struct, name) for name in struct.__struct_fields__}
