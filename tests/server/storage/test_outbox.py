"""Which events are due, and how long what was sent is kept."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pytest

from rallypoint.ports import OutboxEvent, Settlement
from rallypoint.storage import outbox as outbox_file
from rallypoint.storage.outbox import DELIVERED_KEPT_S, FAILED_KEPT_S
from rallypoint.storage.store import SqlStore
from rallypoint_protocol.ids import SessionId
from tests.server.storage.made import count, record, rows, store_at, written

NOW = 1_800_000_100.0
STARTED, ENDED, RESULT = "session.started", "session.ended", "session.result"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "rallypoint.db"


def at_now(path: Path, **options):
    return store_at(path, webhooks=True, wall=lambda: NOW, **options)


async def due(store: SqlStore, now: float, limit: int, busy: Collection[str] = ()) -> list[OutboxEvent]:
    events, _ = await store.outbox.due(now, limit, [SessionId(session) for session in busy])
    return events


def names(events) -> list[tuple[str, str]]:
    return [(event.session, event.kind) for event in events]


async def test_only_the_oldest_event_of_each_session_is_due(path):
    async with at_now(path) as store:
        for session in ("s1", "s2"):
            store.started(record(session))
            store.ended(record(session))
        store.ended(record("s3"))
        await written(store)
        events = await due(store, NOW, 10)
        assert sorted(names(events)) == [("s1", STARTED), ("s2", STARTED), ("s3", ENDED)]
        assert names(await due(store, NOW, 10, ["s1", "s3"])) == [("s2", STARTED)]
        assert await due(store, NOW, 10, ["s1", "s2", "s3"]) == []
        assert len(await due(store, NOW, 2)) == 2


async def test_a_session_s_events_are_due_one_after_the_other(path):
    async with at_now(path) as store:
        store.started(record())
        store.ended(record())
        await written(store)
        seen = []
        while events := await due(store, NOW, 10):
            seen += names(events)
            await store.outbox.settle([Settlement(events[0], "delivered", NOW)])
        assert seen == [("s1", STARTED), ("s1", ENDED), ("s1", RESULT)]
        assert store.status().webhooks_pending == 0


async def test_the_next_time_is_told_beside_what_is_due_now(path):
    async with at_now(path) as store:
        for number in range(3):
            store.started(record(f"s{number}"))
        await written(store)
        first, *_ = await due(store, NOW, 10)
        await store.outbox.settle([Settlement(first, "pending", NOW + 9)])
        events, next_at = await store.outbox.due(NOW, 10, [])
        assert (len(events), next_at) == (2, NOW + 9)
        events, next_at = await store.outbox.due(NOW, 1, [])
        assert (len(events), next_at) == (1, NOW)  # there is more at once


async def test_what_is_to_be_tried_again_is_due_then_and_holds_its_session_back_until_then(path):
    async with at_now(path) as store:
        store.started(record())
        store.ended(record())
        await written(store)
        (event,) = await due(store, NOW, 10)
        await store.outbox.settle([Settlement(event, "pending", NOW + 50, "it rained")])
        assert await due(store, NOW + 49, 10) == []
        assert await store.outbox.due(NOW, 10, []) == ([], NOW + 50)
        assert await store.outbox.due(NOW, 10, [SessionId("s1")]) == ([], None)
        (again,) = await due(store, NOW + 50, 10)
        assert (again.kind, again.attempts) == (STARTED, 1)
    assert rows(path, "SELECT error FROM outbox WHERE attempts = 1") == [("it rained",)]


async def test_an_attempt_that_is_noted_twice_counts_once(path):
    async with at_now(path) as store:
        store.started(record())
        await written(store)
        (event,) = await due(store, NOW, 10)
        await store.outbox.settle([Settlement(event, "delivered", NOW)])
        await store.outbox.settle([Settlement(event, "delivered", NOW)])
        await store.outbox.settle([Settlement(event, "failed", NOW, "too late")])
        assert (store.status().webhooks_pending, store.status().webhooks_failed) == (0, 0)
    assert rows(path, "SELECT state, attempts FROM outbox") == [("delivered", 1)]


async def test_a_clock_that_was_set_back_does_not_hold_an_event_up_for_ever(path):
    async with at_now(path) as store:
        store.started(record())
        await written(store)
        assert await due(store, NOW - 60, 10) == []
        await store.outbox.sweep(NOW - 60)
        assert await due(store, NOW - 60, 10) == []  # a minute is waited for
        await store.outbox.sweep(NOW - 86_400)
        assert len(await due(store, NOW - 86_400, 10)) == 1


async def test_delivered_events_are_kept_for_seven_days_and_failed_ones_for_thirty(path, monkeypatch):
    monkeypatch.setattr(outbox_file, "_SWEEP_ROWS", 2)
    async with at_now(path) as store:
        for number in range(5):
            store.started(record(f"s{number}"))
        await written(store)
        events = [event for event in await due(store, NOW, 10) if event.session != "s1"]
        await store.outbox.settle([Settlement(e, "failed" if e.session == "s0" else "delivered", NOW) for e in events])
        await store.outbox.sweep(NOW + DELIVERED_KEPT_S - 1)
        assert count(path, "outbox") == 5
        await store.outbox.sweep(NOW + DELIVERED_KEPT_S + 1)
        assert rows(path, "SELECT session FROM outbox ORDER BY 1") == [("s0",), ("s1",)]
        await store.outbox.sweep(NOW + FAILED_KEPT_S + 1)
        assert rows(path, "SELECT session FROM outbox ORDER BY 1") == [("s1",)]  # what waits is never swept
        assert (store.status().webhooks_pending, store.status().webhooks_failed) == (1, 0)


async def test_beyond_the_bound_events_are_kept_as_failed_and_results_are_stored(path, monkeypatch):
    monkeypatch.setattr(outbox_file, "PENDING_MAX", 3)
    async with at_now(path) as store:
        store.started(record("s1"))
        store.ended(record("s1"))
        await written(store)
        store.ended(record("s2"))
        await written(store)
        assert (store.status().webhooks_pending, store.status().webhooks_failed) == (3, 2)
        assert names(await due(store, NOW, 10)) == [("s1", STARTED)]
    assert count(path, "results") == 2
    query = "SELECT DISTINCT session, error FROM outbox WHERE state = 'failed'"
    assert rows(path, query) == [("s2", "too many events wait")]
