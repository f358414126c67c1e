"""Runs the Autobahn WebSocket cases against the production listener, and against the plain library as the control.

make conformance
python -m tests.conformance --cases '7.*' --no-control
python -m tests.conformance --url ws://127.0.0.1:9001    (an echo of your own)
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import logging
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import kosoku
import uvloop

from tests.conformance.echo import library_echo, production_echo
from tests.conformance.verdict import KNOWN, Case, failed, not_ok, table, unexpected


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make conformance", description=__doc__.partition("\n")[0])
    parser.add_argument("--cases", nargs="+", metavar="CASE", help="cases, as 1.1.1 or '7.*' (default: all)")
    parser.add_argument("--url", help="run them against this echo server instead")
    parser.add_argument("--no-control", dest="control", action="store_false", help="leave out the plain library")
    parser.add_argument("--loop", choices=["uvloop", "asyncio"], default="uvloop", help="the echo's event loop")
    parser.add_argument("--json", type=Path, metavar="FILE", help="every case and how it went")
    return parser.parse_args()


async def _run(url: str, cases: Sequence[str] | None) -> list[Case]:
    try:
        results = await kosoku.run_fuzzingclient(url, cases=cases)
    except kosoku.FailureError as failure:
        results = failure.results
    return [Case(result.case_id, result.behavior.value, result.behavior_close.value) for result in results]


async def _compare(options: argparse.Namespace) -> int:
    begun = time.monotonic()
    async with contextlib.AsyncExitStack() as stack:
        url = options.url or await stack.enter_async_context(production_echo())
        ours = await _run(url, options.cases)
    what = options.url or f"the production listener, {options.loop}"
    print(f"Autobahn cases against {what}: {time.monotonic() - begun:.0f} s\n\n{table(ours)}\n")
    for case in not_ok(ours):
        print(f"  {case.id:<7} {case.worst:<14} {KNOWN.get(case.id, ('', 'NOT EXPECTED'))[1]}")
    control: list[Case] = []
    if options.control and not options.url:
        async with library_echo() as url:
            control = await _run(url, options.cases)
        _print_control(ours, control)
    bad = unexpected(ours)
    print(f"\nUnexpected: {_listed(bad)}.", flush=True)
    if options.json:
        report = {"cases": _plain(ours), "control": _plain(control), "unexpected": [case.id for case in bad]}
        options.json.write_text(json.dumps(report, indent=1) + "\n")
    return 1 if bad else 0


def _print_control(ours: Sequence[Case], control: Sequence[Case]) -> None:
    theirs = {case.id for case in not_ok(control)}
    sets = {
        "passed, but not strictly": [case.id for case in control if case.worst == "NON-STRICT"],
        "failed": [case.id for case in control if failed(case)],
        "not OK with us alone": [case.id for case in not_ok(ours) if case.id not in theirs],
    }
    print("\nThe plain library, as the control:")
    for name, ids in sets.items():
        print(f"  {name}: {', '.join(ids) or 'none'}")


def _plain(cases: Sequence[Case]) -> list[dict[str, str]]:
    return [{"id": case.id, "behavior": case.behavior, "closing": case.closing} for case in cases]


def _listed(cases: Sequence[Case]) -> str:
    return ", ".join(f"{case.id} ({case.worst.lower()})" for case in cases) or "none"


def main() -> int:
    """Runs the cases. Exit code 1: something was not as expected. 2: it could not be asked for like that."""
    options = _options()
    logging.getLogger("websockets").setLevel(logging.CRITICAL)  # every other case is a broken handshake or frame
    loops: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {
        "uvloop": uvloop.new_event_loop,
        "asyncio": asyncio.new_event_loop,
    }
    try:
        with asyncio.Runner(loop_factory=loops[options.loop]) as runner:
            return runner.run(_compare(options))
    except ValueError as error:  # the runner's own: no such case
        print(f"conformance: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
