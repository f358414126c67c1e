"""One connection of the trace: what is said on it is noted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Self

from tests.server.live import Raw
from tests.vectors.labels import KINDS
from tests.vectors.notation import packed, unpacked

__all__ = ["Line"]

_ACK_EVERY: Final = 5


class Line:
    """One connection of Ann's."""

    def __init__(self, steps: list[dict[str, Any]], on: str, raw: Raw) -> None:
        self._steps = steps
        self.on = on
        self._raw = raw
        self.tick = -1
        self.epoch = 0
        self._acked = -1
        self.event = 0

    @classmethod
    async def open(cls, steps: list[dict[str, Any]], on: str, url: str, path: str, meaning: str) -> Self:
        raw = await Raw.dial(url + path)
        line = cls(steps, on, raw)
        line.note("opens", meaning + f": `GET {path}` with `Sec-WebSocket-Protocol: rallypoint.v1`")
        return line

    def note(self, what: str, meaning: str, **more: Any) -> None:
        self._steps.append({"on": self.on, "is": what, "meaning": meaning} | more)

    async def say(self, message: list[Any], meaning: str, *, lost: bool = False) -> None:
        data = packed(message)
        self._note_frame("client", data, meaning, {"lost": True} if lost else {})
        if not lost:
            await self._raw.send(data)
        if message[0] == 5:
            self._acked = message[2]

    async def hear(self, kind: int, meaning: str, condition: Callable[[list[Any]], bool] = lambda _: True) -> list[Any]:
        """The next message of that kind for which the condition holds; passes before it are read, as they must be."""
        while True:
            data = await self._raw.receive()
            message: list[Any] = unpacked(data)
            if message[0] == 41:
                self.epoch, self.tick = message[2][0], message[2][1]
                for event in (message[1] or [None])[0] or []:
                    self.event = event[0]
            if message[0] == kind and condition(message):
                self._note_frame("server", data, meaning, {})
                return message
            if message[0] == 41 and self.tick - self._acked >= _ACK_EVERY:
                self._acked = self.tick
                await self._raw.send([5, self.epoch, self.tick, self.event])

    async def closed(self, meaning: str) -> None:
        code, _ = await self._raw.closed()
        self.note("closed", meaning, code=code)

    async def breaks(self, meaning: str) -> None:
        await self._raw.break_off()
        self.note("breaks", meaning)

    def _note_frame(self, sender: str, data: bytes, meaning: str, more: dict[str, Any]) -> None:
        kind = unpacked(data)[0]
        said = {"on": self.on, "from": sender, "is": KINDS.get(kind, "input"), "meaning": meaning}
        self._steps.append(said | more | {"hex": data.hex()})
