"""Runs the comparison: ``python -m bench.peers --json figures.json``; ``--table figures.json`` prints its Markdown."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path
from types import FrameType

from .install import HERE, build
from .measure import QUICK, Bench, Plan, measure
from .processes import Failed, cores
from .report import CAVEATS, figures_of, table
from .servers import Server, colyseus, limit, rallypoint

NAMES = ("rallypoint", "colyseus", "limit")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.peers", description=__doc__)
    parser.add_argument("--json", metavar="FILE", help="write the figures there, flat")
    parser.add_argument("--table", metavar="FILE", help="measure nothing: print the Markdown table of these figures")
    parser.add_argument("--quick", action="store_true", help="two minutes: to see that it works, not to quote")
    parser.add_argument("--rounds", type=int, metavar="N", help="how often everything is measured")
    parser.add_argument("--only", choices=NAMES, action="append", help="this server; can be given again")
    parser.add_argument("--no-search", action="store_true", help="no capacity: only the fixed numbers of clients")
    parser.add_argument("--build", type=Path, default=HERE.parents[1] / "build" / "peers", help="where to build")
    return parser.parse_args()


def _say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _servers(names: list[str], folder: Path) -> list[Server]:
    servers = []
    for name in names:
        try:
            servers.append(
                rallypoint() if name == "rallypoint" else colyseus(folder) if name == "colyseus" else limit(folder)
            )
        except Failed as why:
            _say(f"{name} is left out: {why}")
    return servers


def main() -> int:
    """Entry point: 0 (also if there is nothing to measure with here), 1 if something failed, 130 after Ctrl-C."""
    args = _arguments()
    if args.table:
        print(table(json.loads(Path(args.table).read_text(encoding="utf-8"))))
        return 0
    signal.signal(signal.SIGTERM, _interrupt)
    where = cores()
    if where is None:
        print("peers: skipped: it needs Linux, and two cores: one for the server, one for the generator")
        return 0
    folder: Path = args.build.resolve()
    try:
        build(folder)
    except Failed as why:
        print(f"peers: skipped: {why}")
        return 0
    plan = QUICK if args.quick else Plan()
    plan = replace(plan, rounds=args.rounds or plan.rounds, search=not args.no_search)
    try:
        servers = _servers(args.only or list(NAMES), folder)
        _say(f"server on core {where[0]}, generator on core {where[1]}; {', '.join(each.title for each in servers)}")
        rounds = measure(Bench(folder / "blast", where, plan, _say), servers, plan, _say)
    except Failed as why:
        print(f"peers: {why}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("peers: stopped", file=sys.stderr)
        return 130
    figures = figures_of(servers, rounds, plan.search)
    print(f"\n{table(figures)}\n")
    print("\n".join(CAVEATS))
    if args.json:
        Path(args.json).write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
