"""The harness itself, on a handful of quick cases: `make conformance` runs all.

The runner changes things in its process (it makes old Python code run), so it has one of its own.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import pytest

from rallypoint.transport.connection import Connection
from rallypoint.transport.listener import listen
from tests.conformance.echo import LIMITS, EchoConnection
from tests.conformance.verdict import KNOWN, Case, failed, is_as_known, not_ok, table, unexpected

QUICK = ["1.*", "2.*", "3.*", "4.*", "5.1", "5.3", "5.15", "7.*", "10.*", "12.1.1"]


async def conformance(*arguments: str) -> tuple[int | None, str]:
    """Exit code and output of the command."""
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.conformance", *arguments,
        cwd=Path(__file__).parents[2], stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    output, _ = await running.communicate()
    return running.returncode, output.decode()


@pytest.mark.parametrize("loop", ["uvloop", "asyncio"])
async def test_the_production_listener_keeps_to_the_websocket_protocol(loop: str, tmp_path: Path):
    report = tmp_path / "report.json"
    code, output = await conformance("--cases", *QUICK, "--loop", loop, "--json", str(report))
    assert code == 0, output
    told = json.loads(report.read_text())
    assert told["unexpected"] == []
    cases = [Case(**case) for case in told["cases"]]
    assert len(cases) == 86
    assert {case.id for case in cases if failed(case)} <= {"7.1.5"}
    assert {case.id for case in not_ok(cases)} <= {case.id for case in not_ok([Case(**c) for c in told["control"]])}
    assert "Unexpected: none." in output


class _Shouting:
    """An echo that is none."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def received(self, payload: bytes) -> None:
        self._connection.write_message(payload + b"!")

    def lost(self, code: int | None, reason: str) -> None:
        pass


async def test_a_server_that_does_it_wrong_is_noticed():
    async def shout(connection: Connection) -> None:
        connection.receiver = _Shouting(connection)
        await connection.wait_closed()

    server = await listen(
        shout, "127.0.0.1", 0, connection_limits=LIMITS, connection_class=EchoConnection, subprotocol=""
    )
    url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/session/echo"
    code, output = await conformance("--cases", "1.1.2", "1.2.2", "--url", url)
    server.close()
    await server.wait_closed()
    assert code == 1, output
    assert "Unexpected: 1.2.2 (failed).\n" in output
    # The text of 1.1.2 is echoed by the tests' own connection, rightly.


async def test_a_case_that_there_is_not_is_a_mistake_of_the_caller():
    code, output = await conformance("--cases", "99.1")
    assert code == 2
    assert output == "conformance: no such case: 99.1\n"


@pytest.mark.parametrize(
    ("case", "known"),
    [
        (Case("1.1.1", "OK", "OK"), True),
        (Case("1.1.1", "NON-STRICT", "OK"), False),
        (Case("1.1.1", "OK", "UNCLEAN"), False),
        (Case("1.1.1", "UNIMPLEMENTED", "OK"), False),
        (Case("6.4.3", "NON-STRICT", "OK"), True),
        (Case("6.4.3", "OK", "OK"), True),
        (Case("6.4.3", "FAILED", "OK"), False),
        (Case("7.1.5", "FAILED", "WRONG CODE"), True),
        (Case("7.1.6", "INFORMATIONAL", "INFORMATIONAL"), True),
        (Case("12.1.1", "UNIMPLEMENTED", "OK"), True),
        (Case("12.1.1", "ERROR", "FAILED"), False),
    ],
)
def test_only_what_is_known_and_explained_passes(case: Case, known: bool):
    assert is_as_known(case) is known
    assert unexpected([case]) == ([] if known else [case])
    assert not known or case.worst == "OK" or len((KNOWN.get(case.id) or KNOWN[case.group])[1]) > 20


def test_the_table_counts_by_group():
    lines = table([Case("1.1.1", "OK", "OK"), Case("1.2.1", "OK", "UNCLEAN"), Case("10.1.1", "NON-STRICT", "OK")])
    counts = [line[26:].split() for line in lines.splitlines()[2:]]
    assert counts == [["2", "1", "0", "0", "0", "1"], ["1", "0", "1", "0", "0", "0"], ["3", "1", "1", "0", "0", "1"]]
