"""What ``rallypoint top`` shows, in terminals of any size."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from rich.text import Text

from rallypoint.commands.top_picture import View, picture

NOW = 1_800_000_000.0
GAME = {
    "game": "orbit",
    "tick_hz": 20,
    "running": 31,
    "waiting": 2,
    "players": 240,
    "late_p50_ms": 1.5,
    "late_p99_ms": 18.0,
    "late_max_ms": 44.0,
    "step_p99_ms": 2.5,
    "skipped": 7,
}
QUEUE = {"queue": "ranked", "game": "duel", "waiting": 3, "players": 4, "oldest_since": NOW - 75, "paused": False}
OVERVIEW: dict[str, Any] = {
    "node": "n1",
    "version": "0.1.0",
    "started_at": NOW - 3700,
    "ready": True,
    "reasons": [],
    "alerts": [{"level": "bad", "text": "ticks 18 ms late, 31 sessions of orbit", "since_at": NOW - 60, "link": "/"}],
    "players": {"connected": 5000, "away": 3, "reserved": 1, "lobby": 60, "spectators": 4},
    "sessions": {"running": 31, "waiting": 2, "paused": 1, "created": 90, "ended": 50, "failed": 2},
    "games": [GAME, {**GAME, "game": "cards", "tick_hz": 0, "late_p99_ms": 0.0}],
    "queues": [{**QUEUE, "queue": "idle", "waiting": 0, "players": 0, "oldest_since": None}, QUEUE],
    "resumes": {"resumed": 10, "resync": 2, "fresh": 1, "refused": 4},
    "drops": 20,
    "conflated": 0,
    "cpu_share": 0.42,
    "rss_bytes": 131 << 20,
    "loop_lag_p99_ms": 1.5,
    "gc": {"collections": 3, "pause_max_ms_last_min": 4.5},
    "journal": {"durability": "process", "failure": "", "pressure": "none", "flush_p99_ms": 0.5},
    "store": {"kind": "sqlite", "pending": 0, "error": ""},
}
NODE = {
    "state": "serving",
    "costly": [
        {"session": f"5f0c9a1be2d34c{n:02}", "game": "orbit", "players": 8, "step_ms_per_s": 30.5} for n in range(10)
    ],
}


def view(**changes: Any) -> View:
    return View({**copy.deepcopy(OVERVIEW), **changes}, NODE, "12:00:00")


def plain(lines: list[Text]) -> list[str]:
    return [line.plain.rstrip() for line in lines]


def test_everything_is_on_one_page() -> None:
    shown = plain(picture(view(), NOW, 80))
    assert shown[0].startswith("n1 Rallypoint 0.1.0, up 1 h 1 min, serving")
    assert shown[0].endswith("12:00:00")
    assert shown[1:4] == [
        "players 5,000  away 3  reserved 1  lobby 60  watching 4  queued 4",
        "sessions 31  waiting 2  paused 1  failed 2  drops 20  refused 4  back 13",
        "CPU 42%  memory 131 MiB  loop 1.5 ms  GC 4.5 ms  journal 0.5 ms  database sqlite",
    ]
    assert any(line.startswith("!! ticks 18 ms late, 31 sessions of orbit since ") for line in shown)
    assert any(
        line.split() == ["orbit", "31", "2", "240", "1.5", "ms", "18", "ms", "44", "ms", "2.5", "ms", "7"]
        for line in shown
    )
    assert any(line.split()[:5] == ["ranked", "3", "4", "1", "min"] for line in shown)
    assert sum(line.startswith("5f0c9a1be2d34c") for line in shown) == 10


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 40), (60, 14), (200, 60), (40, 8), (20, 3), (1, 1)])
def test_it_fits_every_terminal(width: int, height: int) -> None:
    lines = picture(view(), NOW, width, height)
    assert len(lines) <= height
    assert max(line.cell_len for line in lines) <= width


def test_where_there_is_no_room_it_says_how_much_is_left_out() -> None:
    shown = plain(picture(view(), NOW, 80, 24))
    assert len(shown) == 24
    listed = sum(line.startswith("5f0c9a1be2d34c") for line in shown)
    assert shown[-1] == f"and {10 - listed} more"
    assert listed >= 2


def test_alerts_stay_when_nothing_else_does() -> None:
    shown = plain(picture(view(), NOW, 80, 6))
    assert shown[-1].startswith("!! ticks")


def test_where_something_happens_comes_first() -> None:
    shown = plain(picture(view(), NOW, 80))
    assert [line.split()[0] for line in shown if line.startswith(("ranked", "idle"))] == ["ranked", "idle"]


def test_turn_based_games_have_no_late_ticks() -> None:
    (cards,) = (line for line in plain(picture(view(), NOW, 80)) if line.startswith("cards"))
    assert cards.split() == ["cards", "31", "2", "240", "-", "-", "-", "2.5", "ms", "7"]


def test_without_alerts_it_says_so_or_why_nobody_is_let_in() -> None:
    assert "nothing that an operator should look at" in plain(picture(view(alerts=[]), NOW, 80))
    shown = plain(picture(view(alerts=[], ready=False, reasons=["draining: no new sessions"]), NOW, 80))
    assert "!  draining: no new sessions" in shown


def test_what_fails_is_named_and_coloured() -> None:
    failing = view(
        journal={"durability": "off", "failure": "no space", "pressure": "none", "flush_p99_ms": 0.0},
        store={"kind": "sqlite", "pending": 3, "error": "disk I/O error"},
    )
    line = picture(failing, NOW, 120)[3]
    assert line.plain.endswith("journal failing  database sqlite: failing")
    assert "bold red" in {str(span.style) for span in line.spans}


def test_what_is_shown_is_old_once_the_connection_is_lost() -> None:
    lost = View(OVERVIEW, NODE, "lost, trying again", lost=True)
    title = picture(lost, NOW, 80)[0]
    assert title.plain.endswith("lost, trying again")
    assert "bold red" in {str(span.style) for span in title.spans}


def test_names_are_inert() -> None:
    hostile = view(node="\x1b[2J", alerts=[{"level": "warn", "text": "\x9b31m[red]", "since_at": NOW, "link": "/"}])
    shown = "\n".join(plain(picture(hostile, NOW, 80)))
    assert r"\x1b[2J" in shown
    assert r"!  \x9b31m[red] since" in shown
    assert "\x1b" not in shown
