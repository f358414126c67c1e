"""The HTTP API: what each path does, what it refuses, and in which words."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import inspect
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any, cast

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from hypothesis import given, settings, strategies as st

from rallypoint.console.api import build_api, the_api
from rallypoint.console.api_sessions import sessions
from rallypoint.console.desks import Desks
from rallypoint.console.door import ApiDoor
from rallypoint.console.kept_answers import KeptAnswers
from rallypoint.console.ops import LateApi, ops_app
from rallypoint.console.roles import paths_of
from rallypoint.core.orders import Denial
from rallypoint.core.quick_match import SeatOffer
from rallypoint.core.session import SessionCore, Taken
from rallypoint.ports import Entry, SeatRecord, SessionRecord
from rallypoint.storage.journal_off import JournalOff
from rallypoint_protocol.ids import PlayerId, SessionId, Token
from rallypoint_protocol.messages import TakeSeat
from tests.server.backend_house import ANN, NOW, BackendHouse

TOKEN = "a-token-of-some-length"
SEAT = {"player": "ann", "name": "Ann"}


class House(BackendHouse):
    """A backend and its HTTP API, without a network."""

    def __init__(self, store: Any = None, journal: Any = None) -> None:
        super().__init__(store, journal)
        answers = KeptAnswers(keep_entries=self.node.scribe.keeps)
        app = ops_app(cast(Any, None), LateApi(Desks(self.backend), TOKEN, answers))
        self.http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app, raise_app_exceptions=False),
            base_url="http://api/api/v1",
            headers={"Authorization": f"Bearer {TOKEN}"},
        )

    async def post(self, path: str, status: int = 200, **body: Any) -> Any:
        return _json(await self.http.post(path, json=body), status)

    async def get(self, path: str, status: int = 200, **query: Any) -> Any:
        return _json(await self.http.get(path, params=query), status)

    async def put(self, path: str, status: int = 200, **body: Any) -> Any:
        return _json(await self.http.put(path, json=body), status)

    async def new(self, **body: Any) -> str:
        created = await self.post("/sessions", 201, **{"game": "duel", **body})
        return str(created["session"]["id"])

    def core(self, session: str) -> SessionCore:
        return self.node.hosts[SessionId(session)].core


def _json(answer: httpx.Response, status: int) -> Any:
    assert answer.status_code == status, answer.text
    data = answer.json()
    if status >= 400:
        assert set(data) == {"error", "reason"}
        assert data["reason"]
    return data


@pytest.fixture
async def house() -> AsyncIterator[House]:
    made = House()
    yield made
    made.node.ticker.stop()
    await made.http.aclose()


# --- sessions -------------------------------------------------------------------------------------------------------


async def test_a_session_is_created_and_its_seats_are_taken_with_the_tokens(house: House) -> None:
    created = await house.post(
        "/sessions",
        201,
        game="duel",
        options={"map": "rings"},
        meta={"mode": "ranked", "round": 1, "open": True, "odds": 0.5},
        seats=[SEAT, {"player": "bob"}],
        wait_s=120,
        keep_s=60,
    )
    session = created["session"]
    assert session["meta"] == {"mode": "ranked", "round": 1, "open": True, "odds": 0.5}
    assert (session["state"], session["players"], session["free"], session["code"]) == ("waiting", 2, 0, None)
    ann, bob = created["seats"]
    assert (ann["player"], ann["name"], ann["seat"], ann["told"]) == ("ann", "Ann", 0, True)
    assert (bob["seat"], bob["told"], bob["url"]) == (1, False, f"/session/{session['id']}")
    core = house.core(session["id"])
    assert (core.order.patience_s, core.order.quick, dict(core.order.options)) == (120, False, {"map": "rings"})
    token = Token(base64.urlsafe_b64decode(ann["token"]))
    assert len(token) == 32
    taken = core.take(TakeSeat(1, SessionId(session["id"]), token), NOW)
    assert isinstance(taken, Taken)
    assert taken.seat.player_id == ANN
    core.take(TakeSeat(1, SessionId(session["id"]), base64.urlsafe_b64decode(bob["token"])), NOW)
    house.settle(SessionId(session["id"]))
    assert (await house.get(f"/sessions/{session['id']}"))["session"]["state"] == "running"


async def test_a_private_session_has_a_room_code(house: House) -> None:
    created = await house.post("/sessions", 201, game="duel", private=True)
    assert len(created["session"]["code"]) == 6


async def test_a_session_is_seen_with_its_seats_and_its_state(house: House) -> None:
    session = await house.new(seats=[SEAT], options={"stones": 2})
    seen = await house.get(f"/sessions/{session}")
    assert seen["seats"] == [{"seat": 0, "player": "ann", "name": "Ann", "bot": False, "state": "reserved"}]
    assert seen["game_state"]["game"] == {"status": "WAITING", "heard": "", "plan": "secret"}
    assert [stone["x"] for stone in seen["game_state"]["entities"]["Stone"]] == [0, 0]
    assert (seen["outcome"], seen["reason"], seen["result"], seen["entities_left_out"]) == (None, None, None, 0)
    assert (await house.get(f"/sessions/{session}", state="false"))["game_state"] is None


async def test_sessions_are_listed_page_by_page(house: House) -> None:
    made = [await house.new() for _ in range(5)]
    first = await house.get("/sessions", limit=3)
    assert len(first["sessions"]) == 3
    rest = await house.get("/sessions", limit=3, after=first["next"])
    assert rest["next"] is None
    assert sorted(row["id"] for row in first["sessions"] + rest["sessions"]) == sorted(made)
    assert (await house.get("/sessions", game="chess"))["sessions"] == []
    assert (await house.get("/sessions", state="running"))["sessions"] == []
    assert (await house.get("/sessions", 422, after="nonsense"))["error"] == "invalid"
    for query in ({"limit": 0}, {"limit": 201}, {"limit": "x"}, {"state": "over"}):
        assert (await house.get("/sessions", 422, **query))["error"] == "invalid"


async def test_seats_are_reserved_for_named_players(house: House) -> None:
    session = await house.new()
    seats = (await house.post(f"/sessions/{session}/seats", 201, seats=[SEAT, {"player": "bob", "name": "Bob"}]))[
        "seats"
    ]
    assert [(seat["player"], seat["name"], seat["seat"]) for seat in seats] == [("ann", "Ann", 0), ("bob", "Bob", 1)]
    assert (await house.post(f"/sessions/{session}/seats", 409, seats=[{"player": "cid"}]))["error"] == "full"


async def test_a_signal_reaches_the_game(house: House) -> None:
    session = await house.new()
    house.settle(SessionId(session))
    await house.post(f"/sessions/{session}/signal", 202, name="storm", data={"strength": [1, 2.5, None, "x"]})
    house.settle(SessionId(session))
    heard = (await house.get(f"/sessions/{session}"))["game_state"]["game"]["heard"]
    assert heard == "storm {'strength': [1, 2.5, None, 'x']}"


async def test_a_session_is_ended_and_then_has(house: House) -> None:
    session = await house.new(seats=[SEAT])
    await house.post(f"/sessions/{session}/end", 202, reason="maintenance")
    house.settle(SessionId(session))
    seen = await house.get(f"/sessions/{session}")
    assert (seen["session"]["state"], seen["outcome"], seen["reason"]) == ("ended", "ended", "maintenance")
    assert (await house.post(f"/sessions/{session}/end", 409))["error"] == "ended"


async def test_a_player_is_removed_and_does_not_come_back(house: House) -> None:
    session = await house.new(seats=[SEAT, {"player": "bob"}])
    await house.post(f"/sessions/{session}/kick", 202, player="ann")
    house.settle(SessionId(session))
    assert (await house.post(f"/sessions/{session}/seats", 409, seats=[SEAT]))["error"] == "kicked"
    assert (await house.post(f"/sessions/{session}/kick", 404, player="ann"))["error"] == "unknown"


async def test_a_session_is_locked_and_unlocked(house: House) -> None:
    session = await house.new()
    assert (await house.post(f"/sessions/{session}/lock", locked=True))["free"] == 0
    assert (await house.post(f"/sessions/{session}/seats", 409, seats=[SEAT]))["error"] == "locked"
    assert (await house.post(f"/sessions/{session}/lock", locked=False))["free"] == 2


async def test_metadata_is_replaced(house: House) -> None:
    session = await house.new(meta={"mode": "ranked"})
    assert (await house.put(f"/sessions/{session}/meta", meta={"round": 2}))["meta"] == {"round": 2}


async def test_games_are_listed(house: House) -> None:
    games = (await house.get("/games"))["games"]
    assert [(game["name"], game["seats_min"], game["seats_max"]) for game in games] == [("duel", 1, 2), ("chess", 2, 2)]
    assert games[0]["schema_hash"] == house.node.games["duel"].schema_hash.hex()


async def test_what_a_game_holds_is_shown_whatever_it_is(house: House) -> None:
    session = await house.new()
    game = house.core(session).game.game  # type: ignore[attr-defined]  # a driver's
    game.plan = "half \ud800"
    game.heard = b"\xff"
    state = (await house.get(f"/sessions/{session}"))["game_state"]["game"]
    assert state["plan"] == "half \ud800"
    assert state["heard"] == "ff"


# --- results --------------------------------------------------------------------------------------------------------

RECORD = SessionRecord(
    SessionId("s1"),
    "duel",
    1.5,
    2.5,
    9.5,
    7000,
    "ended",
    "the session has ended",
    (SeatRecord(0, ANN, "Ann", False, "played"),),
    {"winners": [0], "scores": {0: 3}, "reason": "", "data": {"moves": b"\xff"}},
    {"mode": "ranked"},
)


class OneResult:
    """A store that holds one result."""

    def status(self) -> Any:
        from rallypoint.ports import StoreStatus

        return StoreStatus("sqlite")

    async def result(self, session: SessionId) -> SessionRecord | None:
        return RECORD if session == "s1" else None

    async def results_of(self, player: PlayerId, limit: int = 20) -> list[SessionRecord]:
        return [RECORD] * min(limit, 3) if player == ANN else []


async def test_results_are_read() -> None:
    house = House(OneResult())
    record = await house.get("/results/s1")
    assert record == {
        "session": "s1",
        "game": "duel",
        "created_at": 1.5,
        "started_at": 2.5,
        "ended_at": 9.5,
        "duration_ms": 7000,
        "outcome": "ended",
        "reason": "the session has ended",
        "seats": [{"seat": 0, "player": "ann", "name": "Ann", "bot": False, "outcome": "played"}],
        "result": {"winners": [0], "scores": {"0": 3}, "reason": "", "data": {"moves": "ff"}},
        "meta": {"mode": "ranked"},
    }
    assert (await house.get("/results/s2", 404))["error"] == "unknown"
    assert await house.get("/players/ann/results", limit=2) == {"results": [record, record]}
    assert await house.get("/players/bob/results") == {"results": []}
    assert (await house.get("/players/ann/results", 422, limit=101))["error"] == "invalid"
    house.node.ticker.stop()


async def test_a_server_that_keeps_nothing_says_so(house: House) -> None:
    assert (await house.get("/results/s1", 503))["error"] == "not_kept"
    assert (await house.get("/players/ann/results", 503))["error"] == "not_kept"


# --- refusals -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "error", "body"),
    [
        (404, "unknown_game", {"game": "go"}),
        (422, "invalid", {}),
        (422, "invalid", {"game": 7}),
        (422, "invalid", {"game": "duel", "seets": []}),
        (422, "invalid", {"game": "duel", "private": 1}),
        (422, "invalid", {"game": "duel", "wait_s": True}),
        (422, "invalid", {"game": "duel", "wait_s": 0}),
        (422, "invalid", {"game": "duel", "wait_s": "60"}),
        (422, "invalid", {"game": "duel", "keep_s": 3601}),
        (422, "invalid", {"game": "duel", "meta": {"a": [1]}}),
        (422, "invalid", {"game": "duel", "meta": {"a": 2**63}}),
        (422, "invalid", {"game": "duel", "meta": {"a": "x" * 129}}),
        (422, "invalid", {"game": "duel", "meta": {str(n): n for n in range(17)}}),
        (422, "invalid", {"game": "duel", "options": [1]}),
        (422, "invalid", {"game": "duel", "options": {"a": 2**64}}),
        (422, "invalid", {"game": "duel", "seats": [SEAT, SEAT]}),
        (422, "invalid", {"game": "duel", "seats": [{"name": "Ann"}]}),
        (422, "invalid", {"game": "duel", "seats": [{"player": "a b"}]}),
        (422, "invalid", {"game": "duel", "seats": [{"player": "x" * 65}]}),
        (422, "invalid", {"game": "duel", "seats": ["ann"]}),
        (422, "refused", {"game": "duel", "options": {"map": "none"}}),
        (409, "full", {"game": "duel", "seats": [SEAT, {"player": "b"}, {"player": "c"}]}),
        (500, "game_failed", {"game": "duel", "options": {"broken": True}}),
    ],
)
async def test_a_session_that_cannot_be_created_is_not_and_why_is_said(
    house: House, status: int, error: str, body: dict[str, Any]
) -> None:
    assert (await house.post("/sessions", status, **body))["error"] == error
    assert not house.node.hosts
    assert not house.told


async def test_a_node_that_is_full_or_stops_says_when_to_try_again(house: House) -> None:
    for _ in range(6):
        await house.new()
    answer = await house.http.post("/sessions", json={"game": "duel"})
    assert (answer.status_code, answer.json()["error"]) == (503, "node_full")
    assert int(answer.headers["retry-after"]) > 0
    house.node.draining = True
    assert (await house.post("/sessions", 503, game="duel"))["error"] == "stopping"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("seats", {"seats": [SEAT]}),
        ("signal", {"name": "x"}),
        ("end", {}),
        ("kick", {"player": "ann"}),
        ("lock", {"locked": True}),
    ],
)
async def test_a_session_that_nobody_knows_is_a_404(house: House, path: str, body: dict[str, Any]) -> None:
    assert (await house.post(f"/sessions/nowhere/{path}", 404, **body))["error"] == "unknown"
    assert (await house.get("/sessions/nowhere", 404))["error"] == "unknown"
    assert (await house.put("/sessions/nowhere/meta", 404, meta={}))["error"] == "unknown"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("seats", {"seats": []}),
        ("seats", {}),
        ("signal", {"name": ""}),
        ("signal", {"name": "a b"}),
        ("signal", {"name": "x", "data": 2**63}),
        ("end", {"reason": ""}),
        ("end", {"reason": "x" * 101}),
        ("kick", {"player": ""}),
        ("lock", {"locked": 1}),
        ("lock", {}),
    ],
)
async def test_what_is_asked_of_a_session_is_checked_before_anything_is_done(
    house: House, path: str, body: dict[str, Any]
) -> None:
    session = await house.new(seats=[SEAT])
    before = await house.get(f"/sessions/{session}")
    assert (await house.post(f"/sessions/{session}/{path}", 422, **body))["error"] == "invalid"
    assert await house.get(f"/sessions/{session}") == before


async def test_data_for_a_game_is_nested_16_deep_at_most(house: House) -> None:
    def nested(depth: int) -> Any:
        return [nested(depth - 1)] if depth else 1

    session = await house.new()
    await house.post(f"/sessions/{session}/signal", 202, name="x", data=nested(15))
    assert "16 deep" in (await house.post(f"/sessions/{session}/signal", 422, name="x", data=nested(16)))["reason"]


async def test_no_answer_repeats_what_was_sent(house: House) -> None:
    answer = await house.post("/sessions", 422, game="duel", seats=[{"player": "<script>"}])
    assert "<script>" not in answer["reason"]
    assert answer["reason"].startswith("body.seats.0.player: ")


async def test_unknown_paths_and_methods_are_answered_in_the_same_form(house: House) -> None:
    assert (await house.get("/nowhere", 404))["error"] == "unknown"
    assert (await house.get("/games/", 404))["error"] == "unknown"  # no redirects to wherever a Host header says
    answer = await house.http.delete("/games")
    assert (answer.status_code, answer.json()["error"]) == (405, "wrong_method")
    for path in ("/docs", "/redoc"):
        await house.get(path, 404)


async def test_a_fault_of_ours_is_a_500_and_tells_nothing_of_itself(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise RuntimeError("a secret detail")

    monkeypatch.setattr(house.backend, "games", broken)
    answer = await house.get("/games", 500)
    assert answer["error"] == "failed"
    assert "secret" not in str(answer)


async def test_a_session_is_created_once_however_often_it_is_asked_for_with_one_key(house: House) -> None:
    body = {"game": "duel", "seats": [SEAT]}
    answers = [await house.http.post("/sessions", json=body, headers={"Idempotency-Key": "k1"}) for _ in range(3)]
    assert len({answer.content for answer in answers}) == 1
    assert len(house.node.hosts) == 1
    other = await house.http.post("/sessions", json={"game": "chess"}, headers={"Idempotency-Key": "k1"})
    assert other.json()["error"] == "key_used"


class Journal(JournalOff):
    """Takes batches, and calls back at once."""

    keeps = True

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[list[str]] = []

    def append(self, entries: Sequence[Entry], now: float, committed: Callable[[], None]) -> None:
        self.batches.append([entry.key.partition("/")[0] for entry in entries])
        committed()


async def test_with_a_key_everything_that_is_posted_is_done_and_answered_in_one_batch_without_a_pause() -> None:
    journal = Journal()
    house = House(journal=journal)
    together = house.node.scribe.together
    paused: list[bool] = []

    @contextlib.contextmanager
    def watched() -> Iterator[None]:
        pause = asyncio.get_running_loop().call_soon(paused.append, True)
        with together():
            yield
        pause.cancel()

    def tell(player: PlayerId, offer: SeatOffer) -> bool:
        house.node.scribe.beat()  # as the lobby does: it tells its client at once
        return True

    house.node.scribe.together = watched  # type: ignore[method-assign]
    house.backend._invitations._tell_offer = tell
    session = await house.new()
    posts: dict[str, dict[str, Any]] = {
        "/sessions": {"game": "chess", "seats": [SEAT, {"player": "bob"}]},
        f"/sessions/{session}/seats": {"seats": [{"player": "cid"}]},
        f"/sessions/{session}/signal": {"name": "weather", "data": {}},
        f"/sessions/{session}/lock": {"locked": True},
        f"/sessions/{session}/kick": {"player": "cid"},
        f"/sessions/{session}/end": {"reason": "over"},
    }
    described = FastAPI()
    sessions.add_to(described)
    paths = {path.path for path in paths_of(described) if "POST" in (path.methods or ())}
    assert {path.replace(session, "{session}") for path in posts} == paths
    for path, body in posts.items():
        journal.batches.clear()
        answer = await house.http.post(path, json=body, headers={"Idempotency-Key": path})
        assert answer.is_success, answer.text
        written = [batch for batch in journal.batches if batch]
        assert len(written) == 1, path
        assert {"session", "answer"} <= set(written[0]), path
    assert not paused
    house.node.ticker.stop()
    await house.http.aclose()


# --- the whole ------------------------------------------------------------------------------------------------------


async def test_without_a_token_in_the_settings_nobody_gets_in_by_one(house: House) -> None:
    app = ops_app(cast(Any, None), LateApi(Desks(house.backend)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://ops") as client:
        for token in ("", TOKEN, "Bearer"):
            headers = {"Authorization": f"Bearer {token}"}
            assert (await client.get("/api/v1/games", headers=headers)).json()["error"] == "unauthorised"
        assert (await client.post("/api/v1/sessions", json={})).status_code == 401
        assert (await client.get("/healthz")).status_code == 200


def test_fastapi_is_imported_when_the_api_is_made_and_not_before() -> None:
    code = (
        "import sys; from rallypoint.app import Server; from rallypoint.console.ops import ops_app; ops_app(None);"
        " assert 'fastapi' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_every_path_runs_on_the_event_loop_and_none_beside_the_games() -> None:
    for path in paths_of(the_api()):
        route = path.original_route
        if isinstance(route, APIRoute):
            assert inspect.iscoroutinefunction(route.endpoint), route.path
            for dependency in route.dependant.dependencies:
                call = dependency.call
                assert inspect.iscoroutinefunction(call) or inspect.iscoroutinefunction(type(call).__call__), call


_KEYS = st.sampled_from(
    ["game", "options", "meta", "seats", "private", "wait_s", "player", "name", "data", "reason", "locked"]
)
_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["duel", "ann", "x"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS | st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


_PATHS = st.sampled_from(["", "/{s}/seats", "/{s}/signal", "/{s}/end", "/{s}/kick", "/{s}/lock", "/{s}/meta"])


def test_whatever_is_sent_the_answer_has_its_form_and_is_no_fault_of_ours() -> None:
    async def try_it(house: House, body: Any, path: str) -> None:
        session = await house.new(seats=[SEAT])
        answer = await house.http.request(
            "PUT" if path.endswith("meta") else "POST",
            "/sessions" + path.format(s=session),
            content=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        assert answer.status_code < 500
        assert answer.status_code < 300 or set(answer.json()) == {"error", "reason"}
        for other in list(house.node.hosts):
            house.backend.end(other, "done")
            house.settle(other)

    async def make() -> House:
        return House()

    with asyncio.Runner() as runner:
        house = runner.run(make())

        @settings(max_examples=200)
        @given(body=_JSON, path=_PATHS)
        def whatever(body: Any, path: str) -> None:
            runner.run(try_it(house, body, path))

        whatever()
        house.node.ticker.stop()


async def test_the_door_and_the_api_say_no_in_the_same_form(house: House) -> None:
    assert isinstance(house.backend.session(SessionId("nowhere")), Denial)
    door = ApiDoor(build_api(Desks(house.backend)), TOKEN, house.node.scribe)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(door), base_url="http://api") as client:
        assert set((await client.get("/games")).json()) == {"error", "reason"}
