"""The observer of records: quiet while all is well, and it speaks when something is not."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from rallypoint.runtime.node import Node
from rallypoint_simulation.observer import Violation
from tests.simulation.invariants.records import Records
from tests.simulation.small_world import Small, broken


def _never_started(one: Small, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Node, "session_started", lambda self, host: None)


def _never_ended(one: Small, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(one.world.store, "ended", lambda record, stored: None)


def _ended_twice(one: Small, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        one.world.store, "ended", lambda record, stored: one.world.store.ended_records.extend([record, record])
    )


def _changed(**changes: Any) -> Callable[[Small, pytest.MonkeyPatch], None]:
    def fault(one: Small, patch: pytest.MonkeyPatch) -> None:
        ended = one.world.store.ended
        patch.setattr(one.world.store, "ended", lambda record, stored: ended(dataclasses.replace(record, **changes)))

    return fault


def _all_played(one: Small, patch: pytest.MonkeyPatch) -> None:
    ended = one.world.store.ended

    def lie(record: Any, stored: Any) -> None:
        seats = tuple(dataclasses.replace(seat, outcome="played") for seat in record.seats)
        ended(dataclasses.replace(record, seats=seats))

    patch.setattr(one.world.store, "ended", lie)


@pytest.mark.parametrize(
    ("fault", "invariant"),
    [
        (_never_started, Records.STARTED),
        (_changed(started_at=None), Records.STARTED),
        (_never_ended, Records.ENDED),
        (_ended_twice, Records.ENDED),
        (_changed(seats=()), Records.SEATS),
        (_all_played, Records.SEATS),
        (_changed(reason="another"), Records.RESULT),
        (_changed(result={"winners": [7]}), Records.RESULT),
    ],
)
def test_a_record_that_is_not_what_happened_is_noticed(
    monkeypatch: pytest.MonkeyPatch, fault: Callable[[Small, pytest.MonkeyPatch], None], invariant: str
) -> None:
    starts_later = fault is _never_started
    if starts_later:
        fault(None, monkeypatch)  # type: ignore[arg-type]  # it needs none
        with pytest.raises(Violation, match=invariant):
            Small(Records)
        return
    one = Small(Records)
    fault(one, monkeypatch)
    one.act("bob", "leave_seat")
    one.world.run_for(0.5)
    one.host.end("enough")
    assert broken(one)[0] == invariant
