"""Every line of a session's says which session, of which game, and in which epoch; of a seat, which."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from rallypoint.runtime import session_host
from tests.server.backend_house import ANN, BackendHouse

RUNTIME = Path(session_host.__file__).parent


async def test_a_session_s_lines_have_session_game_and_epoch() -> None:
    house = BackendHouse()
    with capture_logs() as lines:
        session = house.session(ANN)
        house.backend.end(session, "over")
        house.settle(session)
    house.node.ticker.stop()
    assert [line["event"] for line in lines] == ["session created", "session ended"]
    for line in lines:
        assert (line["session"], line["game"], line["epoch"]) == (session, "duel", 1)


@pytest.mark.parametrize("name", ["session_host", "session_gate", "session_entries", "audience", "asks"])
def test_what_is_written_of_a_session_goes_through_its_own_log(name: str) -> None:
    """The module's own may be bound, and nothing else: else a line could lack its session."""
    tree = ast.parse((RUNTIME / f"{name}.py").read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="log"), attr=method)) if method != "bind":
                given = {keyword.arg for keyword in node.keywords}
                assert "session" in given, f"{name}.py:{node.lineno}"
            case _:
                pass
