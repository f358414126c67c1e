"""Runs benchmarks and prints their figures; ``--json FILE`` keeps them as one flat object."""

from __future__ import annotations

import argparse
import importlib
import json
import platform
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent


def names() -> list[str]:
    """All benchmarks there are: the modules that can run."""
    return sorted(path.stem for path in HERE.glob("*.py") if "\ndef run(" in path.read_text(encoding="utf-8"))


def main() -> int:
    """Entry point; 2 for a benchmark that there is not."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which ones: {', '.join(names())} (all)")
    parser.add_argument("--json", metavar="FILE", help="write the figures there")
    parser.add_argument("--quick", action="store_true", help="short runs: to see that they work, not to quote")
    args = parser.parse_args()
    chosen = args.names or names()
    unknown = [name for name in chosen if name not in names()]
    if unknown:
        print(f"no benchmark {unknown[0]!r}; there are {', '.join(names())}", file=sys.stderr)
        return 2
    figures: dict[str, float] = {}
    print(f"Python {platform.python_version()}, {platform.machine()}, {platform.system()}", flush=True)
    for name in chosen:
        began = time.monotonic()
        print(f"\n{name}", flush=True)
        found = importlib.import_module(f"bench.{name}").run(args.quick)
        for key, value in found.items():
            print(f"  {key:<44} {value:>12,.2f}", flush=True)
        print(f"  ({time.monotonic() - began:.1f} s)", flush=True)
        figures |= found
    if args.json:
        Path(args.json).write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
