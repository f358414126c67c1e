"""What fits a filter, what is shown of it, and what takes a client from one window to another."""

from __future__ import annotations

import msgspec
import pytest

from rallypoint.core.session_filter import Filter, View, Window, delta
from rallypoint.core.session_rows import SessionRows
from rallypoint_protocol.messages import Condition, SessionRow

MUCH = 1_000_000


def row(session: str, players: int = 1, game: str = "orbit") -> SessionRow:
    return SessionRow(session, game, "waiting", players, 4, 4 - players, 0, "", {}, 0)


def rows_of(*sessions: str, removals_max: int = 1024) -> SessionRows:
    rows = SessionRows(removals_max)
    for session in sessions:
        rows.put(row(session))
    return rows


def seen(view: View, rows: SessionRows) -> list[str]:
    view.refresh(rows)
    return [one.id for one in view.window.listed]


def middle(before: Window | None, after: Window) -> tuple[bool, list[SessionRow], list[str], int]:
    packed = b"\x94" + delta(before, after)
    whole, rows, gone, total = msgspec.msgpack.decode(packed, type=tuple[bool, list[SessionRow], list[str], int])
    return whole, rows, gone, total


# --- rows -------------------------------------------------------------------------------------------------------------


def test_each_session_that_changed_is_given_once_the_longest_ago_first():
    rows = rows_of("a", "b", "c")
    version = rows.version
    rows.put(row("b", 2))
    rows.put(row("a", 2))
    rows.put(row("b", 3))
    rows.remove("c")
    assert [one.id for one in rows.since(version)] == ["a", "b", "c"]
    assert [one.id for one in rows.since(rows.version)] == []
    assert rows.forgotten == 0


def test_what_has_gone_is_remembered_up_to_a_number():
    rows = rows_of("a", "b", "c", removals_max=2)
    for session in "abc":
        rows.remove(session)
        rows.remove(session)
    assert [one.id for one in rows.since(0)] == ["b", "c"]
    assert rows.forgotten == 4
    assert len(rows) == 0


# --- filters ----------------------------------------------------------------------------------------------------------


def test_a_filter_looks_at_what_has_changed_and_at_nothing_else():
    rows = rows_of("a", "b", "c")
    filter_ = Filter("", [Condition("players", "=", 1), Condition("free", ">", 0)], rows)
    assert filter_.advance(rows, MUCH) == 6
    assert filter_.advance(rows, MUCH) == 0
    rows.put(row("b", 2))
    assert filter_.advance(rows, MUCH) == 2
    assert len(filter_.fitting) == 2


def test_a_filter_that_is_not_through_yet_goes_on_where_it_was():
    rows = rows_of(*"abcdef")
    filter_ = Filter("", [], rows)
    steps = 0
    while not filter_.ready:
        assert filter_.advance(rows, 2) == 2
        steps += 1
    assert steps == 3
    assert len(filter_.fitting) == 6


@pytest.mark.parametrize("removals_max", [0, 1, 2])
def test_a_filter_that_misses_removals_looks_at_everything_anew_once_and_is_not_ready_meanwhile(removals_max):
    rows = rows_of(*"abcdefgh", removals_max=removals_max)
    filter_ = Filter("", [], rows)
    filter_.advance(rows, MUCH)
    assert filter_.ready
    for session in "aceg":
        rows.remove(session)
    filter_.advance(rows, 1)
    assert not filter_.ready
    steps = 0
    while filter_.seen < rows.version:
        filter_.advance(rows, 1)
        steps += 1
    assert steps <= 4 + removals_max
    assert filter_.ready
    assert [rows[age].id for age in filter_.fitting] == list("bdfh")


def test_removals_from_before_it_began_do_not_concern_a_filter():
    rows = rows_of(*"abcdef", removals_max=1)
    for session in "ace":
        rows.remove(session)
    filter_ = Filter("", [], rows)
    for _ in range(4):
        filter_.advance(rows, 1)
    assert filter_.ready
    assert len(filter_.fitting) == 3


# --- windows ----------------------------------------------------------------------------------------------------------


def test_a_window_is_made_anew_only_if_it_looks_different():
    rows = rows_of("a", "b", "c")
    filter_ = Filter("", [], rows)
    filter_.advance(rows, MUCH)
    view = View(filter_, 2)
    assert view.refresh(rows) > 0
    window = view.window
    assert view.refresh(rows) == 0, "nothing has changed: nothing is looked at"
    rows.put(row("c", 2))
    filter_.advance(rows, MUCH)
    assert view.refresh(rows) > 0
    assert view.window is window, "that one is not shown"
    rows.put(row("b", 2))
    filter_.advance(rows, MUCH)
    view.refresh(rows)
    assert view.window is not window


def test_what_has_gone_is_not_shown_even_before_the_filter_has_looked():
    rows = rows_of("a", "b", "c")
    filter_ = Filter("", [], rows)
    filter_.advance(rows, MUCH)
    view = View(filter_, 9)
    rows.put(row("c", 2))
    rows.remove("a")
    filter_.advance(rows, 1)
    assert seen(view, rows) == ["b", "c"]
    assert view.window.total == 3
    filter_.advance(rows, MUCH)
    assert seen(view, rows) == ["b", "c"]
    assert view.window.total == 2


# --- what is sent -----------------------------------------------------------------------------------------------------


class Watched:
    """A view of everything, and its windows."""

    def __init__(self, *sessions: str, limit: int = 9) -> None:
        self.rows = rows_of(*sessions)
        self.filter = Filter("", [], self.rows)
        self.view = View(self.filter, limit)

    def window(self) -> Window:
        self.filter.advance(self.rows, MUCH)
        self.view.refresh(self.rows)
        return self.view.window


def test_from_nothing_the_list_is_whole():
    watched = Watched("a", "b")
    assert middle(None, watched.window()) == (True, [row("a"), row("b")], [], 2)


def test_from_the_same_nothing_is_sent():
    window = Watched("a", "b").window()
    assert middle(window, window) == (False, [], [], 2)


def test_what_is_new_changed_or_gone_is_sent():
    watched = Watched("a", "b", "c")
    before = watched.window()
    watched.rows.remove("a")
    watched.rows.put(row("b", 2))
    watched.rows.put(row("d"))
    assert middle(before, watched.window()) == (False, [row("b", 2), row("d")], ["a"], 3)


def test_if_nothing_stays_the_list_is_whole():
    watched = Watched("a", "b")
    before = watched.window()
    for session in "ab":
        watched.rows.remove(session)
    watched.rows.put(row("c"))
    assert middle(before, watched.window()) == (True, [row("c")], [], 1)


def test_an_emptied_list_is_told_by_what_is_gone():
    watched = Watched("a", "b")
    before = watched.window()
    for session in "ab":
        watched.rows.remove(session)
    assert middle(before, watched.window()) == (False, [], ["a", "b"], 0)


def test_one_that_was_away_meanwhile_needs_the_whole_list():
    watched = Watched("a", "b")
    before = watched.window()
    watched.rows.remove("a")
    watched.rows.put(row("a"))
    assert middle(before, watched.window()) == (True, [row("b"), row("a")], [], 2)


def test_one_that_moves_up_into_the_window_from_below_is_appended():
    watched = Watched("a", "b", "c", limit=2)
    before = watched.window()
    watched.rows.remove("a")
    assert middle(before, watched.window()) == (False, [row("c")], ["a"], 2)
