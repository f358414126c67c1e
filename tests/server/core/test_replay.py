"""Following a replay: what is not as any release writes it is refused, and what is missing is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from rallypoint.core.replay import StageKind, image_at, stages, ticks_of
from rallypoint.core.replay_format import BadReplay, Record, RecordKind
from rallypoint.core.replay_items import Item, folded
from rallypoint.core.session_image import SessionImage
from rallypoint.storage.replay_file import read_replay
from tests.server.replay_games import Tale
from tests.server.replay_house import Recorded


def records_of(folder: Path, *, steps: int = 25) -> list[Record]:
    recorded = Recorded(Tale, checkpoint_every=10)
    recorded.match.join("Ann")
    recorded.match.step(steps)
    return read_replay(recorded.write(folder)).records


def kinds(records: list[Record]) -> list[StageKind]:
    return [stage.kind for stage in stages(records)]


def test_each_checkpoint_is_the_state_that_the_steps_before_it_lead_to(tmp_path: Path) -> None:
    seen = 0
    before = b""
    for stage in stages(records_of(tmp_path)):
        if stage.kind is StageKind.CHECKPOINT:
            assert stage.image.encode() == before
            seen += 1
        before = stage.image.encode()
    assert seen == 2


def test_a_step_that_is_missing_is_found_though_every_record_is_whole(tmp_path: Path) -> None:
    records = records_of(tmp_path)
    del records[5]
    with pytest.raises(BadReplay, match="comes after tick"):
        kinds(records)


def test_a_whole_of_a_later_tick_is_a_gap(tmp_path: Path) -> None:
    records = records_of(tmp_path)
    wholes = [number for number, record in enumerate(records) if record.kind is RecordKind.WHOLE]
    del records[wholes[1] - 3 : wholes[1]]
    assert kinds(records).count(StageKind.GAP) == 1
    assert ticks_of(records) == (0, 25, [(8, 10)])
    assert image_at(records, 10).tick == 10
    with pytest.raises(BadReplay, match="there is no tick 9 in this replay: it has 0 to 25, without 8 to 10"):
        image_at(records, 9)


def test_a_replay_may_begin_in_the_middle(tmp_path: Path) -> None:
    """Replays were switched on when a server was started that recovered the session."""
    records = records_of(tmp_path)
    wholes = [number for number, record in enumerate(records) if record.kind is RecordKind.WHOLE]
    assert ticks_of(records[wholes[1] :]) == (10, 25, [])


@pytest.mark.parametrize("data", [b"", b"\xc1", b"\x90", b"\x92\xc0\xc0", b"\xff" * 40])
@pytest.mark.parametrize("kind", [RecordKind.WHOLE, RecordKind.PART])
def test_what_cannot_be_decoded_is_refused_with_a_sentence(tmp_path: Path, kind: RecordKind, data: bytes) -> None:
    records = records_of(tmp_path)
    records[4] = Record(kind, data, 0, 0)
    with pytest.raises(BadReplay, match="cannot be read"):
        kinds(records)


def test_a_replay_has_to_begin_with_a_whole(tmp_path: Path) -> None:
    with pytest.raises(BadReplay, match="does not begin with a whole"):
        kinds(records_of(tmp_path)[1:5])


def test_images_read_from_a_replay_can_be_written_again(tmp_path: Path) -> None:
    image = image_at(records_of(tmp_path), 13)
    assert SessionImage.decode(image.encode()) == image


def hold(tick: int, seat: int) -> Item:
    return Item(tick, tick * 50, 1, "hold", seat, "Push", {"speed": 1.0})


def test_holds_are_counted_by_the_second_of_session_time() -> None:
    action = Item(5, 250, 1, "action", 0, "Say")
    items = [hold(1, 0), hold(2, 1), action, hold(19, 0), hold(20, 0), hold(59, 1)]
    assert [(item.what, item.tick, item.fields) for item in folded(items)] == [
        ("action", 5, {}),
        ("holds", 19, {"0": 2, "1": 1}),
        ("holds", 20, {"0": 1}),
        ("holds", 59, {"1": 1}),
    ]
