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
