"""A session with a real game in it: its parts are its whole, and a session made of its image has the same."""

from __future__ import annotations

import random
from typing import ClassVar

import pytest

from rallypoint import Action, Entity, Event, Game, Hold, Player, field, on, private
from rallypoint.core.game_like import Answer
from rallypoint.core.orders import Denial
from rallypoint.core.seat import Seat
from rallypoint.core.session import SessionCore, Taken
from rallypoint.core.session_image import SessionImage
from rallypoint.game.driver import GameDriver
from rallypoint_protocol.codec import encode
from rallypoint_protocol.ids import PlayerId, SessionId, Token
from rallypoint_protocol.messages import TakeSeat

AWAY_S = 32.0


class Dig(Action):
    depth: int


class Lean(Hold):
    to: int


class Found(Event):
    what: str


class Hole(Entity):
    depth: int = field(0)
    x: float = field(0.0)


class Digger(Player):
    found: int = field(0)
    luck: list[float] = private([])


class Digging(Game[Digger], seats=(1, 4), tick_hz=16, grace_s=8, name="digging"):
    uses: ClassVar = [Dig, Lean, Found, Hole]
    bells: int = field(0)

    def joined(self, player: Digger) -> None:
        self.after(0.5, "bell", player.seat)

    def bell(self, seat: int) -> None:
        self.bells += 1
        self.after(0.3, "bell", seat)

    def tick(self) -> None:
        for hole in self.all(Hole):
            hole.x += self.random.random() - 0.5
            if hole.x > 1.5:
                self.destroy(hole)

    @on(Dig)
    def dig(self, player: Digger, dig: Dig) -> None:
        player.luck = [*player.luck[-3:], self.random.random()]
        self.spawn(Hole, owner=player, depth=dig.depth)
        self.emit(player, Found(what=f"{dig.depth} deep"))
        if dig.depth % 3 == 0:
            self.ask("assay", dig.depth)

    @staticmethod
    async def assay(depth: int) -> int:
        return depth

    def answered(self, answer: Answer) -> None:
        self.bells += 100 if answer.error else 1


class Site:
    """A session of it, and what the journal has."""

    def __init__(self) -> None:
        self.definition = Digging.definition()
        self.dice = random.Random(5)
        self.now = 512.0
        self.session = SessionCore(
            SessionId("site"),
            GameDriver(self.definition, 7),
            self.definition.options.session_settings(),
            schema=self.definition.schema_bytes,
            schema_hash=self.definition.schema_hash,
            new_token=lambda: Token(self.dice.randbytes(32)),
            now=self.now,
            keep=True,
        )
        self.image = SessionImage.decode(self.session.whole())

    def sit(self, name: str) -> Seat:
        reserved = self.session.reserve(PlayerId(name), name, self.now)
        assert not isinstance(reserved, Denial)
        taken = self.session.take(TakeSeat(1, "site", reserved[1]), self.now)
        assert isinstance(taken, Taken)
        return taken.seat

    def say(self, seat: Seat, kind: int, value: int) -> None:
        message = self.definition.decode(encode((64 + kind, seat.received + 1, -1, value)))
        assert self.session.input(seat, message) is None

    def step(self) -> None:
        self.now += 1 / 16
        self.session.step(self.now)
        part = self.session.part()
        assert part is not None
        self.image.apply(part)
        assert self.image.encode() == self.session.whole()
        self.session.committed(self.session.tick)
        self.session.passes()

    def die(self) -> None:
        image = SessionImage.decode(self.image.encode())
        self.now += AWAY_S
        game = GameDriver(self.definition, 99)
        game.restore(image.game)
        self.session = SessionCore.restored(
            image,
            game,
            self.definition.options.session_settings(),
            schema=self.definition.schema_bytes,
            schema_hash=self.definition.schema_hash,
            new_token=lambda: Token(self.dice.randbytes(32)),
            shift_s=AWAY_S,
            keep=True,
        )
        assert encode(game.image()) == encode(self.image.game)
        self.image = SessionImage.decode(self.session.whole())


@pytest.mark.parametrize("deaths", [0, 1, 4])
def test_a_session_with_a_real_game_is_followed_and_goes_on(deaths: int):
    site, dice = Site(), random.Random(3)
    for name in ("ann", "bob", "cid"):
        site.sit(name)
    for number in range(1, 121):
        for seat in list(site.session.seated()):
            if dice.random() < 0.4 and seat.in_game:
                site.say(seat, dice.randrange(2), number)
        if number == 50:
            site.session.leave(next(site.session.seated()), site.now)
        site.step()
        if deaths and number % (120 // deaths) == 60 // deaths:
            site.die()
    assert site.image.game.entities
    assert site.session.epoch == 1 + deaths
