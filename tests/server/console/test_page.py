"""The console's page: one file for all of its addresses, nothing in it that a login would protect, nothing inline."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from rallypoint.console.ops import ops_app
from rallypoint.console.page import VIEWS, WEB

INDEX = (WEB / "index.html").read_text(encoding="utf-8")
POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "frame-ancestors 'none'",
    "form-action 'none'",
    "base-uri 'none'",
}
SOURCES = sorted(path for path in WEB.rglob("*.js") if "vendor" not in path.parts)


@pytest.fixture
async def ops() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(ops_app(cast(Any, None)))
    async with httpx.AsyncClient(transport=transport, base_url="http://ops") as client:
        yield client


@pytest.mark.parametrize("view", VIEWS)
async def test_every_address_of_the_console_is_answered_with_the_page(ops: httpx.AsyncClient, view: str) -> None:
    answer = await ops.get(view.replace("{name:path}", "a%3Cb%3E%2F..%22x"), params={"q": "</script>"})
    assert (answer.status_code, answer.text) == (200, INDEX)
    assert answer.headers["content-type"].startswith("text/html")


async def test_a_page_that_the_console_does_not_have_is_not_there(ops: httpx.AsyncClient) -> None:
    assert (await ops.get("/sessions.json")).status_code == 404
    assert (await ops.get("/nothing")).status_code == 404


@pytest.mark.parametrize("path", ["/", "/assets/app.js", "/assets/nothing.js", "/assets/../api.py"])
async def test_nothing_runs_in_it_but_its_own_files(ops: httpx.AsyncClient, path: str) -> None:
    headers = (await ops.get(path)).headers
    if path != "/assets/../api.py":
        assert set(headers["content-security-policy"].split("; ")) >= POLICY
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


async def test_every_file_of_the_page_is_served_with_its_type_and_none_from_elsewhere(ops: httpx.AsyncClient) -> None:
    types = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".html": "text/html"}
    for file in WEB.rglob("*"):
        if file.is_file():
            answer = await ops.get(f"/assets/{file.relative_to(WEB).as_posix()}")
            assert answer.status_code == 200, file
            if file.suffix in types:
                assert answer.headers["content-type"].startswith(types[file.suffix]), file
            again = await ops.get(answer.request.url, headers={"if-none-match": answer.headers["etag"]})
            assert again.status_code == 304
    for outside in ("../page.py", "%2e%2e/page.py", "..%2fpage.py", "/etc/passwd", "views/../../page.py"):
        assert (await ops.get(f"/assets/{outside}")).status_code == 404


def test_the_page_loads_nothing_from_other_hosts_and_has_nothing_inline() -> None:
    assert not re.search(r"<script(?![^>]*\bsrc=)", INDEX)
    assert not re.search(r"\s(on\w+|style)=", INDEX)
    assert not re.search(r"https?://", INDEX)


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.relative_to(WEB).as_posix())
def test_no_script_of_the_page_writes_markup_or_runs_text(source: Path) -> None:
    """What players typed goes into text nodes: there is no other way in these files."""
    code = source.read_text(encoding="utf-8")
    found = re.findall(
        r"\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment|srcdoc"
        r"|eval|new Function|setHTMLUnsafe|setHTML)\b",
        code,
    )
    assert found == []
    assert "javascript:" not in code
