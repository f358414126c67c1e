"""A game with one of everything that can be kept, and random things to do in it."""

from __future__ import annotations

import dataclasses
import enum
from typing import Any, ClassVar

import msgspec

from rallypoint import Action, Answer, Entity, Event, Game, Hold, Player, field, fixed, on, private, transient


class Side(enum.IntEnum):
    LEFT = 0
    RIGHT = 1


class Goal(msgspec.Struct):
    x: int
    target: Rock | None = None
    rest: list[Goal] = []


@dataclasses.dataclass
class Memory:
    seen: list[float] = dataclasses.field(default_factory=list)
    by: dict[str, int] = dataclasses.field(default_factory=dict)


class Rock(Entity):
    x: float = fixed(0.01, rewind=True)
    y: float = field(0.0, rewind=True)
    count: int = field(0, rewind=True)
    loud: bool = field(False, rewind=True)
    name: str = field("", rewind=True)
    data: bytes = field(b"", rewind=True)
    side: Side = field(Side.LEFT, rewind=True)
    maybe: float | None = field(None)
    pair: tuple[int, str] = field((0, ""), to="owner")
    many: tuple[float, ...] = field(())
    near: Rock | None = field(None)
    around: tuple[Rock | None, ...] = field(())
    heat: float = private(0.0, rewind=True)
    path: list[int] = private([])
    floats: list[float] = private([])
    table: dict[str, list[int]] = private({})
    grid: dict[tuple[int, int], Side] = private({})
    goal: Goal | None = private(None)
    memory: Memory = private(Memory())
    others: list[Rock] = private([])
    whose: dict[int, Player] = private({})
    cache: Any = transient([])


class Boulder(Rock):
    weight: int = field(5)


class Pebble(Entity):
    """Without a first value, and with nothing that is public."""

    secret: int = private()


class Member(Player):
    points: int = field(0)
    hand: tuple[int, ...] = field((), to="owner")
    doubts: list[str] = private([])


class Aim(Hold):
    angle: int = 0


class Do(Action):
    what: str
    number: int = 0


class Heard(Event):
    what: str


class Quarry(Game[Member], seats=(1, 4), tick_hz=20, grace_s=1, rewind_ticks=4):
    uses: ClassVar = [Rock, Boulder, Pebble, Aim, Do, Heard]

    score: int = field(0)
    first: Rock | None = field(None)
    angle: int = private(0)
    log: list[str] = private([])
    built: dict[int, str] = transient({})

    def tick(self) -> None:
        self.angle = sum(player.held(Aim).angle for player in self.players)
        for rock in self.all(Rock):
            rock.x += rock.y * self.dt
            if rock.near is not None and rock.near.id:
                rock.heat += self.random.random() * 0.5

    def fired(self, id_: int, things: list[int]) -> None:
        self.log.append(f"{id_} {things}")
        rock = self.get(id_, Rock)
        if rock is not None:
            rock.count += sum(things)
            self.after(0.1, "fired", rock.id, things[1:]) if things else None

    def answered(self, answer: Answer) -> None:
        self.log.append(f"{answer.method} {answer.args} {answer.value} {answer.error}")

    def left(self, player: Member, reason: str) -> None:
        self.log.append(f"left {player.seat} {reason}")

    def restored(self) -> None:
        self.built = {rock.id: rock.name for rock in self.all(Rock)}

    @staticmethod
    async def outside(word: str, more: list[int]) -> str:
        return word

    @on(Do)
    def do(self, player: Member, action: Do) -> None:
        self.carry_out(action.what, action.number, player)

    def carry_out(self, what: str, number: int, player: Member) -> None:
        """One random thing. The same numbers mean the same in a game that was built again."""
        rocks = self.all(Rock)
        rock = rocks[number % len(rocks)] if rocks else None
        other = rocks[number // 7 % len(rocks)] if rocks else None
        match what:
            case "spawn":
                kind = Boulder if number % 3 == 0 else Rock
                made = self.spawn(kind, owner=player if number % 2 else None, y=number / 3, near=other)
                self.first = self.first or made
            case "pebble":
                self.spawn(Pebble, secret=number, channel="deep")
            case "brief":
                self.destroy(self.spawn(Rock))
            case "give" if rock is not None:
                self.give(rock, player if number % 3 else None)
            case "move" if rock is not None:
                self.set_channel(rock, "deep" if number % 2 else "everyone")
            case "destroy" if rock is not None:
                self.destroy(rock)
            case "set" if rock is not None and other is not None:
                _set(rock, other, number, self.players)
            case "past" if rock is not None:
                self.log.append(f"{self.rewind(rock, self.now_tick - number % 7)} {self.ticks_since(number % 25)}")
            case "draw":
                self.score = self.random.randrange(1000)
            case "after" if rock is not None:
                self.after(number % 10 / 10, "fired", rock.id, (1, 2, number % 5))
            case "cancel":
                self.cancel(number % 20)
            case "ask":
                self.ask("outside", "word", (number,))
            case "subscribe":
                player.subscribe("deep")
                player.hand = (number, *player.hand)[:5]
            case "unsubscribe":
                player.unsubscribe("deep")
                player.doubts.append(str(number))
            case "meta":
                self.set_meta(map=f"m{number}")
            case "lock":
                self.unlock() if number % 2 else self.lock()
            case "tell":
                self.emit_all(Heard(what=str(number)))
            case _:
                self.score += 1


def _set(rock: Rock, other: Rock, number: int, players: list[Member]) -> None:
    small = number % 11
    match number % 19:
        case 0:
            rock.x = -0.0 if rock.x == 0 else 0.0
        case 1:
            rock.y = small  # a whole number
        case 2:
            rock.count = number
        case 3:
            rock.loud, rock.name, rock.data = not rock.loud, f"rock{small}", bytes([small])
        case 4:
            rock.side = Side(number % 2)
        case 5:
            rock.maybe = None if rock.maybe is not None else number / 7
        case 6:
            rock.pair, rock.many = (small, "x"), (0.0, -0.0, float(small))
        case 7:
            rock.near, rock.around = other, (other, None, rock)
        case 8:
            rock.near = None
        case 9:
            rock.path.append(number)
        case 10:
            rock.path = rock.path[1:]
        case 11:
            rock.floats += [small, number / 3]
        case 12:
            rock.table.setdefault(str(small), []).append(number)
        case 13:
            rock.grid[small, -small] = Side.RIGHT
        case 14:
            rock.goal = Goal(small, other, [Goal(1, rock)])
        case 15 if rock.goal is not None:
            rock.goal.rest.append(Goal(small))
        case 16:
            rock.memory.seen.append(number / 9)
            rock.memory.by[str(small)] = number
        case 17:
            rock.others.append(other)
        case _:
            rock.whose[small] = players[number % len(players)]
            rock.cache = number


WHAT = (
    "spawn",
    "pebble",
    "brief",
    "give",
    "move",
    "destroy",
    "set",
    "set",
    "set",
    "draw",
    "past",
    "past",
    "after",
    "cancel",
    "ask",
    "subscribe",
    "unsubscribe",
    "meta",
    "lock",
    "tell",
    "score",
)
