"""Long lists in slices: the same as at once."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, strategies as st

from rallypoint.runtime import sliced
from rallypoint.runtime.sliced import matching, window

Pair = tuple[int, int]
"""What is sorted by, and which one it is: equal ones are to stay in their order."""
PAIRS = st.lists(st.integers(0, 9), max_size=60).map(lambda keys: [(key, number) for number, key in enumerate(keys)])


@pytest.fixture(autouse=True, scope="module")
def small_slices():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sliced, "_SLICE", 7)
        patch.setattr(sliced, "_SORTED_A_SLICE", 7)
        yield


def by_first(pair: Pair) -> int:
    return pair[0]


@given(PAIRS, st.booleans(), st.integers(0, 70), st.integers(1, 70))
def test_a_window_is_a_slice_of_all_sorted_with_equal_ones_in_their_order(
    rows: list[Pair], desc: bool, offset: int, limit: int
) -> None:
    found = asyncio.run(window(rows, by_first, desc=desc, offset=offset, limit=limit))
    assert found == sorted(rows, key=by_first, reverse=desc)[offset : offset + limit]


@given(PAIRS, st.booleans(), st.integers(1, 20))
def test_windows_side_by_side_show_each_row_once(rows: list[Pair], desc: bool, limit: int) -> None:
    async def all_() -> list[Pair]:
        found: list[Pair] = []
        for offset in range(0, len(rows), limit):
            found += await window(rows, by_first, desc=desc, offset=offset, limit=limit)
        return found

    found = asyncio.run(all_())
    assert sorted(found) == sorted(rows)


@given(PAIRS, st.sets(st.integers(0, 9)))
def test_those_that_fit_are_found_in_their_order(rows: list[Pair], wanted: set[int]) -> None:
    found = asyncio.run(matching(rows, lambda row: row[0] in wanted))
    assert found == [row for row in rows if row[0] in wanted]


def turns_of(work) -> int:
    """How often others have their turn meanwhile."""

    async def counted() -> int:
        turns = 0
        task = asyncio.ensure_future(work)
        while not task.done():
            turns += 1
            await asyncio.sleep(0)
        return turns

    return asyncio.run(counted())


def test_others_have_their_turn_after_each_slice() -> None:
    rows = [(number * 7919 % 100, number) for number in range(100)]
    assert turns_of(matching(rows, lambda row: row[0] > 50)) >= 100 // 7
    for offset in (0, 50, 95):
        assert turns_of(window(rows, by_first, desc=False, offset=offset, limit=5)) >= 2 * (100 // 7)


def test_what_is_sorted_by_is_made_once_for_each_row() -> None:
    asked: list[Pair] = []

    def key(pair: Pair) -> int:
        asked.append(pair)
        return pair[0]

    rows = [(number * 7919 % 100, number) for number in range(100)]
    asyncio.run(window(rows, key, desc=True, offset=45, limit=10))
    assert sorted(asked) == sorted(rows)
