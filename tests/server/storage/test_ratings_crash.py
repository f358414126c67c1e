"""A server that is killed while it writes leaves no result without its ratings, and no ratings without their result."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from itertools import islice

import pytest

from tests.server.storage.made import fetched, store_on, written
from tests.server.storage.rating_house import check_chains, played, ratings

PLAYERS = ("ada", "bob", "cid")
ENDS = [played(f"s{n:03}", *PLAYERS[n % 3 :], *PLAYERS[: n % 3], minutes=n) for n in range(60)]

PROGRAM = """
    import asyncio, sys
    from rallypoint.storage.store import SqlStore
    from tests.server.storage.test_ratings_crash import ENDS

    async def main():
        store = await SqlStore.open(sys.argv[1])
        for end in ENDS:
            store.ended(end, lambda: print("stored", flush=True))
            await asyncio.sleep(0.0005)
        await asyncio.sleep(60)

    asyncio.run(main())
"""


def killed_after(url: str, stored: int) -> None:
    """Another process tells the results, one by one, and is killed when it says that so many more are stored."""
    command = [sys.executable, "-c", textwrap.dedent(PROGRAM), url]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=env) as process:
        assert process.stdout is not None
        try:
            told = (line for line in process.stdout if line == b"stored\n")  # and not what the log says
            assert len(list(islice(told, stored))) == stored, "it has ended"
        finally:
            process.send_signal(signal.SIGKILL)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL here")
async def test_after_each_kill_there_are_exactly_the_ratings_of_the_results_that_are_there(url):
    for stored in (1, 7, 20, 33):
        killed_after(url, stored)
        there = {row[0] for row in await fetched(url, "SELECT session FROM results")}
        assert there
        await check_chains(url, [end for end in ENDS if end.session in there])
    async with store_on(url) as store:  # and what the journal would tell again
        for end in ENDS:
            store.ended(end)
        await written(store)
    await check_chains(url, ENDS)
    assert {games for _, games in (await ratings(url)).values()} == {len(ENDS)}
