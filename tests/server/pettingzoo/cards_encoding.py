"""What the tests say of Crazy Eights beyond its declarations."""

from __future__ import annotations

from typing import ClassVar

from rallypoint.pettingzoo import Encoding


class CardsEncoding(Encoding):
    bounds: ClassVar = {"card": (0, 51)}
    lengths: ClassVar = {"hand": 20}
