"""The game port with a certificate of its own: everything that holds without, and a renewal while it runs."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
import ssl
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidStatus

from rallypoint.app import Server
from rallypoint.config import Settings
from rallypoint.transport.connection import ConnectionLimits
from rallypoint.transport.listener import ListenerLimits
from rallypoint.transport.tls import Certificate
from rallypoint_client import connect
from rallypoint_protocol.close import CloseCode
from tests.server.house import NEVER, SOON, House, Player, house, on_both_loops
from tests.server.live import SOON_S, Guest, Toy

ROOT = Path(__file__).parents[2]
FILES = ROOT / "tests/certificates"
FIRST, SECOND = (FILES / "first.crt", FILES / "first.key"), (FILES / "second.crt", FILES / "second.key")


def tls() -> ssl.SSLContext:
    return Certificate(*FIRST).context


def trusting(chain: Path) -> ssl.SSLContext:
    """A client's context that believes this certificate, and no other."""
    return ssl.create_default_context(cafile=chain)


def shown(client: ClientConnection) -> bytes:
    """The certificate that the server showed."""
    found: bytes = client.transport.get_extra_info("ssl_object").getpeercert(binary_form=True)
    return found


# --- the files ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chain", "key", "why"),
    [
        ("first.crt", "second.key", "they do not belong together"),
        ("first.crt", None, "no PEM certificate with its private key is in there"),
        ("first.key", "first.crt", "no PEM certificate with its private key is in there"),
        ("nothing.crt", "first.key", "No such file or directory"),
        ("first.crt", "nothing.key", "No such file or directory"),
        (".", "first.key", "Is a directory"),
        ("first.crt", "protected.key", "the key is protected by a passphrase"),
    ],
)
def test_files_that_cannot_be_used_are_named_with_the_reason(chain: str, key: str | None, why: str):
    with pytest.raises(ValueError, match="cannot serve TLS with") as refused:
        Certificate(FILES / chain, FILES / key if key else None)
    assert chain in str(refused.value)
    assert str(refused.value).endswith(why)


def test_a_key_alone_is_no_certificate():
    with pytest.raises(ValueError, match="tls_key needs a tls_cert"):
        Certificate(None, FIRST[1])


def test_chain_and_key_may_be_in_one_file(tmp_path: Path):
    both = tmp_path / "both.pem"
    both.write_text(FIRST[0].read_text() + FIRST[1].read_text())
    assert Certificate(both, None).context.minimum_version is ssl.TLSVersion.TLSv1_2


# --- the listener ---------------------------------------------------------------------------------------------------


@on_both_loops
async def test_messages_of_all_sizes_come_through_in_order():
    async with house(tls=tls()) as home, home.dial(ssl=trusting(FIRST[0])) as client:
        player = await home.players.get()
        assert client.transport.get_extra_info("ssl_object").selected_alpn_protocol() in (None, "http/1.1")
        sent = [bytes([size % 251]) * size for size in (0, 1, 125, 126, 127, 4095, 4096)]
        for payload in sent:
            await client.send(payload)
        assert await player.until_received(7) == sent
        player.connection.write_message(bytes(70_000))
        assert await client.recv() == bytes(70_000)
        assert player.connection.remote_ip == "127.0.0.1"
        player.connection.heard = False
        player.connection.probe()
        while not player.connection.heard:
            await asyncio.sleep(0.001)
        await client.send(bytes(5000))
        with pytest.raises(ConnectionClosed):
            await client.recv()
        assert client.close_code == 1009
        assert (await player.until_lost())[0] == 1009


async def deaf(home: House) -> tuple[ssl.SSLSocket, Player]:
    """A client that never reads again once it is in."""

    def open_() -> ssl.SSLSocket:
        plain = socket.socket()
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        plain.connect(("127.0.0.1", home.port))
        wire = trusting(FIRST[0]).wrap_socket(plain, server_hostname="localhost")
        wire.sendall(
            b"GET /lobby HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
            b"Sec-WebSocket-Protocol: rallypoint.v1\r\n\r\n"
        )
        assert wire.recv(4096).startswith(b"HTTP/1.1 101")
        return wire

    wire = await asyncio.to_thread(open_)
    home.sockets.append(wire)
    return wire, await home.players.get()


@on_both_loops
async def test_a_client_that_does_not_read_is_cut_above_the_cap_and_at_the_deadline():
    caps = ConnectionLimits(write_deadline_s=NEVER, outbox_bytes_max=100_000, close_deadline_s=SOON)
    late = ConnectionLimits(write_deadline_s=SOON, outbox_bytes_max=2**30, close_deadline_s=SOON)
    for limits, why in ((caps, "more than 100000 bytes not read"), (late, "did not read for 0.05 s")):
        async with house(limits=limits, tls=tls()) as home:
            _, player = await deaf(home)
            while not player.ends and not (limits is late and player.connection.paused):
                player.connection.write_message(bytes(65_000))
                await asyncio.sleep(0)
            assert await player.until_lost() == (CloseCode.TOO_SLOW, why)


@on_both_loops
async def test_closing_never_waits_for_a_client_that_does_not_answer():
    async with house(tls=tls()) as home:
        _, player = await deaf(home)
        player.connection.close_with(CloseCode.LEFT, "bye")
        assert await player.until_lost() == (CloseCode.LEFT, "bye")


@on_both_loops
async def test_whoever_does_not_begin_tls_is_cut_in_time():
    async with house(ListenerLimits(open_timeout_s=SOON), tls=tls()) as home:
        for says in (b"", b"\x16\x03\x01\x02\x00\x01", b"GET /lobby HTTP/1.1\r\nHost: localhost\r\n\r\n"):
            stranger = home.stranger()
            await stranger.loop.sock_connect(stranger.socket, ("127.0.0.1", home.port))
            await stranger.send(says)
            assert all(opcode != 1 for opcode, _ in await stranger.read_to_end())
        async with home.dial(ssl=trusting(FIRST[0])):
            await home.players.get()


@on_both_loops
async def test_an_address_that_has_its_places_is_told_so():
    door = ListenerLimits(per_address_max=1, exempt_networks=())
    async with house(door, tls=tls()) as home, home.dial(ssl=trusting(FIRST[0])):
        with pytest.raises(InvalidStatus) as refused:
            await home.dial(ssl=trusting(FIRST[0]))
        assert refused.value.response.status_code == 429


@on_both_loops
async def test_a_certificate_that_is_not_trusted_is_the_clients_to_refuse():
    async with house(tls=tls()) as home:
        with pytest.raises(ssl.SSLCertVerificationError):
            await home.dial(ssl=trusting(SECOND[0]))


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """Copies that a test may replace."""
    copies = tmp_path / "chain.pem", tmp_path / "key.pem"
    for committed, copy in zip(FIRST, copies, strict=True):
        shutil.copy(committed, copy)
    return copies


async def test_a_renewed_certificate_is_shown_to_new_connections_and_drops_no_other(files: tuple[Path, Path]):
    chain, key = files
    certificate = Certificate(chain, key)
    async with house(tls=certificate.context) as home, home.dial(ssl=trusting(FIRST[0])) as before:
        player = await home.players.get()
        shutil.copy(SECOND[0], chain)
        with pytest.raises(ValueError, match="do not belong together"):  # the key is still the former one
            certificate.reload()
        async with home.dial(ssl=trusting(FIRST[0])) as meanwhile:
            assert shown(meanwhile) == shown(before)
        shutil.copy(SECOND[1], key)
        certificate.reload()
        async with home.dial(ssl=trusting(SECOND[0])) as after:
            assert shown(after) != shown(before)
        await before.send(b"still here")
        assert await player.until_received(1) == [b"still here"]


# --- the server -----------------------------------------------------------------------------------------------------


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clients of this process believe the first certificate, as a person would tell them to."""
    monkeypatch.setenv("SSL_CERT_FILE", str(FIRST[0]))


@pytest.mark.usefixtures("trusted")
async def test_a_session_is_played_dropped_and_resumed_over_tls(files: tuple[Path, Path]):
    settings = Settings(port=0, ops_port=0, shutdown_s=2.0, tls_cert=files[0], tls_key=files[1])
    async with Server([Toy], settings) as server:
        assert server.lobby_url.startswith("wss://127.0.0.1:")
        ann = await Guest.sit(server, "Ann")
        assert ann.session.socket.transport.get_extra_info("ssl_object") is not None
        await ann.session.break_off()
        assert (await ann.resume()).outcome == "resumed"
        await ann.act("Say", text="over TLS")
        await ann.heard("over TLS")
        assert server.connections == 2
        await ann.go()
        async with connect(server.lobby_url, name="Bob") as lobby, await lobby.quick_match("toy") as seat:
            assert seat.session


async def test_a_server_without_a_usable_certificate_does_not_start(files: tuple[Path, Path]):
    files[1].write_text("no key")
    with pytest.raises(ValueError, match="cannot serve TLS"):
        Server([Toy], Settings(tls_cert=files[0], tls_key=files[1]))


async def test_a_bad_renewal_is_logged_and_the_former_certificate_stays(files: tuple[Path, Path]):
    async with Server([Toy], Settings(port=0, ops_port=0, tls_cert=files[0], tls_key=files[1])) as server:
        files[0].write_text("")
        with capture_logs() as lines:
            server.reload_certificate()
        assert [line["event"] for line in lines] == ["certificate not renewed"]
        shutil.copy(FIRST[0], files[0])
        with capture_logs() as lines:
            server.reload_certificate()
        assert [line["event"] for line in lines] == ["certificate read again"]


# --- the process ----------------------------------------------------------------------------------------------------


@pytest.fixture
async def orbit(files: tuple[Path, Path]) -> AsyncIterator[tuple[Process, dict[str, Any]]]:
    """``rallypoint serve`` with a certificate and a resident bot, and its addresses."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "rallypoint", "serve", "games.orbit:Orbit", "--bots", "2",
        "--port", "0", "--ops-port", "0", "--announce", "json", "--log", "json",
        "--tls-cert", str(files[0]), "--tls-key", str(files[1]),
        cwd=ROOT, env={**os.environ, "RALLYPOINT_SHUTDOWN_S": "1", "RALLYPOINT_DATA_DIR": str(files[0].parent)},
        stdout=PIPE, stderr=PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    yield process, json.loads(await asyncio.wait_for(process.stdout.readline(), 60))
    if process.returncode is None:
        process.kill()
        await process.communicate()


@pytest.mark.usefixtures("trusted")
async def test_bots_play_beside_tls_and_sighup_renews_the_certificate(
    orbit: tuple[Process, dict[str, Any]], files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
):
    process, addresses = orbit
    async with connect(addresses["lobby"], name="Ann") as lobby:
        seat = await asyncio.wait_for(lobby.quick_match("orbit"), SOON_S)
        await asyncio.wait_for(_with_bots(seat), SOON_S)
        shutil.copy(SECOND[0], files[0])
        shutil.copy(SECOND[1], files[1])
        process.send_signal(signal.SIGHUP)
        assert process.stderr is not None
        while b"certificate read again" not in await asyncio.wait_for(process.stderr.readline(), SOON_S):
            pass
        monkeypatch.setenv("SSL_CERT_FILE", str(SECOND[0]))
        async with connect(addresses["lobby"], name="Bob") as other:
            assert other.player != lobby.player
        assert lobby.resumes == seat.stats.resumes == 0
    process.send_signal(signal.SIGTERM)
    _, errors = await asyncio.wait_for(process.communicate(), SOON_S)
    assert process.returncode == 0
    assert not [line for line in errors.splitlines() if json.loads(line)["level"] in ("warning", "error")]


async def _with_bots(seat: Any) -> None:
    """Until somebody else's ship is there, too: both residents have a seat, or the session has not started."""
    async for update in seat:
        if len({item.owner for item in update.view.all("Ship")}) > 1:
            return


async def test_a_bad_certificate_is_a_sentence_and_exit_code_2(files: tuple[Path, Path]):
    files[0].write_text("hello")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "rallypoint", "serve", "games.orbit:Orbit", "--port", "0", "--ops-port", "0",
        "--tls-cert", str(files[0]), "--tls-key", str(files[1]),
        cwd=ROOT, env={**os.environ, "RALLYPOINT_DATA_DIR": str(files[0].parent)},
        stdout=PIPE, stderr=PIPE,
    )  # fmt: skip
    _, errors = await asyncio.wait_for(process.communicate(), SOON_S)
    assert process.returncode == 2
    assert errors.decode().startswith("rallypoint: cannot serve TLS with")
    assert "Traceback" not in errors.decode()
