"""Games that are recorded and watched at the same time, and readers of the stream that pages get of the recording."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgpack

from games.cards.bot import RandomBot as CardsBot
from games.fourline.bot import RandomBot as FourLineBot
from games.fourline.game import FourLine
from games.orbit.bot import OrbitBot
from games.orbit.game import Orbit
from rallypoint.storage.replay_file import read_replay
from rallypoint.web.replay_stream import passes
from rallypoint_protocol.codec import decode_session_reply
from rallypoint_protocol.messages import Pass
from rallypoint_protocol.replica import Replica
from rallypoint_protocol.schema import Schema
from tests.games.marked_cards import MarkedCards, Tap
from tests.server.replay_house import Recorded

State = dict[int, tuple[int, int | None, int, list[Any]]]


class Watched:
    """A match to its end, between bots, with its replay and all that a spectator was sent."""

    def __init__(self, recorded: Recorded[Any], bot: Any, players: int) -> None:
        self.recorded, self.match = recorded, recorded.match
        self.tap = Tap(self.match)
        for seat in range(players):
            self.match.join(f"player{seat}")
            self.match.bot(seat, bot, seat)
        self.match.step()

    def play(self, steps_max: int = 5000) -> None:
        self.match.step_until(lambda: False, steps_max=steps_max)

    @property
    def schema(self) -> Schema:
        return self.match.definition.schema

    @property
    def live(self) -> list[bytes]:
        """What the spectator was sent."""
        return [message for sent in self.tap.all if sent.seat == -1 for _, message in sent.messages]

    def stream(self, folder: Path) -> list[bytes]:
        """What a page is sent of the replay, without its first frame."""
        found = read_replay(self.recorded.write(folder))
        return list(passes(found.header, found.records))


def orbit() -> Watched:
    options = {"round_s": 3.5, "rounds_max": 2}
    return Watched(Recorded(Orbit, seed=5, options=options, checkpoint_every=30), OrbitBot, 3)


def fourline() -> Watched:
    return Watched(Recorded(FourLine, seed=5, checkpoint_every=4), FourLineBot, 2)


def cards() -> Watched:
    return Watched(Recorded(MarkedCards, seed=5, options={"target": 30}, checkpoint_every=7), CardsBot, 3)


GAMES = (orbit, fourline, cards)


def decoded(messages: list[bytes]) -> list[Pass]:
    found = [decode_session_reply(message) for message in messages]
    assert all(isinstance(message, Pass) for message in found)
    return found  # type: ignore[return-value]  # just checked


def states(messages: list[bytes], schema: Schema) -> dict[tuple[int, int], tuple[int, bytes | None, State]]:
    """Epoch and tick to session time, what was applied, and all that can be seen: as a client goes through passes."""
    replica, seen = Replica(schema), {}
    for message in decoded(messages):
        if message.head.epoch != replica.epoch:
            replica.clear()
        replica.apply(message)
        items = {item.id: (item.class_index, item.owner, item.mask, list(item.wire)) for item in replica.items.values()}
        seen[message.head.epoch, message.head.tick] = message.head.now_ms, message.head.applied, items
    return seen


def frames(data: bytes) -> Iterator[bytes]:
    """The frames of a stream."""
    place = 0
    while place < len(data):
        (length,) = struct.unpack_from(">I", data, place)
        place += 4 + length
        assert place <= len(data), "the last frame is cut off"
        yield data[place - length : place]


def header(data: bytes) -> dict[str, Any]:
    return dict(msgpack.unpackb(next(frames(data))))
