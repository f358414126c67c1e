"""Operators log in, have roles, and everything that they do is written down."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from pydantic import TypeAdapter

from rallypoint.console.api import the_api
from rallypoint.console.operator_out import AuditPage, Me
from rallypoint.console.operators import COOKIE, IDLE_S, KNOWN_S, LOGIN_S, OperatorRefused
from rallypoint.console.principals import Role
from rallypoint.console.roles import paths_of, role_of
from rallypoint.core.lockout import FREE
from rallypoint.operator_ports import AuditRow
from rallypoint.storage.database import Database
from rallypoint.storage.operators import SqlOperators
from tests.server.console.operator_house import PASSWORD, TOKEN, OperatorHouse
from tests.server.storage.made import url_of


@pytest.fixture(params=["in memory", "in a database"])
async def house(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[OperatorHouse]:
    database = None if request.param == "in memory" else await Database.open(url_of(tmp_path / "x.db"))
    made = OperatorHouse(None if database is None else SqlOperators(database))
    yield await made.people()
    made.node.ticker.stop()
    if database is not None:
        await database.close()


async def audited(house: OperatorHouse, **which: Any) -> list[dict[str, Any]]:
    async with house.client("192.0.2.200", Authorization=f"Bearer {TOKEN}") as client:
        answer = await client.get("/audit", params=which)
        TypeAdapter(AuditPage).validate_json(answer.content)
        rows: list[dict[str, Any]] = answer.json()["rows"]
        return rows


# --- coming in ------------------------------------------------------------------------------------------------------


async def test_who_logs_in_gets_a_cookie_that_scripts_and_other_sites_cannot_use(house):
    async with house.client() as client:
        answer = await client.post("/login", json={"name": "ada", "password": PASSWORD})
        cookie = answer.headers["set-cookie"]
        assert re.match(rf"{COOKIE}=[\w-]{{43}};", cookie)
        assert {"HttpOnly", "Path=/", "SameSite=strict"} <= set(cookie.split("; "))
        me = TypeAdapter(Me).validate_json((await client.get("/me")).content)
        assert (me.name, me.role, me.via, me.node) == ("ada", "admin", "console", "here")
        assert me.csrf == answer.json()["csrf"]
        assert me.csrf not in cookie


async def test_without_a_login_there_is_nothing(house):
    async with house.client() as client:
        for path in ("/me", "/sessions", "/audit", "/openapi.json", "/live?watch=/games"):
            assert (await client.get(path)).json()["error"] == "unauthorised"


async def test_a_wrong_name_and_a_wrong_password_are_answered_alike(house):
    answers = []
    for number, (name, password) in enumerate([("ada", "wrong"), ("nobody", PASSWORD), ("", ""), ("x" * 200, "\x00")]):
        async with house.client(f"192.0.2.{number}") as client:
            answer = await client.post("/login", json={"name": name, "password": password})
            assert "set-cookie" not in answer.headers
            answers.append((answer.status_code, answer.content))
    assert len(set(answers)) == 1
    assert answers[0][0] == 401


async def test_who_fails_too_often_waits_and_not_even_the_right_password_helps(house):
    for number in range(FREE):
        async with house.client(f"192.0.2.{number}") as client:
            assert (await client.post("/login", json={"name": "ada", "password": "wrong"})).status_code == 401
    async with house.client("192.0.2.99") as client:
        answer = await client.post("/login", json={"name": "ada", "password": PASSWORD})
        assert (answer.status_code, answer.json()["error"], answer.headers["retry-after"]) == (429, "locked_out", "1")
        house.now += 1.0
        assert (await client.post("/login", json={"name": "ada", "password": PASSWORD})).status_code == 200
    assert [row["outcome"] for row in await audited(house, action="login")][:3] == ["ok", "refused", "refused"]


async def test_one_address_cannot_try_name_after_name(house):
    async with house.client() as client:
        codes = [
            (await client.post("/login", json={"name": f"guess{n}", "password": PASSWORD})).status_code
            for n in range(FREE + 1)
        ]
    assert codes == [401] * FREE + [429]


async def test_a_login_ends_after_twelve_hours_and_after_two_idle_ones(house):
    client = await house.logged_in()
    for _ in range(int(LOGIN_S // (IDLE_S / 2)) - 1):
        house.wall += IDLE_S / 2
        assert (await client.get("/me")).status_code == 200
    house.wall += IDLE_S / 2
    assert (await client.get("/me")).status_code == 401
    client = await house.logged_in()
    house.wall += IDLE_S
    assert (await client.get("/me")).status_code == 401
    await client.aclose()


async def test_a_logout_a_removal_and_another_password_end_logins_at_once(house):
    one, other = await house.logged_in(), await house.logged_in()
    assert (await one.post("/logout")).status_code == 204
    assert (await one.get("/me")).status_code == 401
    assert (await other.get("/me")).status_code == 200
    await house.operators.set_password("ada", PASSWORD)
    assert (await other.get("/me")).status_code == 401
    again = await house.logged_in()
    await house.operators.remove("ada")
    assert (await again.get("/me")).status_code == 401


async def test_an_operator_changes_the_own_password(house):
    client = await house.logged_in("vic")
    wrong = await client.post("/me/password", json={"old": "wrong", "new": "another long one"})
    assert (wrong.status_code, wrong.json()["error"]) == (401, "wrong_login")
    short = await client.post("/me/password", json={"old": PASSWORD, "new": "short"})
    assert (short.status_code, short.json()["error"]) == (422, "refused")
    assert (await client.post("/me/password", json={"old": PASSWORD, "new": "another long one"})).status_code == 204
    assert (await client.get("/me")).status_code == 401
    answer = await client.post("/login", json={"name": "vic", "password": "another long one"})
    assert answer.status_code == 200


# --- other pages ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [{"X-CSRF-Token": ""}, {"X-CSRF-Token": "0" * 64}, {"Origin": "http://evil.example"}, {"Origin": "null"}],
)
async def test_what_another_page_has_a_browser_send_is_refused(house, headers):
    client = await house.logged_in()
    client.headers.update(headers)
    answer = await client.post("/sessions", json={"game": "duel"})
    assert (answer.status_code, answer.json()["error"]) == (403, "csrf")
    assert not house.node.hosts
    assert (await client.get("/me")).status_code == 200


async def test_the_console_itself_is_not_refused(house):
    client = await house.logged_in()
    client.headers["Origin"] = "http://ops"
    assert (await client.post("/sessions", json={"game": "duel"})).status_code == 201


# --- tokens ---------------------------------------------------------------------------------------------------------


async def test_a_token_is_good_for_its_role_and_its_time(house):
    kept, token = await house.operators.new_token("grafana", Role.VIEWER, days=1)
    async with house.client(Authorization=f"Bearer {token}") as client:
        me = (await client.get("/me")).json()
        assert (me["name"], me["role"], me["via"], me["csrf"]) == ("grafana", "viewer", "token", "")
        assert (await client.post("/sessions", json={"game": "duel"})).json()["error"] == "forbidden"
        house.wall += 86_400
        assert (await client.get("/me")).status_code == 401
    assert token.encode() not in kept.hash


async def test_a_revoked_token_is_good_no_more(house):
    kept, token = await house.operators.new_token("ci", Role.ADMIN)
    async with house.client(Authorization=f"Bearer {token}") as client:
        assert (await client.get("/me")).status_code == 200
        assert await house.operators.store.remove_token(kept.id)
        house.now += KNOWN_S
        assert (await client.get("/me")).status_code == 401


# --- roles, by enumeration of all paths -------------------------------------------------------------------------------


def requests() -> list[tuple[str, str, Role]]:
    found = []
    for path in paths_of(the_api()):
        address = re.sub(r"\{tick\}", "1", path.path or "")
        address = re.sub(r"\{\w+\}", "nothing", address)
        methods = sorted((path.methods or set()) - {"HEAD"})
        found += [(method, address, role_of(path.endpoint)) for method in methods]
    return found


@pytest.mark.parametrize(("method", "path", "needed"), requests())
async def test_every_path_is_closed_to_strangers_and_open_to_its_role_alone(method, path, needed):
    house = await OperatorHouse().people()
    if path == "/live":
        path = "/live?watch=/nothing&watch=/live"  # refused for what it is: it would go on for ever
    expected = {"nobody": needed is Role.ANYBODY, "vic": needed is not Role.ADMIN, "ada": True}
    for who, may in expected.items():
        client = house.client() if who == "nobody" else await house.logged_in(who)
        answer = await client.request(method, path)
        refused = answer.status_code in (401, 403) and answer.json()["error"] in ("unauthorised", "forbidden")
        assert refused is not may, (who, answer.status_code, answer.text[:200])
        await client.aclose()
    house.node.ticker.stop()


# --- the audit log --------------------------------------------------------------------------------------------------


async def test_everything_that_an_operator_does_is_written_down_and_looking_is_not(house):
    client = await house.logged_in(address="192.0.2.77")
    session = (await client.post("/sessions", json={"game": "duel", "meta": {"map": "delta"}})).json()["session"]["id"]
    await client.get(f"/sessions/{session}")
    await client.post(f"/sessions/{session}/end", json={"reason": "enough"})
    await client.post("/sessions/nowhere/end", json={"reason": "enough"})
    rows = [row for row in await audited(house) if row["action"] != "login"]
    assert [
        (row["action"], row["object"], row["outcome"], row["operator"], row["via"], row["peer"]) for row in rows
    ] == [
        ("end_session", "nowhere", "404", "ada", "console", "192.0.2.77"),
        ("end_session", session, "ok", "ada", "console", "192.0.2.77"),
        ("create_session", "", "ok", "ada", "console", "192.0.2.77"),
    ]
    assert rows[1]["detail"] == {"reason": "enough"}


async def test_a_viewer_who_tries_is_written_down_and_a_backend_is_not(house):
    viewer = await house.logged_in("vic")
    assert (await viewer.post("/sessions", json={"game": "duel"})).status_code == 403
    async with house.client(Authorization=f"Bearer {TOKEN}") as backend:
        assert (await backend.post("/sessions", json={"game": "duel"})).status_code == 201
    rows = [row for row in await audited(house) if row["action"] != "login"]
    assert [(row["operator"], row["role"], row["outcome"]) for row in rows] == [("vic", "viewer", "403")]


async def test_rows_are_found_by_who_what_and_to_what_page_by_page(house):
    client = await house.logged_in()
    for number in range(5):
        await client.post(f"/sessions/s{number}/end", json={"reason": "x"})
    rows = await audited(house, action="end_session")
    assert [row["object"] for row in rows] == ["s4", "s3", "s2", "s1", "s0"]
    assert [row["object"] for row in await audited(house, object="s2")] == ["s2"]
    assert await audited(house, operator="nobody") == []
    page = (await client.get("/audit", params={"action": "end_session", "limit": 2})).json()
    assert [row["object"] for row in page["rows"]] == ["s4", "s3"]
    older = (await client.get("/audit", params={"action": "end_session", "limit": 3, "before": page["next"]})).json()
    assert [row["object"] for row in older["rows"]] == ["s2", "s1", "s0"]
    assert older["next"] is None


async def test_only_the_newest_rows_are_kept(house):
    for number in range(250):
        await house.operators.store.add_audit(_row(number), keep=20)
    rows = [row for row in await audited(house, limit=500) if row["action"] == "x"]
    assert rows[0]["object"] == "249"
    assert 20 <= len(rows) <= 120


def _row(number: int) -> AuditRow:
    return AuditRow(0, 1.0, "ada", "admin", "console", "x", str(number), "{}", "ok", "")


# --- secrets --------------------------------------------------------------------------------------------------------


def planted(where: Any, secrets: list[str]) -> list[str]:
    text = json.dumps(where, default=repr)
    return [secret for secret in secrets if secret in text]


async def test_no_secret_is_in_a_log_an_address_an_answer_or_the_audit_log(house):
    _, token = await house.operators.new_token("ci", Role.ADMIN)
    with structlog.testing.capture_logs() as logs:
        client = await house.logged_in()
        cookie = client.cookies[COOKIE]
        secrets = [PASSWORD, token, TOKEN, cookie, client.headers["X-CSRF-Token"], "planted-by-a-test"]
        said: list[str] = []
        tries: list[tuple[str, str, Any]] = [
            ("POST", "/login", {"name": "ada", "password": PASSWORD + "x"}),
            ("POST", "/login", {"name": "ada", "password": 5, "token": token}),
            ("POST", "/me/password", {"old": PASSWORD + "x", "new": "planted-by-a-test"}),
            ("POST", "/sessions", {"game": "nowhere", "meta": {"api_token": "planted-by-a-test"}}),
            ("POST", f"/sessions/{'x' * 20}/signal", {"name": "x", "data": {"password": ["planted-by-a-test"]}}),
            ("POST", "/nowhere", {"secret": "planted-by-a-test"}),
        ]
        for headers in ({}, {"Authorization": f"Bearer {token}"}, {"Authorization": f"Bearer {TOKEN}x"}):
            for method, path, body in tries:
                answer = await client.request(method, path, json=body, headers=headers)
                said += [answer.text, str(answer.url), str(dict(answer.headers))]
    assert logs
    rows = await audited(house, limit=500)
    assert {"create_session", "signal_session", "change_password"} <= {row["action"] for row in rows}
    found = {name: planted(where, secrets) for name, where in (("logs", logs), ("answers", said), ("audit", rows))}
    assert found == {"logs": [], "answers": [], "audit": []}
    structlog.get_logger().warning("a mistake", token=token)
    assert planted([*logs, {"event": "a mistake", "token": token}], secrets) == [token], "the search finds one"


async def test_what_is_kept_of_an_operator_is_no_password(house):
    kept = await house.operators.store.operators()
    assert [one.name for one in kept] == ["ada", "vic"]
    assert all(one.password_hash.startswith("$argon2id$") for one in kept)


@pytest.mark.parametrize(
    ("name", "password", "why"),
    [
        ("", PASSWORD, "letters"),
        ("a b", PASSWORD, "letters"),
        ("x" * 65, PASSWORD, "letters"),
        ("ada", PASSWORD, "already"),
        ("new", "short", "12 to 200"),
        ("new", "x" * 201, "12 to 200"),
    ],
)
async def test_an_operator_that_cannot_be_is_refused(name, password, why):
    house = await OperatorHouse().people()
    with pytest.raises(OperatorRefused, match=why):
        await house.operators.add(name, Role.VIEWER, password)
    house.node.ticker.stop()


async def test_the_first_operator_is_made_where_there_is_none(house):
    assert await house.operators.first() is None
    for name in ("ada", "vic"):
        await house.operators.store.remove_operator(name)
    made = await house.operators.first()
    assert made is not None
    async with house.client() as client:
        assert (await client.post("/login", json={"name": made[0], "password": made[1]})).json()["role"] == "admin"


async def test_if_the_database_is_away_nobody_comes_in_and_it_says_why(tmp_path):
    database = await Database.open(url_of(tmp_path / "x.db"))
    house = await OperatorHouse(SqlOperators(database)).people()
    client = await house.logged_in()
    (tmp_path / "x.db").unlink()
    await database._drop_connections()
    answer = await client.get("/me")
    assert (answer.status_code, answer.json()["error"]) == (503, "store_down")
    async with house.client(Authorization=f"Bearer {TOKEN}") as backend:
        assert (await backend.get("/games")).status_code == 200, "backends need no database"
    house.node.ticker.stop()
    await database.close()
