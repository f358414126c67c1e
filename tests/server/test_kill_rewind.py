"""A server whose game rewinds is killed, and started again: it remembers what was before."""

from __future__ import annotations

from pathlib import Path

from rallypoint_client import connect
from tests.server.test_kill import House, until

GALLERY = "tests.server.game.rewound_games:LongGallery"


async def test_what_was_before_the_server_died_is_still_what_was(tmp_path: Path) -> None:
    house = House(tmp_path)
    await house.start(games=(GALLERY,))
    try:
        lobby = await connect(house.url, name="Ann")
        ann = await lobby.quick_match("long")
        await until(lambda: ann.latest.tick >= 25)
        await house.end()
        died, epoch = ann.latest.tick, ann.latest.epoch
        await house.start(games=(GALLERY,))
        await until(lambda: ann.latest.epoch > epoch)
        ann.act(ann.inputs.Recall(), queue_s=20)
        await until(lambda: ann.latest.me.since)
        ticks = ann.latest.me.since
        assert ticks[0] < died - 10
        assert ticks[-1] > died
        assert list(ticks) == list(range(ticks[0], ticks[-1] + 1))
        told = dict(zip(ticks, ann.latest.me.seen, strict=True))
        known = {tick: x for tick, x in told.items() if x > 0}
        assert len(known) > len(told) - 5  # before the start there was no target
        assert known == {tick: tick / 7 for tick in known}
        await lobby.close()
    finally:
        await house.end()
