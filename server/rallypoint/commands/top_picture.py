"""What ``rallypoint top`` shows, as lines that fit a terminal. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from rich.cells import cell_len
from rich.text import Text

from .figures import clock, count, ms, percent, size, time_since
from .sheets import TONES, Cell, Column, Row, fitting, toned

__all__ = ["View", "picture"]

LATE_WARN_MS: Final = 10.0
"""From here on alerts look at it: docs/operators.md."""
CPU_WARN: Final = 0.85
LAG_WARN_MS: Final = 100.0
GC_WARN_MS: Final = 50.0
ROWS_MIN: Final = 2
"""A part with fewer of its rows is not worth its heading."""
_GAP: Final = 2


@dataclass(slots=True)
class View:
    """What is known of the server."""

    overview: Mapping[str, Any]
    """As `GET /overview` answers."""
    node: Mapping[str, Any] = field(default_factory=dict)
    """As `GET /node` answers; empty: it is not known yet."""
    status: str = ""
    """At the right of the first line."""
    lost: bool = False
    """What is shown is old."""


def picture(view: View, now: float, width: int, height: int | None = None) -> list[Text]:
    """Lines of at most ``width`` cells, and at most ``height`` of them; ``None``: as many as it takes."""
    overview = view.overview
    lines = [_title(view, now, width), *_figures(overview, width)]
    sections = [
        _Section(None, [_alert(one, now) for one in _alerts(overview)]),
        _of("GAME", _game_columns(), _busy_first(overview["games"], "players", "running", "waiting"), width),
        _of("QUEUE", _queue_columns(now), _busy_first(overview["queues"], "players", "paused"), width),
        _of("SESSION BY COST", _costly_columns(), view.node.get("costly", []), width),
    ]
    sections = [one for one in sections if one.rows]
    room = None if height is None else height - len(lines) - sum(one.overhead for one in sections)
    while room is not None and len(sections) > 1 and room < sum(min(ROWS_MIN, len(one.rows)) for one in sections):
        room += sections.pop().overhead
    for section, rows in zip(sections, _shared([len(one.rows) for one in sections], room), strict=True):
        lines += section.lines(rows)
    for line in lines:
        line.truncate(width, overflow="ellipsis")
    return lines if height is None else lines[:height]


@dataclass(slots=True)
class _Section:
    """A heading, and rows of which some may have to go."""

    heading: Text | None
    rows: list[Text]

    @property
    def overhead(self) -> int:
        return 1 + (self.heading is not None)

    def lines(self, room: int) -> list[Text]:
        if room <= 0:
            return []
        shown = self.rows if room >= len(self.rows) else self.rows[: room - 1]
        more = len(self.rows) - len(shown)
        head = [Text("")] if self.heading is None else [Text(""), self.heading]
        return [*head, *shown, *([Text(f"and {more:,} more", TONES["dim"])] if more else [])]


def _shared(wanted: Sequence[int], room: int | None) -> list[int]:
    """How many rows each gets: in turn one, until there are no more."""
    if room is None:
        return list(wanted)
    given = [0] * len(wanted)
    while room > 0 and given != list(wanted):
        for place, want in enumerate(wanted):
            if given[place] < want and room > 0:
                given[place] += 1
                room -= 1
    return given


def _title(view: View, now: float, width: int) -> Text:
    overview = view.overview
    state = view.node.get("state") or ("serving" if overview["ready"] else "not ready")
    left = _line(
        (overview["node"], "strong"),
        (f" Rallypoint {overview['version']}, up {time_since(overview['started_at'], now)}, ", ""),
        (state, "ok" if state == "serving" else "warn"),
    )
    right = toned((view.status, "bad" if view.lost else "dim"))
    left.truncate(max(0, width - right.cell_len - 1), overflow="ellipsis")
    return left if not view.status else Text.assemble(left, " " * (width - left.cell_len - right.cell_len), right)


def _figures(overview: Mapping[str, Any], width: int) -> list[Text]:
    players, sessions, journal, store = (overview[name] for name in ("players", "sessions", "journal", "store"))
    gc_ms, lag_ms = overview["gc"]["pause_max_ms_last_min"], overview["loop_lag_p99_ms"]
    resumes = overview["resumes"]
    back = sum(times for outcome, times in resumes.items() if outcome != "refused")
    return [
        _pairs(
            width,
            ("players", count(players["connected"]), "strong"),
            ("away", count(players["away"]), "warn" if players["away"] else ""),
            ("reserved", count(players["reserved"]), ""),
            ("lobby", count(players["lobby"]), ""),
            ("watching", count(players["spectators"]), ""),
            ("queued", count(sum(queue["players"] for queue in overview["queues"])), ""),
        ),
        _pairs(
            width,
            ("sessions", count(sessions["running"]), "strong"),
            ("waiting", count(sessions["waiting"]), ""),
            ("paused", count(sessions["paused"]), "warn" if sessions["paused"] else ""),
            ("failed", count(sessions["failed"]), "bad" if sessions["failed"] else ""),
            ("drops", count(overview["drops"]), ""),
            ("refused", count(resumes.get("refused", 0)), "warn" if resumes.get("refused") else ""),
            ("back", count(back), ""),
        ),
        _pairs(
            width,
            ("CPU", percent(overview["cpu_share"]), "warn" if overview["cpu_share"] >= CPU_WARN else ""),
            ("memory", size(overview["rss_bytes"]), ""),
            ("loop", ms(lag_ms), "bad" if lag_ms >= LAG_WARN_MS else ""),
            ("GC", ms(gc_ms), "warn" if gc_ms >= GC_WARN_MS else ""),
            ("journal", *_journal(journal)),
            (
                "database",
                f"{store['kind']}: failing" if store["error"] else store["kind"],
                "bad" if store["error"] else "",
            ),
        ),
    ]


def _journal(journal: Mapping[str, Any]) -> tuple[str, str]:
    if journal["failure"]:
        return "failing", "bad"
    if journal["durability"] == "off":
        return "off", ""
    return ms(journal["flush_p99_ms"]), "warn" if journal["pressure"] != "none" else ""


def _alerts(overview: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """With one for why new players are not welcome, if no other says so."""
    alerts = list(overview["alerts"])
    if not alerts and not overview["ready"]:
        return [{"level": "warn", "text": "; ".join(overview["reasons"]) or "not ready", "since_at": None}]
    return alerts or [{"level": "ok", "text": "nothing that an operator should look at", "since_at": None}]


def _alert(alert: Mapping[str, Any], now: float) -> Text:
    mark = {"bad": "!! ", "warn": "!  "}.get(alert["level"], "")
    since = "" if alert["since_at"] is None else f" since {clock(alert['since_at'], now)}"
    return _line((mark + alert["text"], alert["level"]), (since, "dim"))


def _of(heading: str, columns: Sequence[Column], rows: Sequence[Row], width: int) -> _Section:
    """A table, whose first column's title is ``heading``."""
    shown = fitting(columns, rows, width)
    cells = [[toned(column.cell(row)) for column in shown] for row in rows]
    titles = [heading, *(column.title for column in shown[1:])]
    widths = [max([cell_len(title), *(row[n].cell_len for row in cells)]) for n, title in enumerate(titles)]

    def line(texts: Sequence[Text]) -> Text:
        whole = Text()
        for text, column, cells_wide in zip(texts, shown, widths, strict=True):
            space = " " * (cells_wide - text.cell_len)
            whole.append_text(Text.assemble(space, text) if column.right else Text.assemble(text, space))
            whole.append(" " * _GAP)
        whole.rstrip()
        return whole

    return _Section(line([Text(title, TONES["dim"]) for title in titles]), [line(row) for row in cells])


def _game_columns() -> list[Column]:
    return [
        Column("GAME", lambda row: row["game"]),
        Column("sessions", lambda row: count(row["running"]), right=True),
        Column("waiting", lambda row: count(row["waiting"]), right=True),
        Column("players", lambda row: count(row["players"]), right=True),
        Column("late p50", lambda row: _late(row, "late_p50_ms"), right=True),
        Column("p99", lambda row: _late(row, "late_p99_ms"), right=True),
        Column("max", lambda row: _late(row, "late_max_ms", tone=False), right=True),
        Column("step p99", lambda row: ms(row["step_p99_ms"]), right=True),
        Column("skipped", lambda row: count(row["skipped"]), right=True, spare=True),
    ]


def _late(row: Row, name: str, *, tone: bool = True) -> Cell:
    if not row["tick_hz"]:
        return "-", "dim"
    late_ms = row[name]
    worst = max(LATE_WARN_MS, 500 / row["tick_hz"])
    return ms(late_ms), "" if not tone or late_ms < LATE_WARN_MS else "bad" if late_ms >= worst else "warn"


def _queue_columns(now: float) -> list[Column]:
    return [
        Column("QUEUE", lambda row: row["queue"]),
        Column("tickets", lambda row: count(row["waiting"]), right=True),
        Column("players", lambda row: count(row["players"]), right=True),
        Column("oldest", lambda row: time_since(row["oldest_since"], now), right=True),
        Column("", lambda row: ("paused", "warn") if row["paused"] else ""),
        Column("game", lambda row: row["game"], spare=True),
    ]


def _costly_columns() -> list[Column]:
    return [
        Column("SESSION", lambda row: row["session"]),
        Column("game", lambda row: row["game"]),
        Column("players", lambda row: count(row["players"]), right=True),
        Column("ms/s", lambda row: f"{row['step_ms_per_s']:.2f}", right=True),
    ]


def _pairs(width: int, *pairs: tuple[str, str, str]) -> Text:
    """Names with their figures, on one line: those that there is room for."""
    whole = Text()
    for name, value, tone in pairs:
        pair = _line(("  " if whole else "", ""), (f"{name} ", "dim"), (value, tone))
        if whole.cell_len + pair.cell_len > width:
            break
        whole.append_text(pair)
    return whole


def _busy_first(rows: Sequence[Row], *figures: str) -> list[Row]:
    """Those where something happens, before those where nothing does; else as they are."""
    return sorted(rows, key=lambda row: not any(row[name] for name in figures))


def _line(*cells: tuple[str, str]) -> Text:
    return Text.assemble(*(toned(cell) for cell in cells))
