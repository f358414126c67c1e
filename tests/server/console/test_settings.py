"""Operators see every setting, where it comes from, and no secret."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import TypeAdapter

from rallypoint.config import Limits, Settings
from rallypoint.console.settings_in_force import SettingsOut, settings_in_force
from tests.server.console.desk_house import TOKEN, ask, duel_server


async def test_every_setting_is_told_with_its_source_and_no_secret() -> None:
    async with duel_server() as server:
        told = TypeAdapter(SettingsOut).validate_python(await ask(server, "GET", "/settings"))
    rows = {row.name: row for row in told.rows}
    assert (rows["api_token"].value, rows["api_token"].source) == ("(set)", "code")
    assert (rows["webhook_secret"].value, rows["host"].source) == ("(not set)", "default")
    assert rows["limits.tickets_max"].variable == "RALLYPOINT_LIMITS__TICKETS_MAX"
    assert "name of this node" in rows["node"].what
    assert TOKEN not in repr(told)
    (game,) = told.games
    options = {option.name: option for option in game.options}
    assert (game.game, game.where) == ("duel", "tests.server.console.desk_house:Duel")
    assert (options["seats_max"].value, options["seats_max"].default) == (2, None)
    assert (options["grace_s"].value, options["grace_s"].default) == (30.0, 30.0)
    assert options["queues"].value == ["ranked", "picky"]


def test_where_a_setting_comes_from(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RALLYPOINT_LIMITS__TICKETS_MAX", "7")
    monkeypatch.setenv("rallypoint_replays_keep_days", "3")
    settings = Settings(port=9, data_dir=tmp_path, limits=Limits(tickets_max=7), checkpoint_s=9.0)
    rows = {row.name: row for row in settings_in_force(settings, ["port"], usual={"data_dir": tmp_path}).rows}
    assert (rows["port"].value, rows["port"].default, rows["port"].source) == (9, 8000, "command line")
    assert (rows["limits.tickets_max"].value, rows["limits.tickets_max"].source) == (7, "environment")
    assert (rows["replays_keep_days"].value, rows["replays_keep_days"].source) == (3.0, "environment")
    assert (rows["data_dir"].source, rows["data_dir"].default) == ("default", str(tmp_path))
    assert rows["checkpoint_s"].source == "code"
    assert rows["limits.lobbies_max"].source == "default"
    assert len(rows) == len(Settings.model_fields) - 1 + len(Limits.model_fields)


def test_a_group_in_one_variable_is_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RALLYPOINT_LIMITS", '{"tickets_max": 9}')
    rows = {row.name: row for row in settings_in_force(Settings()).rows}
    assert (rows["limits.tickets_max"].value, rows["limits.tickets_max"].source) == (9, "environment")


@pytest.mark.parametrize(
    ("name", "url", "kept"),
    [
        ("database_url", "postgresql+asyncpg://u:hush@host/x?password=hush", "host/x"),
        ("webhook_url", "https://hush:hush@example.com/hook?key=hush", "example.com/hook"),
        ("webhook_url", "https://example.com/hook#hush", "example.com/hook"),
        ("public_url", "wss://play.example.com", "wss://play.example.com"),
    ],
)
def test_an_address_is_told_without_what_may_be_secret_in_it(name: str, url: str, kept: str) -> None:
    value = next(row.value for row in settings_in_force(Settings(**{name: url})).rows if row.name == name)  # type: ignore[arg-type]  # texts, as the environment has them
    assert "hush" not in value
    assert kept in value


def test_it_is_said_of_every_setting_what_it_is_for() -> None:
    assert [row.name for row in settings_in_force(Settings()).rows if not row.what] == []
