"""The web port's own two pages: the list of games, and what is said where there is nothing."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import NamedTuple

__all__ = ["GameRow", "front_page", "missing_page"]


class GameRow(NamedTuple):
    """What the list tells of a game."""

    name: str
    has_page: bool
    players: int
    hint: str
    """What to do to give it a page."""


def front_page(rows: Iterable[GameRow], styled: bool) -> str:
    """The list of games. ``styled``: the kit's style sheet is there."""
    return _page("Games", f'<h1>Games</h1>\n<ul class="rp-list">\n{"".join(map(_row, rows))}</ul>', styled)


def missing_page(sentence: str, styled: bool) -> str:
    """Nothing is there."""
    return _page(
        "Nothing here", f'<h1>Nothing here</h1>\n<p>{escape(sentence)}</p>\n<p><a href="/">All games</a></p>', styled
    )


def _row(row: GameRow) -> str:
    name = escape(row.name)
    if not row.has_page:
        return f'<li class="rp-list-row">{escape(row.hint)}</li>\n'
    playing = "1 player" if row.players == 1 else f"{row.players} players"
    return f'<li class="rp-list-row"><a class="rp-button" href="/play/{name}/">{name}</a> {playing}</li>\n'


def _page(title: str, body: str, styled: bool) -> str:
    style = '<link rel="stylesheet" href="/sdk/kit/style.css">\n' if styled else ""
    return (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)} - Rallypoint</title>\n{style}"
        '<body class="rp-page">\n<main class="rp-home">\n<section class="rp-card">\n'
        f"{body}\n</section>\n</main>\n</html>\n"
    )
