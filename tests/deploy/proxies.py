"""Runs the reverse proxies with the committed configurations: only ports, files and the name are replaced."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

__all__ = ["CERTIFICATE", "DEPLOY", "proxy"]

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
CERTIFICATE, KEY = ROOT / "tests/certificates/first.crt", ROOT / "tests/certificates/first.key"

_NGINX_MAIN = """\
daemon off;
master_process off;
pid nginx.pid;
error_log stderr warn;
events { worker_connections 512; }
http {
    access_log off;
    client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    include rallypoint.conf;
}
"""
_CADDY_MAIN = """\
{
	admin off
	auto_https disable_redirects
	skip_install_trust
}
"""


def _replaced(text: str, **changes: tuple[str, str]) -> str:
    for old, new in changes.values():
        assert old in text, f"{old!r} is no longer in the committed file"
        text = text.replace(old, new)
    return text


def _nginx(folder: Path, port: int, plain_port: int, server_port: int, web_port: int) -> list[str]:
    (folder / "nginx.conf").write_text(_NGINX_MAIN)
    (folder / "rallypoint.conf").write_text(
        _replaced(
            (DEPLOY / "nginx.conf").read_text(),
            ipv6_tls=("    listen [::]:443 ssl;\n", ""),
            ipv6_plain=("    listen [::]:80;\n", ""),
            tls=("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
            plain=("listen 80", f"listen 127.0.0.1:{plain_port}"),
            name=("play.example.com", "localhost"),
            certificate=("/etc/ssl/rallypoint/fullchain.pem", str(CERTIFICATE)),
            key=("/etc/ssl/rallypoint/privkey.pem", str(KEY)),
            server=("server 127.0.0.1:8000", f"server 127.0.0.1:{server_port}"),
            web=("proxy_pass http://127.0.0.1:8080", f"proxy_pass http://127.0.0.1:{web_port}"),
        )
    )
    return ["-p", str(folder), "-c", "nginx.conf", "-e", "stderr"]


def _caddy(folder: Path, port: int, plain_port: int, server_port: int, web_port: int) -> list[str]:
    (folder / "Caddyfile").write_text(
        _CADDY_MAIN
        + _replaced(
            (DEPLOY / "Caddyfile").read_text(),
            name=("play.example.com {", f"https://localhost:{port} {{\n\tbind 127.0.0.1"),
            certificate=(
                "# tls /etc/ssl/rallypoint/fullchain.pem /etc/ssl/rallypoint/privkey.pem",
                f"tls {CERTIFICATE} {KEY}",
            ),
            server=("reverse_proxy 127.0.0.1:8000", f"reverse_proxy 127.0.0.1:{server_port}"),
            web=("reverse_proxy 127.0.0.1:8080", f"reverse_proxy 127.0.0.1:{web_port}"),
        )
    )
    return ["run", "--config", str(folder / "Caddyfile")]


_KINDS = {"nginx": _nginx, "caddy": _caddy}


@contextlib.asynccontextmanager
async def proxy(kind: str, folder: Path, server_port: int, web_port: int) -> AsyncIterator[str]:
    """The proxy in front of the server on loopback, at the URL that is given. Skips if it is not installed."""
    binary = shutil.which(kind, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/bin")
    if binary is None:
        pytest.skip(f"{kind} is not installed")
    port, plain_port = _free_ports()
    arguments = _KINDS[kind](folder, port, plain_port, server_port, web_port)
    home = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    with (folder / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            binary, *arguments, env={**os.environ, **home}, stdout=log, stderr=log
        )
        try:
            if not await _listening(process, port):
                raise AssertionError(f"it ended: {(folder / 'log').read_text()}")  # a line of a test
            yield f"wss://localhost:{port}"
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()


def _free_ports() -> tuple[int, int]:
    # Neither takes port 0. Somebody else could have a port between here and there: then the proxy says so, and ends.
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as two:
        return one.getsockname()[1], two.getsockname()[1]


async def _listening(process: asyncio.subprocess.Process, port: int) -> bool:
    async with asyncio.timeout(30):
        while process.returncode is None:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.02)
            else:
                writer.close()
                return True
    return False
