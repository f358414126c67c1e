"""The console's page, by its own tests and by its types; and that a browser is told of all its first files at once."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from rallypoint.console.page import WEB
from tests.client_js.test_types import run, tsc

__all__ = ["tsc"]

TESTS = Path(__file__).parents[2] / "console_js"
NODE = 20


def test_the_page_passes_its_own_tests() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs node")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if int(version.removeprefix("v").split(".")[0]) < NODE:
        pytest.skip(f"needs Node {NODE} or newer: this is {version}")
    files = sorted(file.name for file in TESTS.glob("*.test.js"))
    done = subprocess.run(
        [node, "--test", "--test-reporter=tap", *files],
        cwd=TESTS,
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(re.findall(r"^# pass (\d+)$", done.stdout, re.MULTILINE)[-1]) >= len(files)


def test_the_pages_code_fits_its_comments(tsc: str) -> None:
    assert run(tsc, "-p", str(TESTS)) == ""


def test_all_files_of_the_page_are_checked(tsc: str) -> None:
    found = set(run(tsc, "-p", str(TESTS), "--listFilesOnly").splitlines())
    ours = {str(file.resolve()) for file in WEB.rglob("*.js") if "vendor" not in file.parts}
    assert ours
    assert ours <= found


def test_code_that_does_not_fit_is_found(tsc: str, tmp_path: Path) -> None:
    wrong = f'import {{ match }} from "{(WEB / "router.js").as_posix()}";\nmatch(1).name;\n'
    (tmp_path / "wrong.js").write_text(wrong, encoding="utf-8")
    config = f'{{"extends": "{(TESTS / "tsconfig.json").as_posix()}", "include": ["wrong.js"], "exclude": []}}'
    (tmp_path / "tsconfig.json").write_text(config, encoding="utf-8")
    found = run(tsc, "-p", str(tmp_path / "tsconfig.json"))
    assert "not assignable to parameter" in found
    assert "possibly 'null'" in found


def test_what_the_page_begins_with_is_fetched_at_once() -> None:
    """And not one file after the other: it may be far away."""
    index = (WEB / "index.html").read_text(encoding="utf-8")
    told = set(re.findall(r'<link rel="modulepreload" href="/assets/([^"]+)">', index))
    needed: set[str] = set()
    unseen = ["app.js"]
    while unseen:
        file = unseen.pop()
        for found in re.findall(
            r'^(?:import|export) .*from "\./([^"]+)";$', (WEB / file).read_text("utf-8"), re.MULTILINE
        ):
            if found not in needed:
                needed.add(found)
                unseen.append(found)
    assert told == needed - {"theme.js"}, "index.html has other modulepreload links than app.js imports"
