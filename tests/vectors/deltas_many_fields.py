"""Delta sequences about fields: every type, masks, fields that are some players' alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from tests.vectors.stage import Stage

__all__ = ["SEQUENCES"]

_THING: Final[dict[str, Any]] = {
    "whole": 0,
    "yes": False,
    "real": 0.0,
    "cents": 0.0,
    "thirds": 0.0,
    "text": "",
    "raw": b"",
    "suit": 1,
    "friend": 0,
    "maybe": None,
    "maybe_suit": None,
    "pair": (0, ""),
    "many": (),
    "deep": None,
    "secret": 0,
    "plan": "",
}


class _Friend:
    """Stands for an entity that is referred to."""

    def __init__(self, id_: int) -> None:
        self.id = id_


def _thing(stage: Stage, id_: int, **values: Any) -> Any:
    return stage.put(id_, "Thing", **_THING | {"friend": None} | values)


def _every_type() -> Stage:
    stage = Stage("every type", "of a field: how each is sent, and which travel as differences", "everything")
    stage.put(0, "Game", status=1)
    thing = _thing(stage, 1)
    stage.send("all at their zeros: mask 16383 is the first 14 fields; `secret` and `plan` are for others")
    thing.whole, thing.yes, thing.real = -5, True, 1.0
    stage.send("int as a difference, bool and float as they are: 1.0 is a 64-bit float (cb), and so in the CRC")
    thing.cents, thing.thirds = 12.344, -0.9
    stage.send("fixed as differences of steps: 1234 of 0.01, -3 of 0.3")
    thing.text, thing.raw, thing.suit = "Zoë \U0001f680", b"\x00\xff", -1
    stage.send("text, bytes, an enum's number: never differences")
    thing.friend, thing.maybe, thing.maybe_suit = _Friend(7), 5, 2
    stage.send("a reference's id, optional ones: never differences, also of whole numbers")
    thing.maybe, thing.friend = None, None
    stage.send("nil, and no reference (0)")
    thing.pair, thing.many, thing.deep = (1, "a"), (0.5, 2.0), ((1, 2), True)
    stage.send("tuples are replaced whole, as arrays")
    thing.whole, thing.real, thing.cents, thing.maybe = 300, -0.0, 0.0, 70_000
    stage.send("+305, and real goes from 1.0 to -0.0, which keeps its sign")
    stage.step()
    thing.whole, thing.cents = 299, 0.01
    stage.step()
    stage.send("age 3: all as they are, differences none")
    return stage


def _many_fields() -> Stage:
    stage = Stage("masks", "bit i of a mask is field i; an entity's fields can be split over channels", "everything")
    spies = stage.channels.channel("spies")
    mine = stage.channels.channel("owner:0")
    stage.put(0, "Game", status=0)
    stage.put(2, "Bare")
    values = _THING | {"friend": None, "secret": 42, "plan": "attack at dawn"}
    thing = stage.put(1, "Thing", owner=0, **values)
    stage.show(1, "Thing", thing, owner=0, only="owner", to=mine)
    stage.show(1, "Thing", thing, owner=0, only="spies", to=spies)
    stage.subscribe(mine)
    stage.send("mask 16384 (bit 14) in channel 2, the owner's: `secret`. An entity without fields has mask 0")
    thing.secret, thing.whole = 43, 1
    stage.send("a change in both channels of one entity")
    stage.subscribe(mine, spies)
    stage.send("subscribed to channel 1: age 0 there, and nothing else changed; mask 32768 is `plan`")
    thing.plan = "attack at noon"
    stage.send("age 1 in all three")
    stage.subscribe(mine)
    stage.send("no longer: what the channel carried is to be forgotten, and the entity stays")
    thing.plan = "retreat"
    stage.send("a change that is not told", crc=False)
    return stage


def _floats() -> Stage:
    stage = Stage("floats in the CRC", "a float field is canonical in 64 bits, also where it is whole", "everything")
    thing = _thing(stage, 1, real=3.0, many=(1.0, 2.0))
    stage.send("3.0 is cb4008000000000000, not 03")
    thing.real, thing.many = 1e300, (-0.0,)
    stage.send("-0.0 is cb8000000000000000")
    return stage


def _large_numbers() -> Stage:
    stage = Stage(
        "sizes in the CRC", "whole numbers, texts and arrays are canonical in their smallest form", "everything"
    )
    numbers = [127, 128, 255, 256, 65535, 65536, 2**32 - 1, 2**32, 2**53, 2**63 - 1]
    for place, number in enumerate(numbers):
        _thing(stage, 1 + 2 * place, whole=number)
        _thing(stage, 2 + 2 * place, whole=-number - 1)
    stage.send("20 entities (the array of rows has a two-byte length), numbers of every size, both signs")
    for place, size in enumerate((31, 32, 255, 256)):
        _thing(stage, 100 + place, text="x" * size, raw=bytes(size), many=(0.5,) * (size % 17))
    stage.send("texts, bytes and arrays of every size of length")
    return stage


SEQUENCES: Final[list[Callable[[], Stage]]] = [_every_type, _many_fields, _floats, _large_numbers]
