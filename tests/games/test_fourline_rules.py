"""The rules of four in a line, and how far its bot sees: without a server."""

from itertools import product

import pytest
from hypothesis import given, strategies as st

from games.fourline.rules import CELLS, COLUMNS, EMPTY, ROWS, Position, board_of, cell, has_line, line_of, play
from games.fourline.search import WIN, best_columns

FULL_WITHOUT_A_LINE = "436014551150160155104632660465204242223333"


def lines_of(board: str, disc: str) -> set[tuple[int, ...]]:
    """Every four of these discs in a line, found the slow way: cell by cell."""
    found = set()
    for column, row, (dx, dy) in product(range(COLUMNS), range(ROWS), ((1, 0), (0, 1), (1, 1), (1, -1))):
        places = [(column + dx * n, row + dy * n) for n in range(4)]
        if all(0 <= x < COLUMNS and 0 <= y < ROWS and board[cell(x, y)] == disc for x, y in places):
            found.add(tuple(sorted(cell(x, y) for x, y in places)))
    return found


@st.composite
def games(draw: st.DrawFn) -> str:
    """Moves that are possible, up to a win at the most."""
    moves, position = "", Position()
    for _ in range(draw(st.integers(0, CELLS))):
        if position.is_won or position.is_full:
            break
        column = draw(st.sampled_from(position.columns))
        moves, position = moves + str(column), position.drop(column)
    return moves


def test_discs_lie_on_top_of_each_other():
    assert board_of("3342") == (
        "......."  #
        "......."
        "......."
        "......."
        "...1..."
        "..100.."
    )
    assert board_of("") == EMPTY * CELLS


@pytest.mark.parametrize(
    ("moves", "cells"),
    [
        ("6133524", (38, 39, 40, 41)),  # along the bottom
        ("4243464", (18, 25, 32, 39)),  # up a column
        ("2132334444", (18, 24, 30, 36)),  # up to the right
        ("42123521311", (15, 23, 31, 39)),  # up to the left
        ("463504132", (35, 36, 37, 38, 39)),  # the gap between two and two
        ("5454402653325", (19, 25, 26, 31, 33, 37, 40)),  # two lines with one disc
    ],
)
def test_four_in_any_direction_are_a_line(moves: str, cells: tuple[int, ...]):
    assert not play(moves[:-1]).is_won
    assert line_of(moves[:-1]) == ()
    assert play(moves).is_won
    assert line_of(moves) == cells


def test_a_full_board_without_a_line_is_nobodys():
    position = play(FULL_WITHOUT_A_LINE)
    assert position.is_full
    assert not position.is_won
    assert position.columns == []


def test_a_line_does_not_go_round_the_edge():
    top_of_column_0 = 1 << 4 | 1 << 5
    bottom_of_column_1 = 1 << 7 | 1 << 8
    assert not has_line(top_of_column_0 | bottom_of_column_1)


@given(games())
def test_the_bits_and_the_board_agree_on_who_has_won(moves: str):
    board, position = board_of(moves), play(moves)
    last = str((len(moves) - 1) % 2)
    lines = lines_of(board, last)
    assert position.is_won == bool(lines)
    assert set(line_of(moves)) == {place for line in lines for place in line}
    assert position.is_full == (EMPTY not in board)
    assert position.columns == [column for column in range(COLUMNS) if board[column] == EMPTY]


@pytest.mark.parametrize("moves", ["7", "x", "²", "0000000", "42434640", "-1"])
def test_moves_that_are_not_possible_are_no_game(moves: str):
    with pytest.raises(ValueError, match="is not possible"):
        play(moves)


# --- the bot's search -------------------------------------------------------------------------------------------------


def plain_search(position: Position, depth: int) -> int:
    """What ``best_columns`` computes, without anything that makes it quick. Leaves see a win in reach, too."""
    if position.is_full:
        return 0
    discs = (position.mover | position.other).bit_count()
    if any(position.drop(column).is_won for column in position.columns):
        return WIN - discs
    if depth == 0:
        return 0
    return max(-plain_search(position.drop(column), depth - 1) for column in position.columns)


@given(games())
def test_a_win_or_a_loss_that_is_near_is_found_as_a_plain_search_finds_it(moves: str):
    position = play(moves)
    if position.is_won or position.is_full:
        return
    columns, worth = best_columns(position, 2)
    expected = plain_search(position, 2)
    if abs(expected) >= WIN - CELLS or abs(worth) >= WIN - CELLS:
        assert worth == expected
    for column in columns:
        assert column in position.columns


def test_it_takes_a_win():
    assert best_columns(play("001122")) == ([3], WIN - 6)


def test_it_parries_a_threat():
    assert best_columns(play("06162"))[0] == [3]


def test_it_keeps_two_in_the_middle_from_becoming_three_with_both_ends_open():
    columns, worth = best_columns(play("302"))
    assert set(columns) <= {1, 4, 5}
    assert abs(worth) < WIN - CELLS


def test_of_equally_good_moves_it_gives_all():
    assert best_columns(Position(), 1) == ([3, 2, 4, 1, 5, 0, 6], 0)
