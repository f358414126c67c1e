"""Bodies of a physics engine are where they were after the server was killed while they rolled."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, Final

import msgspec

from rallypoint.core.session_image import SessionImage, SessionPart
from rallypoint.game.driver import GameDriver
from rallypoint.storage.replay_file import read_replay
from rallypoint_client import connect
from rallypoint_protocol.codec import encode
from tests.games.billiards import Ball, Billiards
from tests.server.test_kill import House, until

TOLERANCE: Final = 0.05
"""Units, on a table of 200 by 100: what the engine does not tell of touching balls."""


def _twice(file: Path) -> tuple[GameDriver, GameDriver, int]:
    """A game as it was; the same by the same ops, as if nothing had happened; how often it was recovered."""
    definition = Billiards.definition()
    driver, deaths = GameDriver(definition, 0), 0
    whole, *rest = read_replay(file).records
    image = SessionImage.decode(bytes(msgspec.msgpack.decode(whole.data, type=tuple[Any, msgspec.Raw])[1]))
    driver.restore(image.game)
    driver.revive()
    for record in rest:
        part = SessionPart.decode(record.data) if record.kind == 2 else None
        if part is None:
            continue
        image.follow(part)
        if part.game is None:
            continue
        driver.open(part.tick, part.now_ms)
        for first, *args in part.ops:
            if isinstance(first, int):
                driver.input(first, definition.decode(encode(args[0])))
            elif first == "recovered":
                deaths += 1
            else:
                calls: dict[str, Any] = {"join": driver.join, "start": driver.start, "let_go": driver.let_go}
                calls[first](*args)
        if part.run is not None:
            driver.advance(part.run)
        driver.close()
        driver.take_events()
    was = GameDriver(definition, 0)
    was.restore(image.game)
    return was, driver, deaths


async def test_the_balls_roll_on_after_kill_nine_as_if_nothing_had_been(tmp_path: Path) -> None:
    house = House(tmp_path)
    try:
        await house.start("--replays", games=("tests.games.billiards:Billiards",))
        async with connect(house.url, name="Ann") as ann, connect(house.url, name="Bob") as bob:
            seats = await asyncio.gather(ann.quick_match("billiards"), bob.quick_match("billiards"))
            await until(lambda: seats[0].latest.game.status == 1)
            first = next(seat for seat in seats if seat.index == 0)

            def rolling() -> int:
                return sum(abs(ball.vx) + abs(ball.vy) > 5 for ball in first.latest.all("Ball"))

            first.act(first.inputs.Push(vx=120.0, vy=9.0))
            await until(lambda: rolling() >= 3)
            for _ in range(2):
                await house.end()
                await house.start("--replays", games=("tests.games.billiards:Billiards",))
                goal = first.latest.tick + 45  # the replay is written once a second
                while first.latest.tick < goal:
                    await asyncio.sleep(0.02)
            session = first.session
            await asyncio.sleep(1.5)  # the replay is written once a second
            await house.end()
    finally:
        await house.end()
    (file,) = (tmp_path / "data" / "replays").glob(f"{session}*")
    was, driver, deaths = _twice(file)
    assert deaths == 2
    for one, other in zip(was.game.all(Ball), driver.game.all(Ball), strict=True):
        assert abs(one.x - other.x) < TOLERANCE
        assert abs(one.y - other.y) < TOLERANCE
    assert max(abs(ball.x - 50) for ball in was.game.all(Ball)) > 60
