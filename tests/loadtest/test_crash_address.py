"""Every player has a loopback address of its own."""

import asyncio
import ipaddress
import sys

import pytest

from rallypoint_loadtest.crash_address import address_of, own_address, use_own_addresses


def test_no_two_players_share_an_address_and_all_are_of_this_machine():
    addresses = [address_of(number) for number in range(100_000)]
    assert len(set(addresses)) == len(addresses)
    assert all(ipaddress.ip_address(address).is_loopback for address in addresses[::997])
    assert "127.0.0.1" not in addresses


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has all these addresses")
async def test_each_task_and_those_it_starts_connect_from_their_own_address():
    seen: list[str] = []
    came = asyncio.Event()

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(writer.get_extra_info("peername")[0])
        writer.close()
        if len(seen) == 3:
            came.set()

    loop = asyncio.get_running_loop()
    use_own_addresses(loop)
    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]

    async def knock() -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.close()

    async def play(number: int) -> None:
        own_address(number)
        await asyncio.create_task(knock())

    await asyncio.gather(play(1), play(2), knock())
    await came.wait()
    server.close()
    assert sorted(seen) == sorted([address_of(1), address_of(2), "127.0.0.1"])
