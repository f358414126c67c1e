"""The browser SDK in the Python package: a wheel has what a clone serves."""

from __future__ import annotations

import tomllib
from pathlib import Path, PurePosixPath

from rallypoint.web.app import HIDDEN_OF_SDK
from rallypoint.web.files import Files
from rallypoint.web.site import SDK

ROOT = Path(__file__).parents[3]
PATTERNS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]["rallypoint.web"]


def packaged(path: str) -> bool:
    """As setuptools reads patterns: ``**`` is any depth."""
    for pattern in PATTERNS:
        if pattern.endswith("/**"):
            if path.startswith(pattern[:-2]):
                return True
        elif PurePosixPath(path).match(pattern) and path.count("/") == pattern.count("/"):
            return True
    return False


def files() -> list[str]:
    folder = SDK.resolve()
    paths = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return [path.as_posix() for path in paths if "node_modules" not in path.parts]


def test_the_sdk_is_beside_the_web_ports_code():
    assert SDK.is_symlink()
    assert SDK.resolve() == ROOT / "client" / "js"
    assert Files(SDK, HIDDEN_OF_SDK).find("rallypoint.js") is not None


def test_what_a_clone_serves_of_it_is_in_a_wheel_and_nothing_else():
    served = Files(SDK, HIDDEN_OF_SDK)
    assert [path for path in files() if (served.find(path) is not None) != packaged(f"sdk/{path}")] == []
    assert packaged("sdk/src/seat.js")
    assert not packaged("sdk/test/seat.test.js")
    assert not packaged("sdk/bench/decode.js")
