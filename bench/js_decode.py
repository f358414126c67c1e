"""The JavaScript client without its sockets: how many passes a second one core decodes and applies.

The reference work: 8 entities of five fields that all change with every tick. ``client/js/bench/decode.js`` measures;
the bytes are those of the server's own code.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from pathlib import Path

from bench.client import SCHEMA, passes
from rallypoint_protocol.schema import encode_schema

SCRIPT = Path(__file__).parents[1] / "client" / "js" / "bench" / "decode.js"
TICKS = 2000


def run(quick: bool) -> dict[str, float]:
    """Snapshots a second, and microseconds for one; nothing where there is no Node.js."""
    node = shutil.which("node")
    if node is None:
        print("  left out: there is no node here", flush=True)
        return {}
    with tempfile.TemporaryDirectory() as folder:
        recording = Path(folder) / "passes.bin"
        frames = [encode_schema(SCHEMA), *passes(TICKS)]
        recording.write_bytes(b"".join(len(frame).to_bytes(4, "big") + frame for frame in frames))
        command = [node, str(SCRIPT), str(recording), "0.5" if quick else "6"]
        done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures
