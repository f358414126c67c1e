"""Plays the mean scenarios of many seeds, and makes a present of each failure: what `make simulate` runs.

python -m tests.simulation --seeds 1000 --jobs 2          stops at the first failure; --collect goes on
python -m tests.simulation --seed 4711 --timeline 30      one, with its last half minute
python -m tests.simulation --scenario shrunk.json         one that was written down
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import Counter
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rallypoint_simulation.observer import Violation
from rallypoint_simulation.run import Outcome
from rallypoint_simulation.scenario import Scenario
from rallypoint_simulation.shrink import shrink
from tests.simulation.explore import Found, explore, play, scenario_of, violation_of

TIMELINE_S = 10.0
KEPT_IN = Path("build/simulation")
"""Shrunk scenarios, from the root of the clone."""
_TEXT_CHARS = 3000


def main() -> int:
    """Exit code 0: nothing broke; 1: something did; 130: Ctrl-C."""
    options = _parser().parse_args()
    try:
        if options.scenario:
            scenario = Scenario.from_json(Path(options.scenario).read_bytes())
            return _one(scenario, f"make simulate SCENARIO={options.scenario}", options)
        if options.seed is not None:
            return _one(scenario_of(options.seed), f"make simulate SEED={options.seed}", options)
        return _many(options)
    except KeyboardInterrupt:
        print("\nstopped", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=1000, help="how many")
    parser.add_argument("--from", type=int, default=1, dest="first", help="the first of them")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--skip", type=int, action="append", default=[], help="what breaks in this one is known")
    parser.add_argument("--collect", action="store_true", help="go on after a failure")
    parser.add_argument("--json", help="write what was found into this file")
    parser.add_argument("--brief", action="store_true", help="of a failure, only what broke")
    parser.add_argument("--seed", type=int, help="only this one, in this process")
    parser.add_argument("--scenario", help="only the one in this file")
    parser.add_argument("--digest", action="store_true", help="print the digest of that one, and nothing else")
    parser.add_argument("--show", action="store_true", help="print the scenario of that one, and do not play it")
    parser.add_argument("--timeline", type=float, default=0.0, help="its last seconds, also if nothing breaks")
    parser.add_argument("--shrink", type=float, default=60.0, help="seconds for finding a smaller one; 0: do not look")
    return parser


def _one(scenario: Scenario, command: str, options: argparse.Namespace) -> int:
    if options.show:
        print(scenario.to_json())
        return 0
    outcome = play(scenario, keep_timeline=not options.digest, timeline_s=options.timeline or TIMELINE_S)
    if options.digest:
        print(outcome.digest)
    elif outcome.violation is not None:
        _present(outcome.violation, scenario, command, options)
    else:
        if options.timeline:
            print("\n".join(outcome.timeline))
        print(f"nothing broke in {outcome.simulated_s:.0f} s ({outcome.cpu_s:.2f} s of CPU); {outcome.digest}")
        print(_figures(outcome))
    return outcome.violation is not None


def _figures(outcome: Outcome) -> str:
    return ", ".join(f"{name} {value}" for name, value in {"messages": outcome.messages, **outcome.figures}.items())


# --- many -------------------------------------------------------------------------------------------------------------


def _many(options: argparse.Namespace) -> int:
    progress = _Progress(options.seeds)
    broken: list[Found] = []
    with closing(explore(options.first, options.seeds, options.jobs)) as all_found:
        for found in all_found:
            progress.add(found)
            if found.invariant and found.seed not in options.skip:
                broken.append(found)
                progress.clear()
                print(
                    f"seed {found.seed}: {found.invariant} at {found.at:.3f} s: {_first_line(found.text)}", flush=True
                )
                if not options.collect:
                    break
            progress.show()
    progress.clear()
    print(progress.line())
    if options.json:
        report = {**progress.report(), "broken": [asdict(found) for found in broken]}
        Path(options.json).write_text(json.dumps(report, indent=1) + "\n")
    if broken and options.collect:
        _table(broken)
    elif broken and not options.brief:
        seed = broken[0].seed
        violation = Violation(broken[0].invariant, broken[0].text, broken[0].at)
        _present(violation, scenario_of(seed), f"make simulate SEED={seed}", options)
    return bool(broken)


def _first_line(text: str) -> str:
    lines = text.strip().splitlines()
    return "" if not lines else lines[0] if len(lines) == 1 else f"{lines[0]} ... {lines[-1]}"


def _table(broken: list[Found]) -> None:
    counts = Counter(found.invariant for found in broken)
    print(f"\n{'seeds':>6}  {'first':>8}  invariant")
    for invariant, count in counts.most_common():
        first = min((found for found in broken if found.invariant == invariant), key=lambda found: found.seed)
        print(f"{count:6}  {first.seed:8}  {invariant}\n{'':18}{_first_line(first.text)[:300]}")
    print("\nEach with its shrunk scenario and timeline: make simulate SEED=<first>")


class _Progress:
    """One line, on a terminal; else one now and then."""

    def __init__(self, seeds: int) -> None:
        self._seeds = seeds
        self._done = 0
        self._broken = 0
        self._simulated_s = 0.0
        self._cpu_s = 0.0
        self._messages = 0
        self._began = time.monotonic()
        self._shown = self._began
        self._every_s = 0.2 if sys.stderr.isatty() else 15.0

    def add(self, found: Found) -> None:
        self._done += 1
        self._broken += bool(found.invariant)
        self._simulated_s += found.simulated_s
        self._cpu_s += found.cpu_s
        self._messages += found.messages

    def report(self) -> dict[str, Any]:
        return {
            "seeds": self._done,
            "violations": self._broken,
            "real_s": round(time.monotonic() - self._began, 3),
            "cpu_s": round(self._cpu_s, 3),
            "simulated_s": round(self._simulated_s, 3),
            "messages": self._messages,
        }

    def line(self) -> str:
        real_s = max(1e-9, time.monotonic() - self._began)
        return (
            f"{self._done} of {self._seeds} seeds, {self._done / real_s:.1f} seeds/s, "
            f"{self._simulated_s / 3600:.1f} h simulated, {self._simulated_s / 3600 / real_s:.3f} h in a second, "
            f"{self._broken} broken"
        )

    def show(self) -> None:
        now = time.monotonic()
        if now - self._shown >= self._every_s:
            self._shown = now
            end = "\r" if sys.stderr.isatty() else "\n"
            print(self.line(), end=end, file=sys.stderr, flush=True)

    def clear(self) -> None:
        if sys.stderr.isatty():
            print("\x1b[2K", end="\r", file=sys.stderr, flush=True)


# --- a failure --------------------------------------------------------------------------------------------------------


def _present(violation: Violation, scenario: Scenario, command: str, options: argparse.Namespace) -> None:
    """What broke, how to see it again, the smallest scenario that was found, and its last seconds."""
    print(f"\nBROKEN: {violation.invariant}\n  at {violation.at:.3f} s: {violation.text.strip()[-_TEXT_CHARS:]}")
    print(f"\nAgain:  {command}")
    if options.shrink:
        shrunk = shrink(scenario, violation, violation_of, seconds_max=options.shrink, say=_say)
        if shrunk.scenario != scenario:
            scenario = shrunk.scenario
            file = _keep(shrunk.violation, scenario)
            print(f"Shrunk, in {shrunk.runs} runs:  make simulate SCENARIO={file}\n{scenario.to_json()}")
    again = play(scenario, timeline_s=options.timeline or TIMELINE_S)
    print(f"\nThe last seconds{' of the shrunk scenario' if options.shrink else ''}:")
    print("\n".join(again.timeline))


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _keep(violation: Violation, scenario: Scenario) -> Path:
    KEPT_IN.mkdir(parents=True, exist_ok=True)
    name = "-".join(violation.invariant.lower().replace("/", " ").split()[:8])
    file = KEPT_IN / f"{scenario.seed}-{name}.json"
    file.write_text(scenario.to_json() + "\n")
    return file


if __name__ == "__main__":
    sys.exit(main())
