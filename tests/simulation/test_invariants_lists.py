"""The observer of lists: each invariant is broken once, on a stage; and what fits into a list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from rallypoint_protocol.messages import (
    Ack,
    Condition,
    Listing,
    SessionRow,
    Watch,
)
from tests.simulation.invariants import lists
from tests.simulation.invariants.lists import Lists, fits
from tests.simulation.lobby_stage import Stage, Wire, first_broken, host


def row(name: str, free: int = 1) -> SessionRow:
    return SessionRow(name, "books", "running", 1, 1 + free, free, 0, "", {}, 1000)


def watching(stage: Stage, limit: int = 10) -> Wire:
    """Ann watches all sessions, of which there is one; nothing was sent yet."""
    stage.node.hosts["S"] = host("S", "bob")
    wire = stage.enter("ann")
    stage.done(wire, Watch(1, "", [], limit))
    return wire


COUNTS = {"lobby": 1, "playing": 0, "sessions": 1}


def list_(n: int, *rows: SessionRow, whole: bool = True, total: int = 1, **more: Any) -> Listing:
    return Listing(n, whole, list(rows), more.pop("gone", []), total, more.pop("counts", COUNTS))


def wrong_number(stage: Stage) -> None:
    stage.send(watching(stage), list_(2, row("S")))


def part_first(stage: Stage) -> None:
    stage.send(watching(stage), list_(1, row("S"), whole=False))


def listing_before_the_ack(stage: Stage) -> None:
    wire = watching(stage)
    stage.send(wire, list_(1, row("S")))
    stage.look(1.0)
    stage.send(wire, list_(2, row("S", 2), whole=False))


def listings_too_fast(stage: Stage) -> None:
    wire = watching(stage)
    stage.send(wire, list_(1, row("S")))
    stage.say(wire, Ack(0, 1, 0))
    stage.look(0.25)
    stage.send(wire, list_(2, row("S", 2), whole=False))


def listing_for_nobody(stage: Stage) -> None:
    stage.send(stage.enter("ann"), list_(1))


def session_twice(stage: Stage) -> None:
    stage.send(watching(stage), list_(1, row("S"), row("S")))


def more_than_asked_for(stage: Stage) -> None:
    stage.send(watching(stage, limit=1), list_(1, row("S"), row("S2"), total=2))


def settled(stage: Stage, listing: Listing) -> None:
    wire = watching(stage)
    stage.send(wire, listing)
    stage.say(wire, Ack(0, 1, 0))
    stage.look(2.0)


def untrue_row(stage: Stage) -> None:
    settled(stage, list_(1, row("S", 2)))


def row_left_out(stage: Stage) -> None:
    settled(stage, list_(1))


def untrue_total(stage: Stage) -> None:
    settled(stage, list_(1, row("S"), total=2))


def untrue_counts(stage: Stage) -> None:
    settled(stage, list_(1, row("S"), counts=COUNTS | {"lobby": 2}))


@pytest.mark.parametrize(
    ("invariant", "play"),
    [
        (lists.NUMBERED, wrong_number),
        (lists.WHOLE_FIRST, part_first),
        (lists.ONE_AT_A_TIME, listing_before_the_ack),
        (lists.HALF_A_SECOND, listings_too_fast),
        (lists.WATCHED, listing_for_nobody),
        (lists.WELL_FORMED, session_twice),
        (lists.WELL_FORMED, more_than_asked_for),
        (lists.TRUE_ROWS, untrue_row),
        (lists.TRUE_ROWS, row_left_out),
        (lists.TRUE_TOTAL, untrue_total),
        (lists.TRUE_COUNTS, untrue_counts),
    ],
)
def test_what_must_not_be_is_seen(invariant: str, play: Callable[[Stage], None]) -> None:
    assert first_broken(Lists, play) == invariant


@pytest.mark.parametrize(
    ("field", "op", "value", "holds"),
    [
        ("free", ">", 0, True),
        ("free", "=", 1.0, True),
        ("free", "=", True, False),
        ("free", "!=", "1", True),
        ("state", "has", "RUN", True),
        ("state", ">=", "running", True),
        ("meta.map", "=", None, True),
        ("meta.map", ">", 1, False),
        ("id", "!=", "x", False),
    ],
)
def test_conditions_hold_as_the_protocol_says(field: str, op: Any, value: Any, holds: bool) -> None:
    assert fits(row("S"), Watch(1, "books", [Condition(field, op, value)], 10)) is holds
