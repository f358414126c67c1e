"""The game of the small schema, and of the trace: two ships in the void."""

from typing import Annotated

from rallypoint import Action, Entity, Event, Game, Hold, Meta, Player, Refused, field, fixed, on


class Ship(Entity):
    x: float = fixed(0.01)
    y: float = fixed(0.01)
    angle: float = fixed(0.01, lerp="turn")
    hull: int = field(4)
    ammo: int = field(10, to="owner")


class Steer(Hold):
    turn: Annotated[int, Meta(ge=-1, le=1)]
    thrust: bool


class Fire(Action):
    pass


class Trade(Action):
    ship: Ship | None
    note: str


class Aim(Hold):
    angle: float
    target: int | None


class Hit(Event):
    victim: int


class Killed(Event):
    victim: int
    by: int | None


class Pilot(Player):
    score: int = field(0)


class Skirmish(Game[Pilot], seats=(2, 4), tick_hz=20, grace_s=30):
    round: int = field(1)

    def joined(self, pilot: Pilot) -> None:
        self.spawn(Ship, owner=pilot, x=10.0 * pilot.seat)

    def tick(self) -> None:
        for pilot in self.players:
            ship = pilot.one(Ship)
            if ship is not None:
                ship.angle += 0.1 * pilot.held(Steer).turn

    @on(Fire)
    def fire(self, pilot: Pilot, _: Fire) -> None:
        ship = pilot.one(Ship)
        if ship is None or not ship.ammo:
            raise Refused("no ammunition")
        ship.ammo -= 1
        pilot.score += 1
        self.emit(pilot, Hit(1 - pilot.seat))

    @on(Trade)
    def trade(self, pilot: Pilot, trade: Trade) -> None:
        raise Refused("nobody trades here")


class Buffered(Skirmish, name="buffered", input_buffer_ticks=3):
    """The game of the buffered schema."""
