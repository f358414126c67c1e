"""The lines of a chat: each once, in order, bounded, and no gap untold."""

from __future__ import annotations

from rallypoint_client.chat_log import LINES_MAX, ChatLog
from tests.client.wire import line


def log(*lines: int) -> ChatLog:
    made = ChatLog()
    made.add([line(n) for n in lines])
    return made


def taken(made: ChatLog) -> list[tuple[int, int]]:
    """Number, and how many are missing before it."""
    lines = []
    while (one := made.take()) is not None:
        lines.append((one.n, one.missed))
    return lines


def test_lines_come_in_order_and_once():
    made = log(1, 2)
    assert made.add([line(1), line(2), line(3)])
    assert not made.add([line(2), line(3)])
    assert taken(made) == [(1, 0), (2, 0), (3, 0)]
    assert made.take() is None


def test_what_was_said_before_one_came_in_is_not_missed():
    assert taken(log(37, 38)) == [(37, 0), (38, 0)]


def test_a_gap_is_told_with_the_line_behind_it():
    made = log(1)
    made.add([line(5), line(6)])
    assert taken(made) == [(1, 0), (5, 3), (6, 0)]


def test_a_line_says_who_said_it_and_when():
    made = ChatLog()
    made.add([line(1, "hi", name="Cid", at_ms=77)])
    one = made.take()
    assert one is not None
    assert (one.player, one.name, one.text, one.at_ms) == ("id-Cid", "Cid", "hi", 77)


def test_taken_or_not_the_newest_are_kept():
    made = log(*range(1, LINES_MAX + 11))
    assert [one.n for one in made.lines] == list(range(11, LINES_MAX + 11))


def test_lines_that_were_not_taken_in_time_are_missed():
    made = log(*range(1, LINES_MAX + 11))
    assert taken(made)[:2] == [(11, 10), (12, 0)]
    made.add([line(1000)])
    assert taken(made) == [(1000, 1000 - LINES_MAX - 10 - 1)]


def test_a_gap_within_what_was_not_taken_in_time_is_missed_as_well():
    made = log(1, 2, 6)
    made.add([line(n) for n in range(7, LINES_MAX + 7)])
    assert taken(made)[0] == (7, 6)


def test_another_server_counts_from_one_again():
    made = log(1, 2, 3)
    taken(made)
    made.elsewhere()
    made.add([line(1, at_ms=50_000), line(2, at_ms=51_000)])
    assert taken(made) == [(1, 0), (2, 0)]
    made.add([line(2, at_ms=51_000), line(3, at_ms=52_000)])
    assert taken(made) == [(3, 0)]


def test_the_same_server_repeats_itself_to_another_lobby_session():
    made = log(1, 2, 3)
    taken(made)
    made.elsewhere()
    made.add([line(2), line(3), line(4)])
    assert taken(made) == [(4, 0)]
