"""What is never in a log, in whichever form it is written."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from rallypoint import logs


@pytest.fixture(autouse=True)
def usual_logging() -> Iterator[None]:
    library = logging.getLogger("websockets.server")
    before, level = structlog.get_config(), library.level
    yield
    structlog.configure(**before)
    library.setLevel(level)


TOKEN = b"a very secret token"


def take_seat(token: bytes) -> None:
    raise KeyError("seat")


@pytest.mark.parametrize("form", ["console", "json"])
def test_a_traceback_says_where_but_not_what_the_variables_held(form, capsys: pytest.CaptureFixture[str]):
    logs.set_up(form, "debug")
    try:
        take_seat(TOKEN)
    except KeyError:
        structlog.get_logger("test").exception("failed", session="s")
    said = capsys.readouterr().err
    assert "take_seat" in said
    assert "KeyError" in said
    assert "secret" not in said
    if form == "json":
        assert json.loads(said)["session"] == "s"


def test_every_line_for_a_machine_is_json_and_says_of_which_node(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(logging.root, "handlers", [])  # pytest's own: with any, nothing is set up
    logs.set_up("json", "info", "eu-1")
    structlog.get_logger("test").bind(session="s", seat=2, epoch=3).info("connection closed")
    logging.getLogger("some.library").warning("it says %s", "so")
    try:
        take_seat(TOKEN)
    except KeyError:
        logging.getLogger("some.library").exception("failed")
    ours, theirs, failed = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert [line["node"] for line in (ours, theirs, failed)] == ["eu-1"] * 3
    assert (ours["session"], ours["seat"], ours["epoch"], ours["level"]) == ("s", 2, 3, "info")
    assert (theirs["event"], theirs["level"], theirs["logger"]) == ("it says so", "warning", "some.library")
    assert "timestamp" in theirs
    assert failed["exception"][0]["exc_type"] == "KeyError"
    assert "secret" not in json.dumps(failed)


def test_a_person_reads_of_one_node_and_is_not_told_its_name_in_every_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(logging.root, "handlers", [])
    logs.set_up("console", "info", "eu-1")
    structlog.get_logger("test").info("stopped")
    logging.getLogger("some.library").warning("it says so")
    said = capsys.readouterr().err
    assert "stopped" in said
    assert "WARNING some.library: it says so" in said
    assert "eu-1" not in said
