"""Who comes in to the HTTP API, and with what: before anything of a stranger's is read or looked at."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import httpx
import pytest
import structlog
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

import rallypoint.console.door as door_module
from rallypoint.console.api_json import AsciiJSON
from rallypoint.console.door import BODY_BYTES_MAX, WRONG_BURST, ApiDoor
from rallypoint.console.kept_answers import KeptAnswers
from rallypoint.ports import Entry, EntryKind
from rallypoint.runtime.scribe import Scribe
from rallypoint.storage.journal_off import JournalOff

TOKEN = "a-token-of-some-length"
SCRIBE = Scribe(JournalOff(), lambda: 0.0)
RIGHT = {"Authorization": f"Bearer {TOKEN}"}


class Inside:
    """The application behind the door: counts what comes in, and answers as it is told."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.status = 201
        self.go_on = asyncio.Event()
        self.go_on.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        self.bodies.append(await request.body())
        await self.go_on.wait()
        if self.status == 0:
            raise RuntimeError("a mistake inside")
        await AsciiJSON({"n": len(self.bodies)}, self.status)(scope, receive, send)


class House:
    def __init__(self) -> None:
        self.now = 0.0
        self.inside = Inside()
        self.door = ApiDoor(self.inside, TOKEN, SCRIBE, clock=lambda: self.now)

    def client(self, address: str = "192.0.2.1") -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self.door, client=(address, 1234), raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://api")


@pytest.fixture
def house() -> House:
    return House()


async def post(house: House, key: str = "", body: Any = None, path: str = "/x", **headers: str) -> httpx.Response:
    keys = {"Idempotency-Key": key} if key else {}
    async with house.client() as client:
        return await client.post(path, json={} if body is None else body, headers={**RIGHT, **keys, **headers})


# --- tokens ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer ", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", f"Basic {TOKEN}", TOKEN, "Bearer \xff"],
)
async def test_without_the_right_token_every_answer_is_the_same(house: House, header: str | None) -> None:
    headers = httpx.Headers({} if header is None else {b"Authorization": header.encode("latin-1")})
    async with house.client() as client:
        answers = [
            await client.get("/sessions", headers=headers),
            await client.get("/openapi.json", headers=headers),
            await client.post("/nowhere", content=b"x" * 100_000, headers=headers),
        ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].json()["error"] == "unauthorised"
    assert answers[0].headers["www-authenticate"] == "Bearer"
    assert not house.inside.bodies


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
async def test_the_right_token_lets_in(house: House, scheme: str) -> None:
    async with house.client() as client:
        answer = await client.get("/x", headers={"Authorization": f"{scheme} {TOKEN}"})
    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"


async def test_after_too_many_wrong_tokens_an_address_is_not_listened_to_for_a_while(house: House) -> None:
    async with house.client() as client, house.client("192.0.2.9") as other:
        wrong = {"Authorization": "Bearer wrong"}
        codes = [(await client.get("/x", headers=wrong)).status_code for _ in range(WRONG_BURST * 3)]
        assert codes[:WRONG_BURST] == [401] * WRONG_BURST
        assert set(codes[2 * WRONG_BURST :]) == {429}
        refused = await client.get("/x", headers=RIGHT)  # or guessing would go on beside the refusals
        assert refused.status_code == 429
        assert refused.headers["retry-after"] == "5"
        assert (await other.get("/x", headers=RIGHT)).status_code == 201
        house.now += 5.1
        assert (await client.get("/x", headers=RIGHT)).status_code == 201


async def test_right_tokens_are_never_throttled(house: House) -> None:
    async with house.client() as client:
        codes = {(await client.get("/x", headers=RIGHT)).status_code for _ in range(WRONG_BURST * 5)}
    assert codes == {201}


@pytest.mark.parametrize("token", ["short", "x" * 15, "x" * 20 + " ", "\xe9" * 20])
def test_a_token_that_could_be_guessed_is_refused(token: str) -> None:
    with pytest.raises(ValueError, match="at least 16 characters of ASCII"):
        ApiDoor(Inside(), token, SCRIBE)


async def test_no_token_is_ever_logged(house: House) -> None:
    with structlog.testing.capture_logs() as logs:
        await post(house)
        async with house.client() as client:
            await client.get("/x", headers={"Authorization": "Bearer another-secret"})
    assert [line["event"] for line in logs] == ["api", "api refused"]
    assert TOKEN not in repr(logs)
    assert "another-secret" not in repr(logs)
    assert logs[0]["status"] == 201
    assert logs[1]["peer"] == "192.0.2.1"


# --- bodies ---------------------------------------------------------------------------------------------------------


async def test_a_body_of_64_kib_comes_in_and_one_byte_more_does_not(house: House) -> None:
    headers = {**RIGHT, "Content-Type": "application/json"}
    exact = b'"' + b"x" * (BODY_BYTES_MAX - 2) + b'"'
    async with house.client() as client:
        assert (await client.post("/x", content=exact, headers=headers)).status_code == 201
        answer = await client.post("/x", content=exact + b" ", headers=headers)
    assert answer.status_code == 413
    assert answer.json()["error"] == "too_large"
    assert house.inside.bodies == [exact]


async def test_a_body_that_does_not_say_its_length_is_bounded_as_well(house: House) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1
            yield b"x" * 1000

    async with house.client() as client:
        answer = await client.post("/x", content=endless(), headers={**RIGHT, "Content-Type": "application/json"})
    assert answer.status_code == 413
    assert sent <= BODY_BYTES_MAX // 1000 + 2
    assert not house.inside.bodies


async def test_a_body_that_does_not_come_is_not_waited_for(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door_module, "BODY_S", 0.01)

    async def never() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(60)

    async with house.client() as client:
        answer = await client.post("/x", content=never(), headers={**RIGHT, "Content-Type": "application/json"})
    assert answer.status_code == 408
    assert not house.inside.bodies


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"NaN",
        b'{"a": Infinity}',
        b'{"a": 1e999}',
        b'"\\ud800"',
        b'"\xff"',
        b"{} {}",
        b"[1,]",
        b"{'a': 1}",
        b"[" * 60_000,
    ],
)
async def test_what_is_no_strict_json_is_refused(house: House, body: bytes) -> None:
    async with house.client() as client:
        answer = await client.post("/x", content=body, headers={**RIGHT, "Content-Type": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["error"] == "invalid"
    assert not house.inside.bodies


async def test_a_body_that_is_not_called_json_is_refused_with_a_hint(house: House) -> None:
    async with house.client() as client:
        answer = await client.post("/x", data={"a": "b"}, headers=RIGHT)
    assert answer.status_code == 422
    assert "Content-Type: application/json" in answer.json()["reason"]


# --- keys -----------------------------------------------------------------------------------------------------------


async def test_the_same_key_gives_the_same_answer_without_doing_it_again(house: House) -> None:
    first, again = await post(house, "k"), await post(house, "k")
    assert first.json() == again.json() == {"n": 1}
    assert first.status_code == again.status_code == 201
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["content-type"] == first.headers["content-type"]
    assert len(house.inside.bodies) == 1
    assert (await post(house, "l")).json() == {"n": 2}
    assert (await post(house)).json() == {"n": 3}


@pytest.mark.parametrize(("body", "path"), [({"a": 1}, "/x"), ({}, "/y")])
async def test_a_key_that_was_used_with_another_request_is_refused(house: House, body: Any, path: str) -> None:
    await post(house, "k")
    answer = await post(house, "k", body, path)
    assert answer.status_code == 422
    assert answer.json()["error"] == "key_used"
    assert len(house.inside.bodies) == 1


async def test_a_key_is_kept_for_a_day(house: House) -> None:
    await post(house, "k")
    house.now = 86_399.0
    assert (await post(house, "k")).json() == {"n": 1}
    house.now = 86_400.0
    assert (await post(house, "k")).json() == {"n": 2}


@pytest.mark.parametrize("status", [409, 422, 503, 0])
async def test_an_error_is_not_kept_because_it_changed_nothing(house: House, status: int) -> None:
    house.inside.status = status
    assert (await post(house, "k")).status_code == (status or 500)
    house.inside.status = 201
    assert (await post(house, "k")).status_code == 201
    assert len(house.inside.bodies) == 2


async def test_while_a_request_is_executed_the_same_one_is_refused(house: House) -> None:
    house.inside.go_on.clear()
    first = asyncio.create_task(post(house, "k"))
    while not house.inside.bodies:
        await asyncio.sleep(0)
    answer = await post(house, "k")
    assert answer.status_code == 409
    assert answer.json()["error"] == "key_running"
    assert answer.headers["retry-after"] == "1"
    house.inside.go_on.set()
    assert (await first).status_code == 201
    assert (await post(house, "k")).json() == {"n": 1}


async def test_who_went_away_before_the_answer_gets_it_with_the_same_key() -> None:
    house = House()
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/x",
        "query_string": b"",
        "headers": [(b"authorization", RIGHT["Authorization"].encode()), (b"idempotency-key", b"k")],
        "client": ("192.0.2.1", 1),
        "server": ("api", 80),
        "scheme": "http",
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def gone(message: Any) -> None:
        raise OSError("nobody is there")

    with pytest.raises(OSError, match="nobody"):
        await house.door(scope, receive, gone)
    sent: list[Any] = []

    async def here(message: Any) -> None:
        sent.append(message)

    await house.door(scope, receive, here)
    assert len(house.inside.bodies) == 1
    assert json.loads(sent[1]["body"]) == {"n": 1}


@pytest.mark.parametrize("key", ["", "x" * 129, "a\tb"])
async def test_a_key_has_1_to_128_printable_characters(house: House, key: str) -> None:
    async with house.client() as client:
        answer = await client.post("/x", json={}, headers={**RIGHT, "Idempotency-Key": key})
    assert answer.status_code == 422
    assert not house.inside.bodies


async def test_reading_needs_no_key(house: House) -> None:
    async with house.client() as client:
        headers = {**RIGHT, "Idempotency-Key": "k"}
        assert [(await client.get("/x", headers=headers)).json()["n"] for _ in range(2)] == [1, 2]


# --- what is committed ----------------------------------------------------------------------------------------------


class Journal(JournalOff):
    """Commits when it is told to."""

    keeps = True

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[list[str]] = []
        self.waiting: list[Callable[[], None]] = []

    def append(self, entries: Sequence[Entry], now: float, committed: Callable[[], None]) -> None:
        self.batches.append([entry.key.partition("/")[0] for entry in entries])
        self.waiting.append(committed)

    @property
    def written(self) -> list[str]:
        return [kind for batch in self.batches for kind in batch]

    def commit(self) -> None:
        waiting, self.waiting = self.waiting, []
        for committed in waiting:
            committed()


class Changing(Inside):
    """Commits something with each request, as when a player in the lobby is told of it."""

    def __init__(self, scribe: Scribe) -> None:
        super().__init__()
        self.scribe = scribe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scribe.commit([Entry("session/x", EntryKind.WHOLE, b"")], lambda: None)
        self.scribe.gone("something")
        await super().__call__(scope, receive, send)


class KeptHouse(House):
    def __init__(self) -> None:
        super().__init__()
        self.journal = Journal()
        scribe = Scribe(self.journal, lambda: 0.0)
        self.inside = Changing(scribe)
        self.door = ApiDoor(self.inside, TOKEN, scribe, clock=lambda: self.now, kept=KeptAnswers(keep_entries=True))


async def turns() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_an_answer_is_in_one_batch_with_what_was_done_and_given_once_that_is_committed() -> None:
    house = KeptHouse()
    first = asyncio.ensure_future(post(house, "k"))
    await turns()
    assert house.journal.batches[0] == ["session", "something", "answer"]
    again = asyncio.ensure_future(post(house, "k"))
    await turns()
    assert not first.done()
    assert not again.done()  # or it would tell what may un-happen
    house.journal.commit()
    assert (await first).content == (await again).content
    assert len(house.inside.bodies) == 1
    assert house.journal.batches[1:] == [[], []]


async def test_without_a_key_the_answer_waits_too_and_is_not_kept() -> None:
    house = KeptHouse()
    waiting = asyncio.ensure_future(post(house))
    await turns()
    assert not waiting.done()
    house.journal.commit()
    assert (await waiting).status_code == 201
    assert house.journal.written == ["session", "something"]


async def test_reading_waits_for_nothing() -> None:
    house = KeptHouse()
    async with house.client() as client:
        assert (await client.get("/x", headers=RIGHT)).status_code == 201


@pytest.mark.parametrize("status", [409, 500, 0])
async def test_an_error_is_not_in_the_journal(status: int) -> None:
    house = KeptHouse()
    house.inside.status = status
    waiting = asyncio.ensure_future(post(house, "k"))
    await turns()
    house.journal.commit()
    with contextlib.suppress(RuntimeError):
        await waiting
    assert "answer" not in house.journal.written
    house.inside.status = 201
    again = asyncio.ensure_future(post(house, "k"))
    await turns()
    house.journal.commit()
    assert (await again).status_code == 201
    assert "answer" in house.journal.written
