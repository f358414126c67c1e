"""The JavaScript client's codec, replica and views, by its own tests: the test vectors among them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

CLIENT = Path(__file__).parents[2] / "client" / "js"
NODE = 20


def test_the_wire_side_of_the_client_passes_its_tests() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs node")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if int(version.removeprefix("v").split(".")[0]) < NODE:
        pytest.skip(f"needs Node {NODE} or newer: this is {version}")
    files = [f"test/{name}.test.js" for name in ("vectors", "replica", "codec", "view")]
    done = subprocess.run(
        [node, "--test", *files], cwd=CLIENT, check=False, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
