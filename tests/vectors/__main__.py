"""Writes ``shared/vectors/*.json`` and the trace in ``docs/protocol.md``: ``python -m tests.vectors``.

Tests see to it that they are what this writes.

``python -m tests.vectors --trace`` plays the trace anew, on a server of its own, before: its tokens and times change.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.vectors.files import FOLDER, made
from tests.vectors.trace_document import DOCUMENT, with_trace

__all__: list[str] = []


def main() -> None:
    """Writes what differs."""
    if "--trace" in sys.argv[1:]:
        from tests.vectors.trace import record

        record()
    for name, text in made().items():
        _write(FOLDER / name, text)
    _write(DOCUMENT, with_trace(DOCUMENT.read_text(encoding="utf-8")))


def _write(path: Path, text: str) -> None:
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
        print(f"wrote {path.name}")


if __name__ == "__main__":
    main()
