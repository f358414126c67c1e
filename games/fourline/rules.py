"""The rules of four in a line, without a server: where discs lie, and what four of them make.

A game is the text of its moves: ``"3342"`` is a disc in column 3, another one in column 3, and so on, in turn. To think
about it, the discs of a side are one number with a bit for each of them, at ``column * 7 + row``. Columns count from
the left, rows from the bottom. The seventh bit of a column stays empty: so lines do not go round the edge. (The layout
is that of John Tromp's "Fhourstones".)
"""

from __future__ import annotations

from typing import NamedTuple

COLUMNS, ROWS = 7, 6
CELLS = COLUMNS * ROWS
EMPTY = "."

_STRIDE = ROWS + 1
_DIRECTIONS = (1, _STRIDE - 1, _STRIDE, _STRIDE + 1)
"""How many bits it is to the next cell up, down to the right, to the right, and up to the right."""
_COLUMN = (1 << ROWS) - 1


class Position(NamedTuple):
    """Whose discs lie where. ``mover`` is the side whose turn it is, ``other`` the one that dropped the last disc."""

    mover: int = 0
    other: int = 0

    @property
    def columns(self) -> list[int]:
        """Where there is room for a disc."""
        filled = self.mover | self.other
        return [column for column in range(COLUMNS) if not filled >> (column * _STRIDE + ROWS - 1) & 1]

    @property
    def is_full(self) -> bool:
        """No further move is possible."""
        return (self.mover | self.other).bit_count() == CELLS

    @property
    def is_won(self) -> bool:
        """Who dropped the last disc has four in a line."""
        return has_line(self.other)

    def drop(self, column: int) -> Position:
        """The position after a disc in that column, which must have room; the other side is the mover then."""
        filled = self.mover | self.other
        disc = ((filled >> column * _STRIDE & _COLUMN) + 1) << column * _STRIDE
        return Position(self.other, self.mover | disc)


def play(moves: str) -> Position:
    """The position after these moves. Raises ValueError at the first one that is none."""
    position = Position()
    for number, move in enumerate(moves):
        if position.is_won or not move.isdecimal() or int(move) not in position.columns:
            raise ValueError(f"move {number} of {moves!r} is not possible")
        position = position.drop(int(move))
    return position


def has_line(discs: int) -> bool:
    """True if four of these discs are in a line."""
    for step in _DIRECTIONS:
        pairs = discs & discs >> step
        if pairs & pairs >> 2 * step:
            return True
    return False


def board_of(moves: str) -> str:
    """The board after these moves, to be looked at: 6 rows of 7 cells from the top left on; ``0`` is who began."""
    cells = [EMPTY] * CELLS
    heights = [0] * COLUMNS
    for number, move in enumerate(moves):
        column = int(move)
        cells[cell(column, heights[column])] = str(number % 2)
        heights[column] += 1
    return "".join(cells)


def cell(column: int, row: int) -> int:
    """Where that place is in the text of a board."""
    return (ROWS - 1 - row) * COLUMNS + column


def line_of(moves: str) -> tuple[int, ...]:
    """The cells of the lines that the last move made, as places in the text of the board; none if it made none."""
    discs, found = play(moves).other, 0
    for step in _DIRECTIONS:
        pairs = discs & discs >> step
        starts = pairs & pairs >> 2 * step
        found |= starts | starts << step | starts << 2 * step | starts << 3 * step
    everywhere = ((column, row) for column in range(COLUMNS) for row in range(ROWS))
    return tuple(sorted(cell(column, row) for column, row in everywhere if found >> column * _STRIDE + row & 1))
