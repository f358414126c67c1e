"""The page of Orbit flies as its server does."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from games.orbit.flight import SIZE

from .flight_vectors import FILE, flights

HERE = Path(__file__).parent
TOLERANCE = 1e-9  # relative: sine and cosine may differ in their last bit


def _same(got: Any, expected: Any) -> bool:
    return bool(got == pytest.approx(expected, rel=TOLERANCE, abs=TOLERANCE))


@pytest.fixture(scope="module")
def ends() -> list[dict[str, Any]]:
    """How each leg of each flight ends in JavaScript."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs node")
    paths = HERE / "flight_twin.mjs", FILE.with_name("flight.js"), FILE
    run = subprocess.run([node, *map(str, paths)], check=True, capture_output=True, text=True, timeout=30)
    found: list[dict[str, Any]] = json.loads(run.stdout)
    return found


def test_the_vectors_are_those_of_the_step() -> None:
    kept, made = json.loads(FILE.read_text()), json.loads(json.dumps(flights()))
    assert [it["name"] for it in kept["flights"]] == [it["name"] for it in made["flights"]]
    for old, new in zip(kept["flights"], made["flights"], strict=True):
        assert _same(old["start"], new["start"]), old["name"]
        for a, b in zip(old["legs"], new["legs"], strict=True):
            assert (a["turn"], a["thrust"], a["ticks"]) == (b["turn"], b["thrust"], b["ticks"]), old["name"]
            assert _same(a["end"], b["end"]), old["name"]


def test_the_vectors_touch_every_wall_and_turn_both_ways_round() -> None:
    document = flights()
    ends = [leg["end"] for flight in document["flights"] for leg in flight["legs"]]
    assert {0.0, SIZE} <= {end[0] for end in ends}
    assert {0.0, SIZE} <= {end[1] for end in ends}
    for name in "turning left through zero", "turning right through two pi":
        angles = [leg["end"][4] for it in document["flights"] if it["name"] == name for leg in it["legs"]]
        assert angles != sorted(angles)
        assert angles != sorted(angles, reverse=True)


def test_the_twin_in_javascript_ends_every_leg_where_the_step_does(ends: list[dict[str, Any]]) -> None:
    assert len(ends) > 300
    for end in ends:
        assert _same(end["got"], end["expected"]), end["name"]
        assert end["thrust"], end["name"]
