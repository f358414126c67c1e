"""The console's page: the tests of its modules, in Node, and its types."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[2] / "console_js"


def test_the_modules_of_the_page_do_what_they_say() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs node")
    files = sorted(str(file) for file in TESTS.glob("*.test.js"))
    assert files
    done = subprocess.run([node, "--test", *files], check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_types_of_the_page_fit() -> None:
    compiler = os.environ.get("TSC") or shutil.which("tsc")
    if compiler is None:
        pytest.skip("needs the TypeScript compiler")
    done = subprocess.run([compiler, "-p", str(TESTS)], check=False, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stdout
