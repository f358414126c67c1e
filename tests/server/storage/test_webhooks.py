"""Webhooks from the outbox to a real server, whatever that server does."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import structlog

from rallypoint.core.backoff import Backoff
from rallypoint.ports import StoreDown
from rallypoint.runtime.webhook_request import signature
from rallypoint.runtime.webhooks import WebhookRules, WebhookSender, checked_url
from rallypoint.storage import database as database_file
from rallypoint.storage.store import SqlStore
from tests.server.storage.made import QUICK, locked, record, rows, store_at, until, written
from tests.server.storage.receiver import BROKEN, OK, Receiver, accept, always, hang, receiving

STARTED, ENDED, RESULT = "session.started", "session.ended", "session.result"
RULES = WebhookRules(timeout_s=2.0, pauses=QUICK, database_pauses=QUICK, stop_s=0.2)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "rallypoint.db"


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):  # of the machine: the receiver is on this one
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setattr(database_file, "BUSY_S", 0.02)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as one:
        yield one


@contextlib.asynccontextmanager
async def sending(
    store: SqlStore, receiver: Receiver, rules: WebhookRules = RULES, secret: str = "s3cret"
) -> AsyncIterator[WebhookSender]:
    sender = WebhookSender(store.outbox, receiver.url, secret, rules=rules)
    await sender.start()
    try:
        yield sender
    finally:
        await sender.stop()


def play(store: SqlStore, *sessions: str) -> None:
    """Sessions that start and end."""
    for session in sessions:
        store.started(record(session, ended_at=None, result=None, duration_ms=0, outcome=""))
        store.ended(record(session))


async def delivered(store: SqlStore) -> None:
    await written(store)
    await until(lambda: store.status().webhooks_pending == 0)


# --- what is sent ---------------------------------------------------------------------------------------------------


async def test_a_session_is_told_of_as_it_starts_ends_and_has_a_result(path, receiver):
    async with store_at(path, webhooks=True) as store, sending(store, receiver):
        play(store, "s1")
        await delivered(store)
        assert receiver.told == [("s1", STARTED), ("s1", ENDED), ("s1", RESULT)]
        assert store.status().webhooks_error == ""
    assert rows(path, "SELECT DISTINCT state, attempts FROM outbox") == [("delivered", 1)]


async def test_the_body_says_all_of_the_session(path, receiver):
    async with store_at(path, webhooks=True) as store, sending(store, receiver):
        store.started(record(ended_at=None, result=None, duration_ms=0, outcome="", seats=()))
        data = {"key": b"\x01\xff", "nan": float("nan")}
        store.ended(record(result={"winners": [0], "scores": {0: 3.5}, "reason": "enough", "data": data}))
        await delivered(store)
    started, ended, result = (request.body for request in receiver.requests)
    assert started == {
        "event": STARTED,
        "id": "s1/session.started",
        "session": "s1",
        "game": "toy",
        "created_at": "2027-01-15T08:00:00.000Z",
        "started_at": "2027-01-15T08:00:01.500Z",
        "ended_at": None,
        "duration_ms": 0,
        "outcome": None,
        "reason": "",
        "seats": [],
        "result": None,
        "meta": {"map": "delta"},
    }
    assert (result.pop("event"), result.pop("id")) == (RESULT, "s1/session.result")
    assert (ended.pop("event"), ended.pop("id")) == (ENDED, "s1/session.ended")
    assert result == ended
    assert ended == {
        "session": "s1",
        "game": "toy",
        "created_at": "2027-01-15T08:00:00.000Z",
        "started_at": "2027-01-15T08:00:01.500Z",
        "ended_at": "2027-01-15T08:01:01.500Z",
        "duration_ms": 60_000,
        "outcome": "ended",
        "reason": "",
        "seats": [
            {"seat": 0, "player": "ada", "name": "Ada", "bot": False, "outcome": "played"},
            {"seat": 1, "player": "b-1", "name": "Robot", "bot": True, "outcome": "left"},
        ],
        "result": {
            "winners": [0],
            "scores": {"0": 3.5},
            "reason": "enough",
            "data": {"key": "01ff", "nan": None},
        },
        "meta": {"map": "delta"},
    }


async def test_the_headers_name_the_event_and_its_key_and_sign_the_body(path, receiver):
    async with store_at(path, webhooks=True) as store, sending(store, receiver):
        play(store, "s1")
        await delivered(store)
    for request in receiver.requests:
        assert request.target == "POST /hooks?from=game HTTP/1.1"
        assert request.headers["content-type"] == "application/json"
        assert request.headers["user-agent"].startswith("rallypoint/")
        assert request.headers["rallypoint-event"] == request.kind
        assert request.headers["idempotency-key"] == request.body["id"] == f"s1/{request.kind}"
        at, _, digest = request.headers["rallypoint-signature"].removeprefix("t=").partition(",v1=")
        assert abs(int(at) - time.time()) < 60
        signed = f"{at}.".encode() + request.raw
        assert digest == hmac.new(b"s3cret", signed, hashlib.sha256).hexdigest()


def test_the_signature_is_what_the_document_says():
    assert signature("secret", 1_800_000_000, b"{}") == (
        "t=1800000000,v1=" + hmac.new(b"secret", b"1800000000.{}", "sha256").hexdigest()
    )


async def test_without_a_secret_nothing_is_signed(path, receiver):
    async with store_at(path, webhooks=True) as store, sending(store, receiver, secret=""):
        play(store, "s1")
        await delivered(store)
    assert all("rallypoint-signature" not in request.headers for request in receiver.requests)


@pytest.mark.parametrize("url", ["", "backend/hooks", "ftp://backend/hooks", "https://", "http://[::1/hooks"])
def test_a_url_that_is_none_is_refused(url):
    with pytest.raises(ValueError):
        checked_url(url)


# --- receivers that fail --------------------------------------------------------------------------------------------


async def test_what_fails_is_sent_again_the_same_until_it_arrives(path, receiver):
    receiver.answer = always(BROKEN)
    with structlog.testing.capture_logs() as logs:
        async with store_at(path, webhooks=True) as store, sending(store, receiver):
            play(store, "s1")
            await until(lambda: len(receiver.requests) >= 3)
            assert {request.kind for request in receiver.requests} == {STARTED}  # the others wait for it
            assert len({request.raw for request in receiver.requests}) == 1
            assert len({request.headers["idempotency-key"] for request in receiver.requests}) == 1
            await until(lambda: store.status().webhooks_error == "the receiver answered 500")
            receiver.answer = accept
            await delivered(store)
    assert [kind for _, kind in receiver.told][-3:] == [STARTED, ENDED, RESULT]
    told = [entry["event"] for entry in logs if "webhook" in entry["event"]]
    assert told == ["a webhook has not arrived, and is tried again", "webhooks arrive again"]  # once an episode


async def test_a_session_whose_webhook_fails_holds_back_only_itself(path, receiver):
    async def only_bad_fails(request, writer):
        writer.write(BROKEN if request.session == "bad" else OK)

    receiver.answer = only_bad_fails
    async with store_at(path, webhooks=True) as store, sending(store, receiver):
        play(store, "bad", *(f"good{n}" for n in range(20)))
        await until(lambda: sum(session != "bad" for session, _ in receiver.told) == 60)
        assert {kind for session, kind in receiver.told if session == "bad"} == {STARTED}
        for number in range(20):
            kinds = [kind for session, kind in receiver.told if session == f"good{number}"]
            assert kinds == [STARTED, ENDED, RESULT]


async def test_a_receiver_that_hangs_delays_nobody_beyond_its_slot(path, receiver):
    async def bad_hangs(request, writer):
        await (hang if request.session == "bad" else accept)(request, writer)

    receiver.answer = bad_hangs
    rules = replace(RULES, slots=2, timeout_s=60.0)
    async with store_at(path, webhooks=True) as store, sending(store, receiver, rules):
        play(store, "bad")
        await until(lambda: receiver.told == [("bad", STARTED)])
        play(store, *(f"good{n}" for n in range(10)))
        await until(lambda: len(receiver.requests) == 31)
        assert receiver.most_under_way <= 2


async def test_an_answer_that_never_ends_coming_is_cut_off_and_tried_again(path, receiver):
    async def trickles(_request, writer):
        for byte in OK * 1000:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.01)

    receiver.answer = trickles
    async with store_at(path, webhooks=True) as store, sending(store, receiver, replace(RULES, timeout_s=0.1)):
        store.started(record())
        await until(lambda: len(receiver.requests) >= 2)
        await until(lambda: "no answer within 0.1 s" in store.status().webhooks_error)
        receiver.answer = accept
        await delivered(store)


async def test_at_most_so_many_are_under_way_at_once(path, receiver):
    async def slow(_request, writer):
        await asyncio.sleep(0.02)
        writer.write(OK)

    receiver.answer = slow
    async with store_at(path, webhooks=True) as store, sending(store, receiver, replace(RULES, slots=3)):
        play(store, *(f"s{n}" for n in range(15)))
        await delivered(store)
    assert receiver.most_under_way == 3
    assert len(receiver.requests) == 45


async def test_with_the_smallest_bounds_all_arrive_too(path, receiver):
    rules = replace(RULES, slots=2, ready_max=1)
    async with store_at(path, webhooks=True) as store, sending(store, receiver, rules):
        play(store, *(f"s{n}" for n in range(10)))
        await delivered(store)
    assert len(receiver.requests) == 30


async def test_a_redirect_is_not_followed(path, receiver):
    receiver.answer = always(b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n")
    async with store_at(path, webhooks=True) as store, sending(store, receiver):
        store.started(record())
        await until(lambda: len(receiver.requests) >= 2)
        await until(lambda: store.status().webhooks_error == "the receiver answered 302")
    assert {request.target for request in receiver.requests} == {"POST /hooks?from=game HTTP/1.1"}


async def test_of_a_huge_answer_only_a_little_is_read(path, receiver):
    sent = 0

    async def endless(_request, writer):
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        chunk = b"x" * 65_536
        while True:
            writer.write(b"10000\r\n" + chunk + b"\r\n")
            await writer.drain()
            sent += len(chunk)

    receiver.answer = endless
    async with store_at(path, webhooks=True) as store, sending(store, receiver):
        store.started(record())
        await delivered(store)  # 200 is 200
        await until(lambda: receiver.under_way == 0)  # it was cut off
    assert sent < 50_000_000  # what fits into the buffers of both sides
    assert len(receiver.requests) == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 1_000_000 + b"\r\n\r\n",
        b"HTTP/1.1 banana\r\n\r\n",
        b"\x00" * 100,
    ],
    ids=["another protocol", "a huge header", "no status", "zeros"],
)
async def test_an_answer_that_is_no_http_is_a_failure_and_nothing_else(path, receiver, answer):
    async def speaks(_request, writer):
        writer.write(answer)
        await writer.drain()
        writer.close()

    receiver.answer = speaks
    async with store_at(path, webhooks=True) as store, sending(store, receiver):
        play(store, "s1")
        await until(lambda: len(receiver.requests) >= 2)
        await until(lambda: store.status().webhooks_error != "")
        receiver.answer = accept
        await delivered(store)


async def test_a_receiver_that_is_not_there_yet_gets_everything_when_it_is(path, receiver):
    await receiver.close()
    async with store_at(path, webhooks=True) as store, sending(store, receiver):
        play(store, "s1", "s2")
        await until(lambda: store.status().webhooks_error != "")
        await receiver.open()
        await delivered(store)
    for session in ("s1", "s2"):
        assert [kind for s, kind in receiver.told if s == session] == [STARTED, ENDED, RESULT]


async def test_after_the_last_attempt_an_event_is_kept_as_failed_and_its_session_goes_on(path, receiver):
    async def refuses_ends(request, writer):
        writer.write(BROKEN if request.kind == ENDED else OK)

    receiver.answer = refuses_ends
    async with store_at(path, webhooks=True) as store, sending(store, receiver, replace(RULES, attempts_max=3)):
        play(store, "s1")
        await until(lambda: ("s1", RESULT) in receiver.told)
        await until(lambda: store.status().webhooks_pending == 0)
        assert store.status().webhooks_failed == 1
    assert [kind for _, kind in receiver.told] == [STARTED, ENDED, ENDED, ENDED, RESULT]
    query = "SELECT state, attempts, error FROM outbox ORDER BY rank"
    assert rows(path, query)[1] == ("failed", 3, "the receiver answered 500")
    async with store_at(path, webhooks=True) as store:
        assert store.status().webhooks_failed == 1


# --- nodes that end -------------------------------------------------------------------------------------------------


async def test_a_restart_forgets_none(path, receiver):
    async with store_at(path, webhooks=True) as store:
        play(store, "s1", "s2")
    async with store_at(path, webhooks=True) as store:
        assert store.status().webhooks_pending == 6
        async with sending(store, receiver):
            await delivered(store)
    assert sorted(receiver.told) == sorted((s, k) for s in ("s1", "s2") for k in (STARTED, ENDED, RESULT))


async def test_an_end_between_the_answer_and_its_note_sends_it_again_with_the_same_key(path, receiver, monkeypatch):
    async with store_at(path, webhooks=True) as store:

        async def not_now(*_):
            raise StoreDown("the power is failing")

        monkeypatch.setattr(store.outbox, "settle", not_now)
        async with sending(store, receiver):
            store.started(record())
            await until(lambda: len(receiver.requests) == 1)
            await asyncio.sleep(0.1)
            assert len(receiver.requests) == 1  # while the node lives it knows
    async with store_at(path, webhooks=True) as store, sending(store, receiver):
        await delivered(store)
    first, second = receiver.requests
    assert first.raw == second.raw
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"]


async def test_a_sender_stops_soon_also_when_the_receiver_hangs_and_nothing_is_lost(path, receiver):
    receiver.answer = hang
    async with store_at(path, webhooks=True) as store:
        async with sending(store, receiver, replace(RULES, timeout_s=60.0)):
            play(store, "s1")
            await until(lambda: receiver.under_way == 1)
            began = time.monotonic()
        assert time.monotonic() - began < 5.0
        receiver.answer = accept
        async with sending(store, receiver):
            await delivered(store)


async def test_a_sender_that_never_started_can_be_stopped(path, receiver):
    async with store_at(path, webhooks=True) as store:
        await WebhookSender(store.outbox, receiver.url).stop()


# --- databases that fail --------------------------------------------------------------------------------------------


async def test_a_locked_database_holds_webhooks_up_and_none_is_sent_twice(path, receiver):
    async with store_at(path, webhooks=True) as store:
        play(store, "s1", "s2", "s3")
        await written(store)
        gate = asyncio.Event()

        async def waits(_request, writer):
            await gate.wait()
            writer.write(OK)

        receiver.answer = waits
        async with sending(store, receiver):
            await until(lambda: receiver.under_way == 3)
            async with locked(path):
                gate.set()
                await asyncio.sleep(0.2)
                assert len(receiver.requests) == 3
            await delivered(store)
    assert len(receiver.requests) == 9
    assert len(set(receiver.told)) == 9


async def test_a_database_that_is_gone_when_it_is_read_is_asked_again_later(path, receiver, monkeypatch):
    async with store_at(path, webhooks=True) as store:
        due = store.outbox.due
        calls = 0

        async def down(*arguments):
            nonlocal calls
            calls += 1
            if calls < 4:
                raise StoreDown("gone")
            return await due(*arguments)

        monkeypatch.setattr(store.outbox, "due", down)
        rules = replace(RULES, database_pauses=Backoff(first_s=0.01, most_s=0.01))
        async with sending(store, receiver, rules):
            play(store, "s1")
            await delivered(store)
    assert len(receiver.requests) == 3
