"""A list of sessions, and what has changed in it."""

from __future__ import annotations

from typing import Any

from hypothesis import given, strategies as st

from rallypoint_client.listing import Change, Rows
from rallypoint_protocol.messages import Listing
from tests.client.wire import row


def whole(*rows: Any, total: int = 0, counts: dict[str, int] | None = None) -> Listing:
    return Listing(1, True, list(rows), [], total, counts)


def part(*rows: Any, gone: tuple[str, ...] = (), total: int = 0, counts: dict[str, int] | None = None) -> Listing:
    return Listing(2, False, list(rows), list(gone), total, counts)


def ids(rows: Any) -> list[str]:
    return [row.id for row in rows]


def shown(*listings: Listing) -> Rows:
    rows = Rows()
    for listing in listings:
        rows.apply(listing)
    return rows


def test_the_whole_list_is_in_the_servers_order():
    rows = shown(whole(row("b"), row("a"), total=7, counts={"lobby": 3}))
    assert (ids(rows.rows), rows.total, rows.counts) == (["b", "a"], 7, {"lobby": 3})


def test_new_rows_are_appended_changed_ones_stay_and_others_go():
    rows = shown(whole(row("a"), row("b"), row("c")), part(row("d"), row("b", players=3), gone=("a",), total=3))
    assert [(r.id, r.players) for r in rows.rows] == [("b", 3), ("c", 1), ("d", 1)]


def test_before_the_whole_list_changes_say_nothing():
    rows = shown(part(row("a"), gone=("b",)))
    assert not rows.known
    assert rows.rows == []
    assert rows.take_change() is None


def test_counts_that_are_not_told_have_not_changed():
    rows = shown(whole(counts={"lobby": 3}), part(row("a")))
    assert rows.counts == {"lobby": 3}


def test_a_change_is_what_differs_from_the_last_one_however_often_meanwhile():
    rows = shown(whole(row("a"), row("b"), row("c")))
    assert rows.take_change() == Change([row("a"), row("b"), row("c")], [], [])
    assert rows.take_change() is None
    rows.apply(part(row("a", players=2), row("x"), gone=("c",)))
    rows.apply(part(row("a", players=3), row("y"), gone=("x",)))
    assert rows.take_change() == Change([row("y")], [row("a", players=3)], [row("c")])
    assert rows.take_change() is None


def test_what_has_changed_back_has_not_changed():
    rows = shown(whole(row("a")))
    rows.take_change()
    rows.apply(part(row("a", players=2)))
    rows.apply(part(row("a")))
    assert rows.take_change() is None


def test_a_whole_list_after_a_resume_is_a_change_only_where_it_differs():
    rows = shown(whole(row("a"), row("b")))
    rows.take_change()
    rows.forget()
    rows.apply(part(gone=("a",)))
    assert (ids(rows.rows), rows.take_change()) == (["a", "b"], None)  # as it was, until the whole list is there
    rows.apply(whole(row("b"), row("c")))
    assert rows.take_change() == Change([row("c")], [], [row("a")])


def test_totals_alone_are_a_change_too():
    rows = shown(whole(row("a"), total=1))
    rows.take_change()
    rows.apply(part(total=2))
    assert rows.take_change() == Change([], [], [])
    rows.apply(part(total=2, counts={"lobby": 1}))
    assert rows.take_change() == Change([], [], [])
    rows.apply(part(total=2, counts={"lobby": 1}))
    assert rows.take_change() is None


@given(st.lists(st.tuples(st.booleans(), st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 4))), max_size=12))
def test_changes_put_together_make_the_list(steps):
    rows = Rows()
    mine: dict[str, int] = {}
    for is_whole, wanted in steps:
        before = {r.id: r.players for r in rows.rows}
        if is_whole or not rows.known:
            rows.apply(whole(*(row(i, players=p) for i, p in wanted.items())))
        else:
            changed = [row(i, players=p) for i, p in wanted.items() if before.get(i) != p]
            rows.apply(part(*changed, gone=tuple(i for i in before if i not in wanted)))
        change = rows.take_change()
        if change is not None:
            for gone in change.removed:
                del mine[gone.id]
            for new in change.added:
                assert new.id not in mine
            mine |= {r.id: r.players for r in change.added + change.changed}
        assert mine == wanted
