"""The simulated network, beside a real one: the same script has to give the same calls of the protocols on both."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from rallypoint_simulation.loop import Host
from tests.simulation.two_ends import End, simulated

BIG = bytes(8 << 20)
LAST = {"lost", "broken", "ValueError"}


Script = Callable[[End, End], Awaitable[None]]


async def play(script: Script, keeps_open: bool = False) -> tuple[list[str], list[str]]:
    """What client and server have seen."""
    loop, server, client = asyncio.get_running_loop(), End(keeps_open), End(keeps_open)
    listening = await loop.create_server(lambda: server, "127.0.0.1", 0)
    await loop.create_connection(lambda: client, "127.0.0.1", listening.sockets[0].getsockname()[1])
    await server.until("made")
    await script(client, server)
    listening.close()
    for end, other in ((client, server), (server, client)):
        if LAST.intersection(other.seen) and end.transport.is_reading():
            await end.until("eof", *sorted(LAST))  # it hears of that, sooner or later
        if not LAST.intersection(end.seen):
            end.transport.abort()
            await end.until(*sorted(LAST))
    return client.seen, server.seen


async def closes(client: End, server: End) -> None:
    client.transport.write(b"bye")
    client.transport.close()
    client.transport.close()
    client.transport.write(b"unheard")
    await server.until("lost")


async def aborts(client: End, server: End) -> None:
    client.transport.write(b"bye")
    client.transport.abort()
    client.transport.abort()
    await server.until("lost")


async def aborts_with_something_unread(client: End, server: End) -> None:
    client.transport.pause_reading()
    server.transport.write(b"unread")
    server.transport.write(b"unread")
    await asyncio.sleep(0.05)  # it has to be in the client's kernel, and no call tells that
    client.transport.abort()
    await server.until("broken")


async def ends_its_half(client: End, server: End) -> None:
    client.transport.write(b"question")
    client.transport.write_eof()
    await server.until("eof")
    server.transport.write(b"answer")
    server.transport.close()
    await client.until("eof")


async def writes_after_its_end(client: End, server: End) -> None:
    client.transport.write_eof()
    with pytest.raises(RuntimeError):
        client.transport.write(b"more")
    await server.until("eof")


async def writes_more_than_is_read(client: End, server: End) -> None:
    server.transport.pause_reading()
    client.transport.write(BIG)
    assert client.seen == ["made", "pause"]
    assert client.transport.get_write_buffer_size() > 1 << 20
    server.transport.resume_reading()
    await server.until(size=len(BIG))
    await client.until("resume")
    assert server.data == BIG


async def closes_with_much_unsent(client: End, server: End) -> None:
    client.transport.write(BIG)
    client.transport.close()
    await server.until("lost", size=len(BIG))
    assert len(server.data) == len(BIG)


async def is_aborted_while_paused(client: End, server: End) -> None:
    server.transport.pause_reading()
    client.transport.write(BIG)
    client.transport.abort()
    await client.until("lost")
    assert "resume" not in client.seen


async def lowers_its_limits(client: End, server: End) -> None:
    server.transport.pause_reading()
    client.transport.set_write_buffer_limits(high=1 << 30)
    client.transport.write(BIG)
    assert client.seen == ["made"]
    client.transport.set_write_buffer_limits(high=1024)
    assert client.seen == ["made", "pause"]
    assert client.transport.get_write_buffer_limits() == (256, 1024)


async def fails_to_read(client: End, server: End) -> None:
    def data_received(data: bytes) -> None:
        raise ValueError

    asyncio.get_running_loop().call_exception_handler = lambda context: None  # type: ignore[method-assign]  # expected
    server.data_received = data_received  # type: ignore[method-assign]  # as a protocol with a bug
    client.transport.write(b"x")
    await server.until("ValueError")
    await client.until("lost", "broken")


async def pauses_between_two_messages(client: End, server: End) -> None:
    server.transport.pause_reading()
    server.transport.pause_reading()
    client.transport.write(b"one")
    client.transport.write_eof()
    await asyncio.sleep(0.05)  # nothing must come
    assert server.seen == ["made"]
    assert not server.transport.is_reading()
    server.transport.resume_reading()
    await server.until("lost")


async def closes_from_within_a_call(client: End, server: End) -> None:
    def data_received(data: bytes) -> None:
        End.data_received(server, data)
        server.transport.close()

    server.data_received = data_received  # type: ignore[method-assign]  # as a protocol that closes
    client.transport.write(b"x")
    await client.until("lost")


SCRIPTS = [
    closes,
    aborts,
    aborts_with_something_unread,
    ends_its_half,
    writes_after_its_end,
    writes_more_than_is_read,
    closes_with_much_unsent,
    is_aborted_while_paused,
    lowers_its_limits,
    fails_to_read,
    pauses_between_two_messages,
    closes_from_within_a_call,
]


# Who keeps it open when the other side has ended is never told that it is over.
WAIT_FOR_THE_END = [
    closes,
    aborts,
    closes_with_much_unsent,
    fails_to_read,
    pauses_between_two_messages,
    closes_from_within_a_call,
]


def flow_once(seen: list[str]) -> list[str]:
    """How often a writer is paused and resumed is the kernel's business."""
    once = [each for index, each in enumerate(seen) if each not in ("pause", "resume") or each not in seen[:index]]
    return [each for index, each in enumerate(once) if each != "data" or once[index - 1] != "data"]


CASES = [(script, False) for script in SCRIPTS] + [(each, True) for each in SCRIPTS if each not in WAIT_FOR_THE_END]


@pytest.mark.parametrize(
    ("script", "keeps_open"), CASES, ids=[f"{script.__name__}-{'half' if half else 'whole'}" for script, half in CASES]
)
def test_protocols_are_told_the_same_as_on_a_real_network(script: Script, keeps_open: bool) -> None:
    really = asyncio.run(play(script, keeps_open))
    loop, _ = simulated()
    here = loop.run_until_complete(loop.start_on(Host("ann"), play(script, keeps_open), "play"))
    assert [flow_once(each) for each in here] == [flow_once(each) for each in really]
