"""The JavaScript client's netcode, by its own tests: what it draws from the test vectors among them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

CLIENT = Path(__file__).parents[2] / "client" / "js"


def test_clock_delay_lead_and_prediction_are_those_of_the_python_client() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs node")
    files = [f"test/{name}.test.js" for name in ("clock", "interpolate", "netcode", "prediction")]
    done = subprocess.run(
        [node, "--test", *files], cwd=CLIENT, check=False, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
